/// An edge added to or removed from the lists of one chunk, not yet folded into its blocks.
struct EdgeChange: Equatable {
    var edge: ChunkEdge
    var isAdded: Bool
}

enum EdgeMerge {
    /// Applies changes to sorted edges and keeps them sorted.
    ///
    /// With ids a removal takes the edge with the same relationship. Without, edges between the same
    /// two nodes cannot be told apart, and need not be: a removal takes one of them.
    static func merge(
        _ edges: [ChunkEdge], _ changes: [EdgeChange], hasIDs: Bool
    ) throws(GraphError) -> [ChunkEdge] {
        guard !changes.isEmpty else { return edges }
        var added: [ChunkEdge] = []
        var removed: [ChunkEdge] = []
        for change in changes {
            var edge = change.edge
            if !hasIDs { edge.relationship = 0 }
            if change.isAdded { added.append(edge) } else { removed.append(edge) }
        }
        added.sort(by: ChunkEdge.isBefore)
        removed.sort(by: ChunkEdge.isBefore)
        var merged: [ChunkEdge] = []
        merged.reserveCapacity(edges.count + added.count)
        var left = 0
        var right = 0
        var gone = 0
        while left < edges.count || right < added.count {
            let edge: ChunkEdge
            if right == added.count
                || (left < edges.count && !ChunkEdge.isBefore(added[right], edges[left]))
            {
                edge = edges[left]
                left += 1
            } else {
                edge = added[right]
                right += 1
            }
            if gone < removed.count, removed[gone] == edge {
                gone += 1
            } else {
                merged.append(edge)
            }
        }
        guard gone == removed.count else {
            throw GraphError.corrupt("a removed relationship is in no adjacency block")
        }
        return merged
    }
}
