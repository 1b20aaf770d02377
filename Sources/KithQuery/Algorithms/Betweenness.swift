import KithGraph

/// How many shortest paths between other nodes pass through each node (Freeman 1977), by the
/// accumulation of Brandes (2001): of each pair of nodes the share of its shortest paths.
///
/// Sources are dealt to a fixed number of lanes, each of which adds up on its own, and the lanes are
/// added in their order: so float sums are the same on any number of threads.
struct Betweenness {
    /// How many sources are drawn to estimate from; nil for all, which is exact.
    var samples: Int?
    /// Where the sources are drawn from.
    var seed: UInt64 = 0

    private static let laneCount = 16

    /// The score of each node; O(*n* · *m*), with weights O(*n* · *m* log *n*), times the share of
    /// sources that are drawn.
    ///
    /// A pair counts once where `isUndirected`.
    ///
    /// - Precondition: weights are above 0.
    func scores(
        _ lists: SimpleLists, isUndirected: Bool, _ team: WorkTeam
    ) throws(WorkStopped) -> [Double] {
        let count = lists.nodeCount
        let sources = sources(count)
        let laneCount = max(1, min(Self.laneCount, sources.count))
        let searches = (0..<team.count).map { _ in SearchAndShares(count) }
        let lanes = (0..<laneCount).map { _ in UnsafeMutablePointer<Double>.filled(count, 0) }
        defer { for lane in lanes { lane.deallocate() } }
        try team.forEachBlock(of: laneCount, size: 1) { block, worker in
            var index = block.lowerBound
            while index < sources.count, !team.isStopping {
                searches[worker].add(Int(sources[index]), lists, to: lanes[block.lowerBound])
                index += laneCount
            }
        }
        let share = sources.isEmpty ? 1 : Double(count) / Double(sources.count)
        let factor = isUndirected ? share / 2 : share
        return (0..<count).map { node in
            var sum = 0.0
            for lane in lanes { sum += lane[node] }
            return sum * factor
        }
    }

    /// The nodes that searches begin from, ascending.
    private func sources(_ count: Int) -> [UInt32] {
        guard let samples, samples < count else { return (0..<UInt32(count)).map { $0 } }
        var random = SplitMix(seed: seed)
        var nodes = (0..<UInt32(count)).map { $0 }
        nodes.shuffle(using: &random)
        return nodes.prefix(samples).sorted()
    }

    /// The memory that the computation takes.
    static func sizeInBytes(nodeCount: Int, threads: Int) -> Int {
        nodeCount * laneCount * 8
            + threads * (DistanceSearch.sizeInBytes(nodeCount: nodeCount) + nodeCount * 8)
    }

    /// A search, and what passes through each node on the way to those behind it.
    private final class SearchAndShares: @unchecked Sendable {
        // Sendable: used by one thread at a time.
        private let search: DistanceSearch
        private let shares: UnsafeMutablePointer<Double>

        init(_ count: Int) {
            search = DistanceSearch(nodeCount: count)
            shares = .filled(count, 0)
        }

        deinit { shares.deallocate() }

        /// Adds what passes through each node on the way from `source`.
        func add(_ source: Int, _ lists: SimpleLists, to scores: UnsafeMutablePointer<Double>) {
            search.search(lists, from: source)
            let distances = search.distances
            let paths = search.pathCounts
            var place = search.reached - 1
            while place >= 0 {
                let node = Int(search.order[place])
                place &-= 1
                var share = 0.0
                for edge in lists.range(of: node) {
                    let target = Int(lists.targets[edge])
                    let step = lists.weights.map { $0[edge] } ?? 1
                    if distances[node] + step == distances[target] {
                        share += paths[node] / paths[target] * (1 + shares[target])
                    }
                }
                shares[node] = share
                if node != source { scores[node] += share }
            }
        }
    }
}

extension AlgorithmProcedure {
    /// `algo.betweenness`.
    static let betweenness = AlgorithmProcedure(
        "betweenness", "How many shortest paths between other nodes pass through each node.",
        options: ["samples", "seed"], direction: .outgoing, isWeighted: true,
        outputs: [.init("node", .node), .init("score", .float)]
    ) { (call) throws(QueryError) in
        var algorithm = Betweenness()
        if call.options["samples"] != nil {
            algorithm.samples = try call.options.integer("samples", 1, in: 1...Int.max)
        }
        algorithm.seed = try call.options.seed()
        let projection = try call.projectionForPaths()
        let count = projection.nodes.count
        try call.reserve(
            Betweenness.sizeInBytes(nodeCount: count, threads: call.team.count)
                + projection.lists.edgeCount * 12)
        let ready = algorithm
        let scores = try call.computing { (team) throws(WorkStopped) in
            try ready.scores(
                try SimpleLists(projection.lists, team),
                isUndirected: projection.definition.direction == .both, team)
        }
        return AlgorithmRows(count: count, columns: [.nodes(projection.nodes), .floats(scores)])
    }
}

extension AlgorithmCall {
    /// A projection with forward lists in which every weight is above zero, as counting paths needs it.
    func projectionForPaths() throws(QueryError) -> GraphProjection {
        let projection = try projection(.forward)
        if projection.lists.smallestWeight <= 0 {
            throw QueryError(
                type: "ArgumentError", detail: "InvalidArgumentValue", phase: .runtime,
                message: "a relationship has the weight \(projection.lists.smallestWeight), and"
                    + " `\(procedure.signature.name)` takes only weights above 0")
        }
        return projection
    }
}
