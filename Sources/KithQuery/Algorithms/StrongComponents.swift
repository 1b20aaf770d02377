import KithGraph
import Synchronization

/// The parts of a directed graph in which every node leads to every other.
///
/// Nodes that no circle can go through, by their numbers alone or because nothing leads to them or they
/// lead nowhere, are parts of their own and are taken off as long as there are some (McLendon, Hendrickson,
/// Plimpton and Rauchwerger 2005). Of what is left, one part is what a node reaches and is reached from
/// (Fleischer, Hendrickson and Pınar 2000). All threads work on both; what little then remains is left to
/// one (Tarjan 1972).
struct StrongComponents {
    private let lists: ProjectedLists
    private let reversed: ProjectedLists
    private let team: WorkTeam
    /// Fewer nodes are left to one thread.
    private let parallelMin: Int
    /// A node of the component of each; ``isOpen`` while that is not known.
    private let components: UnsafeMutablePointer<UInt32>
    /// What every thread finds.
    private let found: [FoundNodes]

    private static let isOpen = UInt32.max
    private static let blockSize = 512
    /// A part that is found by searching both ways and is a smaller share of the nodes was not worth it.
    private static let largestShareMin = 8

    /// The number of each node's component, counted from 0 in the order of their first nodes; O(*n* +
    /// *m*).
    ///
    /// `reversed` are the same edges the other way.
    static func components(
        _ lists: ProjectedLists, _ reversed: ProjectedLists, _ team: WorkTeam,
        parallelMin: Int = 4_096
    ) throws(WorkStopped) -> [UInt32] {
        let count = lists.nodeCount
        return try [UInt32].written(count) { (components) throws(WorkStopped) in
            components.initialize(repeating: isOpen, count: count)
            let work = StrongComponents(
                lists: lists, reversed: reversed, team: team, parallelMin: parallelMin,
                components: components, found: (0..<team.count).map { _ in FoundNodes() })
            try work.find()
            _ = Communities.renumber(components, count: count)
        }
    }

    private func find() throws(WorkStopped) {
        try takeSpansOfOne()
        var open = openCount()
        while open >= parallelMin {
            try trim(along: lists, against: reversed)
            try trim(along: reversed, against: lists)
            open = openCount()
            if open < parallelMin { break }
            let taken = try takePartOfOne()
            open -= taken
            if taken * Self.largestShareMin < open { break }
        }
        guard open > 0 else { return }
        try DepthFirstComponents.find(lists, components, isOpen: Self.isOpen, team)
    }

    private func openCount() -> Int {
        var open = 0
        for node in 0..<lists.nodeCount where components[node] == Self.isOpen { open += 1 }
        return open
    }

    /// Takes off nodes that no circle goes through, as far as their numbers tell: where no node from some
    /// number on leads below it, no circle crosses that number. So it is in a graph whose relationships
    /// lead from older to newer nodes, or the other way.
    private func takeSpansOfOne() throws(WorkStopped) {
        let count = lists.nodeCount
        let size = Self.blockSize
        let blocks = (count + size - 1) / size
        let components = components
        for lists in [lists, reversed] {
            // The lowest node that each leads to, or itself; the lowest of each block, then of all blocks
            // after it.
            let lowest = UnsafeMutablePointer<UInt32>.allocate(capacity: max(count, 1))
            let lowestAfter = UnsafeMutablePointer<UInt32>.filled(blocks, .max)
            defer {
                lowest.deallocate()
                lowestAfter.deallocate()
            }
            try team.forEachBlock(of: count, size: size) { block, _ in
                var least = UInt32.max
                for node in block {
                    let edges = lists.range(of: node)
                    // Targets are sorted.
                    let first = edges.isEmpty ? .max : lists.targets[edges.lowerBound]
                    lowest[node] = min(first, UInt32(truncatingIfNeeded: node))
                    least = min(least, lowest[node])
                }
                lowestAfter[block.lowerBound / size] = least
            }
            var after = UInt32.max
            for block in (0..<blocks).reversed() {
                (after, lowestAfter[block]) = (min(after, lowestAfter[block]), after)
            }
            // A number that no circle crosses, and the next one is none either: a node of its own.
            try team.forEachBlock(of: count, size: size) { block, _ in
                var least = lowestAfter[block.lowerBound / size]
                var isEnd = Int(least) >= block.upperBound
                for node in block.reversed() {
                    least = min(least, lowest[node])
                    let isStart = Int(least) >= node
                    if isStart, isEnd { components[node] = UInt32(truncatingIfNeeded: node) }
                    isEnd = isStart
                }
            }
        }
    }

    /// Takes off the nodes that no open node but themselves leads to, and then those that only they
    /// led to. Edges lead along `forward`; `backward` are the same the other way.
    private func trim(
        along forward: ProjectedLists, against backward: ProjectedLists
    ) throws(WorkStopped) {
        let count = lists.nodeCount
        let leading = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: max(count, 1))
        defer { leading.deallocate() }
        let (components, found) = (components, found)
        try team.forEachBlock(of: count, size: Self.blockSize) { block, worker in
            for node in block {
                var others: UInt32 = 0
                if components[node] == Self.isOpen {
                    for edge in backward.range(of: node) {
                        let source = Int(backward.targets[edge])
                        others &+= source != node && components[source] == Self.isOpen ? 1 : 0
                    }
                    if others == 0 {
                        found[worker].nodes.append(UInt32(truncatingIfNeeded: node))
                    }
                }
                (leading + node).initialize(to: Atomic(others))
            }
        }
        try spread { node, found, isAlone in
            components[Int(node)] = node
            for edge in forward.range(of: Int(node)) {
                let target = forward.targets[edge]
                if target == node { continue }
                // Of nodes that are not open this counts from 0 on, and does not get there again.
                let counter = leading + Int(target)
                let rest: UInt32
                if isAlone {
                    rest = counter.pointee.load(ordering: .relaxed) &- 1
                    counter.pointee.store(rest, ordering: .relaxed)
                } else {
                    rest = counter.pointee.wrappingSubtract(1, ordering: .relaxed).newValue
                }
                if rest == 0 { found.nodes.append(target) }
            }
        }
    }

    /// The component of an open node with many edges both ways: what it reaches, of that what reaches it.
    ///
    /// - Returns: how many nodes it has.
    private func takePartOfOne() throws(WorkStopped) -> Int {
        let count = lists.nodeCount
        var (center, most) = (0, -1)
        for node in 0..<count where components[node] == Self.isOpen {
            let degrees = lists.range(of: node).count * reversed.range(of: node).count
            if degrees > most { (center, most) = (node, degrees) }
        }
        let marks = UnsafeMutablePointer<Atomic<UInt8>>.allocate(capacity: max(count, 1))
        defer { marks.deallocate() }
        for node in 0..<count { (marks + node).initialize(to: Atomic(0)) }
        try reach(from: center, lists, marks, mark: 1, among: 0)
        try reach(from: center, reversed, marks, mark: 2, among: 1)
        var taken = 0
        for node in 0..<count where marks[node].load(ordering: .relaxed) & 2 != 0 {
            components[node] = UInt32(truncatingIfNeeded: center)
            taken += 1
        }
        return taken
    }

    /// Marks the open nodes that a node reaches over nodes with a mark, 0 for any.
    private func reach(
        from center: Int, _ lists: ProjectedLists, _ marks: UnsafeMutablePointer<Atomic<UInt8>>,
        mark: UInt8, among: UInt8
    ) throws(WorkStopped) {
        let components = components
        _ = marks[center].bitwiseOr(mark, ordering: .relaxed)
        found[0].nodes.append(UInt32(truncatingIfNeeded: center))
        try spread { node, found, _ in
            for edge in lists.range(of: Int(node)) {
                let target = lists.targets[edge]
                let known = marks[Int(target)].load(ordering: .relaxed)
                guard known & mark == 0, known & among == among,
                    components[Int(target)] == Self.isOpen
                else { continue }
                let before = marks[Int(target)].bitwiseOr(mark, ordering: .relaxed).oldValue
                if before & mark == 0 { found.nodes.append(target) }
            }
        }
    }

    /// Calls `visit` for the nodes found, and for those that it finds, until none is left: a round for all
    /// that are there. Rounds of few nodes are left to one thread, which then is alone.
    private func spread(
        _ visit: (_ node: UInt32, _ found: FoundNodes, _ isAlone: Bool) -> Void
    ) throws(WorkStopped) {
        var front = found.flatMap { $0.take() }
        while !front.isEmpty {
            if front.count < parallelMin / 8 || team.count == 1 {
                try team.checkpoint()
                for node in front { visit(node, found[0], true) }
            } else {
                try front.withUnsafeBufferPointer { (front) throws(WorkStopped) in
                    try team.forEachBlock(of: front.count, size: Self.blockSize) { block, worker in
                        for index in block { visit(front[index], found[worker], false) }
                    }
                }
            }
            front = found.flatMap { $0.take() }
        }
    }
}

extension AlgorithmProcedure {
    /// `algo.scc`.
    static let strongComponents = AlgorithmProcedure(
        "scc", "The strongly connected component of each node.", options: [], direction: nil,
        isWeighted: false, outputs: [.init("node", .node), .init("componentId", .integer)]
    ) { (call) throws(QueryError) in
        let projection = try call.projection([.forward, .backward], direction: .outgoing)
        let count = projection.nodes.count
        try call.reserve(count * 52)
        let components = try call.computing { (team) throws(WorkStopped) in
            try StrongComponents.components(projection.lists, projection.reversedLists, team)
        }
        return AlgorithmRows(
            count: count, columns: [.nodes(projection.nodes), .counts(components)])
    }
}
