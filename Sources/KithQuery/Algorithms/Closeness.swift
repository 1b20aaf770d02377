import KithGraph

/// How near each node is to those that it leads to.
struct Closeness {
    /// How distances become a score.
    enum Kind: Sendable {
        /// The nodes reached by the sum of their distances, times the share of nodes that are reached
        /// (Wasserman and Faust 1994).
        case reciprocal
        /// The mean of the reciprocals of all distances; 0 for nodes that are not reached (Marchiori
        /// and Latora 2000).
        case harmonic
    }

    let kind: Kind

    /// The score of each node; O(*n* · *m*), with weights O(*n* · *m* log *n*).
    ///
    /// - Precondition: weights are above 0.
    func scores(_ lists: SimpleLists, _ team: WorkTeam) throws(WorkStopped) -> [Double] {
        let count = lists.nodeCount
        let searches = (0..<team.count).map { _ in DistanceSearch(nodeCount: count) }
        let scores = UnsafeMutablePointer<Double>.filled(count, 0)
        defer { scores.deallocate() }
        try team.forEachBlock(of: count, size: 8) { block, worker in
            for node in block {
                if team.isStopping { return }
                searches[worker].search(lists, from: node)
                scores[node] = score(searches[worker], count)
            }
        }
        return Array(copying: scores, count: count)
    }

    private func score(_ search: DistanceSearch, _ count: Int) -> Double {
        if search.reached < 2 { return 0 }
        var sum = 0.0
        for index in 1..<search.reached {
            let distance = search.distances[Int(search.order[index])]
            sum += kind == .harmonic ? 1 / distance : distance
        }
        let others = Double(count - 1)
        if kind == .harmonic { return sum / others }
        let reached = Double(search.reached - 1)
        return reached / sum * (reached / others)
    }
}

extension AlgorithmProcedure {
    /// `algo.closeness`.
    static let closeness = makeCloseness(
        "closeness", .reciprocal, "How near each node is to those that it leads to.")

    /// `algo.harmonic`.
    static let harmonic = makeCloseness(
        "harmonic", .harmonic, "The mean of the reciprocal distances from each node.")

    private static func makeCloseness(
        _ name: String, _ kind: Closeness.Kind, _ summary: String
    ) -> AlgorithmProcedure {
        AlgorithmProcedure(
            name, summary, options: [], direction: .outgoing, isWeighted: true,
            outputs: [.init("node", .node), .init("score", .float)]
        ) { (call) throws(QueryError) in
            let projection = try call.projectionForPaths()
            let count = projection.nodes.count
            try call.reserve(
                DistanceSearch.sizeInBytes(nodeCount: count) * call.team.count
                    + projection.lists.edgeCount * 12)
            let scores = try call.computing { (team) throws(WorkStopped) in
                try Closeness(kind: kind).scores(try SimpleLists(projection.lists, team), team)
            }
            return AlgorithmRows(
                count: count, columns: [.nodes(projection.nodes), .floats(scores)])
        }
    }
}
