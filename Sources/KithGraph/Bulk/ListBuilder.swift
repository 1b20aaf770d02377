import KithStorage

/// Writes sorted edges as blocks, chunk by chunk; where a chunk had edges before, old and new ones
/// are merged.
final class ListBuilder {
    private unowned let load: BulkLoad
    private let key: AdjacencyKey
    private let hadEdges: Bool
    private let blockSize: Int
    private var chunk: UInt64?
    private var ordinal: UInt32 = 0
    private var nodes: UnsafeMutablePointer<UInt64>
    private var neighbours: UnsafeMutablePointer<UInt64>
    private var relationships: UnsafeMutablePointer<UInt64>
    private var count = 0
    private var capacity: Int
    /// Whether the present chunk had edges before, so that all of it must be merged at once.
    private var isMerged = false
    private var block: [UInt8] = []

    init(_ load: BulkLoad, _ key: AdjacencyKey) throws(GraphError) {
        self.load = load
        self.key = key
        hadEdges = try Self.hasEdges(key, load.reader.storage)
        blockSize = load.writer.store.options.edgesPerBlockMax
        capacity = blockSize
        nodes = .allocate(capacity: capacity)
        neighbours = .allocate(capacity: capacity)
        relationships = .allocate(capacity: capacity)
    }

    deinit {
        nodes.deallocate()
        neighbours.deallocate()
        relationships.deallocate()
    }

    /// Whether storage has any blocks or changed edges of this type and direction.
    static func hasEdges(
        _ key: AdjacencyKey, _ storage: StorageReader
    ) throws(GraphError) -> Bool {
        var prefix: [UInt8] = []
        prefix.appendBigEndian(key.type)
        let blocks = storage.cursor(in: KeySpaces.blocks(isIncoming: key.isIncoming))
        let changes = storage.cursor(in: KeySpaces.recentEdges)
        let changePrefix = prefix + [key.isIncoming ? 1 : 0]
        return try storageCall { () throws(StorageError) in
            if try blocks.seek(atOrAfter: prefix), blocks.key.starts(with: prefix) { return true }
            return try changes.seek(atOrAfter: changePrefix)
                && changes.key.starts(with: changePrefix)
        }
    }

    func append(_ node: UInt64, _ neighbour: UInt64, _ relationship: UInt64) throws(GraphError) {
        let nodeChunk = node &>> UInt64(GraphLimits.slotBits)
        if nodeChunk != chunk {
            try begin(nodeChunk)
        } else if count == capacity {
            if isMerged { grow() } else { try writeBlock() }
        }
        nodes[count] = node
        neighbours[count] = neighbour
        relationships[count] = relationship
        count &+= 1
    }

    private func begin(_ nodeChunk: UInt64) throws(GraphError) {
        try finish()
        chunk = nodeChunk
        ordinal = 0
        isMerged = false
        if hadEdges {
            let old = try oldLists(nodeChunk)
            isMerged = old.edgeCount > 0 || old.recentCount > 0
        }
    }

    private func grow() {
        func grown(_ old: UnsafeMutablePointer<UInt64>) -> UnsafeMutablePointer<UInt64> {
            let new = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity * 2)
            new.update(from: old, count: count)
            old.deallocate()
            return new
        }
        nodes = grown(nodes)
        neighbours = grown(neighbours)
        relationships = grown(relationships)
        capacity *= 2
    }

    private func oldLists(_ chunk: UInt64) throws(GraphError) -> AdjacencyChunk {
        let reader = load.reader
        let step = reader.cache.enter()
        defer { reader.cache.leave(step) }
        return try reader.baseLists(key, chunk, in: reader.tables.table(key))
    }

    /// Stores what is left of the present chunk.
    func finish() throws(GraphError) {
        guard let chunk, count > 0 else { return }
        guard isMerged else {
            try writeBlock()
            return
        }
        var changes: [EdgeChange] = []
        for index in 0..<count {
            let edge = ChunkEdge(
                slot: UInt16(
                    truncatingIfNeeded: nodes[index] & UInt64(GraphLimits.slotsPerChunk - 1)),
                neighbour: neighbours[index], relationship: relationships[index])
            changes.append(EdgeChange(edge: edge, isAdded: true))
        }
        var folding = try ListFolding(load.writer, key, chunk, changes)
        try folding.make()
        try folding.store()
        try load.writer.freeOldExtents()
        load.noteLists(key, chunk)
        count = 0
    }

    private func writeBlock() throws(GraphError) {
        guard let chunk, count > 0 else { return }
        let span = EdgeSpan(
            nodes: nodes, neighbours: neighbours,
            relationships: key.isIncoming ? nil : UnsafePointer(relationships), count: count)
        block.removeAll(keepingCapacity: true)
        AdjacencyBlock.append(span, to: &block)
        try load.storeBlock(
            block[...], edgeCount: count, key, chunk, slot: span.slot(0), neighbour: neighbours[0],
            ordinal: ordinal)
        ordinal += 1
        count = 0
    }
}

extension BulkLoad {
    /// Stores one block and notes that its chunk's lists changed.
    func storeBlock(
        _ block: ArraySlice<UInt8>, edgeCount: Int, _ key: AdjacencyKey, _ chunk: UInt64,
        slot: Int, neighbour: UInt64, ordinal: UInt32
    ) throws(GraphError) {
        let transaction = writer.transaction
        let value = try BlockWriting.value(
            block, edgeCount: edgeCount, writer.store.blockInlineLengthMax, transaction)
        let first = ChunkEdge(
            slot: UInt16(truncatingIfNeeded: slot), neighbour: neighbour, relationship: 0)
        let entry = KeySpaces.block(type: key.type, chunk: chunk, first: first, ordinal: ordinal)
        writer.noteStorageChange()
        try storageCall { () throws(StorageError) in
            try transaction.put(entry, value, in: KeySpaces.blocks(isIncoming: key.isIncoming))
        }
        noteLists(key, chunk)
    }
}
