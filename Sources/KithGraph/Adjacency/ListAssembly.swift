/// Lists of a chunk while they are put together, block after block: beside the lists themselves no more
/// than one block is in memory, however long they are.
struct ListAssembly {
    private let edgeCount: Int
    private let hasIDs: Bool
    private var lists: ListMemory
    /// The relationships, once they are known not to follow each other.
    private var relationships: DecodedMemory?
    private var firstRelationship: UInt64 = 0
    private var count = 0
    /// The block at hand; and the number of edges of each slot so far.
    private var block: EdgeArrays

    /// For lists of `edgeCount` edges in blocks of at most `blockMax`.
    init(edgeCount: Int, blockMax: Int, hasIDs: Bool) {
        self.edgeCount = edgeCount
        self.hasIDs = hasIDs
        lists = ListMemory(edgeCount: edgeCount, isWide: false)
        block = EdgeArrays(capacity: blockMax)
    }

    /// Appends a block that should have so many edges.
    mutating func append(
        _ bytes: UnsafeRawBufferPointer, count expected: Int
    ) throws(GraphError) {
        block.removeEdges()
        try AdjacencyBlock.decode(bytes, into: &block)
        try block.check(count: min(expected, edgeCount - count), hasIDs: hasIDs)
        if !lists.store(block.neighbours, count: block.count, at: count) {
            lists = lists.widened(edgeCount: edgeCount, count: count)
            _ = lists.store(block.neighbours, count: block.count, at: count)
        }
        if hasIDs { appendRelationships() }
        count += block.count
    }

    private mutating func appendRelationships() {
        if relationships == nil {
            if count == 0 { firstRelationship = block.relationships[0] }
            let next = firstRelationship &+ UInt64(truncatingIfNeeded: count)
            if block.isContiguous, block.relationships[0] == next { return }
            let memory = DecodedMemory(byteCount: edgeCount * 8)
            let ids = memory.start.assumingMemoryBound(to: UInt64.self)
            for edge in 0..<count {
                ids[edge] = firstRelationship &+ UInt64(truncatingIfNeeded: edge)
            }
            relationships = memory
        }
        guard let relationships else { return }
        (relationships.start.assumingMemoryBound(to: UInt64.self) + count).update(
            from: block.relationships, count: block.count)
    }

    /// The lists; the assembly must not be used afterwards.
    func finish() -> AdjacencyChunk {
        lists.setOffsets(block.degrees)
        block.deallocate()
        return AdjacencyChunk(
            lists, relationships: relationships,
            firstRelationship: relationships == nil ? firstRelationship : 0, hasIDs: hasIDs,
            edgeCount: count, recentCount: 0)
    }

    /// Gives the memory back without making lists.
    func discard() {
        lists.free()
        relationships?.free()
        block.deallocate()
    }
}
