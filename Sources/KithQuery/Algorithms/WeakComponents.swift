import KithGraph
import KithValues

/// The parts of a graph that hang together, whatever way relationships lead.
///
/// Afforest (Sutton, Ben-Nun and Barak 2018): a forest of union-find is grown from the first few edges of
/// each node; most nodes are then in one tree, whose other edges need not be looked at. Roots hang below
/// smaller roots only, so each component ends with its smallest node as its root, on any number of
/// threads.
enum WeakComponents {
    private static let blockSize = 2_048
    /// The edges of each node that are taken first.
    private static let firstEdges = 2
    private static let sampleSize = 1_024

    /// The number of each node's component, counted from 0 in the order of their first nodes; O(*n* +
    /// *m*) and nearly a constant.
    ///
    /// - Precondition: the lists lead both ways.
    static func components(
        _ lists: ProjectedLists, _ team: WorkTeam
    ) throws(WorkStopped) -> (components: [UInt32], count: Int) {
        let count = lists.nodeCount
        let forest = try UnionForest(count: count, team)
        for index in 0..<firstEdges {
            try team.forEachBlock(of: count, size: blockSize) { block, _ in
                for node in block where lists.offsets[node] &+ index < lists.offsets[node &+ 1] {
                    forest.join(
                        UInt32(truncatingIfNeeded: node),
                        lists.targets[lists.offsets[node] &+ index])
                }
            }
            try team.forEachBlock(of: count, size: blockSize) { block, _ in
                for node in block { forest.flatten(node) }
            }
        }
        let largest = commonRoot(forest, count)
        try team.forEachBlock(of: count, size: blockSize) { block, _ in
            for node in block where forest.parent(node) != largest {
                var edge = lists.offsets[node] &+ firstEdges
                while edge < lists.offsets[node &+ 1] {
                    forest.join(UInt32(truncatingIfNeeded: node), lists.targets[edge])
                    edge &+= 1
                }
            }
        }
        try team.forEachBlock(of: count, size: blockSize) { block, _ in
            for node in block { forest.flatten(node) }
        }
        return try numbered(forest, count, team)
    }

    /// The root that most of some nodes have.
    private static func commonRoot(_ forest: UnionForest, _ count: Int) -> UInt32 {
        var random = SplitMix(seed: 1)
        var counts: [UInt32: Int] = [:]
        var best: (root: UInt32, count: Int) = (0, 0)
        for _ in 0..<min(sampleSize, count) {
            let root = forest.parent(Int(random.next() % UInt64(count)))
            counts[root, default: 0] += 1
            if let found = counts[root], found > best.count { best = (root, found) }
        }
        return best.root
    }

    /// Numbers the trees in the order of their roots, each of which is the smallest node of its tree.
    private static func numbered(
        _ forest: UnionForest, _ count: Int, _ team: WorkTeam
    ) throws(WorkStopped) -> (components: [UInt32], count: Int) {
        let blocks = (count + blockSize - 1) / blockSize
        // The roots of each block, then those of all blocks before it.
        let before = UnsafeMutablePointer<UInt32>.filled(blocks, 0)
        defer { before.deallocate() }
        try team.forEachBlock(of: count, size: blockSize) { block, _ in
            var roots: UInt32 = 0
            for node in block where Int(forest.parent(node)) == node { roots &+= 1 }
            before[block.lowerBound / blockSize] = roots
        }
        var total: UInt32 = 0
        for block in 0..<blocks { (before[block], total) = (total, total + before[block]) }
        let components = try [UInt32].written(count) { (components) throws(WorkStopped) in
            try team.forEachBlock(of: count, size: blockSize) { block, _ in
                var next = before[block.lowerBound / blockSize]
                for node in block where Int(forest.parent(node)) == node {
                    components[node] = next
                    next &+= 1
                }
            }
            try team.forEachBlock(of: count, size: blockSize) { block, _ in
                for node in block {
                    let root = Int(forest.parent(node))
                    if root != node { components[node] = components[root] }
                }
            }
        }
        return (components, Int(total))
    }
}

extension AlgorithmProcedure {
    /// `algo.wcc`.
    static let weakComponents = AlgorithmProcedure(
        "wcc", "The connected component of each node, whatever way relationships lead.",
        options: [], direction: nil, isWeighted: false,
        outputs: [.init("node", .node), .init("componentId", .integer)]
    ) { (call) throws(QueryError) in
        let projection = try call.projection(.forward, direction: .both)
        let count = projection.nodes.count
        try call.reserve(count * 8)
        let components = try call.computing { (team) throws(WorkStopped) in
            try WeakComponents.components(projection.lists, team).components
        }
        return AlgorithmRows(
            count: count, columns: [.nodes(projection.nodes), .counts(components)])
    }
}
