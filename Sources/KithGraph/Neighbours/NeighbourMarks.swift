import Glibc

/// How many edges lead from one node, the pivot, to every other: a byte a node.
///
/// Filling and clearing cost one pass over the pivot's lists, so that looking up many nodes against
/// one pivot is a load each. Belongs to one thread.
public final class NeighbourMarks {
    /// The count of a node at its id; all zero but for the neighbours of the pivot.
    ///
    /// The system gives the memory zeroed, page by page as it is touched, so that marks of a large
    /// graph cost nothing where few nodes are marked.
    let counts: UnsafeMutablePointer<UInt8>
    let capacity: Int
    // Exclusivity unchecked where marking and looking up come by for every edge: one thread uses this,
    // and nothing calls back while a property is changed.

    /// The marked nodes, each once for each edge.
    @exclusivity(unchecked) private var marked =
        UnsafeMutablePointer<UInt64>.allocate(capacity: 64)
    @exclusivity(unchecked) private var markedCapacity = 64
    @exclusivity(unchecked) private(set) var markedCount = 0
    /// The node whose neighbours are marked.
    private(set) var pivot: UInt64?
    /// The number of lists the neighbours come from.
    private(set) var listCount = 0
    /// Whether the pivot has an edge to itself.
    @exclusivity(unchecked) private(set) var pivotHasLoop = false
    /// Whether a neighbour has more edges than a byte counts; then a mark only says that there are
    /// some.
    @exclusivity(unchecked) private(set) var isOverflowing = false
    let scratch = NeighbourScratch()
    /// For a second list beside one in ``scratch``.
    let otherScratch = NeighbourScratch()
    private var listTraits: ListTraits?
    /// The lists that pairs of nodes were last followed by.
    @exclusivity(unchecked) var firstLists = KnownLists()
    @exclusivity(unchecked) var secondLists = KnownLists()

    private static let edgesPerMarkMax = 255

    /// For each page of marks whether it was touched, and how many were.
    private let touched: UnsafeMutablePointer<Bool>
    @exclusivity(unchecked) private var touchedCount = 0
    private static let pageBits = 12

    /// Makes marks for a graph's nodes.
    public init(_ graph: GraphReader) {
        capacity = max(Int(graph.nodeChunkCount) * GraphLimits.slotsPerChunk, 1)
        counts = NodeBytes.allocate(capacity)
        let pageCount = capacity >> Self.pageBits + 1
        touched = .allocate(capacity: pageCount)
        touched.initialize(repeating: false, count: pageCount)
    }

    deinit {
        NodeBytes.free(counts, capacity)
        touched.deallocate()
        marked.deallocate()
    }

    /// The bytes it holds so far.
    public var sizeInBytes: Int {
        touchedCount << Self.pageBits + (listTraits == nil ? 0 : capacity) + markedCapacity * 8
    }

    /// What is known of the nodes' lists of some types.
    func traits(_ types: [RelationshipTypeID], _ direction: Direction) -> ListTraits {
        if let listTraits, listTraits.direction == direction, listTraits.types == types {
            return listTraits
        }
        let made = ListTraits(types, direction, capacity: capacity)
        listTraits = made
        return made
    }

    /// Whether a node has a place here; one of another state of the graph may not.
    @inline(__always)
    func covers(_ node: UInt64) -> Bool { node < UInt64(capacity) }

    /// The mark of `node`: the number of edges from the pivot, unless ``isOverflowing``.
    @inline(__always)
    func mark(_ node: UInt64) -> UInt8 {
        node < UInt64(capacity) ? counts[Int(truncatingIfNeeded: node)] : 0
    }

    /// The number of edges from the pivot to `node`.
    @inline(__always)
    func edgeCount(to node: UInt64) -> Int64 {
        let mark = mark(node)
        guard isOverflowing, mark > 0 else { return Int64(mark) }
        if listCount == 1 {
            let run = NeighbourRun(narrow: nil, wide: UnsafePointer(marked), count: markedCount)
            return Int64(run.edgeCount(to: node))
        }
        return neighbours.reduce(0) { $1 == node ? $0 + 1 : $0 }
    }

    /// The neighbours of the pivot, sorted within each of its lists.
    var neighbours: UnsafeBufferPointer<UInt64> {
        UnsafeBufferPointer(start: marked, count: markedCount)
    }

    /// Forgets the pivot.
    public func clear() {
        for index in 0..<markedCount { counts[Int(truncatingIfNeeded: marked[index])] = 0 }
        markedCount = 0
        pivot = nil
    }

    /// Marks the neighbours of `node`. Within a step of the cache.
    func mark(
        _ node: UInt64, _ lists: [ListsOfType], _ graph: GraphReader
    ) throws(GraphError) {
        clear()
        isOverflowing = false
        pivotHasLoop = false
        listCount = lists.count
        // By index: going through an array counts a reference to it, and this is one for all threads.
        var index = 0
        while index < lists.count {
            mark(
                try graph.neighbourRun(lists, at: index, node, scratch), of: node,
                skipsLoops: lists[index].skipsLoops)
            index &+= 1
        }
        pivot = node
    }

    @inline(__always)
    private func mark(_ run: NeighbourRun, of node: UInt64, skipsLoops: Bool) {
        reserve(markedCount + run.count)
        for index in 0..<run.count {
            let neighbour = run[index]
            if neighbour == node {
                if skipsLoops { continue }
                pivotHasLoop = true
            }
            guard covers(neighbour) else { continue }
            let place = Int(truncatingIfNeeded: neighbour)
            if !touched[place &>> Self.pageBits] {
                touched[place &>> Self.pageBits] = true
                touchedCount &+= 1
            }
            if counts[place] == UInt8(Self.edgesPerMarkMax) {
                isOverflowing = true
            } else {
                counts[place] &+= 1
            }
            marked[markedCount] = neighbour
            markedCount &+= 1
        }
    }

    private func reserve(_ count: Int) {
        guard count > markedCapacity else { return }
        let wanted = max(count, markedCapacity * 2)
        let grown = UnsafeMutablePointer<UInt64>.allocate(capacity: wanted)
        grown.update(from: marked, count: markedCount)
        marked.deallocate()
        marked = grown
        markedCapacity = wanted
    }
}

/// A byte a node, zeroed by the system page by page as it is touched, whatever the allocator of the
/// process has at hand.
enum NodeBytes {
    /// Fewer bytes are not worth a call of the system.
    private static let pagesMin = 32_768

    static func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if count < pagesMin {
            let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
            bytes.initialize(repeating: 0, count: count)
            return bytes
        }
        return PageArenas.systemPages(byteCount: count)
            .bindMemory(to: UInt8.self, capacity: count)
    }

    static func free(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) {
        if count < pagesMin { bytes.deallocate() } else { munmap(bytes, count) }
    }
}
