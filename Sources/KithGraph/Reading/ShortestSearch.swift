import CShims

/// Finds one shortest path between two nodes: breadth first from both ends, the smaller frontier first,
/// until they meet.
///
/// Works on lists that the transaction did not change. Keeps its memory between searches; what a search
/// touched is wiped after it.
public final class ShortestSearch {
    /// What a search found.
    public enum Outcome {
        /// The relationships of a shortest path, from the first node to the last.
        case path([UInt64])
        /// There is no path.
        case none
        /// The transaction changed some of the lists, so that another way must be taken.
        case changed
    }

    /// One end's search: the nodes it reached, nearest first, and the place of each one's predecessor.
    private struct Side {
        var nodes: [UInt64] = []
        var parents: [Int32] = []
        /// Where the nodes of the last level begin.
        var levelStart = 0
        var seen: UnsafeMutablePointer<UInt64>

        var frontierCount: Int { nodes.count - levelStart }
    }

    private var sides: [Side]
    private var seenCount = 0

    /// Makes a search without any result.
    public init() {
        sides = (0..<2).map { _ in Side(seen: .allocate(capacity: 1)) }
    }

    deinit {
        for side in sides { side.seen.deallocate() }
    }

    /// The nodes that the last search reached, for the memory account.
    public private(set) var reachedCount = 0

    /// Looks for a shortest path of at most `maximum` steps between two different nodes.
    ///
    /// `shouldStop` is asked once a step; when it says true, the search ends as if there were no path.
    public func search(
        from source: UInt64, to target: UInt64, in graph: GraphReader,
        types: [RelationshipTypeID], direction: Direction, maximum: Int, shouldStop: () -> Bool
    ) throws(GraphError) -> Outcome {
        precondition(source != target, "a path between two different nodes")
        let forward = graph.lists(types: types, direction: direction)
        let backward = graph.lists(types: types, direction: direction.reversed)
        guard forward.allSatisfy({ $0.changed == nil }), backward.allSatisfy({ $0.changed == nil })
        else { return .changed }
        let limit = UInt64(graph.chunkCount(.node)) << UInt64(GraphLimits.slotBits)
        guard source < limit, target < limit else { return .none }
        prepare(Int(limit / 64))
        defer { wipe() }
        begin(0, source)
        begin(1, target)
        var steps = 0
        while sides[0].frontierCount > 0, sides[1].frontierCount > 0, steps < maximum {
            if shouldStop() { return .none }
            let side = sides[0].frontierCount <= sides[1].frontierCount ? 0 : 1
            steps += 1
            let meeting = try grow(side, graph, side == 0 ? forward : backward)
            if let meeting {
                let nodes = path(through: meeting)
                return .path(try relationships(along: nodes, graph, types, direction))
            }
        }
        return .none
    }

    private func prepare(_ words: Int) {
        guard seenCount < words else { return }
        for side in sides.indices {
            sides[side].seen.deallocate()
            sides[side].seen = .allocate(capacity: words)
            sides[side].seen.initialize(repeating: 0, count: words)
        }
        seenCount = words
    }

    private func begin(_ side: Int, _ node: UInt64) {
        sides[side].nodes.append(node)
        sides[side].parents.append(-1)
        sides[side].levelStart = 0
        sides[side].seen[Int(node / 64)] |= 1 << (node & 63)
    }

    private func wipe() {
        reachedCount = 0
        for side in sides.indices {
            reachedCount += sides[side].nodes.count
            for node in sides[side].nodes { sides[side].seen[Int(node / 64)] = 0 }
            sides[side].nodes.removeAll(keepingCapacity: true)
            sides[side].parents.removeAll(keepingCapacity: true)
        }
    }

    /// Takes one more step from one side; the node in which it meets the other, if it does.
    private func grow(
        _ number: Int, _ graph: GraphReader, _ lists: [ListsOfType]
    ) throws(GraphError) -> UInt64? {
        var step = graph.cache.enterLong()
        defer { graph.cache.leave(step) }
        let others = sides[1 - number].seen
        let seen = sides[number].seen
        let end = sides[number].nodes.count
        for position in sides[number].levelStart..<end {
            _ = graph.cache.renew(&step)
            let node = sides[number].nodes[position]
            let slot = graph.slot(node)
            for list in lists {
                let chunk = node >> UInt64(GraphLimits.slotBits)
                let base = try graph.baseLists(list.key, chunk, in: list.table)
                let range = base.range(slot)
                if let narrow = base.narrow {
                    for edge in range {
                        let neighbour = UInt64(narrow[edge])
                        let word = Int(truncatingIfNeeded: neighbour &>> 6)
                        let bit = 1 &<< (neighbour & 63) as UInt64
                        if seen[word] & bit != 0 { continue }
                        seen[word] |= bit
                        sides[number].nodes.append(neighbour)
                        sides[number].parents.append(Int32(truncatingIfNeeded: position))
                        if others[word] & bit != 0 { return neighbour }
                    }
                } else {
                    for edge in range {
                        let neighbour = base.neighbour(edge)
                        let word = Int(truncatingIfNeeded: neighbour &>> 6)
                        let bit = 1 &<< (neighbour & 63) as UInt64
                        if seen[word] & bit != 0 { continue }
                        seen[word] |= bit
                        sides[number].nodes.append(neighbour)
                        sides[number].parents.append(Int32(truncatingIfNeeded: position))
                        if others[word] & bit != 0 { return neighbour }
                    }
                }
            }
        }
        sides[number].levelStart = end
        return nil
    }

    /// The nodes of the path from the first to the last through the node where both sides met.
    private func path(through meeting: UInt64) -> [UInt64] {
        func way(_ side: Side) -> [UInt64] {
            var nodes: [UInt64] = []
            var place = side.nodes.lastIndex(of: meeting).map { Int32($0) } ?? -1
            while place >= 0 {
                nodes.append(side.nodes[Int(place)])
                place = side.parents[Int(place)]
            }
            return nodes
        }
        return way(sides[0]).reversed() + way(sides[1]).dropFirst()
    }

    /// For each two neighbouring nodes the first relationship that leads from one to the next.
    private func relationships(
        along nodes: [UInt64], _ graph: GraphReader, _ types: [RelationshipTypeID],
        _ direction: Direction
    ) throws(GraphError) -> [UInt64] {
        let step = graph.cache.enter()
        defer { graph.cache.leave(step) }
        let outgoing = graph.lists(types: types, direction: .outgoing)
        var result: [UInt64] = []
        for (node, next) in zip(nodes, nodes.dropFirst()) {
            var found: [UInt64] = []
            for list in outgoing where found.isEmpty {
                if direction != .incoming {
                    try graph.relationships(from: node, to: next, in: list, into: &found)
                }
                if direction != .outgoing, found.isEmpty {
                    try graph.relationships(from: next, to: node, in: list, into: &found)
                }
            }
            guard let first = found.first else {
                throw GraphError.corrupt("a relationship is in the lists of one end only")
            }
            result.append(first)
        }
        return result
    }
}
