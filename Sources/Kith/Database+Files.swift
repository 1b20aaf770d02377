import KithGraph

extension Database {
    /// Imports delimited text as one transaction: all of it, or nothing.
    ///
    /// ```swift
    /// let plan = try ImportPlan.fromManifest(atPath: "shop/manifest.json")
    /// let summary = try database.importFiles(plan)
    /// ```
    ///
    /// - Parameters:
    ///   - plan: Which files become what.
    ///   - options: How; nil takes those of the plan.
    ///   - onProgress: Called now and then, by any thread but never by two at once; false stops the
    ///     import.
    /// - Returns: What was done.
    /// - Throws: ``ImportError`` with file, line and column where a row is at fault; the database is
    ///   then as it was.
    @discardableResult
    public func importFiles(
        _ plan: ImportPlan, options: ImportOptions? = nil,
        onProgress: (ImportProgress) -> Bool = { _ in true }
    ) throws(ImportError) -> ImportSummary {
        try GraphImporter(plan: plan, options: options ?? plan.options)
            .run(into: store, onProgress: onProgress)
    }

    /// Writes the graph as CSV files and a manifest that imports to an equal one.
    ///
    /// - Parameter directory: Where to; it is made where it is missing, and none of the files may be
    ///   there yet.
    /// - Returns: What was written.
    /// - Throws: ``ImportError`` when a file cannot be written or the graph cannot be read.
    @discardableResult
    public func exportFiles(
        toDirectory directory: String
    ) throws(ImportError) -> GraphExporter.Summary {
        let reader: GraphReader
        do throws(GraphError) {
            reader = try store.beginRead()
        } catch {
            throw ImportError(.database, error.message, file: directory)
        }
        defer { reader.close() }
        return try GraphExporter(reader: reader, directory: directory).run()
    }

    /// Writes the last commit to a new file, without the space that is free in this one: a copy to keep,
    /// made while others read and write.
    ///
    /// The file appears whole or not at all. Takes time and disk in proportion to the graph.
    ///
    /// - Throws: ``KithError`` when there is a file at `path`, or it cannot be written.
    public func copy(toNewFileAt path: String) throws(KithError) {
        do {
            try store.copy(toNewFileAt: path)
        } catch {
            throw KithError(error)
        }
    }

    /// Loads many nodes and relationships that a program makes itself, as one transaction: all of it,
    /// or nothing where `body` throws.
    ///
    /// - Parameters:
    ///   - threads: How many threads sort and write.
    ///   - body: Declares tables and appends batches to them.
    /// - Throws: What `body` throws, or ``GraphError``.
    public func bulkLoad(threads: Int = 1, _ body: (BulkLoad) throws -> Void) throws {
        let load = try BulkLoad(
            store: store, threads: threads,
            timeoutInMilliseconds: options.writerTimeoutInMilliseconds)
        do {
            try body(load)
            try load.finish()
        } catch {
            load.cancel()
            throw error
        }
    }
}
