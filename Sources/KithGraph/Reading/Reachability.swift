import CShims

/// The nodes that can be reached from one node in a number of steps, found breadth first; each once.
///
/// Keeps its memory between searches: what a search touched is wiped after it, so that a search costs
/// what it finds, however large the graph is.
public final class Reachability {
    /// The nodes found by the last search, nearest first; begins with the start.
    public private(set) var nodes: UnsafeMutablePointer<UInt64>
    /// How many nodes the last search found, the start included.
    public private(set) var count = 0
    /// Whether a path back to the start was found that uses no relationship twice, within the steps
    /// allowed. Only where the search was asked to find out.
    public private(set) var returnsToStart = false

    private var capacity = 256
    /// A bit a node: whether it was found.
    private var seen: UnsafeMutablePointer<UInt64>
    private var seenCount = 0
    private var chunkCount = 0
    private lazy var expansion = Expansion()
    private let block = NeighbourBlock()

    /// The most nodes that are followed before the caller is asked whether to go on.
    private static let nodesPerCheck = 4_096

    /// Makes a search without any result.
    public init() {
        nodes = .allocate(capacity: capacity)
        seen = .allocate(capacity: 1)
    }

    deinit {
        nodes.deallocate()
        seen.deallocate()
    }

    /// Finds every node within `maximum` steps of `start` (nil: any number of steps).
    ///
    /// `findsReturn`: whether to find out if a path leads back to the start. `shouldStop` is asked from
    /// time to time; when it says true, the search ends as if there were no more nodes.
    public func search(
        from start: UInt64, in graph: GraphReader, types: [RelationshipTypeID],
        direction: Direction, maximum: Int?, findsReturn: Bool, shouldStop: () -> Bool
    ) throws(GraphError) {
        let lists = graph.lists(types: types, direction: direction)
        prepare(graph)
        defer { wipe() }
        count = 1
        nodes[0] = start
        returnsToStart = false
        guard start >> UInt64(GraphLimits.slotBits) < UInt64(chunkCount) else { return }
        mark(start)
        if findsReturn, direction == .both {
            var search = ReturnSearch(start: start, maximum: maximum)
            returnsToStart = try search.run(graph, types, expansion)
        }
        // Walking along the direction, whatever leads to the start closes a path of its own.
        let watchesStart = findsReturn && direction != .both
        let isPlain = lists.allSatisfy { $0.changed == nil }
        var levelStart = 0
        var step = 0
        while levelStart < count, maximum.map({ step < $0 }) ?? true {
            let levelEnd = count
            var position = levelStart
            while position < levelEnd {
                if shouldStop() { return }
                let end = min(levelEnd, position + Self.nodesPerCheck)
                if isPlain {
                    try followPlain(position..<end, graph, lists, start, watchesStart)
                } else {
                    try followAny(position..<end, graph, types, direction, start, watchesStart)
                }
                position = end
            }
            levelStart = levelEnd
            step += 1
        }
    }

    private func prepare(_ graph: GraphReader) {
        chunkCount = graph.chunkCount(.node)
        let words = chunkCount * (GraphLimits.slotsPerChunk / 64)
        if seenCount < words {
            seen.deallocate()
            seen = .allocate(capacity: max(words, 1))
            seen.initialize(repeating: 0, count: words)
            seenCount = words
        }
    }

    /// Makes the bits of all nodes found 0 again.
    private func wipe() {
        var position = 0
        while position < count {
            let word = Int(truncatingIfNeeded: nodes[position] &>> 6)
            if word < seenCount { seen[word] = 0 }
            position &+= 1
        }
    }

    @inline(__always)
    private func mark(_ node: UInt64) {
        seen[Int(truncatingIfNeeded: node &>> 6)] |= 1 &<< (node & 63)
    }

    private func reserve(_ added: Int) {
        guard count + added + 1 > capacity else { return }
        capacity = max(count + added + 1, capacity * 2)
        let grown = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
        grown.moveInitialize(from: nodes, count: count)
        nodes.deallocate()
        nodes = grown
    }

    /// Follows lists that the transaction did not change, block by block.
    private func followPlain(
        _ range: Range<Int>, _ graph: GraphReader, _ lists: [ListsOfType], _ start: UInt64,
        _ watchesStart: Bool
    ) throws(GraphError) {
        var step = graph.cache.enterLong()
        defer { graph.cache.leave(step) }
        for list in lists {
            var position = range.lowerBound
            while position < range.upperBound {
                _ = graph.cache.renew(&step)
                let size = min(NeighbourBlock.sizeMax, range.upperBound &- position)
                let total = try block.load(nodes + position, count: size, list, graph)
                reserve(total)
                for index in 0..<size {
                    let run = block.runs[index]
                    if let narrow = run.narrow {
                        add(narrow, run.count, start, watchesStart)
                    } else if let wide = run.wide {
                        for edge in 0..<run.count { add(wide[edge], start, watchesStart) }
                    }
                }
                position &+= size
            }
        }
        block.clear()
    }

    /// Adds the neighbours that are new, without a branch for each. There is room for all.
    @inline(__always)
    private func add(
        _ neighbours: UnsafePointer<UInt32>, _ degree: Int, _ start: UInt64, _ watchesStart: Bool
    ) {
        let (seen, nodes) = (seen, nodes)
        let narrowStart = UInt32(truncatingIfNeeded: start)
        var end = count
        var meetsStart = false
        var edge = 0
        while edge < degree {
            let neighbour = neighbours[edge]
            let word = Int(neighbour &>> 6)
            let bit = UInt64(neighbour) & 63
            let known = seen[word]
            nodes[end] = UInt64(neighbour)
            end &+= Int(truncatingIfNeeded: ~(known &>> bit) & 1)
            seen[word] = known | (1 &<< bit)
            meetsStart = meetsStart || neighbour == narrowStart
            edge &+= 1
        }
        count = end
        if watchesStart, meetsStart, start <= UInt64(UInt32.max) { returnsToStart = true }
    }

    private func add(_ neighbour: UInt64, _ start: UInt64, _ watchesStart: Bool) {
        if watchesStart, neighbour == start { returnsToStart = true }
        let word = Int(truncatingIfNeeded: neighbour &>> 6)
        guard seen[word] &>> (neighbour & 63) & 1 == 0 else { return }
        mark(neighbour)
        nodes[count] = neighbour
        count += 1
    }

    /// Follows lists of which the transaction changed some.
    private func followAny(
        _ range: Range<Int>, _ graph: GraphReader, _ types: [RelationshipTypeID],
        _ direction: Direction, _ start: UInt64, _ watchesStart: Bool
    ) throws(GraphError) {
        let sources = Array(UnsafeBufferPointer(rebasing: allNodes[range]))
        expansion.begin()
        var isDone = false
        while !isDone {
            isDone = try sources.withUnsafeBufferPointer { sources throws(GraphError) in
                try graph.expand(
                    sources, types: types, direction: direction, wantsRelationships: false,
                    into: expansion)
            }
            reserve(expansion.count)
            for edge in 0..<expansion.count {
                add(expansion.neighbours[edge], start, watchesStart)
            }
        }
    }

    private var allNodes: UnsafeBufferPointer<UInt64> {
        UnsafeBufferPointer(start: nodes, count: count)
    }
}

/// Finds out whether a path that uses no relationship twice leads from a node back to it, where
/// relationships are followed either way.
///
/// A relationship from the node to itself is such a path of one step; two between the same two nodes
/// make one of two. A longer one is a cycle through the node: its two ends begin with different
/// relationships of the node, so somewhere along it two neighbouring nodes lie in different *branches*
/// of a breadth-first search, that is, their search paths begin with different relationships. Such a
/// pair at the distances *a* and *b* closes a path of *a* + *b* + 1 steps, and the shortest cycle has a
/// pair with no more steps than it has itself. So it is enough to look, level by level, for a
/// relationship between two branches.
private struct ReturnSearch {
    let start: UInt64
    /// The most steps a path may have; nil for any number.
    let maximum: Int?

    mutating func run(
        _ graph: GraphReader, _ types: [RelationshipTypeID], _ expansion: Expansion
    ) throws(GraphError) -> Bool {
        func allows(_ steps: Int) -> Bool { maximum.map { steps <= $0 } ?? true }
        guard allows(1) else { return false }
        var branches: [UInt64: (branch: UInt64, distance: Int)] = [start: (start, 0)]
        var frontier: [UInt64] = []
        var isLoop = false
        var isTwice = false
        try Self.follow([start], graph, types, expansion) { _, neighbour in
            if neighbour == start {
                isLoop = true
            } else if branches.updateValue((neighbour, 1), forKey: neighbour) != nil {
                isTwice = true
            } else {
                frontier.append(neighbour)
            }
            return !isLoop
        }
        if isLoop { return true }
        if isTwice, allows(2) { return true }
        var distance = 1
        while !frontier.isEmpty, allows(2 * distance + 1) {
            var next: [UInt64] = []
            var isClosed = false
            let sources = frontier
            try Self.follow(sources, graph, types, expansion) { source, neighbour in
                guard neighbour != start, let own = branches[sources[source]] else { return true }
                if let known = branches[neighbour] {
                    let closes =
                        known.branch != own.branch && allows(own.distance + known.distance + 1)
                    isClosed = isClosed || closes
                } else {
                    branches[neighbour] = (own.branch, distance + 1)
                    next.append(neighbour)
                }
                return !isClosed
            }
            if isClosed { return true }
            frontier = next
            distance += 1
        }
        return false
    }

    /// Calls `body` with each edge of the sources, until it says false.
    private static func follow(
        _ sources: [UInt64], _ graph: GraphReader, _ types: [RelationshipTypeID],
        _ expansion: Expansion, _ body: (_ source: Int, _ neighbour: UInt64) -> Bool
    ) throws(GraphError) {
        expansion.begin()
        var isDone = false
        while !isDone {
            isDone = try sources.withUnsafeBufferPointer { sources throws(GraphError) in
                try graph.expand(
                    sources, types: types, direction: .both, wantsRelationships: false,
                    into: expansion)
            }
            for edge in 0..<expansion.count {
                let source = Int(expansion.sourceIndexes[edge])
                if !body(source, expansion.neighbours[edge]) { return }
            }
        }
    }
}
