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
    private var knownLists = KnownLists()

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
        let lists = knownLists.lists(in: graph, types: types, direction: direction)
        prepare(graph)
        defer { wipe() }
        count = 1
        nodes[0] = start
        returnsToStart = false
        guard start >> UInt64(GraphLimits.slotBits) < UInt64(chunkCount) else { return }
        mark(start)
        let isPlain = lists.allSatisfy { !$0.isChanged }
        if findsReturn, direction == .both {
            let near = isPlain ? try returnsSoon(start, maximum, lists, graph) : nil
            if let near {
                returnsToStart = near
            } else {
                var search = ReturnSearch(start: start, maximum: maximum)
                returnsToStart = try search.run(graph, types, expansion)
            }
        }
        // Walking along the direction, whatever leads to the start closes a path of its own.
        let watchesStart = findsReturn && direction != .both
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

    /// Whether a path of at most three steps, none of them twice, leads back to the start; nil where none
    /// does and longer ones may.
    ///
    /// Relationships are followed either way. A path of one step is a relationship from the start to
    /// itself; one of two is a neighbour reached by two relationships; one of three is a relationship
    /// between two neighbours.
    private func returnsSoon(
        _ start: UInt64, _ maximum: Int?, _ lists: [ListsOfType], _ graph: GraphReader
    ) throws(GraphError) -> Bool? {
        func allows(_ steps: Int) -> Bool { maximum.map { steps <= $0 } ?? true }
        guard allows(1) else { return false }
        let step = graph.cache.enter()
        defer {
            for place in 1..<count { seen[Int(truncatingIfNeeded: nodes[place] &>> 6)] = 0 }
            mark(start)
            count = 1
            block.clear()
            graph.cache.leave(step)
        }
        // The neighbours go where the search will put those that are new.
        for list in lists {
            let total = try block.load(nodes, count: 1, list, graph)
            reserve(total)
            for edge in 0..<total {
                let neighbour = block.runs[0][edge]
                if neighbour == start { return true }
                nodes[count] = neighbour
                count += 1
            }
        }
        for place in 1..<count {
            let node = nodes[place]
            let isKnown = seen[Int(truncatingIfNeeded: node &>> 6)] &>> (node & 63) & 1 != 0
            if isKnown, allows(2) { return true }
            mark(node)
        }
        guard allows(3) else { return false }
        var position = 1
        while position < count {
            let size = min(NeighbourBlock.sizeMax, count - position)
            for list in lists {
                _ = try block.load(nodes + position, count: size, list, graph)
                for index in 0..<size
                where connects(block.runs[index], nodes[position + index], start) { return true }
            }
            position += size
        }
        return allows(4) ? nil : false
    }

    /// Whether a node has a marked neighbour other than itself and the start.
    @inline(__always)
    private func connects(_ run: NeighbourRun, _ node: UInt64, _ start: UInt64) -> Bool {
        for edge in 0..<run.count {
            let neighbour = run[edge]
            let isMarked =
                seen[Int(truncatingIfNeeded: neighbour &>> 6)] &>> (neighbour & 63) & 1 != 0
            if isMarked, neighbour != node, neighbour != start { return true }
        }
        return false
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
                let most = min(NeighbourBlock.sizeMax, range.upperBound &- position)
                let total = try block.load(
                    nodes + position, count: most, list, graph,
                    packedMax: NeighbourBlock.packedMax)
                let size = block.count
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
