import KithGraph
import KithValues

/// How often a walk that follows relationships at random, and now and then starts anew, is at each node
/// (Brin and Page 1998).
///
/// Each round pulls: a node adds up what those that lead to it give. Every float sum runs over a fixed
/// block in a fixed order, so the scores are the same on any number of threads.
struct PageRank {
    /// How often the walk goes on instead of starting anew.
    var damping = 0.85
    /// The most rounds.
    var iterations = 100
    /// Ends when the scores changed by less than this in all; 0 for never.
    var tolerance = 1e-10
    /// Where the walk starts, anew too; everywhere alike where empty.
    var sources: [Int] = []

    private static let blockSize = 1_024

    /// The scores, which add up to 1, and the number of rounds.
    ///
    /// A node that nothing leaves gives its score to where walks start. O(*n* + *m*) a round.
    ///
    /// - Precondition: the projection has backward lists, and no weight is below 0.
    func scores(
        _ projection: GraphProjection, _ team: WorkTeam
    ) throws(WorkStopped) -> (scores: [Double], rounds: Int) {
        let count = projection.nodes.count
        if count == 0 { return ([], 0) }
        let lists = projection.reversedLists
        let starts = UnsafeMutablePointer<Double>.filled(
            count, sources.isEmpty ? 1 / Double(count) : 0)
        defer { starts.deallocate() }
        let share = 1 / Double(max(sources.count, 1))
        for source in sources { starts[source] += share }
        let shares = Self.shares(
            projection, lists, isBoth: projection.definition.direction == .both)
        defer { shares.deallocate() }
        let scores = UnsafeMutablePointer<Double>.filled(count, 0)
        defer { scores.deallocate() }
        scores.update(from: starts, count: count)
        var given = UnsafeMutablePointer<Double>.filled(count, 0)
        var next = UnsafeMutablePointer<Double>.filled(count, 0)
        defer {
            given.deallocate()
            next.deallocate()
        }
        let blockCount = (count + Self.blockSize - 1) / Self.blockSize
        let changes = UnsafeMutablePointer<Double>.filled(blockCount, 0)
        let kept = UnsafeMutablePointer<Double>.filled(blockCount, 0)
        defer {
            changes.deallocate()
            kept.deallocate()
        }
        var stuck = 0.0
        for node in 0..<count {
            given[node] = scores[node] * shares[node]
            if shares[node] == 0 { stuck += scores[node] }
        }
        var round = 0
        while round < iterations {
            round += 1
            let start = (1 - damping) + damping * stuck
            let (from, to) = (given, next)
            try team.forEachBlock(of: count, size: Self.blockSize) { block, _ in
                let part = pull(
                    block, lists, start: start, starts: starts, shares: shares, from: from, to: to,
                    scores: scores)
                changes[block.lowerBound / Self.blockSize] = part.change
                kept[block.lowerBound / Self.blockSize] = part.stuck
            }
            swap(&given, &next)
            var change = 0.0
            stuck = 0
            for block in 0..<blockCount {
                change += changes[block]
                stuck += kept[block]
            }
            if change < tolerance { break }
        }
        return (Array(copying: scores, count: count), round)
    }

    /// One round for a block of nodes.
    private func pull(
        _ block: Range<Int>, _ lists: ProjectedLists, start: Double,
        starts: UnsafeMutablePointer<Double>, shares: UnsafeMutablePointer<Double>,
        from given: UnsafeMutablePointer<Double>, to next: UnsafeMutablePointer<Double>,
        scores: UnsafeMutablePointer<Double>
    ) -> (change: Double, stuck: Double) {
        let offsets = lists.offsets
        let targets = lists.targets
        var change = 0.0
        var stuck = 0.0
        for node in block {
            let first = offsets[node]
            let count = offsets[node &+ 1] &- first
            let sum =
                lists.weights.map {
                    Self.sum(of: given, at: targets + first, weighing: $0 + first, count: count)
                } ?? Self.sum(of: given, at: targets + first, count: count)
            let score = start * starts[node] + damping * sum
            change += abs(score - scores[node])
            scores[node] = score
            next[node] = score * shares[node]
            if shares[node] == 0 { stuck += score }
        }
        return (change, stuck)
    }

    /// Adds up what some nodes give, four sums side by side.
    @inline(__always)
    private static func sum(
        of given: UnsafeMutablePointer<Double>, at nodes: UnsafePointer<UInt32>, count: Int
    ) -> Double {
        var first = 0.0
        var second = 0.0
        var third = 0.0
        var fourth = 0.0
        var edge = 0
        while edge &+ 4 <= count {
            first += given[Int(nodes[edge])]
            second += given[Int(nodes[edge &+ 1])]
            third += given[Int(nodes[edge &+ 2])]
            fourth += given[Int(nodes[edge &+ 3])]
            edge &+= 4
        }
        while edge < count {
            first += given[Int(nodes[edge])]
            edge &+= 1
        }
        return (first + second) + (third + fourth)
    }

    @inline(__always)
    private static func sum(
        of given: UnsafeMutablePointer<Double>, at nodes: UnsafePointer<UInt32>,
        weighing weights: UnsafePointer<Double>, count: Int
    ) -> Double {
        var sum = 0.0
        var edge = 0
        while edge < count {
            sum += given[Int(nodes[edge])] * weights[edge]
            edge &+= 1
        }
        return sum
    }

    /// What a node gives along an edge of weight 1, for each unit of its score; 0 where nothing leaves
    /// it.
    private static func shares(
        _ projection: GraphProjection, _ lists: ProjectedLists, isBoth: Bool
    ) -> UnsafeMutablePointer<Double> {
        let count = lists.nodeCount
        let shares = UnsafeMutablePointer<Double>.filled(count, 0)
        let weights = lists.weights
        if isBoth {
            for node in 0..<count {
                let range = lists.range(of: node)
                guard let weights else {
                    shares[node] = Double(range.count)
                    continue
                }
                for edge in range { shares[node] += weights[edge] }
            }
        } else {
            let targets = lists.targets
            for edge in 0..<lists.edgeCount {
                shares[Int(targets[edge])] += weights.map { $0[edge] } ?? 1
            }
        }
        for node in 0..<count where shares[node] > 0 { shares[node] = 1 / shares[node] }
        return shares
    }
}

extension AlgorithmProcedure {
    /// `algo.pageRank`.
    static let pageRank = AlgorithmProcedure(
        "pageRank", "How often a random walk along relationships is at each node; sums to 1.",
        options: ["damping", "iterations", "tolerance", "sources"], direction: .outgoing,
        isWeighted: true, outputs: [.init("node", .node), .init("score", .float)]
    ) { (call) throws(QueryError) in
        var algorithm = PageRank()
        algorithm.damping = try call.options.number("damping", 0.85, in: 0...1)
        algorithm.iterations = try call.options.integer("iterations", 100, in: 0...1_000_000)
        algorithm.tolerance = try call.options.number("tolerance", 1e-10, in: 0...1)
        let sources = try call.options.nodes("sources")
        let projection = try call.projectionWithoutNegativeWeights(.backward)
        for source in sources ?? [] {
            algorithm.sources.append(try call.position(of: source, "sources", in: projection))
        }
        if sources?.isEmpty == true {
            throw call.options.invalid("sources", "must name at least one node")
        }
        let count = projection.nodes.count
        try call.reserve(count * 48)
        let ready = algorithm
        let scores = try call.computing { (team) throws(WorkStopped) in
            try ready.scores(projection, team).scores
        }
        return AlgorithmRows(count: count, columns: [.nodes(projection.nodes), .floats(scores)])
    }
}
