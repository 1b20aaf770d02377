import KithGraph

/// A division of nodes into communities.
struct Communities {
    /// The community of each node, numbered from 0 in the order of their first nodes.
    let numbers: [UInt32]
    /// How many there are.
    let count: Int
    /// How much more is linked within communities than by chance.
    let modularity: Double

    /// Numbers the communities of a graph's nodes and computes their modularity.
    init(
        _ communities: UnsafeMutablePointer<UInt32>, _ graph: CommunityGraph, resolution: Double,
        _ team: WorkTeam
    ) throws(WorkStopped) {
        count = Self.renumber(communities, count: graph.nodeCount)
        numbers = Array(copying: communities, count: graph.nodeCount)
        modularity = try Modularity.modularity(
            graph, communities, count: count, resolution: resolution, team)
    }

    /// Numbers communities from 0 in the order of their first nodes; gives how many there are.
    static func renumber(_ communities: UnsafeMutablePointer<UInt32>, count: Int) -> Int {
        let numbers = UnsafeMutablePointer<UInt32>.filled(count, .max)
        defer { numbers.deallocate() }
        var next: UInt32 = 0
        for node in 0..<count {
            let old = Int(communities[node])
            if numbers[old] == .max {
                numbers[old] = next
                next += 1
            }
            communities[node] = numbers[old]
        }
        return Int(next)
    }
}

/// How much more is linked within communities than by chance (Newman and Girvan 2004).
enum Modularity {
    /// The modularity of communities numbered from 0 to below `count`; O(*n* + *m*).
    static func modularity(
        _ graph: CommunityGraph, _ communities: UnsafeMutablePointer<UInt32>, count: Int,
        resolution: Double, _ team: WorkTeam
    ) throws(WorkStopped) -> Double {
        guard graph.total > 0 else { return 0 }
        let size = CommunityGraph.blockSize
        let parts = UnsafeMutablePointer<Double>.filled(graph.nodeCount / size + 1, 0)
        let sums = UnsafeMutablePointer<Double>.filled(count, 0)
        defer {
            parts.deallocate()
            sums.deallocate()
        }
        try team.forEachBlock(of: graph.nodeCount, size: size) { block, _ in
            var inside = 0.0
            for node in block {
                inside += graph.loops[node]
                for edge in graph.offsets[node]..<graph.offsets[node &+ 1]
                where communities[Int(graph.targets[edge])] == communities[node] {
                    inside += graph.weights.map { $0[edge] } ?? 1
                }
            }
            parts[block.lowerBound / size] = inside
        }
        var inside = 0.0
        for part in 0...graph.nodeCount / size { inside += parts[part] }
        for node in 0..<graph.nodeCount { sums[Int(communities[node])] += graph.strengths[node] }
        var expected = 0.0
        for community in 0..<count {
            let share = sums[community] / graph.total
            expected += share * share
        }
        return inside / graph.total - resolution * expected
    }
}

/// Orders in which nodes are looked at.
enum NodeOrder {
    /// The nodes from 0 on in an order that the seed decides: their own for 0.
    static func drawn(_ count: Int, _ seed: UInt64) -> [UInt32] {
        var order = (0..<UInt32(count)).map { $0 }
        if seed != 0 {
            var random = SplitMix(seed: seed)
            order.shuffle(using: &random)
        }
        return order
    }
}
