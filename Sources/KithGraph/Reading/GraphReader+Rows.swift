import KithValues

extension GraphReader {
    /// Whether there is such a node.
    public func isAlive(_ node: NodeID) throws(GraphError) -> Bool {
        try isAlive(.node, node.rawValue)
    }

    /// Whether there is such a relationship.
    public func isAlive(_ relationship: RelationshipID) throws(GraphError) -> Bool {
        try isAlive(.relationship, relationship.rawValue)
    }

    /// The labels of a node, by number; none if there is no such node.
    public func labels(of node: NodeID) throws(GraphError) -> [LabelID] {
        guard let set = try labelSet(of: node.rawValue) else { return [] }
        return catalog.labelSets[set].map(LabelID.init(rawValue:))
    }

    /// Whether the node is there and has the label.
    public func has(_ label: LabelID, _ node: NodeID) throws(GraphError) -> Bool {
        guard let set = try labelSet(of: node.rawValue) else { return false }
        return catalog.labelSets[set].contains(label.rawValue)
    }

    /// The type and ends of a relationship, nil if there is no such relationship.
    public func record(
        of relationship: RelationshipID
    ) throws(GraphError) -> RelationshipRecord? {
        let id = relationship.rawValue
        guard try isAlive(.relationship, id) else { return nil }
        let chunk = ChunkID(containing: id)
        if let ends = pendingEnds(id) {
            return RelationshipRecord(
                type: try type(ofRelationshipChunk: chunk), source: ends.source,
                target: ends.target)
        }
        let step = cache.enter()
        defer { cache.leave(step) }
        let base = try baseChunk(.relationship, chunk.rawValue)
        let (source, target) = try ends(of: slot(id), in: base)
        return RelationshipRecord(
            type: RelationshipTypeID(rawValue: base.descriptor.type), source: source,
            target: target)
    }

    /// The type and ends of a relationship that this transaction deleted, for a statement that returns
    /// what it deleted.
    ///
    /// The ends are nil where a transaction too large for its memory has written the change away.
    public func recordOfDeleted(
        _ relationship: RelationshipID
    ) throws(GraphError) -> (type: RelationshipTypeID, ends: (source: UInt64, target: UInt64)?) {
        let chunk = ChunkID(containing: relationship.rawValue)
        let ends = pending?.relationships[chunk.rawValue]?
            .endsOfDeleted(UInt16(slot(relationship.rawValue)))
        // A chunk holds relationships of one type only.
        return (try type(ofRelationshipChunk: chunk), ends)
    }

    /// A property of a node; null if the node lacks it or there is no such node.
    public func property(_ key: PropertyKeyID, of node: NodeID) throws(GraphError) -> Value {
        try property(key.rawValue, .node, node.rawValue)
    }

    /// A property of a relationship; null if it lacks it or there is no such relationship.
    public func property(
        _ key: PropertyKeyID, of relationship: RelationshipID
    ) throws(GraphError) -> Value {
        try property(key.rawValue, .relationship, relationship.rawValue)
    }

    /// All properties of a node, by key number.
    public func properties(
        of node: NodeID
    ) throws(GraphError) -> [(key: PropertyKeyID, value: Value)] {
        try properties(.node, node.rawValue)
    }

    /// All properties of a relationship, by key number.
    public func properties(
        of relationship: RelationshipID
    ) throws(GraphError) -> [(key: PropertyKeyID, value: Value)] {
        try properties(.relationship, relationship.rawValue)
    }
}

extension GraphReader {
    @inline(__always)
    func slot(_ id: UInt64) -> Int { Int(id & UInt64(GraphLimits.slotsPerChunk - 1)) }

    private func pendingRow(_ kind: EntityKind, _ id: UInt64) -> RowChange? {
        guard let pending else { return nil }
        return pending.chunk(kind, id >> UInt64(GraphLimits.slotBits))?[UInt16(slot(id))]
    }

    /// What this transaction knows of a property without looking at storage: nil when nothing.
    func pendingProperty(_ key: UInt32, _ kind: EntityKind, _ id: UInt64) -> Value? {
        guard let pending else { return nil }
        return pending.chunk(kind, id >> UInt64(GraphLimits.slotBits))?
            .property(key, of: UInt16(slot(id)))
    }

    /// The ends of a relationship that is new.
    func pendingEnds(_ id: UInt64) -> (source: UInt64, target: UInt64)? {
        guard let pending else { return nil }
        return pending.relationships[id >> UInt64(GraphLimits.slotBits)]?
            .ends(of: UInt16(slot(id)))
    }

    private func pendingState(
        _ kind: EntityKind, _ id: UInt64
    ) -> (life: RowChange.Life, labelSet: UInt32?)? {
        guard let pending else { return nil }
        return pending.chunk(kind, id >> UInt64(GraphLimits.slotBits))?
            .state(of: UInt16(slot(id)))
    }

    func isAlive(_ kind: EntityKind, _ id: UInt64) throws(GraphError) -> Bool {
        if let row = pendingState(kind, id), row.life != .kept { return row.life == .created }
        let step = cache.enter()
        defer { cache.leave(step) }
        let base = try baseChunk(kind, id >> UInt64(GraphLimits.slotBits))
        return base.alive.contains(slot(id))
    }

    /// The label set of a node, nil if there is no such node.
    func labelSet(of id: UInt64) throws(GraphError) -> UInt32? {
        if let row = pendingState(.node, id) {
            if row.life == .deleted { return nil }
            if let set = row.labelSet { return set }
        }
        let step = cache.enter()
        defer { cache.leave(step) }
        let base = try baseChunk(.node, id >> UInt64(GraphLimits.slotBits))
        return base.alive.contains(slot(id)) ? base.labelSet(of: slot(id)) : nil
    }

    func property(
        _ key: UInt32, _ kind: EntityKind, _ id: UInt64
    ) throws(GraphError) -> Value {
        if let value = pendingProperty(key, kind, id) { return value }
        let step = cache.enter()
        defer { cache.leave(step) }
        let base = try baseChunk(kind, id >> UInt64(GraphLimits.slotBits))
        guard base.alive.contains(slot(id)) else { return .null }
        return try base.value(key, slot(id), storage, cache)
    }

    func properties(
        _ kind: EntityKind, _ id: UInt64
    ) throws(GraphError) -> [(key: PropertyKeyID, value: Value)] {
        let row = pendingRow(kind, id)
        var result: [(key: PropertyKeyID, value: Value)] = []
        if row?.life != .deleted, row?.life != .created {
            let step = cache.enter()
            defer { cache.leave(step) }
            let base = try baseChunk(kind, id >> UInt64(GraphLimits.slotBits))
            guard base.alive.contains(slot(id)) else { return [] }
            for key in base.keys where key < SegmentEntry.sourceKey {
                if row?.property(key) != nil { continue }
                let value = try base.value(key, slot(id), storage, cache)
                if !value.isNull { result.append((PropertyKeyID(rawValue: key), value)) }
            }
        }
        guard let row, !row.properties.isEmpty, row.life != .deleted else { return result }
        for property in row.properties where !property.value.isNull {
            result.append((PropertyKeyID(rawValue: property.key), property.value))
        }
        return result.sorted { $0.key < $1.key }
    }
}
