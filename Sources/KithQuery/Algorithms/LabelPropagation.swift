import KithGraph

/// Communities by agreement (Raghavan, Albert and Kumara 2007): each node takes the label that most of
/// its neighbours have, until few change.
///
/// The nodes of a batch choose at once, by the labels before it; batches follow each other, and are
/// single nodes in small graphs. So labels do not swing to and fro, nor depend on the threads.
struct LabelPropagation {
    /// The most rounds.
    var iterations = 10
    /// Where the order of the nodes is drawn from.
    var seed: UInt64 = 0

    private static let blockSize = 64

    /// The label of each node, numbered from 0 in the order of their first nodes, and the number of
    /// rounds.
    ///
    /// Labels travel along edges: a node looks at those that lead to it, along the backward lists.
    ///
    /// - Precondition: the projection has lists both ways, and no weight is below 0.
    func communities(
        _ projection: GraphProjection, _ team: WorkTeam
    ) throws(WorkStopped) -> (numbers: [UInt32], rounds: Int) {
        let count = projection.nodes.count
        let labels = UnsafeMutablePointer<UInt32>.filled(count, 0)
        let choices = UnsafeMutablePointer<UInt32>.filled(count, 0)
        let nodes = WaitingNodes(count: count)
        defer {
            labels.deallocate()
            choices.deallocate()
        }
        for node in 0..<count { labels[node] = UInt32(truncatingIfNeeded: node) }
        let links = (0..<team.count).map { _ in CommunityLinks(capacity: count) }
        let order = NodeOrder.drawn(count, seed)
        let batchSize = min(max(count / 64, 1), 4_096)
        var waiting = order
        var rounds = 0
        while rounds < iterations, !waiting.isEmpty {
            rounds += 1
            var start = 0
            while start < waiting.count {
                let batch = waiting[start..<min(start + batchSize, waiting.count)]
                try batch.withUnsafeBufferPointer { (batch) throws(WorkStopped) in
                    try take(batch, projection, labels, choices, nodes, links, team)
                }
                start += batchSize
            }
            waiting = try nodes.waiting(order, team)
        }
        _ = Communities.renumber(labels, count: count)
        return (Array(copying: labels, count: count), rounds)
    }

    /// Gives the nodes of a batch their new labels.
    private func take(
        _ nodes: UnsafeBufferPointer<UInt32>, _ projection: GraphProjection,
        _ labels: UnsafeMutablePointer<UInt32>, _ choices: UnsafeMutablePointer<UInt32>,
        _ waiting: WaitingNodes, _ links: [CommunityLinks], _ team: WorkTeam
    ) throws(WorkStopped) {
        let sources = projection.reversedLists
        let followers = projection.lists
        try team.forEachBlock(of: nodes.count, size: Self.blockSize) { block, worker in
            for index in block {
                let node = Int(nodes[index])
                waiting.remove(node)
                choices[index] = Self.choice(node, sources, labels, links[worker])
            }
        }
        try team.forEachBlock(of: nodes.count, size: Self.blockSize) { block, _ in
            for index in block where labels[Int(nodes[index])] != choices[index] {
                labels[Int(nodes[index])] = choices[index]
                for edge in followers.range(of: Int(nodes[index])) {
                    waiting.add(Int(followers.targets[edge]))
                }
            }
        }
    }

    /// The label of the greatest weight; of equally great ones the node's own, or the smallest.
    private static func choice(
        _ node: Int, _ lists: ProjectedLists, _ labels: UnsafeMutablePointer<UInt32>,
        _ links: CommunityLinks
    ) -> UInt32 {
        let start = lists.offsets[node]
        links.add(
            lists.targets + start, lists.weights.map { $0 + start },
            count: lists.offsets[node + 1] - start, labels)
        let own = labels[node]
        var best = own
        var bestWeight = links.weight(of: own)
        for index in 0..<links.count {
            let label = links.found[index]
            let weight = links.weights[Int(label)]
            if weight > bestWeight || (weight == bestWeight && best != own && label < best) {
                best = label
                bestWeight = weight
            }
        }
        links.clear()
        return best
    }
}

extension AlgorithmProcedure {
    /// `algo.labelPropagation`.
    static let labelPropagation = AlgorithmProcedure(
        "labelPropagation", "Communities in which nodes have the label of most neighbours.",
        options: ["iterations", "seed"], direction: .both, isWeighted: true,
        outputs: [.init("node", .node), .init("communityId", .integer)]
    ) { (call) throws(QueryError) in
        var algorithm = LabelPropagation()
        algorithm.iterations = try call.options.integer("iterations", 10, in: 1...1_000_000)
        algorithm.seed = try call.options.seed()
        let projection = try call.projectionWithoutNegativeWeights([.forward, .backward])
        try call.reserve(projection.nodes.count * (24 + 12 * call.team.count))
        let ready = algorithm
        let labels = try call.computing { (team) throws(WorkStopped) in
            try ready.communities(projection, team).numbers
        }
        return AlgorithmRows(
            count: projection.nodes.count, columns: [.nodes(projection.nodes), .counts(labels)])
    }
}
