/// Sorted edges of one chunk, each part in an array of its own.
struct EdgeSpan {
    /// The nodes that the edges are listed under; only their slots matter.
    var nodes: UnsafePointer<UInt64>
    var neighbours: UnsafePointer<UInt64>
    /// The relationships; nil where they are not stored, or given by ``firstRelationship``.
    var relationships: UnsafePointer<UInt64>?
    /// The relationship of the first edge, where each next edge has the next one.
    var firstRelationship: UInt64?
    var count: Int

    @inline(__always)
    func slot(_ edge: Int) -> Int {
        Int(truncatingIfNeeded: nodes[edge] & UInt64(GraphLimits.slotsPerChunk - 1))
    }

    /// Some of the edges.
    func part(_ range: Range<Int>) -> EdgeSpan {
        EdgeSpan(
            nodes: nodes + range.lowerBound, neighbours: neighbours + range.lowerBound,
            relationships: relationships.map { $0 + range.lowerBound },
            firstRelationship: firstRelationship.map { $0 + UInt64(range.lowerBound) },
            count: range.count)
    }

    /// Calls `body` with edges given one by one.
    static func with<Result, Failure: Error>(
        _ edges: ArraySlice<ChunkEdge>, hasIDs: Bool,
        _ body: (EdgeSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let nodes = edges.map { UInt64($0.slot) }
        let neighbours = edges.map { $0.neighbour }
        let relationships = edges.map { $0.relationship }
        let buffers = UnsafeMutablePointer<UInt64>.allocate(capacity: max(edges.count * 3, 1))
        defer { buffers.deallocate() }
        for index in 0..<nodes.count {
            buffers[index] = nodes[index]
            buffers[nodes.count + index] = neighbours[index]
            buffers[nodes.count * 2 + index] = relationships[index]
        }
        return try body(
            EdgeSpan(
                nodes: buffers, neighbours: buffers + nodes.count,
                relationships: hasIDs ? UnsafePointer(buffers + nodes.count * 2) : nil,
                count: nodes.count))
    }
}
