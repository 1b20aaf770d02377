import KithValues

extension GraphWriter {
    /// Makes a node. Null properties are left out; of two with one key the later one stays.
    public func createNode(
        labels: [LabelID], properties: [(key: PropertyKeyID, value: Value)]
    ) throws(GraphError) -> NodeID {
        try createNode(labels: labels, NewProperties(properties))
    }

    /// Makes a node.
    public func createNode(
        labels: [LabelID], _ properties: consuming NewProperties
    ) throws(GraphError) -> NodeID {
        let shape = try shape(labels: labels)
        let set = shape.labelSet
        var row = properties.row
        row.labelSet = set
        let isAtHome =
            (owned.statistics.nodes[set] ?? 0) + 1 >= store.options.homeChunkThreshold
        let id = try homes.allocate(.node, isAtHome ? set : KeySpaces.mixedHome, self)
        owned.count(.nodes(set: set), by: 1)
        try addNew(row, id, shape)
        try flushIfNeeded()
        return NodeID(rawValue: id)
    }

    /// Sets a property of a node that an index or a constraint looks at.
    func setLookedAt(
        _ key: PropertyKeyID, _ id: UInt64, _ set: UInt32, to value: Value
    ) throws(GraphError) -> Bool {
        let labels = owned.catalog.labelSets[set]
        let isChanged = try self.set(key, .node, id, tokens: labels, to: value)
        if isChanged { statement?.touchedNodes.insertIfChecked(id, labels, owned.catalog, .node) }
        return isChanged
    }

    /// Sets a property, or removes it when the value is null; says whether anything changed.
    @discardableResult
    public func set(
        _ key: PropertyKeyID, of relationship: RelationshipID, to value: Value
    ) throws(GraphError) -> Bool {
        let id = relationship.rawValue
        guard try reader.isAlive(.relationship, id) else {
            throw GraphError.relationshipNotFound(id)
        }
        let type = try reader.type(ofRelationshipChunk: ChunkID(containing: id)).rawValue
        let isChanged = try set(key, .relationship, id, tokens: [type], to: value)
        if isChanged {
            statement?.touchedRelationships.insertIfChecked(
                id, [type], owned.catalog, .relationship)
        }
        return isChanged
    }

    private func set(
        _ key: PropertyKeyID, _ kind: EntityKind, _ id: UInt64, tokens: [UInt32], to value: Value
    ) throws(GraphError) -> Bool {
        try checkStorable(value)
        let old = try reader.property(key.rawValue, kind, id)
        if Self.isSame(old, value) { return false }
        let indexes = indexes(kind, tokens, covering: key)
        try removeEntries(of: id, from: indexes)
        try change(kind, id) { $0.set(key.rawValue, to: value) }
        pending.sizeInBytes += 64
        if case .string(let text) = value { pending.sizeInBytes += text.utf8.count }
        try addEntries(of: id, to: indexes)
        try flushIfNeeded()
        return true
    }

    /// Adds a label; says whether the node lacked it.
    @discardableResult
    public func add(_ label: LabelID, to node: NodeID) throws(GraphError) -> Bool {
        let id = node.rawValue
        guard let set = try reader.labelSet(of: id) else { throw GraphError.nodeNotFound(id) }
        var labels = owned.catalog.labelSets[set]
        let position = labels.partitioningIndex { $0 >= label.rawValue }
        if position < labels.count, labels[position] == label.rawValue { return false }
        labels.insert(label.rawValue, at: position)
        try relabel(id, from: set, to: try labelSet(labels))
        try noteMember(
            GraphTables.MemberKey(kind: .node, token: label.rawValue),
            id >> UInt64(GraphLimits.slotBits))
        try addEntries(of: id, to: indexes(.node, [label.rawValue], covering: nil))
        statement?.touchedNodes.insertIfChecked(id, labels, owned.catalog, .node)
        try flushIfNeeded()
        return true
    }

    /// Removes a label; says whether the node had it.
    @discardableResult
    public func remove(_ label: LabelID, from node: NodeID) throws(GraphError) -> Bool {
        let id = node.rawValue
        guard let set = try reader.labelSet(of: id) else { throw GraphError.nodeNotFound(id) }
        var labels = owned.catalog.labelSets[set]
        let position = labels.partitioningIndex { $0 >= label.rawValue }
        guard position < labels.count, labels[position] == label.rawValue else { return false }
        labels.remove(at: position)
        try removeEntries(of: id, from: indexes(.node, [label.rawValue], covering: nil))
        try relabel(id, from: set, to: try labelSet(labels))
        try flushIfNeeded()
        return true
    }

    /// Gives a node another label set, in rows and in counts.
    private func relabel(_ id: UInt64, from old: UInt32, to new: UInt32) throws(GraphError) {
        try recountDegrees(of: id, from: old, to: new)
        try change(.node, id) { $0.labelSet = new }
        pending.sizeInBytes += 32
        owned.count(.nodes(set: old), by: -1)
        owned.count(.nodes(set: new), by: 1)
    }

    /// Moves a node's relationships from the counts of one label set to those of another.
    private func recountDegrees(
        of id: UInt64, from old: UInt32, to new: UInt32
    ) throws(GraphError) {
        let expansion = Expansion(capacity: 256)
        for type in 0..<UInt32(owned.catalog.typeTokens.names.count)
        where owned.statistics.relationships[type] != nil {
            for direction in [Direction.outgoing, .incoming] {
                expansion.begin()
                var isDone = false
                while !isDone {
                    isDone = try withUnsafePointer(to: id) { source throws(GraphError) in
                        try reader.expand(
                            UnsafeBufferPointer(start: source, count: 1),
                            types: [RelationshipTypeID(rawValue: type)], direction: direction,
                            wantsRelationships: false, into: expansion)
                    }
                    for index in 0..<expansion.count {
                        let other = expansion.neighbours[index]
                        let isLoop = other == id
                        if isLoop, direction == .incoming { continue }
                        let far = try countedLabelSet(of: other)
                        let isOut = direction == .outgoing
                        owned.count(
                            degrees: -1, type: type, source: isOut ? old : far,
                            target: isLoop ? old : (isOut ? far : old))
                        owned.count(
                            degrees: 1, type: type, source: isOut ? new : far,
                            target: isLoop ? new : (isOut ? far : new))
                    }
                }
            }
        }
    }

    /// The label set under which a node's relationships are counted: its last one if it was deleted
    /// in this statement.
    func countedLabelSet(of id: UInt64) throws(GraphError) -> UInt32 {
        if let set = try reader.labelSet(of: id) { return set }
        if let set = statement?.deletedNodes[id] { return set }
        throw GraphError.corrupt("a relationship ends at node \(id), which is not there")
    }

    /// Deletes a node; ``endStatement()`` fails if it still has relationships then. Says whether
    /// there was such a node.
    @discardableResult
    public func delete(_ node: NodeID) throws(GraphError) -> Bool {
        let id = node.rawValue
        guard let set = try reader.labelSet(of: id) else { return false }
        try removeEntries(
            of: id, from: indexes(.node, owned.catalog.labelSets[set], covering: nil))
        put(RowChange(.deleted), .node, id)
        homes.keep(.node, id)
        owned.count(.nodes(set: set), by: -1)
        statement?.deletedNodes[id] = set
        statement?.touchedNodes.remove(id)
        try flushIfNeeded()
        return true
    }

    /// Deletes a node with all its relationships; returns how many relationships went with it, or
    /// nil if there was no such node.
    @discardableResult
    public func detachDelete(_ node: NodeID) throws(GraphError) -> Int? {
        let id = node.rawValue
        guard try reader.isAlive(.node, id) else { return nil }
        var relationships: [UInt64] = []
        let expansion = Expansion(capacity: 1024)
        var isDone = false
        while !isDone {
            try checkpoint?()
            isDone = try withUnsafePointer(to: id) { source throws(GraphError) in
                try reader.expand(
                    UnsafeBufferPointer(start: source, count: 1), types: [], direction: .both,
                    wantsRelationships: true, into: expansion)
            }
            relationships.append(
                contentsOf: UnsafeBufferPointer(
                    start: expansion.relationships, count: expansion.count))
        }
        for relationship in relationships {
            try delete(RelationshipID(rawValue: relationship))
        }
        try delete(node)
        return relationships.count
    }

    /// Fails if a node deleted in the statement still has relationships.
    func checkDeletedNodes(_ statement: StatementState) throws(GraphError) {
        if statement.deletedNodes.isEmpty { return }
        for id in statement.deletedNodes.keys.sorted() where try !reader.isAlive(.node, id) {
            if try reader.degree(of: id, types: [], direction: .both) > 0 {
                throw GraphError.stillConnected(id)
            }
        }
    }
}
