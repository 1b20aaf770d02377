import KithGraph
import KithValues

/// Counting the edges of nodes, a batch at a time.
enum EdgeCounting {
    /// An id that no node has: what stands for null, which has no edge.
    static let noNode = UInt64.max

    /// The id of each row's node, one after the other; ``noNode`` where there is none.
    static func ids(_ vector: Vector) -> Vector {
        let isPlain = vector.layout == .node && vector.validity == nil
        if isPlain, !vector.isConstant { return vector }
        let ids = Vector(.node, count: vector.count)
        if isPlain {
            ids.ids.update(repeating: vector.ids[0], count: vector.count)
            return ids
        }
        for row in 0..<vector.count {
            if case .node(let id) = vector.value(at: row) {
                ids.ids[row] = id.rawValue
            } else {
                ids.ids[row] = noNode
            }
        }
        return ids
    }

    /// As many integers as there are rows, which the caller owns, each the same.
    static func equal(_ number: Int64, count: Int) -> Vector {
        let counts = Vector(.integer, count: count)
        counts.integers.update(repeating: number, count: count)
        return counts
    }

    /// What `count` writes for each pair of nodes of two vectors made by ``ids(_:)``.
    static func perPair(
        _ firsts: Vector, _ seconds: Vector, _ context: ExecutionContext,
        _ count: (
            UnsafeBufferPointer<UInt64>, UnsafeBufferPointer<UInt64>, UnsafeMutablePointer<Int64>
        ) throws(GraphError) -> Void
    ) throws(QueryError) -> Vector {
        defer { withExtendedLifetime((firsts, seconds)) {} }
        let counts = Vector(.integer, count: firsts.count)
        try context.onGraph { () throws(GraphError) in
            try count(
                UnsafeBufferPointer(start: firsts.ids, count: firsts.count),
                UnsafeBufferPointer(start: seconds.ids, count: seconds.count), counts.integers)
        }
        return counts
    }

    /// For each pair the number of edges, seen from the first.
    static func counts(
        _ sources: Vector, _ targets: Vector, _ types: [RelationshipTypeID],
        _ direction: Direction, _ marks: NeighbourMarks, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        try perPair(sources, targets, context) { (sources, targets, counts) throws(GraphError) in
            try context.graph.edgeCounts(
                from: sources, to: targets, types: types, direction: direction, marks: marks,
                into: counts)
        }
    }

    /// For each pair the number of edges of the first whose far end has an edge with the second.
    static func adjacent(
        _ firsts: Vector, _ seconds: Vector, _ request: IntersectionRequest,
        _ marks: NeighbourMarks, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        try perPair(firsts, seconds, context) { (firsts, seconds, counts) throws(GraphError) in
            try context.graph.countAdjacentNeighbours(
                of: firsts, seconds, request, marks: marks, into: counts)
        }
    }

    /// For each node the number of its edges.
    static func degrees(
        _ sources: Vector, _ types: [RelationshipTypeID], _ direction: Direction,
        _ lists: inout KnownLists, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        try perNode(sources, context) { (sources, degrees) throws(GraphError) in
            try context.graph.degrees(
                of: sources, types: types, direction: direction, &lists, into: degrees)
        }
    }

    /// For each node 1 where it has an edge to itself, else 0.
    static func loops(
        _ nodes: Vector, _ types: [RelationshipTypeID], _ direction: Direction,
        _ marks: NeighbourMarks, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        try perNode(nodes, context) { (nodes, flags) throws(GraphError) in
            try context.graph.findLoops(
                of: nodes, types: types, direction: direction, marks: marks, into: flags)
        }
    }

    /// What `count` writes for each node.
    private static func perNode(
        _ nodes: Vector, _ context: ExecutionContext,
        _ count: (UnsafeBufferPointer<UInt64>, UnsafeMutablePointer<Int64>) throws(GraphError) ->
            Void
    ) throws(QueryError) -> Vector {
        defer { withExtendedLifetime(nodes) {} }
        let counts = Vector(.integer, count: nodes.count)
        try context.onGraph { () throws(GraphError) in
            try count(
                UnsafeBufferPointer(start: nodes.ids, count: nodes.count), counts.integers)
        }
        return counts
    }
}
