import KithStorage
import KithValues

extension GraphStore {
    /// Verifies the storage and the whole graph and returns every finding; none means sound.
    public func check() throws(GraphError) -> [GraphFinding] {
        let findings = try storageCall { () throws(StorageError) in try storage.check() }
        var result = findings.map { finding in
            GraphFinding(
                message: finding.page.map { "page \($0): \(finding.message)" } ?? finding.message)
        }
        // A store of its own, so that nothing already decoded hides what is on disk; and one that keeps
        // little: most of what is read is looked at once.
        var options = options
        options.decodedCacheBudgetInBytes = min(
            options.decodedCacheBudgetInBytes, try GraphCheck.budgetInBytes(storage))
        let reader = try GraphStore(storage: storage, options: options).beginRead()
        defer { reader.close() }
        var check = GraphCheck(reader)
        check.run()
        result.append(contentsOf: check.findings)
        return result
    }
}

/// Verifies a graph: chunks decode and name what exists, every adjacency is there in both
/// directions and agrees with its relationship, every index entry points at something and
/// everything that belongs into an index is there, counts are true.
struct GraphCheck {
    let reader: GraphReader
    private(set) var findings: [GraphFinding] = []
    /// What the counts should be.
    var statistics = GraphStatistics()
    /// Findings past this number are dropped.
    static let findingsMax = 1_000

    /// What is worth keeping for a check: some chunks, and of all chunks of nodes what leads to the
    /// labels of the far ends of edges.
    static func budgetInBytes(_ storage: StorageEngine) throws(GraphError) -> Int {
        let reader = try storageCall { () throws(StorageError) in try storage.beginRead() }
        defer { reader.close() }
        let chunks = reader.counter(KeySpaces.Counter.nodeChunks)
        return budgetMinInBytes + Int(min(chunks, 1 << 30)) * budgetPerChunkInBytes
    }

    private static let budgetMinInBytes = 24 << 20
    private static let budgetPerChunkInBytes = 4 << 10

    init(_ reader: GraphReader) { self.reader = reader }

    mutating func report(_ message: String) {
        if findings.count < Self.findingsMax { findings.append(GraphFinding(message: message)) }
    }

    /// Runs a part, and reports what it throws.
    mutating func attempt(
        _ what: String, _ body: (inout GraphCheck) throws(GraphError) -> Void
    ) {
        do throws(GraphError) {
            try body(&self)
        } catch {
            report("\(what): \(error.message)")
        }
    }

    mutating func run() {
        for chunk in 0..<reader.nodeChunkCount {
            attempt("node chunk \(chunk)") { check throws(GraphError) in
                try check.checkChunk(.node, chunk)
            }
        }
        for chunk in 0..<reader.relationshipChunkCount {
            attempt("relationship chunk \(chunk)") { check throws(GraphError) in
                try check.checkChunk(.relationship, chunk)
            }
        }
        attempt("keys of chunks") { check throws(GraphError) in try check.checkChunkKeys() }
        for type in 0..<UInt32(reader.catalog.typeTokens.names.count) { checkLists(type) }
        for index in reader.catalog.indexes {
            attempt("index `\(index.name)`") { check throws(GraphError) in
                try check.checkIndex(index)
            }
        }
        for constraint in reader.catalog.constraints {
            if let id = constraint.index, reader.catalog.index(id) == nil {
                report("constraint `\(constraint.name)` has lost its index")
            }
        }
        if statistics != reader.statistics {
            report(
                "the counts say \(reader.nodeCount) nodes and \(reader.relationshipCount) "
                    + "relationships, and by label or type something else than what is there")
        }
    }

    private mutating func checkChunk(_ kind: EntityKind, _ chunk: UInt64) throws(GraphError) {
        let base = try EntityChunk.load(kind, chunk, from: reader.storage)
        let catalog = reader.catalog
        for key in base.keys where key < SegmentEntry.sourceKey {
            if Int(key) >= catalog.propertyKeyTokens.names.count {
                report("\(kind) chunk \(chunk) has a property with the unknown number \(key)")
            }
        }
        for key in base.keys { checkColumn(base, key) }
        for slot in 0..<base.slotCount where base.alive.contains(slot) {
            guard kind == .node else { continue }
            let set = base.labelSet(of: slot)
            if Int(set) >= catalog.labelSets.count {
                report("node \(chunk << 11 | UInt64(slot)) has the unknown label set \(set)")
                continue
            }
            statistics.count(.nodes(set: set), by: 1)
        }
        var members: Set<UInt32> = []
        if kind == .relationship {
            if !base.alive.isEmpty { members.insert(base.descriptor.type) }
        } else {
            for slot in 0..<base.slotCount where base.alive.contains(slot) {
                members.formUnion(catalog.labelSets[base.labelSet(of: slot)])
            }
        }
        for member in members {
            let key = GraphTables.MemberKey(kind: kind, token: member)
            if try !reader.tables.chunks(key, reader.storage).contains(ChunkID(rawValue: chunk)) {
                report("\(kind) chunk \(chunk) is missing from the members of number \(member)")
            }
        }
    }

    private mutating func checkColumn(_ base: EntityChunk, _ key: UInt32) {
        let step = reader.cache.enter()
        defer { reader.cache.leave(step) }
        attempt("\(base.kind) chunk \(base.chunk), property \(key)") { check throws(GraphError) in
            let column = try base.column(key, check.reader.storage, check.reader.cache)
            guard let segment = base.descriptor.segments.first(where: { $0.key == key }),
                base.recent.isEmpty
            else { return }
            var count = 0
            for slot in 0..<base.slotCount where column.hasValue(slot) { count += 1 }
            if count != segment.zone.valueCount {
                check.report(
                    "\(base.kind) chunk \(base.chunk), property \(key): \(count) values where "
                        + "the chunk says \(segment.zone.valueCount)")
            }
            check.checkZone(base, segment, column)
        }
    }

    private mutating func checkZone(_ base: EntityChunk, _ segment: SegmentEntry, _ column: Column)
    {
        guard let zone = base.zone(segment.key), let least = zone.minimum, let most = zone.maximum
        else { return }
        for slot in 0..<column.count where column.hasValue(slot) {
            let value = column.value(at: slot)
            if Value.orderCompare(value, least) < 0 || Value.orderCompare(value, most) > 0 {
                report(
                    "\(base.kind) chunk \(base.chunk), property \(segment.key): a value outside "
                        + "the least and the greatest that the chunk names")
                return
            }
        }
    }

    /// No chunk or changed row may lie past the number of chunks.
    private mutating func checkChunkKeys() throws(GraphError) {
        for kind in [EntityKind.node, .relationship] {
            let limit = kind == .node ? reader.nodeChunkCount : reader.relationshipChunkCount
            for tree in [KeySpaces.descriptors(kind), KeySpaces.recentRows(kind)] {
                let cursor = reader.storage.cursor(in: tree)
                let hasLast = try storageCall { () throws(StorageError) in try cursor.seekLast() }
                guard hasLast else { continue }
                if cursor.key.count < 8 || cursor.key.bigEndianUInt64(at: 0) >= limit {
                    report("there is a \(kind) chunk past the last one, \(limit)")
                }
            }
        }
    }
}
