import KithStorage
import KithValues

/// One import on its way: headers, key spaces, types, nodes, relationships, commit.
final class ImportRun {
    let plan: ImportPlan
    let options: ImportOptions
    let store: GraphStore
    let meter: ProgressMeter
    let rejects: RejectLog
    let threadCount: Int
    let keyMemory: KeyMemory
    var summary = ImportSummary()
    var nodeFiles: [ResolvedNodeFile] = []
    var relationshipFiles: [ResolvedRelationshipFile] = []
    var spaces: [KeySpace] = []
    /// The load that takes the rows; nil in a dry run.
    var load: BulkLoad?
    /// Stands for the ids of nodes in a dry run.
    var dryRunID: UInt64 = 0

    init(
        plan: ImportPlan, options: ImportOptions, store: GraphStore,
        onProgress: @escaping (ImportProgress) -> Bool
    ) throws(ImportError) {
        self.plan = plan
        self.options = options
        self.store = store
        meter = ProgressMeter(onProgress: onProgress)
        threadCount = max(1, options.threadCount ?? WorkerThreads.defaultCount)
        rejects = try RejectLog(options)
        keyMemory = KeyMemory(budgetInBytes: options.memoryForKeysInBytes)
    }

    /// Does all of it; when it throws, the database is as it was.
    func run() throws(ImportError) -> ImportSummary {
        try resolveFiles()
        try resolveSpaces()
        planProgress()
        try inferNodeTypes()
        try resolveKeyTypes()
        try inferRelationshipTypes()
        describeColumns()
        if options.isDryRun {
            try withExistingKeys(of: try reading { () throws(GraphError) in try store.beginRead() })
            try readAll()
        } else {
            try loadAll()
        }
        rejects.finish()
        summary.rejectedRows = rejects.count
        summary.rejections = rejects.rejections
        summary.rows = meter.rows
        summary.seconds = meter.seconds
        return summary
    }

    private func loadAll() throws(ImportError) {
        let load = try reading { () throws(GraphError) in
            try BulkLoad(
                store: store, memoryBudgetInBytes: options.memoryForRowsInBytes,
                threads: threadCount)
        }
        self.load = load
        do throws(ImportError) {
            try withExistingKeys(of: load.reader)
            try createKeyConstraints(load.writer)
            try readAll()
            try reading { () throws(GraphError) in
                try load.finish { phase, done, total in
                    self.meter.finishing(phase: phase, done: done, of: total)
                }
            }
        } catch {
            self.load = nil
            load.cancel()
            throw error
        }
        self.load = nil
    }

    private func readAll() throws(ImportError) {
        var nodeCounts = NameCounts()
        for file in nodeFiles { try readNodes(file, counting: &nodeCounts) }
        var relationshipCounts = NameCounts()
        for (index, file) in relationshipFiles.enumerated() {
            let areMoreToCome = relationshipFiles[(index + 1)...].contains {
                $0.type == file.type || $0.typeField != nil
            }
            try readRelationships(
                file, isLastOfType: file.typeField == nil && !areMoreToCome,
                counting: &relationshipCounts)
        }
        summary.nodesByLabel = nodeCounts.counts
        summary.relationshipsByType = relationshipCounts.counts
    }

    /// Adds the nodes that were there before to the key spaces that can meet them.
    private func withExistingKeys(of reader: GraphReader) throws(ImportError) {
        for space in spaces {
            guard case .label(let label, let key) = space.identity,
                let labelID = reader.catalog.label(label),
                let keyID = reader.catalog.propertyKey(key)
            else { continue }
            try reading { () throws(GraphError) in
                try space.loadExisting(label: labelID, property: keyID, from: reader)
            }
        }
    }

    /// A unique constraint, and with it an index, for each key of a label.
    private func createKeyConstraints(_ writer: GraphWriter) throws(ImportError) {
        for space in spaces where space.hasFile {
            guard case .label(let label, let key) = space.identity else { continue }
            do throws(GraphError) {
                try writer.beginStatement()
                _ = try writer.createConstraint(
                    name: nil, kind: .unique, entity: .node,
                    token: writer.label(label).rawValue, properties: [writer.propertyKey(key)])
                try writer.endStatement()
            } catch {
                guard case .schemaExists = error else { throw ImportError(error) }
                try reading { () throws(GraphError) in try writer.rollbackStatement() }
            }
        }
    }

    /// Calls the graph and gives its errors as those of an import.
    func reading<T>(_ body: () throws(GraphError) -> T) throws(ImportError) -> T {
        do throws(GraphError) {
            return try body()
        } catch {
            throw ImportError(error)
        }
    }

    private func planProgress() {
        for file in nodeFiles.map(\.file) + relationshipFiles.map(\.file) {
            let passes = file.fields.contains { $0.type == nil && $0.propertyName != nil } ? 2 : 1
            meter.bytesTotal += file.lengthInBytes * passes
        }
    }

    private func describeColumns() {
        for file in nodeFiles.map(\.file) + relationshipFiles.map(\.file) {
            for field in file.fields {
                summary.columns.append(
                    ImportSummary.ColumnDescription(
                        file: file.path, header: field.header, propertyName: field.propertyName,
                        type: field.type?.name ?? "", isInferred: field.isInferred))
            }
        }
    }
}

extension ImportError {
    /// An error of the graph, as one of an import.
    init(_ error: GraphError) {
        if case .cancelled = error {
            self.init(.cancelled, "the import was cancelled; nothing was changed")
        } else {
            self.init(.database, error.message)
        }
    }
}

/// Counts by name, in the order in which names were first met.
struct NameCounts {
    private(set) var counts: [ImportSummary.Count] = []
    private var indexes: [UTF8Key: Int] = [:]

    /// Adds to the count of `name`.
    mutating func add(_ count: Int, to name: String) {
        if let index = indexes[UTF8Key(name)] {
            counts[index] = ImportSummary.Count(name: name, count: counts[index].count + count)
        } else {
            indexes[UTF8Key(name)] = counts.count
            counts.append(ImportSummary.Count(name: name, count: count))
        }
    }
}
