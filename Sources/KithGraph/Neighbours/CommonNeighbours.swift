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
    /// For each node found, the number of its pair.
    @exclusivity(unchecked) public internal(set) var pairs: [Int32] = []
    /// The nodes found.
    @exclusivity(unchecked) public internal(set) var nodes: [UInt64] = []
    /// For each node found, the number of ways: edges from the first times edges from the second.
    @exclusivity(unchecked) public internal(set) var ways: [Int64] = []
    /// The pairs set aside; see ``IntersectionRequest/setsLoopsAside``.
    @exclusivity(unchecked) public internal(set) var unusualPairs: [Int32] = []
    let marks: NeighbourMarks
    let block = NeighbourBlock()
    @exclusivity(unchecked) private(set) var matches = UnsafeMutablePointer<UInt64>.allocate(
        capacity: 1)
    @exclusivity(unchecked) private var matchCapacity = 1

    /// Makes an empty result for a graph.
    public init(_ graph: GraphReader) { marks = NeighbourMarks(graph) }

    deinit { matches.deallocate() }

    /// The bytes it holds.
    public var sizeInBytes: Int {
        marks.sizeInBytes + matchCapacity * 8 + pairs.capacity * 20
    }

    /// Forgets what was found.
    public func removeAll() {
        pairs.removeAll(keepingCapacity: true)
        nodes.removeAll(keepingCapacity: true)
        ways.removeAll(keepingCapacity: true)
        unusualPairs.removeAll(keepingCapacity: true)
    }

    func reserveMatches(_ count: Int) {
        guard count > matchCapacity else { return }
        matches.deallocate()
        matchCapacity = max(count, matchCapacity * 2)
        matches = .allocate(capacity: matchCapacity)
    }
}
