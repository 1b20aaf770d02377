import KithValues

/// Several properties of one node or relationship at once: its row is kept for taking it back, and
/// indexes are brought up to date, once for all of them. The outcome is that of setting each by itself.
extension GraphWriter {
    /// Sets properties of a node, each key once, or removes those whose values are null; returns how many
    /// changed.
    @discardableResult
    public func set(
        _ properties: [(key: PropertyKeyID, value: Value)], of node: NodeID
    ) throws(GraphError) -> Int {
        let id = node.rawValue
        guard let set = try reader.labelSet(of: id) else { throw GraphError.nodeNotFound(id) }
        let labels = owned.catalog.labelSets[set]
        let changed = try self.set(properties, .node, id, tokens: labels)
        if changed > 0 {
            statement?.touchedNodes.insertIfChecked(id, labels, owned.catalog, .node)
        }
        return changed
    }

    /// Sets properties of a relationship, each key once, or removes those whose values are null; returns
    /// how many changed.
    @discardableResult
    public func set(
        _ properties: [(key: PropertyKeyID, value: Value)], of relationship: RelationshipID
    ) throws(GraphError) -> Int {
        let id = relationship.rawValue
        guard try reader.isAlive(.relationship, id) else {
            throw GraphError.relationshipNotFound(id)
        }
        let type = try reader.type(ofRelationshipChunk: ChunkID(containing: id)).rawValue
        let changed = try set(properties, .relationship, id, tokens: [type])
        if changed > 0 {
            statement?.touchedRelationships.insertIfChecked(
                id, [type], owned.catalog, .relationship)
        }
        return changed
    }

    private func set(
        _ properties: [(key: PropertyKeyID, value: Value)], _ kind: EntityKind, _ id: UInt64,
        tokens: [UInt32]
    ) throws(GraphError) -> Int {
        var changes: [RowChange.Property] = []
        var size = 0
        for (key, value) in properties {
            try checkStorable(value)
            if Self.isSame(try reader.property(key.rawValue, kind, id), value) { continue }
            changes.append(RowChange.Property(key: key.rawValue, value: value))
            size += 64
            if case .string(let text) = value { size += text.utf8.count }
        }
        guard !changes.isEmpty else { return 0 }
        changes.sort { $0.key < $1.key }
        let indexes = indexes(kind, tokens, covering: nil).filter { index in
            index.properties.contains { key in
                changes.contains { $0.key == key.rawValue }
            }
        }
        try removeEntries(of: id, from: indexes)
        try change(kind, id) { $0.set(changes) }
        pending.sizeInBytes += size
        try addEntries(of: id, to: indexes)
        try flushIfNeeded()
        return changes.count
    }
}
