import CShims
import KithGraph

/// How deep in the graph each node lies: the greatest *k* for which it belongs to a part in which every
/// node has at least *k* neighbours (Seidman 1983).
///
/// Nodes are peeled off, those with fewest neighbours first; all that go at one *k* go at once. Each
/// thread counts down the neighbours in its own part (``NodeParts``).
struct CoreNumbers {
    private let lists: EdgeLists
    private let front: SearchFront
    /// The neighbours that each node has left; once it is peeled off, no more than it had then.
    private let degrees: UnsafeMutablePointer<Int32>
    private let cores: UnsafeMutablePointer<UInt32>
    /// The nodes of each part that were not peeled off yet, and some that were lately.
    private let left: UnsafeMutablePointer<UInt32>

    /// To look at so many nodes takes as long as to follow one.
    private static let nodesPerStep = 32

    /// What a thread knows of its part, in a line of the cache of its own.
    private struct Part {
        var leftCount: Int
        /// The fewest neighbours that a node which is left has.
        var fewest: Int32 = 0
        private var padding: (Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0)

        init(leftCount: Int) { self.leftCount = leftCount }
    }

    /// The core number of each node; O(*m* + *n* · the greatest one). Fewer than `sharedMin` nodes are
    /// taken away by one thread.
    ///
    /// - Precondition: the lists lead both ways.
    static func numbers(
        _ lists: SimpleLists, _ team: WorkTeam, sharedMin: Int = 128
    ) throws(WorkStopped) -> [UInt32] {
        let count = lists.nodeCount
        return try [UInt32].written(count) { (cores) throws(WorkStopped) in
            let degrees = UnsafeMutablePointer<Int32>.allocate(capacity: max(count, 1))
            let left = UnsafeMutablePointer<UInt32>.allocate(capacity: max(count, 1))
            defer {
                degrees.deallocate()
                left.deallocate()
            }
            let edges = EdgeLists(lists)
            let front = SearchFront(NodeParts(edges, team), edges, team, sharedMin: sharedMin)
            let peeling = CoreNumbers(
                lists: edges, front: front, degrees: degrees, cores: cores, left: left)
            try peeling.peel()
        }
    }

    private func peel() throws(WorkStopped) {
        let ranges = front.parts
        let parts = UnsafeMutablePointer<Part>.allocate(capacity: ranges.count)
        defer { parts.deallocate() }
        for (part, range) in ranges.enumerated() {
            (parts + part).initialize(to: Part(leftCount: range.count))
        }
        var core: Int32 = 0
        var isFirst = true
        while true {
            try front.round(of: lists.nodeCount / Self.nodesPerStep) { part in
                if isFirst { begin(ranges[part]) }
                take(core, part, &parts[part])
            }
            isFirst = false
            let isEmpty = front.count == 0
            while front.count > 0 { try front.round { part in peel(core, part) } }
            guard ranges.indices.contains(where: { parts[$0].leftCount > 0 }) else { return }
            // Where none was taken away, none has fewer than it had.
            core = isEmpty ? ranges.indices.map { parts[$0].fewest }.min() ?? 0 : core + 1
        }
    }

    private func begin(_ range: Range<Int>) {
        for node in range {
            let edges = lists.range(of: node)
            degrees[node] = Int32(truncatingIfNeeded: edges.count)
            left[node] = UInt32(truncatingIfNeeded: node)
        }
    }

    /// Finds the nodes of a part with `core` neighbours left, and keeps those with more: fewer have only
    /// those that were peeled off.
    private func take(_ core: Int32, _ part: Int, _ state: inout Part) {
        let nodes = left + front.parts[part].lowerBound
        let found = front.room(part)
        let count = state.leftCount
        var (kept, taken) = (0, 0)
        var fewest = Int32.max
        var index = 0
        while index < count {
            let node = nodes[index]
            let degree = degrees[Int(node)]
            nodes[kept] = node
            kept &+= kith_bool_to_int(degree > core)
            found[taken] = node
            taken &+= kith_bool_to_int(degree == core)
            fewest = min(fewest, degree > core ? degree : .max)
            index &+= 1
        }
        finish(core, found, taken, part)
        (state.leftCount, state.fewest) = (kept, fewest)
    }

    /// Takes the front's nodes away from their neighbours in a part, and finds those that then have no
    /// more than `core` left.
    private func peel(_ core: Int32, _ part: Int) {
        let (degrees, found) = (degrees, front.room(part))
        var taken = 0
        front.follow(lists, to: part) { _ in
            ()
        } visit: { _, _, neighbour in
            let degree = degrees[neighbour]
            degrees[neighbour] =
                degree &- Int32(truncatingIfNeeded: kith_bool_to_int(degree > core))
            found[taken] = UInt32(truncatingIfNeeded: neighbour)
            taken &+= kith_bool_to_int(degree == core &+ 1)
        }
        finish(core, found, taken, part)
    }

    private func finish(
        _ core: Int32, _ found: UnsafeMutablePointer<UInt32>, _ count: Int, _ part: Int
    ) {
        for index in 0..<count { cores[Int(found[index])] = UInt32(core) }
        front.found(count, part)
    }
}

extension AlgorithmProcedure {
    /// `algo.kCore`.
    static let coreNumbers = AlgorithmProcedure(
        "kCore", "The greatest k so that the node is in a part where all have k neighbours.",
        options: [], direction: nil, isWeighted: false,
        outputs: [.init("node", .node), .init("coreValue", .integer)]
    ) { (call) throws(QueryError) in
        let projection = try call.projection(.forward, direction: .both)
        let count = projection.nodes.count
        try call.reserve(projection.lists.edgeCount * 4 + count * 32)
        let cores = try call.computing { (team) throws(WorkStopped) in
            try CoreNumbers.numbers(try SimpleLists(projection.lists, team), team)
        }
        return AlgorithmRows(count: count, columns: [.nodes(projection.nodes), .counts(cores)])
    }
}
