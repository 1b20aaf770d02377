import KithGraph

/// Moves nodes one after the other to the community where modularity gains most, until none gains: the
/// first step of Louvain (Blondel and others 2008) and Leiden, on all threads.
///
/// The nodes to look at are taken in batches. All nodes of a batch choose at once, by the state before
/// it; then they move one after the other, each if it still gains. A node that moves has its neighbours
/// looked at again. So the result depends on the size of batches, but not on the threads.
final class LocalMoving {
    private let graph: CommunityGraph
    private let resolution: Double
    private let team: WorkTeam
    /// The community of each node.
    let communities: UnsafeMutablePointer<UInt32>
    /// The sum of the strengths of each community's nodes.
    private let sums: UnsafeMutablePointer<Double>
    private let links: [CommunityLinks]
    private let waitingNodes: WaitingNodes
    private let choices: UnsafeMutablePointer<Choice>
    /// The most rounds over all waiting nodes.
    private static let roundsMax = 100

    /// Where a node wants to go, and by how much more weight it is linked there than where it is.
    private static let stays = UInt32.max
    private struct Choice {
        var community: UInt32
        var links: Double
    }

    /// Begins with each node in the community that `communities` says.
    init(
        _ graph: CommunityGraph, _ communities: UnsafeMutablePointer<UInt32>, resolution: Double,
        _ links: [CommunityLinks], _ team: WorkTeam
    ) {
        self.graph = graph
        self.communities = communities
        self.resolution = resolution
        self.links = links
        self.team = team
        sums = .filled(graph.nodeCount, 0)
        for node in 0..<graph.nodeCount { sums[Int(communities[node])] += graph.strengths[node] }
        waitingNodes = WaitingNodes(count: graph.nodeCount)
        choices = .allocate(capacity: max(graph.nodeCount, 1))
    }

    deinit {
        sums.deallocate()
        choices.deallocate()
    }

    /// Nodes of one batch that one thread takes at once.
    private static let blockSize = 64

    /// Moves nodes until none gains.
    ///
    /// - Returns: by how much modularity grew.
    func run(order: [UInt32]) throws(WorkStopped) -> Double {
        guard graph.total > 0 else { return 0 }
        var waiting = order
        let batchSize = min(max(graph.nodeCount / 64, 1), 4_096)
        var gain = 0.0
        for _ in 0..<Self.roundsMax where !waiting.isEmpty {
            var start = 0
            var roundGain = 0.0
            while start < waiting.count {
                let batch = waiting[start..<min(start + batchSize, waiting.count)]
                roundGain += try move(batch)
                start += batchSize
            }
            gain += roundGain
            if roundGain < 1e-9 { break }
            waiting = try waitingNodes.waiting(order, team)
        }
        return gain
    }

    /// Lets the nodes of a batch choose, and moves those that gain; gives the gain of modularity.
    private func move(_ batch: ArraySlice<UInt32>) throws(WorkStopped) -> Double {
        var gain = 0.0
        try batch.withUnsafeBufferPointer { (nodes) throws(WorkStopped) in
            try team.forEachBlock(of: nodes.count, size: Self.blockSize) { block, worker in
                for index in block {
                    let node = Int(nodes[index])
                    waitingNodes.remove(node)
                    choices[index] = choice(node, links[worker])
                }
            }
            var moved = 0
            for index in 0..<nodes.count {
                let node = nodes[index]
                let choice = choices[index]
                if choice.community == Self.stays { continue }
                let old = communities[Int(node)]
                let strength = graph.strengths[Int(node)]
                let expected =
                    resolution * strength
                    * (sums[Int(choice.community)] - sums[Int(old)] + strength) / graph.total
                let advantage = choice.links - expected
                if advantage <= 1e-12 * graph.total {
                    waitingNodes.add(Int(node))
                    continue
                }
                sums[Int(old)] -= strength
                sums[Int(choice.community)] += strength
                communities[Int(node)] = choice.community
                gain += 2 * advantage / graph.total
                choices[moved].community = node
                moved += 1
            }
            // The nodes that moved lie at the front of `choices` now.
            try team.forEachBlock(of: moved, size: Self.blockSize) { block, _ in
                for index in block { wake(neighboursOf: Int(choices[index].community)) }
            }
        }
        return gain
    }

    /// Has the neighbours of a node that moved looked at, but those of its new community.
    private func wake(neighboursOf node: Int) {
        let community = communities[node]
        var edge = graph.offsets[node]
        let end = graph.offsets[node &+ 1]
        while edge < end {
            let neighbour = Int(graph.targets[edge])
            if communities[neighbour] != community { waitingNodes.add(neighbour) }
            edge &+= 1
        }
    }

    /// The best community for a node; of equally good ones its own, where it ``stays``, or that of the
    /// smallest number.
    private func choice(_ node: Int, _ links: CommunityLinks) -> Choice {
        links.add(graph, node, communities)
        let own = communities[node]
        let strength = graph.strengths[node]
        let share = resolution * strength / graph.total
        let ownLinks = links.weight(of: own)
        var best = own
        var bestValue = ownLinks - share * (sums[Int(own)] - strength)
        var bestLinks = ownLinks
        var index = 0
        while index < links.count {
            let community = links.found[index]
            index &+= 1
            if community == own { continue }
            let weight = links.weights[Int(community)]
            let value = weight - share * sums[Int(community)]
            if value > bestValue || (value == bestValue && best != own && community < best) {
                best = community
                bestValue = value
                bestLinks = weight
            }
        }
        links.clear()
        return Choice(
            community: best == own ? Self.stays : best, links: bestLinks - ownLinks)
    }
}
