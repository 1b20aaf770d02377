/// What ``GraphReader/expand(_:types:direction:wantsRelationships:into:)`` found: one entry an edge.
///
/// A buffer of fixed capacity that is used again and again. It also remembers where a call that
/// filled it stopped, so that calling again with the same arguments goes on from there.
public final class Expansion {
    /// The most edges one call delivers.
    public let capacity: Int
    /// For each edge, which of the sources it belongs to.
    public let sourceIndexes: UnsafeMutablePointer<UInt32>
    /// For each edge, the raw id of the node at the other end.
    public let neighbours: UnsafeMutablePointer<UInt64>
    /// For each edge, the raw id of the relationship; only filled when asked for.
    public let relationships: UnsafeMutablePointer<UInt64>
    /// The number of edges delivered by the last call.
    @exclusivity(unchecked) public internal(set) var count = 0
    /// Whether the last call delivered exactly one edge of every source of the batch, in their order.
    @exclusivity(unchecked) public internal(set) var isOneToOne = false

    /// The list that the next call goes on with.
    @exclusivity(unchecked) var position = ExpansionPosition()
    /// The lists of the wanted types, found by the first call of a batch.
    @exclusivity(unchecked) var lists: [ListsOfType] = []
    @exclusivity(unchecked) var knownLists = KnownLists()
    /// The list that the last call stopped in, where it had to be put together.
    @exclusivity(unchecked) var merged: [ChunkEdge] = []
    /// The lists that the last call stopped in, where they are large.
    @exclusivity(unchecked) var held: HeldLists?
    /// Relationships of incoming edges, while they are found.
    @exclusivity(unchecked) var found: [UInt64] = []
    /// For each of several lists, where the edges of a few sources lie.
    @exclusivity(unchecked) private(set) var blocks: [NeighbourBlock] = []

    /// Of more lists than these, edges are found source by source.
    static let blocksMax = 4

    /// Makes an empty buffer.
    public init(capacity: Int = GraphLimits.slotsPerChunk) {
        precondition(capacity > 0, "an expansion delivers at least one edge a call")
        self.capacity = capacity
        sourceIndexes = .allocate(capacity: capacity)
        neighbours = .allocate(capacity: capacity)
        relationships = .allocate(capacity: capacity)
    }

    deinit {
        sourceIndexes.deallocate()
        neighbours.deallocate()
        relationships.deallocate()
    }

    /// Makes a block for each list.
    func reserveBlocks() {
        while blocks.count < lists.count { blocks.append(NeighbourBlock()) }
    }

    /// Forgets where the last call stopped; to be called before a new batch of sources.
    public func begin() {
        count = 0
        isOneToOne = false
        position = ExpansionPosition()
        lists = []
        if held != nil { held = nil }
    }
}

/// Where an expansion stands: source by source, list by list, edge by edge.
struct ExpansionPosition {
    var isStarted = false
    var source = 0
    var list = 0
    var edge = 0
}
