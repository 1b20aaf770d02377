import KithValues

extension GraphWriter {
    /// Makes a relationship between two nodes that are alive. Null properties are left out; of two with
    /// one key the later one stays.
    public func createRelationship(
        type: RelationshipTypeID, from source: NodeID, to target: NodeID,
        properties: [(key: PropertyKeyID, value: Value)]
    ) throws(GraphError) -> RelationshipID {
        try createRelationship(
            type: type, from: source, to: target, NewProperties(properties))
    }

    /// Makes a relationship between two nodes that are alive.
    public func createRelationship(
        type: RelationshipTypeID, from source: NodeID, to target: NodeID,
        _ properties: consuming NewProperties
    ) throws(GraphError) -> RelationshipID {
        guard let sourceSet = try reader.labelSet(of: source.rawValue) else {
            throw GraphError.nodeNotFound(source.rawValue)
        }
        guard let targetSet = try reader.labelSet(of: target.rawValue) else {
            throw GraphError.nodeNotFound(target.rawValue)
        }
        let shape = shape(type: type)
        var row = properties.row
        row.source = source.rawValue
        row.target = target.rawValue
        let number = type.rawValue
        let id = try homes.allocate(.relationship, number, self)
        let change = EndsChange(
            type: number, source: row.source, target: row.target, relationship: id, isAdded: true)
        pending.append(change)
        note(.edgeNoted(change))
        owned.count(relationships: 1, type: number, source: sourceSet, target: targetSet)
        try addNew(row, id, shape)
        try flushIfNeeded()
        return RelationshipID(rawValue: id)
    }

    /// Deletes a relationship; says whether there was one.
    @discardableResult
    public func delete(_ relationship: RelationshipID) throws(GraphError) -> Bool {
        let id = relationship.rawValue
        guard let record = try reader.record(of: relationship) else { return false }
        let number = record.type.rawValue
        let sourceSet = try countedLabelSet(of: record.source)
        let targetSet = try countedLabelSet(of: record.target)
        try removeEntries(of: id, from: indexes(.relationship, [number], covering: nil))
        var row = RowChange(.deleted)
        row.source = record.source
        row.target = record.target
        put(row, .relationship, id)
        homes.keep(.relationship, id)
        var change = EndsChange(
            type: number, source: record.source, target: record.target, relationship: id,
            isAdded: true)
        if pending.remove(change) {
            note(.edgeNoteRemoved(change))
        } else {
            change.isAdded = false
            pending.append(change)
            note(.edgeNoted(change))
        }
        owned.count(
            relationships: -1, type: number, source: sourceSet, target: targetSet)
        statement?.touchedRelationships.remove(id)
        try flushIfNeeded()
        return true
    }
}
