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
    private var edges: [ChunkEdge] = []
    /// Whether the present chunk had edges before, so that all of it must be merged at once.
    private var isMerged = false

    init(_ load: BulkLoad, _ key: AdjacencyKey) throws(GraphError) {
        self.load = load
        self.key = key
        hadEdges = try Self.hasEdges(key, load.reader.storage)
        blockSize = load.writer.store.options.edgesPerBlockMax
        edges.reserveCapacity(blockSize)
    }

    /// Whether storage has any blocks or changed edges of this type and direction.
    private static func hasEdges(
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
            try finish()
            chunk = nodeChunk
            ordinal = 0
            isMerged = false
            if hadEdges {
                let old = try oldLists(nodeChunk)
                isMerged = old.edgeCount > 0 || old.recentCount > 0
            }
        } else if edges.count >= blockSize, !isMerged {
            try writeBlock()
        }
        edges.append(
            ChunkEdge(
                slot: UInt16(truncatingIfNeeded: node & UInt64(GraphLimits.slotsPerChunk - 1)),
                neighbour: neighbour, relationship: relationship))
    }

    private func oldLists(_ chunk: UInt64) throws(GraphError) -> AdjacencyChunk {
        let reader = load.reader
        let step = reader.cache.enter()
        defer { reader.cache.leave(step) }
        return try reader.baseLists(key, chunk, in: reader.tables.table(key))
    }

    /// Stores what is left of the present chunk.
    func finish() throws(GraphError) {
        guard let chunk, !edges.isEmpty else { return }
        if isMerged {
            let changes = edges.map { EdgeChange(edge: $0, isAdded: true) }
            let merged = try EdgeMerge.merge(
                try oldLists(chunk).allEdges(), changes, hasIDs: !key.isIncoming)
            try load.writer.writeLists(merged, key, chunk)
            load.noteLists(key, chunk)
            edges.removeAll(keepingCapacity: true)
        } else {
            try writeBlock()
        }
    }

    private func writeBlock() throws(GraphError) {
        guard let chunk, let first = edges.first else { return }
        let transaction = load.writer.transaction
        let tree = KeySpaces.blocks(isIncoming: key.isIncoming)
        try BlockWriting.store(
            edges[...], key, inlineLengthMax: load.writer.store.blockInlineLengthMax, transaction
        ) { value throws(StorageError) in
            try transaction.put(
                KeySpaces.block(type: key.type, chunk: chunk, first: first, ordinal: ordinal),
                value, in: tree)
        }
        ordinal += 1
        load.writer.noteStorageChange()
        load.noteLists(key, chunk)
        edges.removeAll(keepingCapacity: true)
    }
}
