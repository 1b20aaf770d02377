import KithStorage

/// Where the lists of a chunk lie, and what was changed since they were written.
struct StoredLists {
    struct Block {
        /// The slot and the neighbour of its first edge, and its number among blocks that begin with the
        /// same two.
        var slot: Int
        var neighbour: UInt64
        var ordinal: UInt32
        var edgeCount: Int
        /// Its bytes if they lie in the entry.
        var inline: PaddedBytes?
        var reference: ExtentReference?
    }

    static let allSlots = 0...GraphLimits.slotsPerChunk - 1

    /// The slots whose lists are complete.
    private(set) var slots = allSlots
    let hasIDs: Bool
    private(set) var blocks: [Block] = []
    private(set) var edgeCount = 0
    private(set) var changes: [EdgeChange]

    /// Finds the lists of a chunk.
    init(
        _ key: AdjacencyKey, _ chunk: UInt64, _ storage: StorageReader
    ) throws(GraphError) {
        hasIDs = !key.isIncoming
        blocks = try Self.blocks(key, chunk, storage)
        edgeCount = blocks.reduce(0) { $0 + $1.edgeCount }
        guard edgeCount <= Int(UInt32.max) else {
            throw GraphError.corrupt("a chunk has more edges than there can be")
        }
        changes = try AdjacencyChunk.recentChanges(key, chunk, in: storage)
    }

    /// The blocks of a chunk, without what was changed since they were written.
    static func blocks(
        _ key: AdjacencyKey, _ chunk: UInt64, _ storage: StorageReader
    ) throws(GraphError) -> [Block] {
        var found: [Block] = []
        try AdjacencyChunk.forEachBlock(key, chunk, in: storage) { key, entry throws(GraphError) in
            var block = Block(
                slot: Int(key.bigEndianUInt16(at: 12)), neighbour: key.bigEndianUInt64(at: 14),
                ordinal: key.bigEndianUInt32(at: 22), edgeCount: entry.edgeCount)
            switch entry.location {
            case .inline(let bytes): block.inline = PaddedBytes(bytes)
            case .extent(let reference): block.reference = reference
            }
            found.append(block)
        }
        return found
    }

    /// The blocks that may have edges of a slot.
    func blocks(of slot: Int) -> Range<Int> {
        let begin = firstBlock(of: slot)
        var end = begin
        while end < blocks.count, blocks[end].slot <= slot { end += 1 }
        return begin..<end
    }

    /// The first block that may have edges of a slot: a list may begin in the block before the one that
    /// goes on with its slot.
    private func firstBlock(of slot: Int) -> Int {
        var low = 0
        var high = max(blocks.count - 1, 0)
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle + 1].slot >= slot { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The lists of some slots, and of others that lie between them in the same blocks.
    func part(_ wanted: ClosedRange<Int>) -> StoredLists {
        var part = self
        let begin = firstBlock(of: wanted.lowerBound)
        let end = blocks.firstIndex { $0.slot > wanted.upperBound } ?? blocks.count
        part.blocks = begin < end ? Array(blocks[begin..<end]) : []
        part.edgeCount = part.blocks.reduce(0) { $0 + $1.edgeCount }
        let first = part.blocks.first.map { $0.slot + 1 } ?? wanted.lowerBound
        let last = end < blocks.count ? blocks[end].slot - 1 : Self.allSlots.upperBound
        part.slots = min(first, wanted.lowerBound)...max(last, wanted.upperBound)
        let covered = part.slots
        part.changes = changes.filter { covered.contains(Int($0.edge.slot)) }
        return part
    }

    /// About how much memory decoding takes: the lists, twice where they must be changed.
    var sizeInBytes: Int {
        ListMemory.sizeInBytes(edgeCount: edgeCount) * (changes.isEmpty ? 1 : 2)
    }

    /// Lists with more edges than this are changed in a way that takes no more memory than they do.
    private static let plainMergeMax = 1 << 16

    /// Decodes the lists.
    func decoded(_ storage: StorageReader) throws(GraphError) -> AdjacencyChunk {
        let base = try stored(storage)
        if changes.isEmpty { return base }
        if edgeCount > Self.plainMergeMax, changes.count <= ListPatch.changesWithRemovalsMax,
            let patched = ListPatch(base, changes).apply()
        {
            return patched
        }
        return AdjacencyChunk(
            consuming: try EdgeArrays.merged(base, changes, hasIDs: hasIDs), hasIDs: hasIDs,
            recentCount: changes.count, hasRecentRemovals: changes.contains { !$0.isAdded })
    }

    /// Calls `body` with each edge, in order. Where no changes wait to be folded in no more than a block
    /// is in memory at a time, however long the lists are.
    func forEachEdge(
        _ storage: StorageReader, _ body: (ChunkEdge) throws(GraphError) -> Void
    ) throws(GraphError) {
        guard changes.isEmpty else {
            let lists = try decoded(storage)
            for slot in 0..<GraphLimits.slotsPerChunk {
                for edge in lists.range(slot) {
                    try body(
                        ChunkEdge(
                            slot: UInt16(slot), neighbour: lists.neighbour(edge),
                            relationship: hasIDs ? lists.relationship(edge) : 0))
                }
            }
            return
        }
        var arrays = EdgeArrays(capacity: blocks.reduce(0) { max($0, $1.edgeCount) })
        defer { arrays.deallocate() }
        for block in blocks {
            arrays.removeAll()
            try withBytes(of: block, storage) { bytes throws(GraphError) in
                try AdjacencyBlock.decode(bytes, into: &arrays)
            }
            try arrays.check(count: block.edgeCount, hasIDs: hasIDs)
            try arrays.forEachEdge(hasIDs: hasIDs, body)
        }
    }

    /// Calls `body` with the bytes of a block, which are followed by readable ones.
    private func withBytes(
        of block: Block, _ storage: StorageReader,
        _ body: (UnsafeRawBufferPointer) throws(GraphError) -> Void
    ) throws(GraphError) {
        if let inline = block.inline {
            try body(inline.bytes)
        } else if let reference = block.reference {
            let buffer = try storageCall { () throws(StorageError) in
                try storage.readExtent(reference)
            }
            try body(buffer.bytes)
        }
    }

    private func stored(_ storage: StorageReader) throws(GraphError) -> AdjacencyChunk {
        try decoded(blocks: blocks.indices, storage)
    }

    /// Decodes some of the blocks, without what was changed since they were written.
    func decoded(
        blocks range: Range<Int>, _ storage: StorageReader
    ) throws(GraphError) -> AdjacencyChunk {
        let blocks = blocks[range]
        var assembly = ListAssembly(
            edgeCount: blocks.reduce(0) { $0 + $1.edgeCount },
            blockMax: blocks.reduce(0) { max($0, $1.edgeCount) }, hasIDs: hasIDs)
        do throws(GraphError) {
            for block in blocks {
                try withBytes(of: block, storage) { bytes throws(GraphError) in
                    try assembly.append(bytes, count: block.edgeCount)
                }
            }
        } catch {
            assembly.discard()
            throw error
        }
        return assembly.finish()
    }
}
