import KithGraph

/// The edges of one node by the node at their other end, for looking up many ends.
final class NeighbourTable {
    private(set) var relationships: [UInt64] = []
    private var neighbours: [UInt64] = []
    /// For each edge the next one with the same hash, or -1.
    private var next: [Int32] = []
    private var heads: [Int32] = []
    private let expansion: Expansion

    init(batchSize: Int) { expansion = Expansion(capacity: batchSize) }

    /// Fills the table with the edges of `node`.
    func fill(
        with node: UInt64, types: [RelationshipTypeID], direction: Direction,
        wantsRelationships: Bool, _ context: ExecutionContext
    ) throws(QueryError) {
        neighbours.removeAll(keepingCapacity: true)
        relationships.removeAll(keepingCapacity: true)
        expansion.begin()
        var isDone = false
        while !isDone {
            isDone = try context.onGraph { () throws(GraphError) in
                try withUnsafePointer(to: node) { pointer throws(GraphError) in
                    try context.graph.expand(
                        UnsafeBufferPointer(start: pointer, count: 1), types: types,
                        direction: direction, wantsRelationships: wantsRelationships,
                        into: expansion)
                }
            }
            neighbours += UnsafeBufferPointer(
                start: expansion.neighbours, count: expansion.count)
            if wantsRelationships {
                relationships += UnsafeBufferPointer(
                    start: expansion.relationships, count: expansion.count)
            }
        }
        index()
    }

    private func index() {
        var size = 16
        while size < neighbours.count * 2 { size *= 2 }
        heads = [Int32](repeating: -1, count: size)
        next = [Int32](repeating: -1, count: neighbours.count)
        // From the last to the first, so that equal neighbours are found in their order.
        for edge in neighbours.indices.reversed() {
            let slot = Self.slot(neighbours[edge], size)
            next[edge] = heads[slot]
            heads[slot] = Int32(edge)
        }
    }

    @inline(__always)
    private static func slot(_ id: UInt64, _ size: Int) -> Int {
        Int(truncatingIfNeeded: (id &* 0x9e37_79b9_7f4a_7c15) &>> 32) & (size &- 1)
    }

    /// Appends the positions of the edges that lead to `node`.
    @inline(__always)
    func find(_ node: UInt64, into edges: inout [Int32]) {
        var edge = heads[Self.slot(node, heads.count)]
        while edge >= 0 {
            if neighbours[Int(edge)] == node { edges.append(edge) }
            edge = next[Int(edge)]
        }
    }
}
