import CShims
import KithGraph

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

    /// Searches; O(*n* + *m*), with weights O(*m* log *n*). Fewer than `sharedMin` nodes are followed by
    /// one thread.
    ///
    /// - Precondition: no weight is below 0.
    func tree(
        _ lists: ProjectedLists, _ team: WorkTeam, sharedMin: Int = 128
    ) throws(WorkStopped) -> PathTree {
        guard lists.weights != nil else { return try treeByLevels(lists, team, sharedMin) }
        guard target == nil else { return try treeByNode(lists, team) }
        let search = try WeightedDistances(
            EdgeLists(lists), source: source, team, sharedMin: sharedMin)
        try search.find()
        if let tree = try search.tree() { return tree }
        return try treeByNode(lists, team)
    }

    /// Each thread reaches the nodes of its own part (``NodeParts``).
    ///
    /// What is known of a node is one number: its level, and below that the node before it. The smallest
    /// is right: the first level, and of that the node of the smallest number.
    private func treeByLevels(
        _ lists: ProjectedLists, _ team: WorkTeam, _ sharedMin: Int
    ) throws(WorkStopped) -> PathTree {
        let lists = EdgeLists(lists)
        let known = UnsafeMutablePointer<UInt64>.allocate(capacity: max(lists.nodeCount, 1))
        defer { known.deallocate() }
        let parts = NodeParts(lists, team)
        let front = SearchFront(parts, lists, team, sharedMin: sharedMin)
        try team.forEachPart(of: parts.count) { part in
            for node in parts.ranges[part] { known[node] = .max }
        }
        known[source] = UInt64(ProjectedNodes.missing)
        front.begin(with: source)
        var level: UInt64 = 0
        while front.count > 0 {
            if let target, known[target] != .max { break }
            level += 1
            try front.round { part in
                let room = front.room(part)
                var count = 0
                front.follow(lists, to: part) { node in
                    level &<< 32 | UInt64(truncatingIfNeeded: node)
                } visit: { way, _, target in
                    let before = known[target]
                    known[target] = min(before, way)
                    room[count] = UInt32(truncatingIfNeeded: target)
                    count &+= kith_bool_to_int(before == .max)
                }
                front.order(count, part)
                front.found(count, part)
            }
        }
        return try PathTree(lists.nodeCount, team) { node in
            let known = known[node]
            return (
                known == .max ? .infinity : Double(known &>> 32),
                UInt32(truncatingIfNeeded: known)
            )
        }
    }

    /// By Dijkstra's algorithm, on one thread.
    func treeByNode(_ lists: ProjectedLists, _ team: WorkTeam) throws(WorkStopped) -> PathTree {
        let count = lists.nodeCount
        var distances = [Double](repeating: .infinity, count: count)
        var before = [UInt32](repeating: ProjectedNodes.missing, count: count)
        var isSettled = [Bool](repeating: false, count: count)
        guard let weights = lists.weights else { return PathTree(distances: [], predecessors: []) }
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
        return PathTree(distances: distances, predecessors: before)
    }
}
