import KithStorage
import KithValues

/// A view of a graph: a snapshot, or what a write transaction sees of itself.
///
/// A snapshot may be used by many threads at once; the view of a write transaction belongs to the
/// transaction's thread. Ids are raw 64-bit values wherever batches of them are handled.
public final class GraphReader: @unchecked Sendable {
    init() {}

    /// The commit that this view shows; for a write transaction the one it began from.
    public var commitNumber: UInt64 { fatalError("filled in by the next commit") }

    /// The names, indexes and constraints of this view.
    public var catalog: Catalog { fatalError("filled in by the next commit") }

    /// Gives the snapshot back early; otherwise that happens with the object.
    public func close() { fatalError("filled in by the next commit") }
}

extension GraphReader {
    /// The number of nodes.
    public var nodeCount: Int { fatalError("filled in by the next commit") }
    /// The number of relationships.
    public var relationshipCount: Int { fatalError("filled in by the next commit") }
    /// The number of nodes with a label.
    public func nodeCount(label: LabelID) -> Int { fatalError("filled in by the next commit") }
    /// The number of relationships of a type.
    public func relationshipCount(type: RelationshipTypeID) -> Int {
        fatalError("filled in by the next commit")
    }

    /// The exact number of relationships of a type between nodes with labels; nil stands for any.
    public func relationshipCount(
        type: RelationshipTypeID?, from source: LabelID?, to target: LabelID?
    ) -> Int { fatalError("filled in by the next commit") }

    /// The number of entries of an index.
    public func entryCount(of index: IndexID) throws(GraphError) -> Int {
        fatalError("filled in by the next commit")
    }

    /// About how many different values the first `propertyCount` properties of an index have.
    public func distinctEstimate(of index: IndexID, propertyCount: Int = 1) throws(GraphError)
        -> Int
    { fatalError("filled in by the next commit") }
}

extension GraphReader {
    /// The chunks that hold nodes with a label, ascending; nil asks for those of all nodes.
    public func nodeChunks(label: LabelID?) throws(GraphError) -> [ChunkID] {
        fatalError("filled in by the next commit")
    }

    /// The nodes of a chunk that have all of the labels.
    public func slots(inNodeChunk chunk: ChunkID, labels: [LabelID]) throws(GraphError) -> SlotSet {
        fatalError("filled in by the next commit")
    }

    /// The chunks that hold relationships of a type, ascending; nil asks for those of all types.
    public func relationshipChunks(type: RelationshipTypeID?) throws(GraphError) -> [ChunkID] {
        fatalError("filled in by the next commit")
    }

    /// The relationships of a chunk.
    public func slots(inRelationshipChunk chunk: ChunkID) throws(GraphError) -> SlotSet {
        fatalError("filled in by the next commit")
    }

    /// The type that all relationships of a chunk have.
    public func type(ofRelationshipChunk chunk: ChunkID) throws(GraphError) -> RelationshipTypeID {
        fatalError("filled in by the next commit")
    }

    /// Writes source and target of every relationship of a chunk, slot by slot, into arrays with
    /// room for 2,048 each; slots not alive get 0.
    public func endpoints(
        inRelationshipChunk chunk: ChunkID, sources: UnsafeMutablePointer<UInt64>,
        targets: UnsafeMutablePointer<UInt64>
    ) throws(GraphError) { fatalError("filled in by the next commit") }
}

extension GraphReader {
    /// Whether there is such a node.
    public func isAlive(_ node: NodeID) throws(GraphError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Whether there is such a relationship.
    public func isAlive(_ relationship: RelationshipID) throws(GraphError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// The labels of a node, by number; none if there is no such node.
    public func labels(of node: NodeID) throws(GraphError) -> [LabelID] {
        fatalError("filled in by the next commit")
    }

    /// Whether the node is there and has the label.
    public func has(_ label: LabelID, _ node: NodeID) throws(GraphError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// The type and ends of a relationship, nil if there is no such relationship.
    public func record(of relationship: RelationshipID) throws(GraphError) -> RelationshipRecord? {
        fatalError("filled in by the next commit")
    }

    /// A property of a node; null if the node lacks it or there is no such node.
    public func property(_ key: PropertyKeyID, of node: NodeID) throws(GraphError) -> Value {
        fatalError("filled in by the next commit")
    }

    /// A property of a relationship; null if it lacks it or there is no such relationship.
    public func property(
        _ key: PropertyKeyID, of relationship: RelationshipID
    ) throws(GraphError) -> Value { fatalError("filled in by the next commit") }

    /// All properties of a node, by key number.
    public func properties(
        of node: NodeID
    ) throws(GraphError) -> [(key: PropertyKeyID, value: Value)] {
        fatalError("filled in by the next commit")
    }

    /// All properties of a relationship, by key number.
    public func properties(
        of relationship: RelationshipID
    ) throws(GraphError) -> [(key: PropertyKeyID, value: Value)] {
        fatalError("filled in by the next commit")
    }
}

extension GraphReader {
    /// One property of all nodes of a chunk; cheap once it is cached.
    public func column(
        _ key: PropertyKeyID, inNodeChunk chunk: ChunkID
    ) throws(GraphError) -> Column { fatalError("filled in by the next commit") }

    /// One property of all relationships of a chunk; cheap once it is cached.
    public func column(
        _ key: PropertyKeyID, inRelationshipChunk chunk: ChunkID
    ) throws(GraphError) -> Column { fatalError("filled in by the next commit") }

    /// What is known of a property of a chunk without decoding it; nil when nothing is.
    public func zone(_ key: PropertyKeyID, inNodeChunk chunk: ChunkID) throws(GraphError)
        -> ColumnZone?
    { fatalError("filled in by the next commit") }

    /// What is known of a property of a chunk without decoding it; nil when nothing is.
    public func zone(_ key: PropertyKeyID, inRelationshipChunk chunk: ChunkID) throws(GraphError)
        -> ColumnZone?
    { fatalError("filled in by the next commit") }
}

extension GraphReader {
    /// Finds the edges of many nodes at once: for each source in order, its edges type by type,
    /// outgoing before incoming, sorted by neighbour within a type and direction.
    ///
    /// Call ``Expansion/begin()`` for a new batch of sources, then this until it returns true; each
    /// call delivers at most the capacity of `expansion`. An empty list of types stands for all.
    /// Sources that are not alive have no edges.
    ///
    /// - Returns: whether all sources are done.
    public func expand(
        _ sources: UnsafeBufferPointer<UInt64>, types: [RelationshipTypeID], direction: Direction,
        wantsRelationships: Bool, into expansion: Expansion
    ) throws(GraphError) -> Bool { fatalError("filled in by the next commit") }

    /// The number of edges of a node; an empty list of types stands for all.
    public func degree(
        of node: UInt64, types: [RelationshipTypeID], direction: Direction
    ) throws(GraphError) -> Int { fatalError("filled in by the next commit") }

    /// Writes the number of edges of each source.
    public func degrees(
        of sources: UnsafeBufferPointer<UInt64>, types: [RelationshipTypeID], direction: Direction,
        into degrees: UnsafeMutablePointer<Int64>
    ) throws(GraphError) { fatalError("filled in by the next commit") }

    /// Appends the raw ids of the relationships of a type from one node to another.
    public func relationships(
        from source: UInt64, to target: UInt64, type: RelationshipTypeID,
        into ids: inout [UInt64]
    ) throws(GraphError) { fatalError("filled in by the next commit") }
}

extension GraphReader {
    /// A cursor over the entries of an index that lie within bounds.
    public func indexCursor(_ index: IndexID, bounds: IndexBounds) throws(GraphError) -> IndexCursor
    {
        fatalError("filled in by the next commit")
    }

    /// The first entity with exactly these values, or nil; the fast way for unique indexes.
    public func indexLookupUnique(_ index: IndexID, key: Value) throws(GraphError) -> UInt64? {
        fatalError("filled in by the next commit")
    }

    /// Appends all entities with exactly this value of the first property.
    public func indexLookup(
        _ index: IndexID, key: Value, into ids: inout [UInt64]
    ) throws(GraphError) { fatalError("filled in by the next commit") }
}
