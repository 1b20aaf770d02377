import KithGraph
import KithValues

/// The marks that an operator keeps between the batches of a run, made anew when the graph has
/// changed.
final class GraphMarks: RunResource {
    private var made: (marks: NeighbourMarks, version: UInt64)?

    func marks(_ context: ExecutionContext) throws(QueryError) -> NeighbourMarks {
        if let made, made.version == context.graphVersion { return made.marks }
        if let made { context.memory.give(back: made.marks.sizeInBytes) }
        let marks = NeighbourMarks(context.graph)
        if made == nil { context.register(self) }
        made = (marks, context.graphVersion)
        try context.memory.take(marks.sizeInBytes)
        return marks
    }

    func runEnded() { made = nil }
}

/// Counting the edges of nodes, a batch at a time.
enum EdgeCounting {
    /// An id that no node has: what stands for null, which has no edge.
    static let noNode = UInt64.max

    /// The id of each row's node; ``noNode`` where there is none.
    static func ids(_ vector: Vector) -> [UInt64] {
        if vector.layout == .node, vector.validity == nil {
            return vector.presentIDs(.node).ids
        }
        return (0..<vector.count).map { row in
            if case .node(let id) = vector.value(at: row) { return id.rawValue }
            return noNode
        }
    }

    /// What `count` writes for each pair of nodes.
    static func perPair(
        _ firsts: [UInt64], _ seconds: [UInt64], _ context: ExecutionContext,
        _ count: (
            UnsafeBufferPointer<UInt64>, UnsafeBufferPointer<UInt64>, UnsafeMutablePointer<Int64>
        ) throws(GraphError) -> Void
    ) throws(QueryError) -> [Int64] {
        var counts = [Int64](repeating: 0, count: firsts.count)
        try context.onGraph { () throws(GraphError) in
            try firsts.withUnsafeBufferPointer { firsts throws(GraphError) in
                try seconds.withUnsafeBufferPointer { seconds throws(GraphError) in
                    try counts.withUnsafeMutableBufferPointer { counts throws(GraphError) in
                        guard let base = counts.baseAddress else { return }
                        try count(firsts, seconds, base)
                    }
                }
            }
        }
        return counts
    }

    /// For each pair the number of edges, seen from the first.
    static func counts(
        _ sources: [UInt64], _ targets: [UInt64], _ types: [RelationshipTypeID],
        _ direction: Direction, _ marks: NeighbourMarks, _ context: ExecutionContext
    ) throws(QueryError) -> [Int64] {
        try perPair(sources, targets, context) { (sources, targets, counts) throws(GraphError) in
            try context.graph.edgeCounts(
                from: sources, to: targets, types: types, direction: direction, marks: marks,
                into: counts)
        }
    }

    /// For each pair the number of edges of the first whose far end has an edge with the second.
    static func adjacent(
        _ firsts: [UInt64], _ seconds: [UInt64], _ request: IntersectionRequest,
        _ marks: NeighbourMarks, _ context: ExecutionContext
    ) throws(QueryError) -> [Int64] {
        try perPair(firsts, seconds, context) { (firsts, seconds, counts) throws(GraphError) in
            try context.graph.countAdjacentNeighbours(
                of: firsts, seconds, request, marks: marks, into: counts)
        }
    }

    /// For each node the number of its edges.
    static func degrees(
        _ sources: [UInt64], _ types: [RelationshipTypeID], _ direction: Direction,
        _ context: ExecutionContext
    ) throws(QueryError) -> [Int64] {
        try perNode(sources, context) { (sources, degrees) throws(GraphError) in
            try context.graph.degrees(
                of: sources, types: types, direction: direction, into: degrees)
        }
    }

    /// For each node 1 where it has an edge to itself, else 0.
    static func loops(
        _ nodes: [UInt64], _ types: [RelationshipTypeID], _ direction: Direction,
        _ marks: NeighbourMarks, _ context: ExecutionContext
    ) throws(QueryError) -> [Int64] {
        try perNode(nodes, context) { (nodes, flags) throws(GraphError) in
            try context.graph.findLoops(
                of: nodes, types: types, direction: direction, marks: marks, into: flags)
        }
    }

    /// What `count` writes for each node.
    private static func perNode(
        _ nodes: [UInt64], _ context: ExecutionContext,
        _ count: (UnsafeBufferPointer<UInt64>, UnsafeMutablePointer<Int64>) throws(GraphError) ->
            Void
    ) throws(QueryError) -> [Int64] {
        var counts = [Int64](repeating: 0, count: nodes.count)
        try context.onGraph { () throws(GraphError) in
            try nodes.withUnsafeBufferPointer { nodes throws(GraphError) in
                try counts.withUnsafeMutableBufferPointer { counts throws(GraphError) in
                    guard let base = counts.baseAddress else { return }
                    try count(nodes, base)
                }
            }
        }
        return counts
    }
}
