import KithValues

/// Gathers the relationships of one type and gives them back sorted by their ends.
final class RelationshipSorter {
    let type: UInt32
    private let temporaryDirectory: String?
    private var sources: [UInt64] = []
    private var targets: [UInt64] = []
    private var columns: [UInt32: LoadedColumn] = [:]
    private var file: TemporaryFile?
    private var runs: [RelationshipRun] = []
    private(set) var count = 0

    init(type: UInt32, temporaryDirectory: String?) {
        self.type = type
        self.temporaryDirectory = temporaryDirectory
    }

    /// The memory in use.
    var sizeInBytes: Int {
        sources.count * 16 + columns.values.reduce(0) { $0 + $1.sizeInBytes }
    }

    /// The memory that sorting will take on top, both ways.
    var sortingSizeInBytes: Int { sources.count * 32 }

    /// Whether everything is in memory.
    var isInMemory: Bool { runs.isEmpty }

    func append(
        sources newSources: [UInt64], targets newTargets: [UInt64], keys: [UInt32],
        batch: [BulkColumn]
    ) {
        let before = sources.count
        sources.append(contentsOf: newSources)
        targets.append(contentsOf: newTargets)
        for (position, key) in keys.enumerated() {
            let column = columns[key] ?? LoadedColumn()
            columns[key] = column
            column.pad(to: before)
            column.append(batch[position], count: newSources.count)
        }
        count += newSources.count
    }

    /// Appends the ends of edges the other way round.
    func append(ends edges: SortedEdges) {
        let added = edges.count
        let first = UnsafeMutablePointer<UInt64>.allocate(capacity: added)
        let second = UnsafeMutablePointer<UInt64>.allocate(capacity: added)
        defer {
            first.deallocate()
            second.deallocate()
        }
        edges.copyEnds(0..<added, first: first, second: second)
        sources.append(contentsOf: UnsafeBufferPointer(start: second, count: added))
        targets.append(contentsOf: UnsafeBufferPointer(start: first, count: added))
        count += added
    }

    /// All edges in memory, sorted.
    func sorted() -> SortedEdges {
        Self.sorted(sources, targets, keepsRows: !columns.isEmpty)
    }

    /// All edges in memory, sorted by source and sorted by target, where they change places.
    func sortBothWays(threadCount: Int) -> (forward: SortedEdges, backward: SortedEdges) {
        let result = BothWays()
        let (from, to) = (sources, targets)
        let keepsRows = !columns.isEmpty
        let sort: (Int) -> Void = { way in
            if way == 0 {
                result.forward = Self.sorted(from, to, keepsRows: keepsRows)
            } else {
                result.backward = Self.sorted(to, from, keepsRows: false)
            }
        }
        if threadCount > 1, count > 1_000 {
            WorkerThreads.run(count: 2, sort)
        }
        return (
            result.forward ?? Self.sorted(from, to, keepsRows: keepsRows),
            result.backward ?? Self.sorted(to, from, keepsRows: false)
        )
    }

    /// Filled by one thread each.
    private final class BothWays: @unchecked Sendable {
        var forward: SortedEdges?
        var backward: SortedEdges?
    }

    private static func sorted(
        _ first: [UInt64], _ second: [UInt64], keepsRows: Bool
    ) -> SortedEdges {
        first.withUnsafeBufferPointer { from in
            second.withUnsafeBufferPointer { to in
                let none = UnsafePointer<UInt64>(bitPattern: 8)
                guard let first = from.baseAddress ?? none, let second = to.baseAddress ?? none
                else { preconditionFailure("a pointer is not null") }
                return EdgeSort.sorted(
                    first: first, second: second, count: from.count, keepsRows: keepsRows)
            }
        }
    }

    /// Hands over the columns, by key; the ends in memory are dropped.
    func takeColumns() -> [(key: UInt32, column: LoadedColumn)] {
        for column in columns.values { column.pad(to: sources.count) }
        let taken = columns.sorted { $0.key < $1.key }.map { (key: $0.key, column: $0.value) }
        sources = []
        targets = []
        columns = [:]
        return taken
    }

    /// Moves what is in memory to a sorted run in the temporary file.
    func spill() throws(GraphError) {
        guard !sources.isEmpty else { return }
        let file: TemporaryFile
        if let known = self.file {
            file = known
        } else {
            file = try TemporaryFile(directory: temporaryDirectory)
        }
        self.file = file
        for column in columns.values { column.pad(to: sources.count) }
        let keys = columns.keys.sorted()
        var run = RelationshipRun(file: file, keys: keys)
        try run.append(sorted(), keys.map { columns[$0] ?? LoadedColumn() })
        runs.append(run)
        sources.removeAll(keepingCapacity: true)
        targets.removeAll(keepingCapacity: true)
        for column in columns.values { column.removeAll() }
    }

    /// Everything in order, from the temporary file.
    func mergedRuns() throws(GraphError) -> RelationshipMerge {
        try spill()
        sources = []
        targets = []
        columns = [:]
        return try RelationshipMerge(runs)
    }

    /// Drops everything.
    func removeAll() {
        sources = []
        targets = []
        columns = [:]
        runs = []
        file = nil
    }
}

/// Relationships being loaded that share a type and properties.
public final class BulkRelationshipTable {
    private let load: BulkLoad
    private let type: UInt32
    private let keys: [UInt32]

    init(_ load: BulkLoad, type: UInt32, keys: [UInt32]) {
        self.load = load
        self.type = type
        self.keys = keys
    }

    /// Loads a batch of relationships from `sources[i]` to `targets[i]`, a column a property.
    public func append(
        sources: [UInt64], targets: [UInt64], columns: [BulkColumn]
    ) throws(GraphError) {
        precondition(columns.count == keys.count, "a batch has a column for each property")
        precondition(sources.count == targets.count, "a relationship has two ends")
        for column in columns { try column.checkStorable() }
        try load.finishNodes()
        load.sorter(ofType: type).append(
            sources: sources, targets: targets, keys: keys, batch: columns)
        try load.spillIfNeeded()
    }

    /// Stores all relationships of this type that were appended so far, to free their memory; worth
    /// while where no more of them come.
    public func complete() throws(GraphError) { try load.complete(type: type) }
}
