import KithGraph

/// Communities that hang together and are well linked within (Traag, Waltman and van Eck 2019): as
/// ``Louvain``, but what becomes a node of the next level is not a community but its well-linked parts,
/// which may still go apart.
struct Leiden {
    /// Above 1 for smaller communities, below 1 for larger ones.
    var resolution = 1.0
    /// The most levels.
    var levels = 50
    /// Where random choices begin.
    var seed: UInt64 = 0

    /// The community of each node, numbered from 0 in the order of their first nodes, and their
    /// modularity.
    ///
    /// - Precondition: the lists lead both ways, and no weight is below 0.
    func communities(
        _ lists: ProjectedLists, _ team: WorkTeam
    ) throws(WorkStopped) -> Communities {
        let count = lists.nodeCount
        let first = try CommunityGraph(lists, team)
        var graph = first
        let links = (0..<team.count).map { _ in CommunityLinks(capacity: count) }
        // The node of the present level that each node of the first belongs to.
        let places = UnsafeMutablePointer<UInt32>.filled(count, 0)
        let level = UnsafeMutablePointer<UInt32>.filled(count, 0)
        let refined = UnsafeMutablePointer<UInt32>.filled(count, 0)
        defer {
            places.deallocate()
            level.deallocate()
            refined.deallocate()
        }
        for node in 0..<count {
            places[node] = UInt32(truncatingIfNeeded: node)
            level[node] = places[node]
        }
        for number in 0..<levels {
            let moving = LocalMoving(graph, level, resolution: resolution, links, team)
            _ = try moving.run(
                order: NodeOrder.drawn(graph.nodeCount, seed &+ UInt64(number)))
            let found = Communities.renumber(level, count: graph.nodeCount)
            if found == graph.nodeCount { break }
            let refinement = LeidenRefinement(
                graph, level, count: found, resolution: resolution,
                seed: seed &+ UInt64(number) &* 1_000_003)
            let parts = try refinement.run(into: refined, links, team)
            // Where no part grew, the next level would be this one again.
            if parts == graph.nodeCount { break }
            let next = try graph.merged(refined, count: parts, links, team)
            for node in 0..<graph.nodeCount { links[0].found[Int(refined[node])] = level[node] }
            level.update(from: links[0].found, count: parts)
            for node in 0..<count { places[node] = refined[Int(places[node])] }
            graph = next
        }
        for node in 0..<count { refined[node] = level[Int(places[node])] }
        try Self.takeApart(refined, first, team)
        return try Communities(refined, first, resolution: resolution, team)
    }

    /// Divides communities that do not hang together into those parts that do.
    ///
    /// Only the last of a bounded number of levels can leave any.
    private static func takeApart(
        _ communities: UnsafeMutablePointer<UInt32>, _ graph: CommunityGraph, _ team: WorkTeam
    ) throws(WorkStopped) {
        let count = graph.nodeCount
        let forest = try UnionForest(count: count, team)
        try team.forEachBlock(of: count, size: CommunityGraph.blockSize) { block, _ in
            for node in block {
                let community = communities[node]
                for edge in graph.offsets[node]..<graph.offsets[node &+ 1] {
                    let other = graph.targets[edge]
                    // Each edge is in the lists of both of its ends.
                    if Int(other) < node, communities[Int(other)] == community {
                        forest.join(UInt32(truncatingIfNeeded: node), other)
                    }
                }
            }
        }
        try team.forEachBlock(of: count, size: CommunityGraph.blockSize) { block, _ in
            for node in block { forest.flatten(node) }
        }
        for node in 0..<count { communities[node] = forest.parent(node) }
    }
}

extension AlgorithmProcedure {
    /// `algo.leiden`.
    static let leiden = AlgorithmProcedure(
        "leiden", "Communities of great modularity, each of which hangs together.",
        options: ["resolution", "levels", "seed"], direction: nil, isWeighted: true,
        outputs: [
            .init("node", .node), .init("communityId", .integer), .init("modularity", .float),
        ]
    ) { (call) throws(QueryError) in
        var algorithm = Leiden()
        algorithm.resolution = try call.options.number("resolution", 1, in: 0...1e9)
        algorithm.levels = try call.options.integer("levels", 50, in: 1...1_000)
        algorithm.seed = try call.options.seed()
        let ready = algorithm
        return try call.communities { (lists, team) throws(WorkStopped) in
            try ready.communities(lists, team)
        }
    }
}
