import KithGraph
import Synchronization

/// The distances of all nodes from one, and on which way they are reached.
///
/// On all threads without weights level by level (breadth first), with weights bound by bound
/// (``WeightedDistances``); by Dijkstra's algorithm where one target is wanted, for which it stops early.
/// Of several shortest paths that over the nodes of the smallest numbers, from the end, is taken.
struct ShortestPaths {
    /// The node that paths begin at.
    let source: Int
    /// The node that paths end at; nil for all.
    let target: Int?

    /// What a search found.
    struct Tree {
        /// The distance of each node; infinite where none leads.
        var distances: [Double]
        /// The node before each on its path; ``ProjectedNodes/missing`` for the source and where none
        /// leads.
        var predecessors: [UInt32]

        /// The nodes of a range that some path leads to.
        func reached(among nodes: Range<Int>) -> [UInt32] {
            distances.withUnsafeBufferPointer { distances in
                [UInt32](unsafeUninitializedCapacity: nodes.count + 1) { reached, count in
                    // Without a branch: the place of a node that is not reached is written again.
                    var place = 0
                    for node in nodes {
                        reached[place] = UInt32(truncatingIfNeeded: node)
                        place &+= distances[node] < .infinity ? 1 : 0
                    }
                    count = place
                }
            }
        }

        /// What some of all nodes have.
        static func values<Element: BitwiseCopyable>(
            _ all: [Element], of nodes: [UInt32]
        ) -> [Element] {
            all.withUnsafeBufferPointer { all in
                nodes.withUnsafeBufferPointer { nodes in
                    [Element](unsafeUninitializedCapacity: nodes.count) { values, count in
                        for index in nodes.indices { values[index] = all[Int(nodes[index])] }
                        count = nodes.count
                    }
                }
            }
        }
    }

    private static let blockSize = 256

    /// Searches; O(*n* + *m*), with weights O(*m* log *n*).
    ///
    /// - Precondition: no weight is below 0.
    func tree(_ lists: ProjectedLists, _ team: WorkTeam) throws(WorkStopped) -> Tree {
        lists.weights == nil
            ? try treeByLevels(lists, team) : try treeByWeight(lists, team)
    }

    private func treeByLevels(
        _ lists: ProjectedLists, _ team: WorkTeam
    ) throws(WorkStopped) -> Tree {
        let count = lists.nodeCount
        let levels = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: max(count, 1))
        let before = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: max(count, 1))
        defer {
            levels.deallocate()
            before.deallocate()
        }
        try team.forEachBlock(of: count, size: Self.largeBlockSize) { block, _ in
            for node in block {
                (levels + node).initialize(to: Atomic(.max))
                (before + node).initialize(to: Atomic(ProjectedNodes.missing))
            }
        }
        levels[source].store(0, ordering: .relaxed)
        let found = (0..<team.count).map { _ in FoundNodes() }
        var front = [UInt32(truncatingIfNeeded: source)]
        var level: UInt32 = 0
        while !front.isEmpty {
            if let target, levels[target].load(ordering: .relaxed) != .max { break }
            level += 1
            try front.withUnsafeBufferPointer { (front) throws(WorkStopped) in
                try team.forEachBlock(of: front.count, size: Self.blockSize) { block, worker in
                    Self.follow(
                        UnsafeBufferPointer(rebasing: front[block]), lists, level, levels, before,
                        found[worker])
                }
            }
            front = found.flatMap { $0.take() }
        }
        return try Self.tree(count, team) { node in
            let level = levels[node].load(ordering: .relaxed)
            return (
                level == .max ? .infinity : Double(level), before[node].load(ordering: .relaxed)
            )
        }
    }

    private static let largeBlockSize = 8_192

    /// A tree of what `node` says of each node.
    static func tree(
        _ count: Int, _ team: WorkTeam, _ node: (Int) -> (distance: Double, predecessor: UInt32)
    ) throws(WorkStopped) -> Tree {
        var predecessors: [UInt32] = []
        let distances = try [Double].written(count) { (distances) throws(WorkStopped) in
            predecessors = try [UInt32].written(count) { (predecessors) throws(WorkStopped) in
                try team.forEachBlock(of: count, size: largeBlockSize) { block, _ in
                    for number in block {
                        (distances[number], predecessors[number]) = node(number)
                    }
                }
            }
        }
        return Tree(distances: distances, predecessors: predecessors)
    }

    /// Reaches the neighbours of some nodes that no earlier level has.
    private static func follow(
        _ nodes: UnsafeBufferPointer<UInt32>, _ lists: ProjectedLists, _ level: UInt32,
        _ levels: UnsafeMutablePointer<Atomic<UInt32>>,
        _ before: UnsafeMutablePointer<Atomic<UInt32>>, _ found: FoundNodes
    ) {
        let (offsets, targets) = (lists.offsets, lists.targets)
        for node in nodes {
            var edge = offsets[Int(node)]
            let end = offsets[Int(node) &+ 1]
            while edge < end {
                let target = Int(targets[edge])
                var known = levels[target].load(ordering: .relaxed)
                if known == .max {
                    let (isFirst, original) = levels[target].compareExchange(
                        expected: .max, desired: level, ordering: .relaxed)
                    if isFirst { found.nodes.append(targets[edge]) }
                    known = isFirst ? level : original
                }
                if known == level { lower(before + target, to: node) }
                edge &+= 1
            }
        }
    }

    /// Makes a number at most `node`. (`Atomic.min` takes unsigned numbers for signed ones.)
    @inline(__always)
    static func lower(_ place: UnsafeMutablePointer<Atomic<UInt32>>, to node: UInt32) {
        var known = place.pointee.load(ordering: .relaxed)
        while node < known {
            let (isDone, original) = place.pointee.compareExchange(
                expected: known, desired: node, ordering: .relaxed)
            if isDone { return }
            known = original
        }
    }

    private func treeByWeight(
        _ lists: ProjectedLists, _ team: WorkTeam
    ) throws(WorkStopped) -> Tree {
        guard target == nil, let weights = lists.weights else { return try treeByNode(lists, team) }
        let search = try WeightedDistances(lists, weights, source: source, team)
        try search.find()
        if let tree = try search.tree() { return tree }
        return try treeByNode(lists, team)
    }

    /// By Dijkstra's algorithm, on one thread.
    func treeByNode(_ lists: ProjectedLists, _ team: WorkTeam) throws(WorkStopped) -> Tree {
        let count = lists.nodeCount
        var distances = [Double](repeating: .infinity, count: count)
        var before = [UInt32](repeating: ProjectedNodes.missing, count: count)
        var isSettled = [Bool](repeating: false, count: count)
        guard let weights = lists.weights else { return Tree(distances: [], predecessors: []) }
        var heap = NodeHeap()
        distances[source] = 0
        heap.insert(UInt32(truncatingIfNeeded: source), 0)
        var steps = 0
        while let (node, distance) = heap.removeFirst() {
            steps += 1
            if steps % 4_096 == 0 { try team.checkpoint() }
            let position = Int(node)
            if isSettled[position] { continue }
            isSettled[position] = true
            if position == target { break }
            for edge in lists.range(of: position) {
                let next = Int(lists.targets[edge])
                let total = distance + weights[edge]
                if total < distances[next] {
                    distances[next] = total
                    before[next] = node
                    heap.insert(lists.targets[edge], total)
                } else if total == distances[next], total < .infinity, !isSettled[next],
                    node < before[next]
                {
                    before[next] = node
                }
            }
        }
        if let target {
            // What lies behind the target is not known to be nearest.
            for node in 0..<count where !isSettled[node] || distances[node] > distances[target] {
                distances[node] = .infinity
                before[node] = ProjectedNodes.missing
            }
        }
        return Tree(distances: distances, predecessors: before)
    }
}
