import KithValues

extension GraphWriter {
    /// Changes the pending row of an entity and notes how to take that back.
    func change(
        _ kind: EntityKind, _ id: UInt64, _ body: (inout RowChange) -> Void
    ) throws(GraphError) {
        let chunk = pending.openChunk(kind, id >> UInt64(GraphLimits.slotBits))
        let slot = UInt16(id & UInt64(GraphLimits.slotsPerChunk - 1))
        // Taking the change before back takes this one back, too.
        if statement?.isLast(kind, id) != true { note(.row(kind, id, chunk[slot])) }
        chunk.update(slot, body)
        try checkPropertyCount(kind, id, in: chunk)
    }

    /// Refuses more changed properties than a row can have, with those that wait in storage to be folded into
    /// columns. Where few statements change many the last one fails; what many small ones change is folded
    /// before it is too much.
    func checkPropertyCount(
        _ kind: EntityKind, _ id: UInt64, in chunk: PendingChunk
    ) throws(GraphError) {
        let slot = reader.slot(id)
        var count = chunk.propertyCount(of: UInt16(slot))
        guard count > Self.propertiesLookedAtMin else { return }
        let step = store.cache.enter()
        defer { store.cache.leave(step) }
        let base = try reader.baseChunk(kind, id >> UInt64(GraphLimits.slotBits))
        count += base.recentRow(slot)?.properties.count ?? 0
        guard count <= GraphLimits.propertiesPerEntityMax else {
            throw GraphError.limitExceeded("properties of one node or relationship")
        }
    }

    /// Those of fewer are counted when they are stored.
    private static let propertiesLookedAtMin = 4_096

    /// Puts a pending row in place and notes how to take that back.
    func put(_ row: RowChange, _ kind: EntityKind, _ id: UInt64) {
        let chunk = pending.openChunk(kind, id >> UInt64(GraphLimits.slotBits))
        let slot = UInt16(id & UInt64(GraphLimits.slotsPerChunk - 1))
        note(.row(kind, id, chunk[slot]))
        chunk.put(row, at: slot)
        pending.sizeInBytes += row.sizeInBytes
    }

    /// Notes that a chunk holds a label or a type.
    func noteMember(_ key: GraphTables.MemberKey, _ chunk: UInt64) throws(GraphError) {
        if knownMembers[key]?.contains(chunk) == true { return }
        knownMembers[key, default: []].insert(chunk)
        let stored = try reader.tables.chunks(key, reader.storage)
        let position = stored.partitioningIndex { $0.rawValue >= chunk }
        if position < stored.count, stored[position].rawValue == chunk { return }
        if pending.members[key, default: []].insert(chunk).inserted { note(.member(key, chunk)) }
    }

    /// Refuses what cannot be a property.
    func checkStorable(_ value: Value) throws(GraphError) {
        try value.checkStorable()
    }

    /// Whether two values of a property are the same to the last bit.
    static func isSame(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.float(let left), .float(let right)): left.bitPattern == right.bitPattern
        case (.date(let left), .date(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }
}

extension Array {
    /// The first position whose element satisfies a condition that all later ones satisfy too.
    func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
