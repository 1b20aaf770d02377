/// Start here: bulk import of delimited text.
///
/// An ``ImportPlan`` says which files become which nodes and relationships. ``GraphImporter`` reads
/// them block by block (`BlockReader`), cuts blocks into fields (`FieldScanner`), reads fields as
/// typed columns (`ColumnParser`), finds the ends of relationships by key (`KeyMap`), and hands
/// typed batches to the bulk loader. The whole import is one transaction.
public struct GraphImporter: Sendable {
    /// What is imported.
    public let plan: ImportPlan
    /// How; the plan's own options already merged in by the caller.
    public let options: ImportOptions

    /// Prepares an import; nothing is read yet.
    public init(plan: ImportPlan, options: ImportOptions) {
        self.plan = plan
        self.options = options
    }

    /// Runs the import as one transaction: all of it, or nothing.
    ///
    /// - Parameters:
    ///   - store: The graph to import into.
    ///   - onProgress: Called now and then, by any thread but never by two at once; false stops the
    ///     import.
    /// - Returns: What was done.
    /// - Throws: ``ImportError`` with file, line and column where a row is at fault; the database is
    ///   then as it was.
    @discardableResult
    public func run(
        into store: GraphStore, onProgress: (ImportProgress) -> Bool = { _ in true }
    ) throws(ImportError) -> ImportSummary {
        try withoutActuallyEscaping(onProgress) { onProgress throws(ImportError) in
            try ImportRun(plan: plan, options: options, store: store, onProgress: onProgress).run()
        }
    }
}
