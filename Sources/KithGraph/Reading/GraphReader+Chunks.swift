import KithValues

extension GraphReader {
    /// The chunks that hold nodes with a label, ascending; nil asks for those of all nodes.
    public func nodeChunks(label: LabelID?) throws(GraphError) -> [ChunkID] {
        guard let label else { return (0..<nodeChunkCount).map(ChunkID.init(rawValue:)) }
        return try chunks(GraphTables.MemberKey(kind: .node, token: label.rawValue))
    }

    /// The chunks that hold relationships of a type, ascending; nil asks for those of all types.
    public func relationshipChunks(type: RelationshipTypeID?) throws(GraphError) -> [ChunkID] {
        guard let type else { return (0..<relationshipChunkCount).map(ChunkID.init(rawValue:)) }
        return try chunks(GraphTables.MemberKey(kind: .relationship, token: type.rawValue))
    }

    private func chunks(_ key: GraphTables.MemberKey) throws(GraphError) -> [ChunkID] {
        let known = try tables.chunks(key, storage)
        guard let added = pending?.members[key], !added.isEmpty else { return known }
        return Set(known).union(added.map(ChunkID.init(rawValue:))).sorted()
    }

    /// The nodes of a chunk that have all of the labels.
    public func slots(
        inNodeChunk chunk: ChunkID, labels: [LabelID]
    ) throws(GraphError) -> SlotSet {
        let step = cache.enter()
        defer { cache.leave(step) }
        let base = try baseChunk(.node, chunk.rawValue)
        let changed = pending?.nodes[chunk.rawValue]
        if labels.isEmpty { return alive(base, changed) }
        let wanted = wantedSets(labels)
        var result = base.slots(inSets: wanted)
        guard let changed else { return result }
        changed.forEachState { slot, life, labelSet in
            if let labelSet {
                if wanted[Int(labelSet)] { result.insert(slot) } else { result.remove(slot) }
            }
            if life == .deleted { result.remove(slot) }
        }
        return result
    }

    /// Which label sets of a snapshot have all of some labels.
    public struct LabelSets: Sendable {
        fileprivate let wanted: [Bool]
    }

    /// The label sets that have all of some labels, for ``slots(inNodeChunk:of:)``; nil where there is
    /// none, or what a transaction sees of itself may come to have others.
    public func labelSets(with labels: [LabelID]) -> LabelSets? {
        labels.isEmpty || pending != nil ? nil : LabelSets(wanted: wantedSets(labels))
    }

    private func wantedSets(_ labels: [LabelID]) -> [Bool] {
        let sets = catalog.labelSets
        let numbers = labels.map(\.rawValue)
        return (0..<sets.count).map { set in
            let members = sets[UInt32(set)]
            return numbers.allSatisfy { members.contains($0) }
        }
    }

    /// The nodes of a chunk that have one of the label sets, which are this snapshot's.
    public func slots(
        inNodeChunk chunk: ChunkID, of sets: LabelSets
    ) throws(GraphError) -> SlotSet {
        let step = cache.enter()
        defer { cache.leave(step) }
        return try baseChunk(.node, chunk.rawValue).slots(inSets: sets.wanted)
    }

    /// The relationships of a chunk.
    public func slots(inRelationshipChunk chunk: ChunkID) throws(GraphError) -> SlotSet {
        let step = cache.enter()
        defer { cache.leave(step) }
        let base = try baseChunk(.relationship, chunk.rawValue)
        return alive(base, pending?.relationships[chunk.rawValue])
    }

    func alive(_ base: EntityChunk, _ changed: PendingChunk?) -> SlotSet {
        guard let changed else { return base.alive }
        var alive = base.alive
        changed.forEachState { slot, life, _ in
            switch life {
            case .kept: break
            case .created: alive.insert(slot)
            case .deleted: alive.remove(slot)
            }
        }
        return alive
    }

    /// The type that all relationships of a chunk have.
    public func type(ofRelationshipChunk chunk: ChunkID) throws(GraphError) -> RelationshipTypeID {
        if let type = owned?.chunkTypes[chunk.rawValue] {
            return RelationshipTypeID(rawValue: type)
        }
        let step = cache.enter()
        defer { cache.leave(step) }
        let base = try baseChunk(.relationship, chunk.rawValue)
        return RelationshipTypeID(rawValue: base.descriptor.type)
    }
}
