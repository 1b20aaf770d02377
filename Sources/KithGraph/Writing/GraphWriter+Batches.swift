import KithValues

/// Many changes of one kind at once: what they have in common is looked up once, and what they add to
/// indexes and counts goes there together. The outcome is that of the changes one by one.
extension GraphWriter {
    /// Makes nodes that have the same labels; returns their raw ids.
    public func createNodes(
        labels: [LabelID], count: Int, properties: PropertyTable
    ) throws(GraphError) -> [UInt64] {
        guard count > 0 else { return [] }
        let size = try checkedSize(properties, rows: count)
        let numbers =
            labels.count > 1 ? Set(labels.map(\.rawValue)).sorted() : labels.map(\.rawValue)
        let set = try labelSet(numbers)
        // The first few nodes of a label set share their chunks with those of others.
        let known = owned.statistics.nodes[set] ?? 0
        let mixed = min(max(store.options.homeChunkThreshold - 1 - known, 0), count)
        var ids: [UInt64] = []
        ids.reserveCapacity(count)
        if mixed > 0 {
            try homes.allocate(mixed, .node, KeySpaces.mixedHome, self, into: &ids)
        }
        if mixed < count { try homes.allocate(count - mixed, .node, set, self, into: &ids) }
        let members = numbers.map { GraphTables.MemberKey(kind: .node, token: $0) }
        try putNew(.node, ids, members: members) { slots, place in
            MadeRows(slots: slots, properties, from: place, labelSet: set)
        }
        pending.sizeInBytes += size
        owned.count(.nodes(set: set), by: count)
        try indexNewEntities(.node, ids, tokens: numbers, properties)
        if isChecked(.node, numbers) { statement?.touchedNodes.formUnion(ids) }
        try flushIfNeeded(after: count)
        return ids
    }

    /// Makes relationships of one type between nodes that are alive, given by their raw ids; returns
    /// the relationships' raw ids.
    public func createRelationships(
        type: RelationshipTypeID, from sources: [UInt64], to targets: [UInt64],
        properties: PropertyTable
    ) throws(GraphError) -> [UInt64] {
        let count = sources.count
        precondition(targets.count == count, "a relationship has two ends")
        guard count > 0 else { return [] }
        let size = try checkedSize(properties, rows: count)
        let sourceSets = try labelSets(of: sources)
        let targetSets = try labelSets(of: targets)
        let number = type.rawValue
        var ids: [UInt64] = []
        ids.reserveCapacity(count)
        try homes.allocate(count, .relationship, number, self, into: &ids)
        let member = GraphTables.MemberKey(kind: .relationship, token: number)
        try putNew(.relationship, ids, members: [member]) { slots, place in
            MadeRows(
                slots: slots, properties, from: place, labelSet: nil, sources: sources,
                targets: targets)
        }
        pending.sizeInBytes += size
        let changes = ids.indices.map { place in
            EndsChange(
                type: number, source: sources[place], target: targets[place],
                relationship: ids[place], isAdded: true)
        }
        pending.append(changes)
        note(.edgesNoted(changes))
        var first = 0
        for place in 1...count
        where place == count || sourceSets[place] != sourceSets[first]
            || targetSets[place] != targetSets[first]
        {
            owned.count(
                relationships: place - first, type: number, source: sourceSets[first],
                target: targetSets[first])
            first = place
        }
        try indexNewEntities(.relationship, ids, tokens: [number], properties)
        if isChecked(.relationship, [number]) { statement?.touchedRelationships.formUnion(ids) }
        try flushIfNeeded(after: count)
        return ids
    }

    /// Sets one property of many nodes, given by their raw ids, one after another; returns how often
    /// something changed.
    public func set(
        _ key: PropertyKeyID, ofNodes ids: [UInt64], to values: [Value]
    ) throws(GraphError) -> Int {
        precondition(values.count == ids.count, "each node gets a value")
        let step = store.cache.enter()
        defer { store.cache.leave(step) }
        var changed = 0
        var places = NodePlaces()
        for index in ids.indices {
            let id = ids[index]
            let set = try labelSet(of: id, &places[id])
            if isPlain(key, set) {
                if try setPlain(key.rawValue, id, &places[id], to: values[index]) { changed += 1 }
            } else {
                if try setLookedAt(key, id, set, to: values[index]) { changed += 1 }
                // That may have moved changes to storage.
                places = NodePlaces()
            }
        }
        try flushIfNeeded(after: ids.count)
        return changed
    }

    /// Sets a property, or removes it when the value is null; says whether anything changed.
    @discardableResult
    public func set(
        _ key: PropertyKeyID, of node: NodeID, to value: Value
    ) throws(GraphError) -> Bool {
        let id = node.rawValue
        let step = store.cache.enter()
        defer { store.cache.leave(step) }
        var place = NodePlace()
        let set = try labelSet(of: id, &place)
        guard isPlain(key, set) else { return try setLookedAt(key, id, set, to: value) }
        let isChanged = try setPlain(key.rawValue, id, &place, to: value)
        try flushIfNeeded()
        return isChanged
    }

    /// Whether no index and no constraint but those of uniqueness looks at a property of the nodes with a
    /// set of labels.
    private func isPlain(_ key: PropertyKeyID, _ set: UInt32) -> Bool {
        let version = owned.catalog.version
        if let known = lastPlain, known.key == key, known.set == set, known.version == version {
            return known.isPlain
        }
        let labels = owned.catalog.labelSets[set]
        let isPlain = !isChecked(.node, labels) && indexes(.node, labels, covering: key).isEmpty
        lastPlain = PlainProperty(version: version, set: set, key: key, isPlain: isPlain)
        return isPlain
    }

    /// What was found of a property, in one version of the catalog.
    struct PlainProperty {
        let version: UInt64
        let set: UInt32
        let key: PropertyKeyID
        let isPlain: Bool
    }

    /// Sets a property that no index and no constraint looks at.
    private func setPlain(
        _ key: UInt32, _ id: UInt64, _ place: inout NodePlace, to value: Value
    ) throws(GraphError) -> Bool {
        try checkStorable(value)
        let slot = UInt16(reader.slot(id))
        if let known = place.changed?.property(key, of: slot) {
            if Self.isSame(known, value) { return false }
        } else if try base(of: &place).holds(
            value, key, Int(slot), reader.storage, store.cache)
        {
            return false
        }
        let chunk = place.changed ?? pending.openChunk(.node, id >> UInt64(GraphLimits.slotBits))
        place.changed = chunk
        if let row = chunk[slot] {
            if statement?.isLast(.node, id) != true { note(.row(.node, id, row)) }
        } else if let statement, statement.savedPending == nil {
            statement.noteAdded(node: id)
        }
        chunk.update(slot) { $0.set(key, to: value) }
        try checkPropertyCount(.node, id, in: chunk)
        pending.sizeInBytes += 64
        if case .string(let text) = value { pending.sizeInBytes += text.utf8.count }
        return true
    }

    /// What is known of the chunk of a node.
    private struct NodePlace {
        var chunk: UInt64?
        var changed: PendingChunk?
        var base: EntityChunk?
    }

    /// What is known of the chunks of the nodes looked at last: nodes that a batch found by key lie in one
    /// chunk and in another by turns.
    private struct NodePlaces {
        private var places = [NodePlace](repeating: NodePlace(), count: Self.count)
        private static let count = 8

        subscript(id: UInt64) -> NodePlace {
            _read { yield places[Self.index(id)] }
            _modify { yield &places[Self.index(id)] }
        }

        private static func index(_ id: UInt64) -> Int {
            Int(truncatingIfNeeded: id >> UInt64(GraphLimits.slotBits)) & (count - 1)
        }
    }

    /// The chunk as storage has it. Within a step of the cache.
    private func base(of place: inout NodePlace) throws(GraphError) -> EntityChunk {
        if let known = place.base { return known }
        let found = try reader.baseChunk(.node, place.chunk ?? 0)
        place.base = found
        return found
    }

    /// The label set of a node, which must be alive; its place becomes that of its chunk. Within a step of
    /// the cache.
    private func labelSet(
        of id: UInt64, _ place: inout NodePlace
    ) throws(GraphError) -> UInt32 {
        let own = id >> UInt64(GraphLimits.slotBits)
        if place.chunk != own {
            place = NodePlace(chunk: own, changed: pending.chunk(.node, own), base: nil)
        }
        let slot = reader.slot(id)
        if let state = place.changed?.state(of: UInt16(slot)) {
            if state.life == .deleted { throw GraphError.nodeNotFound(id) }
            if let set = state.labelSet { return set }
        }
        let stored = try base(of: &place)
        guard stored.alive.contains(slot) else { throw GraphError.nodeNotFound(id) }
        return stored.labelSet(of: slot)
    }

    /// Refuses properties that cannot be stored; returns roughly the memory of the rows.
    private func checkedSize(
        _ properties: PropertyTable, rows count: Int
    ) throws(GraphError) -> Int {
        precondition(
            properties.values.count == properties.keys.count * count,
            "every new row has its properties")
        guard properties.keys.count <= GraphLimits.propertiesPerEntityMax else {
            throw GraphError.limitExceeded("properties of one node or relationship")
        }
        var size = count * 96 + properties.values.count * 40
        for value in properties.values {
            try checkStorable(value)
            if case .string(let text) = value { size += text.utf8.count }
        }
        return size
    }

    /// Whether a constraint other than uniqueness concerns entities with these labels, or of this type.
    func isChecked(_ kind: EntityKind, _ tokens: [UInt32]) -> Bool {
        owned.catalog.constraints.contains {
            $0.entity == kind && $0.kind != .unique && tokens.contains($0.token)
        }
    }

    /// The label sets of nodes, all of which must be alive.
    private func labelSets(of nodes: [UInt64]) throws(GraphError) -> [UInt32] {
        let step = store.cache.enter()
        defer { store.cache.leave(step) }
        var sets: [UInt32] = []
        sets.reserveCapacity(nodes.count)
        var places = NodePlaces()
        for id in nodes { sets.append(try labelSet(of: id, &places[id])) }
        return sets
    }

    /// Puts new rows in place, and notes how to take them back. `rows` makes those of some slots one after
    /// another from a place among the ids on.
    private func putNew(
        _ kind: EntityKind, _ ids: [UInt64], members: [GraphTables.MemberKey],
        _ rows: (_ slots: Range<Int>, _ place: Int) -> MadeRows
    ) throws(GraphError) {
        note(.rowsAdded(kind, ids))
        var first = 0
        while first < ids.count {
            let chunk = ids[first] >> UInt64(GraphLimits.slotBits)
            let slot = reader.slot(ids[first])
            let room = min(GraphLimits.slotsPerChunk - slot, ids.count - first)
            var count = 1
            while count < room, ids[first + count] == ids[first] + UInt64(count) { count += 1 }
            for member in members { try noteMember(member, chunk) }
            pending.openChunk(kind, chunk).append(rows(slot..<slot + count, first))
            first += count
        }
    }
}
