import KithGraph
import KithValues

/// The number of edges of each node, or the sum of their weights.
enum Degree {
    private static let blockSize = 4_096

    /// The degree of each node; O(*n* + *m*).
    static func degrees(
        _ lists: ProjectedLists, _ team: WorkTeam
    ) throws(WorkStopped) -> [Double] {
        let count = lists.nodeCount
        let degrees = UnsafeMutablePointer<Double>.filled(count, 0)
        defer { degrees.deallocate() }
        let offsets = lists.offsets
        let weights = lists.weights
        try team.forEachBlock(of: count, size: blockSize) { block, _ in
            for node in block {
                guard let weights else {
                    degrees[node] = Double(offsets[node &+ 1] &- offsets[node])
                    continue
                }
                var sum = 0.0
                for edge in offsets[node]..<offsets[node &+ 1] { sum += weights[edge] }
                degrees[node] = sum
            }
        }
        return Array(copying: degrees, count: count)
    }
}

extension AlgorithmProcedure {
    /// `algo.degree`.
    static let degree = AlgorithmProcedure(
        "degree", "The number of each node's relationships, or the sum of their weights.",
        options: [], direction: .outgoing, isWeighted: true,
        outputs: [.init("node", .node), .init("score", .float)]
    ) { (call) throws(QueryError) in
        let projection = try call.projection(.forward)
        let count = projection.nodes.count
        try call.reserve(count * 16)
        let degrees = try call.computing { (team) throws(WorkStopped) in
            try Degree.degrees(projection.lists, team)
        }
        return AlgorithmRows(count: count, columns: [.nodes(projection.nodes), .floats(degrees)])
    }
}
