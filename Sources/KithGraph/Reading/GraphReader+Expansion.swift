import KithValues

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
    ) throws(GraphError) -> Bool {
        if !expansion.position.isStarted {
            expansion.position.isStarted = true
            expansion.lists = expansion.knownLists.lists(
                in: self, types: types, direction: direction)
        }
        expansion.count = 0
        expansion.isOneToOne = false
        // Taken once, and gone through by index: the array is one for all threads.
        let lists = expansion.lists
        if lists.isEmpty { return true }
        var step = cache.enterLong()
        defer { cache.leave(step) }
        if lists.count == 1, !lists[0].isChanged {
            return try expandPlain(sources, lists, wantsRelationships, &step, into: expansion)
        }
        let isPlain =
            !wantsRelationships && lists.count <= Expansion.blocksMax
            && lists.allSatisfy { !$0.isChanged }
        var isOneToOne = false
        while expansion.position.source < sources.count {
            if isPlain, expansion.position.list == 0, expansion.position.edge == 0,
                try expandBlock(sources, lists, &isOneToOne, into: expansion)
            {
                _ = cache.renew(&step)
                continue
            }
            // A source with more edges than a call delivers begins a call of its own.
            if isPlain, expansion.position.list == 0, expansion.position.edge == 0,
                expansion.count > 0
            {
                return false
            }
            let source = sources[expansion.position.source]
            while expansion.position.list < lists.count {
                let isDone = try deliver(
                    source, lists[expansion.position.list], wantsRelationships, into: expansion)
                if !isDone { return false }
                expansion.position.list += 1
                expansion.position.edge = 0
            }
            expansion.position.source += 1
            expansion.position.list = 0
            _ = cache.renew(&step)
        }
        expansion.lists = []
        expansion.held = nil
        return true
    }

    /// Delivers what is left of one list; false when the buffer is full before it ends.
    private func deliver(
        _ source: UInt64, _ lists: ListsOfType, _ wantsRelationships: Bool,
        into expansion: Expansion
    ) throws(GraphError) -> Bool {
        let chunk = source >> UInt64(GraphLimits.slotBits)
        if lists.isChanged, let changes = lists.changed?[chunk]?[UInt16(slot(source))],
            !changes.isEmpty
        {
            return try deliverMerged(source, wantsRelationships, into: expansion)
        }
        let base = try deliveredLists(lists, source, into: expansion)
        return try copy(base, lists, source, wantsRelationships, into: expansion)
    }

    /// The lists of a source, of which its own is delivered; one that takes several calls is held if it is
    /// nowhere else.
    func deliveredLists(
        _ lists: ListsOfType, _ source: UInt64, into expansion: Expansion
    ) throws(GraphError) -> AdjacencyChunk {
        let chunk = source &>> UInt64(GraphLimits.slotBits)
        let slot = slot(source)
        if let held = expansion.held, held.has(slot, of: chunk, lists.key) { return held.lists }
        let base = try baseLists(of: source, lists.key, in: lists.table)
        if base.isAlone, base.edgeCount > expansion.capacity {
            expansion.held = HeldLists(base, lists.key, chunk, slot...slot, cache)
        }
        return base
    }

    /// The relationship with a place among those from one node to another.
    func relationship(
        _ ordinal: Int, from source: UInt64, to target: UInt64, _ outgoing: ListsOfType,
        _ found: inout [UInt64]
    ) throws(GraphError) -> UInt64 {
        let chunk = source >> UInt64(GraphLimits.slotBits)
        if outgoing.changed?[chunk]?[UInt16(slot(source))] == nil {
            let base = try baseLists(of: source, outgoing.key, in: outgoing.table)
            let edge = base.header.pointee.edge(
                slot: slot(source), neighbour: target, ordinal: ordinal)
            if edge >= 0 { return base.relationship(edge) }
        } else {
            found.removeAll(keepingCapacity: true)
            try relationships(from: source, to: target, in: outgoing, into: &found)
            if ordinal < found.count { return found[ordinal] }
        }
        throw GraphError.corrupt("an incoming edge of node \(target) has no outgoing counterpart")
    }

    /// Delivers what is left of a list that the transaction changed.
    private func deliverMerged(
        _ source: UInt64, _ wantsRelationships: Bool, into expansion: Expansion
    ) throws(GraphError) -> Bool {
        let lists = expansion.lists[expansion.position.list]
        if expansion.position.edge == 0 { expansion.merged = try mergedList(lists, source) }
        let outgoing =
            lists.key.isIncoming && wantsRelationships ? outgoingLists(of: expansion) : nil
        while expansion.position.edge < expansion.merged.count {
            let edge = expansion.merged[expansion.position.edge]
            if lists.skipsLoops, edge.neighbour == source {
                expansion.position.edge += 1
                continue
            }
            if expansion.count == expansion.capacity { return false }
            expansion.sourceIndexes[expansion.count] = UInt32(expansion.position.source)
            expansion.neighbours[expansion.count] = edge.neighbour
            if let outgoing {
                var ordinal = 0
                while expansion.position.edge - ordinal > 0,
                    expansion.merged[expansion.position.edge - ordinal - 1].neighbour
                        == edge.neighbour
                { ordinal += 1 }
                expansion.relationships[expansion.count] = try relationship(
                    ordinal, from: edge.neighbour, to: source, outgoing, &expansion.found)
            } else if wantsRelationships {
                expansion.relationships[expansion.count] = edge.relationship
            }
            expansion.count += 1
            expansion.position.edge += 1
        }
        expansion.merged = []
        return true
    }

    /// Appends the raw ids of the relationships of a type from one node to another.
    public func relationships(
        from source: UInt64, to target: UInt64, type: RelationshipTypeID,
        into ids: inout [UInt64]
    ) throws(GraphError) {
        let step = cache.enter()
        defer { cache.leave(step) }
        for lists in lists(types: [type], direction: .outgoing) {
            try relationships(from: source, to: target, in: lists, into: &ids)
        }
    }
}
