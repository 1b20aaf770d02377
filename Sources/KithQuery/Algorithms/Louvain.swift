import KithGraph

/// Communities that are much more linked within than by chance (Blondel and others 2008): nodes move to
/// where modularity gains most, then each community becomes a node, and so on.
struct Louvain {
    /// Above 1 for smaller communities, below 1 for larger ones.
    var resolution = 1.0
    /// The most levels.
    var levels = 20
    /// Where the order of the nodes is drawn from.
    var seed: UInt64 = 0

    /// The community of each node, numbered from 0 in the order of their first nodes, and their
    /// modularity.
    func communities(
        _ lists: ProjectedLists, _ team: WorkTeam
    ) throws(WorkStopped) -> Communities {
        let count = lists.nodeCount
        let first = try CommunityGraph(lists, team)
        let links = (0..<team.count).map { _ in CommunityLinks(capacity: count) }
        let result = UnsafeMutablePointer<UInt32>.filled(count, 0)
        defer { result.deallocate() }
        for node in 0..<count { result[node] = UInt32(node) }
        var start = first
        for round in 0..<Self.roundsMax {
            try mergeLevels(from: start, result, count, links, team)
            // Nodes whose best community changed as others moved on later levels.
            let found = Communities.renumber(result, count: count)
            let moving = LocalMoving(first, result, resolution: resolution, links, team)
            let gain = try moving.run(order: NodeOrder.drawn(count, seed &+ UInt64(round)))
            if gain < Self.gainMin || found == count { break }
            // Where they went, communities may now be worth merging.
            let left = Communities.renumber(result, count: count)
            start = try first.merged(result, count: left, links, team)
        }
        return try Communities(result, first, resolution: resolution, team)
    }

    /// The most times that all levels are gone through.
    private static let roundsMax = 5
    /// A level or round that gains less modularity is the last one.
    private static let gainMin = 1e-7

    /// Merges the nodes of `start`, which stand for the communities in `result`, level by level.
    private func mergeLevels(
        from start: CommunityGraph, _ result: UnsafeMutablePointer<UInt32>, _ count: Int,
        _ links: [CommunityLinks], _ team: WorkTeam
    ) throws(WorkStopped) {
        var graph = start
        let level = UnsafeMutablePointer<UInt32>.filled(max(start.nodeCount, 1), 0)
        defer { level.deallocate() }
        for number in 0..<levels {
            for node in 0..<graph.nodeCount { level[node] = UInt32(node) }
            let moving = LocalMoving(graph, level, resolution: resolution, links, team)
            let gain = try moving.run(
                order: NodeOrder.drawn(graph.nodeCount, seed &+ UInt64(number)))
            let found = Communities.renumber(level, count: graph.nodeCount)
            try team.forEachBlock(of: count, size: CommunityGraph.blockSize) { block, _ in
                for node in block { result[node] = level[Int(result[node])] }
            }
            if found == graph.nodeCount || gain < Self.gainMin { return }
            graph = try graph.merged(level, count: found, links, team)
        }
    }
}

extension AlgorithmProcedure {
    /// `algo.louvain`.
    static let louvain = AlgorithmProcedure(
        "louvain", "Communities of greatest modularity, found by moving nodes and merging.",
        options: ["resolution", "levels", "seed"], direction: nil, isWeighted: true,
        outputs: [
            .init("node", .node), .init("communityId", .integer), .init("modularity", .float),
        ]
    ) { (call) throws(QueryError) in
        var algorithm = Louvain()
        algorithm.resolution = try call.options.number("resolution", 1, in: 0...1e9)
        algorithm.levels = try call.options.integer("levels", 20, in: 1...1_000)
        algorithm.seed = try call.options.seed()
        let ready = algorithm
        return try call.communities { (lists, team) throws(WorkStopped) in
            try ready.communities(lists, team)
        }
    }
}

extension AlgorithmCall {
    /// The rows of an algorithm that finds communities in a projection that leads both ways.
    func communities(
        _ find: (ProjectedLists, WorkTeam) throws(WorkStopped) -> Communities
    ) throws(QueryError) -> AlgorithmRows {
        let projection = try projectionWithoutNegativeWeights(.forward, direction: .both)
        let lists = projection.lists
        let edges = lists.edgeCount * (lists.weights == nil ? 4 : 12)
        try reserve(edges * 2 + projection.nodes.count * (80 + 16 * team.count))
        let found = try computing { (team) throws(WorkStopped) in try find(lists, team) }
        return AlgorithmRows(
            count: projection.nodes.count,
            columns: [
                .nodes(projection.nodes), .counts(found.numbers),
                .constant(.float(found.modularity)),
            ])
    }
}
