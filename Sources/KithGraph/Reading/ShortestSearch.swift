import CShims

/// Finds one shortest path between two nodes: breadth first from both ends, the smaller frontier first,
/// until they meet.
///
/// Works on lists that the transaction did not change. Keeps its memory between searches; what a search
/// touched is wiped after it.
public final class ShortestSearch {
    /// What a search found.
    public enum Outcome {
        /// A shortest path: how many relationships it has, and, where they were asked for, which ones from
        /// the first node to the last.
        case path(length: Int, relationships: [UInt64])
        /// There is no path.
        case none
        /// The transaction changed some of the lists, so that another way must be taken.
        case changed
    }

    private let sides = (SearchSide(), SearchSide())
    private let block = NeighbourBlock()
    private var forwardLists = KnownLists()
    private var backwardLists = KnownLists()
    private var seenCount = 0

    /// Makes a search without any result.
    public init() {}

    /// The nodes that the last search reached, for the memory account.
    public private(set) var reachedCount = 0

    /// Looks for a shortest path of at most `maximum` steps between two different nodes.
    ///
    /// `shouldStop` is asked once a step; when it says true, the search ends as if there were no path.
    public func search(
        from source: UInt64, to target: UInt64, in graph: GraphReader,
        types: [RelationshipTypeID], direction: Direction, maximum: Int,
        wantsRelationships: Bool = true, shouldStop: () -> Bool
    ) throws(GraphError) -> Outcome {
        precondition(source != target, "a path between two different nodes")
        let forward = forwardLists.lists(in: graph, types: types, direction: direction)
        let backward = backwardLists.lists(
            in: graph, types: types, direction: direction.reversed)
        guard forward.allSatisfy({ !$0.isChanged }), backward.allSatisfy({ !$0.isChanged })
        else { return .changed }
        let limit = UInt64(graph.chunkCount(.node)) << UInt64(GraphLimits.slotBits)
        guard source < limit, target < limit else { return .none }
        let words = Int(limit / 64)
        if seenCount < words {
            sides.0.makeRoom(forWords: words)
            sides.1.makeRoom(forWords: words)
            seenCount = words
        }
        defer {
            reachedCount = sides.0.count + sides.1.count
            sides.0.wipe()
            sides.1.wipe()
        }
        sides.0.begin(source)
        sides.1.begin(target)
        var steps = 0
        while sides.0.frontierCount > 0, sides.1.frontierCount > 0, steps < maximum {
            if shouldStop() { return .none }
            steps += 1
            let isForward = sides.0.frontierCount <= sides.1.frontierCount
            let meeting =
                isForward
                ? try grow(sides.0, towards: sides.1, graph, forward)
                : try grow(sides.1, towards: sides.0, graph, backward)
            if let meeting {
                guard wantsRelationships else { return .path(length: steps, relationships: []) }
                var nodes: [UInt64] = sides.0.way(to: meeting).reversed()
                nodes += sides.1.way(to: meeting).dropFirst()
                return .path(
                    length: steps,
                    relationships: try relationships(along: nodes, graph, types, direction))
            }
        }
        return .none
    }

    /// Takes one more step from one side; the node in which it meets the other, if it does.
    private func grow(
        _ side: SearchSide, towards other: SearchSide, _ graph: GraphReader,
        _ lists: [ListsOfType]
    ) throws(GraphError) -> UInt64? {
        var step = graph.cache.enterLong()
        defer {
            block.clear()
            graph.cache.leave(step)
        }
        let end = side.count
        var position = side.levelStart
        while position < end {
            _ = graph.cache.renew(&step)
            let size = min(NeighbourBlock.sizeMax, end &- position)
            for list in lists {
                let total = try block.load(side.nodes + position, count: size, list, graph)
                side.reserve(total)
                for index in 0..<size {
                    if let met = side.add(block.runs[index], at: position &+ index, other) {
                        return met
                    }
                }
            }
            position &+= size
        }
        side.levelStart = end
        return nil
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
        result.reserveCapacity(nodes.count)
        for index in 1..<nodes.count {
            let (node, next) = (nodes[index - 1], nodes[index])
            var found: UInt64?
            for list in outgoing where found == nil {
                if direction != .incoming {
                    found = try Self.firstRelationship(from: node, to: next, list, graph)
                }
                if direction != .outgoing, found == nil {
                    found = try Self.firstRelationship(from: next, to: node, list, graph)
                }
            }
            guard let found else {
                throw GraphError.corrupt("a relationship is in the lists of one end only")
            }
            result.append(found)
        }
        return result
    }

    /// The first relationship from one node to another in a list that the transaction did not change.
    private static func firstRelationship(
        from source: UInt64, to target: UInt64, _ list: ListsOfType, _ graph: GraphReader
    ) throws(GraphError) -> UInt64? {
        let base = try graph.baseLists(of: source, list.key, in: list.table)
        let edge = base.header.pointee.edge(
            slot: graph.slot(source), neighbour: target, ordinal: 0)
        return edge < 0 ? nil : base.relationship(edge)
    }
}

/// One end of a ``ShortestSearch``: the nodes it reached, nearest first, and the place of each one's
/// predecessor.
private final class SearchSide {
    private(set) var nodes: UnsafeMutablePointer<UInt64>
    private var parents: UnsafeMutablePointer<Int32>
    private var capacity = 256
    private(set) var count = 0
    /// Where the nodes of the last level begin.
    var levelStart = 0
    /// A bit a node: whether it was reached.
    private var seen: UnsafeMutablePointer<UInt64>

    init() {
        nodes = .allocate(capacity: capacity)
        parents = .allocate(capacity: capacity)
        seen = .allocate(capacity: 1)
    }

    deinit {
        nodes.deallocate()
        parents.deallocate()
        seen.deallocate()
    }

    var frontierCount: Int { count - levelStart }

    /// Makes room for bits, none of them set; not while a search is under way.
    func makeRoom(forWords words: Int) {
        seen.deallocate()
        seen = .allocate(capacity: words)
        seen.initialize(repeating: 0, count: words)
    }

    func begin(_ node: UInt64) {
        nodes[0] = node
        parents[0] = -1
        count = 1
        levelStart = 0
        seen[Int(truncatingIfNeeded: node &>> 6)] |= 1 &<< (node & 63)
    }

    /// Forgets what was reached.
    func wipe() {
        for index in 0..<count { seen[Int(truncatingIfNeeded: nodes[index] &>> 6)] = 0 }
        count = 0
    }

    func reserve(_ added: Int) {
        guard count + added > capacity else { return }
        let wanted = max(count + added, capacity * 2)
        let grownNodes = UnsafeMutablePointer<UInt64>.allocate(capacity: wanted)
        grownNodes.moveInitialize(from: nodes, count: count)
        nodes.deallocate()
        nodes = grownNodes
        let grownParents = UnsafeMutablePointer<Int32>.allocate(capacity: wanted)
        grownParents.moveInitialize(from: parents, count: count)
        parents.deallocate()
        parents = grownParents
        capacity = wanted
    }

    /// Adds the neighbours of the node at `position` that are new; there is room for all. Ends at the
    /// first that the other side has reached.
    @inline(__always)
    func add(_ run: NeighbourRun, at position: Int, _ other: SearchSide) -> UInt64? {
        let (seen, others, nodes, parents) = (seen, other.seen, nodes, parents)
        let parent = Int32(truncatingIfNeeded: position)
        var end = count
        defer { count = end }
        for index in 0..<run.count {
            let neighbour = run[index]
            let word = Int(truncatingIfNeeded: neighbour &>> 6)
            let bit = 1 &<< (neighbour & 63) as UInt64
            let known = seen[word]
            if known & bit != 0 { continue }
            seen[word] = known | bit
            nodes[end] = neighbour
            parents[end] = parent
            end &+= 1
            if others[word] & bit != 0 { return neighbour }
        }
        return nil
    }

    /// The nodes from one that was reached back to where the side began.
    func way(to node: UInt64) -> [UInt64] {
        var way: [UInt64] = []
        var place = count - 1
        while place >= 0, nodes[place] != node { place -= 1 }
        while place >= 0 {
            way.append(nodes[place])
            place = Int(parents[place])
        }
        return way
    }
}
