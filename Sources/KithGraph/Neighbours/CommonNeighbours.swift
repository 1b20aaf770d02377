import KithValues

/// What to intersect: the neighbours of a first and of a second node of each pair.
public struct IntersectionRequest: Sendable {
    /// The types by which the first nodes are followed; empty for all.
    public var firstTypes: [RelationshipTypeID]
    /// The direction in which the first nodes are followed.
    public var firstDirection: Direction
    /// The types by which the second nodes are followed; empty for all.
    public var secondTypes: [RelationshipTypeID]
    /// The direction in which the second nodes are followed.
    public var secondDirection: Direction
    /// Whether pairs that are close to an edge of a node to itself are set aside: nodes that equal
    /// one of their pair are not delivered, and the pair's number is appended to
    /// ``CommonNeighbours/unusualPairs``.
    public var setsLoopsAside: Bool

    /// Makes a request.
    public init(
        firstTypes: [RelationshipTypeID], firstDirection: Direction,
        secondTypes: [RelationshipTypeID], secondDirection: Direction, setsLoopsAside: Bool
    ) {
        self.firstTypes = firstTypes
        self.firstDirection = firstDirection
        self.secondTypes = secondTypes
        self.secondDirection = secondDirection
        self.setsLoopsAside = setsLoopsAside
    }

    /// The same with the first and the second exchanged.
    var exchanged: IntersectionRequest {
        IntersectionRequest(
            firstTypes: secondTypes, firstDirection: secondDirection, secondTypes: firstTypes,
            secondDirection: firstDirection, setsLoopsAside: setsLoopsAside)
    }
}

/// The nodes that are neighbours of both nodes of a pair, for many pairs.
public final class CommonNeighbours {
    /// How many nodes were found.
    @exclusivity(unchecked) public private(set) var count = 0
    /// For each node found, the number of its pair.
    @exclusivity(unchecked) public private(set) var pairs = UnsafeMutablePointer<Int32>.allocate(
        capacity: 1)
    /// The nodes found.
    @exclusivity(unchecked) public private(set) var nodes = UnsafeMutablePointer<UInt64>.allocate(
        capacity: 1)
    /// For each node found, the number of ways: edges from the first times edges from the second.
    @exclusivity(unchecked) public private(set) var ways = UnsafeMutablePointer<Int64>.allocate(
        capacity: 1)
    @exclusivity(unchecked) private var capacity = 1
    /// The pairs set aside; see ``IntersectionRequest/setsLoopsAside``.
    @exclusivity(unchecked) public internal(set) var unusualPairs: [Int32] = []
    let marks: NeighbourMarks
    let block = NeighbourBlock()
    @exclusivity(unchecked) private(set) var matches = UnsafeMutablePointer<UInt64>.allocate(
        capacity: 1)
    @exclusivity(unchecked) private var matchCapacity = 1

    /// Makes an empty result for a graph.
    public init(_ graph: GraphReader) { marks = NeighbourMarks(graph) }

    deinit {
        pairs.deallocate()
        nodes.deallocate()
        ways.deallocate()
        matches.deallocate()
    }

    /// The bytes it holds.
    public var sizeInBytes: Int {
        marks.sizeInBytes + matchCapacity * 8 + capacity * 20
    }

    /// Forgets what was found.
    public func removeAll() {
        count = 0
        unusualPairs.removeAll(keepingCapacity: true)
    }

    /// Makes room for so many more nodes.
    func reserve(_ added: Int) {
        guard count + added > capacity else { return }
        capacity = max(count + added, capacity * 2)
        pairs = Self.moved(pairs, count, capacity)
        nodes = Self.moved(nodes, count, capacity)
        ways = Self.moved(ways, count, capacity)
    }

    private static func moved<Element: BitwiseCopyable>(
        _ old: UnsafeMutablePointer<Element>, _ count: Int, _ capacity: Int
    ) -> UnsafeMutablePointer<Element> {
        let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        new.update(from: old, count: count)
        old.deallocate()
        return new
    }

    /// Adds a node, for which there is room.
    @inline(__always)
    func add(_ pair: Int, _ node: UInt64, _ nodeWays: Int64) {
        pairs[count] = Int32(truncatingIfNeeded: pair)
        nodes[count] = node
        ways[count] = nodeWays
        count &+= 1
    }

    func reserveMatches(_ count: Int) {
        guard count > matchCapacity else { return }
        matches.deallocate()
        matchCapacity = max(count, matchCapacity * 2)
        matches = .allocate(capacity: matchCapacity)
    }
}
