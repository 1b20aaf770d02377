import KithStorage
import KithValues

/// The one write transaction of a graph: changes that become visible together, or not at all.
///
/// For one thread at a time. Every change happens within a statement: ``beginStatement()``, changes,
/// ``endStatement()``, which checks the constraints; or ``rollbackStatement()``, which undoes the
/// statement and leaves the rest of the transaction. Dropping it without ``commit(durability:)``
/// rolls it back.
public final class GraphWriter {
    init() {}

    /// What this transaction sees, with its own changes.
    public var reader: GraphReader { fatalError("filled in by the next commit") }

    /// Begins a statement.
    public func beginStatement() throws(GraphError) { fatalError("filled in by the next commit") }

    /// Ends the statement if all constraints hold and no deleted node still has relationships.
    ///
    /// When this throws, the statement is still open; ``rollbackStatement()`` undoes it.
    public func endStatement() throws(GraphError) { fatalError("filled in by the next commit") }

    /// Undoes everything since ``beginStatement()``.
    public func rollbackStatement() throws(GraphError) {
        fatalError("filled in by the next commit")
    }

    /// Makes the changes visible and ends the transaction.
    @discardableResult
    public func commit(durability: Durability = .full) throws(GraphError) -> UInt64 {
        fatalError("filled in by the next commit")
    }

    /// Drops the changes and ends the transaction.
    public func rollback() { fatalError("filled in by the next commit") }
}

extension GraphWriter {
    /// The label with this name, made if there is none.
    public func label(_ name: String) throws(GraphError) -> LabelID {
        fatalError("filled in by the next commit")
    }

    /// The relationship type with this name, made if there is none.
    public func relationshipType(_ name: String) throws(GraphError) -> RelationshipTypeID {
        fatalError("filled in by the next commit")
    }

    /// The property key with this name, made if there is none.
    public func propertyKey(_ name: String) throws(GraphError) -> PropertyKeyID {
        fatalError("filled in by the next commit")
    }
}

extension GraphWriter {
    /// Makes a node. Null properties are left out; of two with one key the later one stays.
    public func createNode(
        labels: [LabelID], properties: [(key: PropertyKeyID, value: Value)]
    ) throws(GraphError) -> NodeID { fatalError("filled in by the next commit") }

    /// Makes a relationship between two nodes that are alive.
    public func createRelationship(
        type: RelationshipTypeID, from source: NodeID, to target: NodeID,
        properties: [(key: PropertyKeyID, value: Value)]
    ) throws(GraphError) -> RelationshipID { fatalError("filled in by the next commit") }

    /// Sets a property, or removes it when the value is null; says whether anything changed.
    @discardableResult
    public func set(
        _ key: PropertyKeyID, of node: NodeID, to value: Value
    ) throws(GraphError) -> Bool { fatalError("filled in by the next commit") }

    /// Sets a property, or removes it when the value is null; says whether anything changed.
    @discardableResult
    public func set(
        _ key: PropertyKeyID, of relationship: RelationshipID, to value: Value
    ) throws(GraphError) -> Bool { fatalError("filled in by the next commit") }

    /// Adds a label; says whether the node lacked it.
    @discardableResult
    public func add(_ label: LabelID, to node: NodeID) throws(GraphError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Removes a label; says whether the node had it.
    @discardableResult
    public func remove(_ label: LabelID, from node: NodeID) throws(GraphError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Deletes a node; ``endStatement()`` fails if it still has relationships then. Says whether
    /// there was such a node.
    @discardableResult
    public func delete(_ node: NodeID) throws(GraphError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Deletes a relationship; says whether there was one.
    @discardableResult
    public func delete(_ relationship: RelationshipID) throws(GraphError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Deletes a node with all its relationships; returns how many relationships went with it, or
    /// nil if there was no such node.
    @discardableResult
    public func detachDelete(_ node: NodeID) throws(GraphError) -> Int? {
        fatalError("filled in by the next commit")
    }
}

extension GraphWriter {
    /// Makes an index and fills it. Without a name it gets one made of its parts.
    ///
    /// - Throws: ``GraphError/schemaExists(name:)`` when there is one of that name or of those parts.
    @discardableResult
    public func createIndex(
        name: String?, entity: EntityKind, token: UInt32, properties: [PropertyKeyID]
    ) throws(GraphError) -> IndexDefinition { fatalError("filled in by the next commit") }

    /// Makes a constraint, with an index where it needs one, if all there is satisfies it.
    @discardableResult
    public func createConstraint(
        name: String?, kind: ConstraintKind, entity: EntityKind, token: UInt32,
        properties: [PropertyKeyID]
    ) throws(GraphError) -> ConstraintDefinition { fatalError("filled in by the next commit") }

    /// Drops an index that serves no constraint.
    public func dropIndex(named name: String) throws(GraphError) {
        fatalError("filled in by the next commit")
    }

    /// Drops a constraint and the index that serves it.
    public func dropConstraint(named name: String) throws(GraphError) {
        fatalError("filled in by the next commit")
    }
}
