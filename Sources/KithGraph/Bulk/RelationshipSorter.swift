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

    /// Rows of a run in the file that are read at once.
    private static let rowsPerBlock = 4_096

    init(type: UInt32, temporaryDirectory: String?) {
        self.type = type
        self.temporaryDirectory = temporaryDirectory
    }

    /// The relationships that are not in the temporary file.
    var rowsInMemory: Int { sources.count }

    /// The memory in use.
    var sizeInBytes: Int {
        sources.count * 16 + columns.values.reduce(0) { $0 + $1.sizeInBytes }
    }

    /// The memory that sorting takes for each relationship, both ways.
    static let sortingBytesPerRow = 40

    /// Whether everything is in memory.
    var isInMemory: Bool { runs.isEmpty }

    /// The ends of everything in memory, in the order in which it came.
    var ends: (sources: [UInt64], targets: [UInt64]) { (sources, targets) }

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

    private func order() -> [UInt32] {
        for column in columns.values { column.pad(to: sources.count) }
        return sources.withUnsafeBufferPointer { first in
            targets.withUnsafeBufferPointer { second in
                guard let first = first.baseAddress, let second = second.baseAddress else {
                    return []
                }
                return EdgeSort.order(first: first, second: second, count: sources.count)
            }
        }
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
        let order = order()
        let keys = columns.keys.sorted()
        var run = RelationshipRun(file: file, keys: keys)
        for start in stride(from: 0, to: order.count, by: Self.rowsPerBlock) {
            let rows = order[start..<min(start + Self.rowsPerBlock, order.count)]
            try run.append(
                rows, sources, targets, keys.map { columns[$0] ?? LoadedColumn() })
        }
        runs.append(run)
        sources.removeAll(keepingCapacity: true)
        targets.removeAll(keepingCapacity: true)
        for column in columns.values { column.removeAll() }
    }

    /// Hands over everything in order; nothing is left here.
    func drain(into emitter: RelationshipEmitter) throws(GraphError) {
        if runs.isEmpty {
            try drainMemory(into: emitter)
            return
        }
        try spill()
        sources = []
        targets = []
        columns = [:]
        try RelationshipMerge(runs).drain(into: emitter)
        runs = []
        file = nil
    }

    /// Hands over the ends of everything in order; for sorters without columns.
    func drainEnds(
        _ body: (UInt64, UInt64) throws(GraphError) -> Void
    ) throws(GraphError) {
        if runs.isEmpty {
            for row in order() { try body(sources[Int(row)], targets[Int(row)]) }
        } else {
            try spill()
            try RelationshipMerge(runs).drainEnds(body)
        }
        sources = []
        targets = []
        runs = []
        file = nil
    }

    private func drainMemory(into emitter: RelationshipEmitter) throws(GraphError) {
        let order = order()
        let keys = columns.keys.sorted()
        let loaded = keys.map { columns[$0] ?? LoadedColumn() }
        var start = 0
        while start < order.count {
            let end = min(start + emitter.room, order.count)
            try order.withUnsafeBufferPointer { order throws(GraphError) in
                let rows = UnsafeBufferPointer(rebasing: order[start..<end])
                try sources.withUnsafeBufferPointer { from throws(GraphError) in
                    try targets.withUnsafeBufferPointer { to throws(GraphError) in
                        try emitter.append(rows, from, to, keys, loaded)
                    }
                }
            }
            start = end
        }
        sources = []
        targets = []
        columns = [:]
    }
}

/// Relationships being loaded that share a type and properties.
public final class BulkRelationshipTable {
    private let load: BulkLoad
    private let sorter: RelationshipSorter
    private let keys: [UInt32]

    init(_ load: BulkLoad, _ sorter: RelationshipSorter, keys: [UInt32]) {
        self.load = load
        self.sorter = sorter
        self.keys = keys
    }

    /// Loads a batch of relationships from `sources[i]` to `targets[i]`, a column a property.
    public func append(
        sources: [UInt64], targets: [UInt64], columns: [BulkColumn]
    ) throws(GraphError) {
        precondition(columns.count == keys.count, "a batch has a column for each property")
        precondition(sources.count == targets.count, "a relationship has two ends")
        try load.finishNodes()
        sorter.append(sources: sources, targets: targets, keys: keys, batch: columns)
        try load.spillIfNeeded()
    }
}
