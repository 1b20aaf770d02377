import KithStorage
import KithValues

/// A chunk of nodes or relationships as one view sees it: its descriptor, the changes not yet folded
/// in, and places for decoded columns. What it says never changes.
final class EntityChunk: @unchecked Sendable {
    // Sendable: all properties are set by the initializer; the cache is safe by itself.

    let kind: EntityKind
    let chunk: UInt64
    let descriptor: ChunkDescriptor
    /// Changed rows, by slot.
    let recent: [(slot: Int, row: RowChange)]
    /// One more than the highest slot in use.
    let slotCount: Int
    /// The slots alive.
    let alive: SlotSet
    /// All keys that a segment or a changed row has, ascending.
    let keys: [UInt32]
    /// Whether some relationships have their ends here and not only in lists.
    let hasStoredEnds: Bool
    /// What is read of the segments, shared by all versions of the chunk that have them: their bytes,
    /// then the columns decoded from them, both in the order of the descriptor.
    let segmentPlaces: CacheSlots
    /// Where rows were changed, the columns with those changes, in the order of ``keys``; then, where
    /// lists have them, the ends.
    let places: CacheSlots

    convenience init(
        _ kind: EntityKind, _ chunk: UInt64, _ descriptor: ChunkDescriptor,
        recent: [(slot: Int, row: RowChange)]
    ) {
        self.init(
            kind, chunk, descriptor, CacheSlots(count: descriptor.segments.count * 2),
            Usage(descriptor, kind), recent: recent, changed: recent)
    }

    /// What changed rows do to the slots in use.
    private struct Usage {
        var alive: SlotSet
        var slotCount: Int
        var keys: [UInt32]

        init(alive: SlotSet, slotCount: Int, keys: [UInt32]) {
            self.alive = alive
            self.slotCount = slotCount
            self.keys = keys
        }

        init(_ descriptor: ChunkDescriptor, _ kind: EntityKind) {
            alive = descriptor.alive
            slotCount = descriptor.slotCount
            keys = descriptor.segments.map(\.key)
        }

        mutating func note(_ slot: Int, _ row: RowChange, _ kind: EntityKind) {
            slotCount = max(slotCount, slot + 1)
            switch row.life {
            case .kept: break
            case .created: alive.insert(slot)
            case .deleted: alive.remove(slot)
            }
            for property in row.properties { note(key: property.key) }
            if kind == .relationship, row.life == .created {
                note(key: SegmentEntry.sourceKey)
                note(key: SegmentEntry.targetKey)
            }
        }

        private mutating func note(key: UInt32) {
            let place = keys.partitioningIndex { $0 >= key }
            if place == keys.count || keys[place] != key { keys.insert(key, at: place) }
        }
    }

    /// `changed` are those of the `recent` rows that `usage` does not cover.
    private init(
        _ kind: EntityKind, _ chunk: UInt64, _ descriptor: ChunkDescriptor,
        _ segmentPlaces: CacheSlots, _ usage: Usage, recent: [(slot: Int, row: RowChange)],
        changed: [(slot: Int, row: RowChange)]
    ) {
        var usage = usage
        for (slot, row) in changed { usage.note(slot, row, kind) }
        self.kind = kind
        self.chunk = chunk
        self.descriptor = descriptor
        self.recent = recent
        self.segmentPlaces = segmentPlaces
        alive = usage.alive
        slotCount = usage.slotCount
        keys = usage.keys
        hasStoredEnds = keys.last == SegmentEntry.targetKey
        let hasDerivedEnds = !descriptor.sourceChunks.isEmpty
        places = CacheSlots(
            count: (recent.isEmpty ? 0 : keys.count) + (hasDerivedEnds ? 1 : 0))
    }

    /// The chunk once these changed rows, by slot, take the place of its own; nil is a row that is as
    /// the segments say again. What was read of its segments is kept.
    func replacing(_ rows: [(slot: Int, row: RowChange?)]) -> EntityChunk {
        var changed: [(slot: Int, row: RowChange)] = []
        changed.reserveCapacity(rows.count)
        var isPlain = true
        // Into memory of its own: every commit does this, mostly for one row among dozens.
        let merged = [(slot: Int, row: RowChange)](
            unsafeUninitializedCapacity: recent.count + rows.count
        ) { target, count in
            guard let base = target.baseAddress else { return }
            var next = 0
            func keep(before slot: Int) {
                while next < recent.count, recent[next].slot < slot {
                    (base + count).initialize(to: recent[next])
                    count += 1
                    next += 1
                }
            }
            for (slot, row) in rows {
                keep(before: slot)
                if next < recent.count, recent[next].slot == slot { next += 1 }
                guard let row else {
                    isPlain = false
                    continue
                }
                (base + count).initialize(to: (slot, row))
                count += 1
                changed.append((slot, row))
                // What such a row replaces may have used other keys.
                if row.life == .deleted { isPlain = false }
            }
            keep(before: .max)
        }
        let usage =
            isPlain
            ? Usage(alive: alive, slotCount: slotCount, keys: keys) : Usage(descriptor, kind)
        return EntityChunk(
            kind, chunk, descriptor, segmentPlaces, usage, recent: merged,
            changed: isPlain ? changed : merged)
    }

    /// A chunk that is not on disk.
    static func missing(_ kind: EntityKind, _ chunk: UInt64) -> EntityChunk {
        EntityChunk(kind, chunk, ChunkDescriptor(), recent: [])
    }

    /// Reads a chunk.
    static func load(
        _ kind: EntityKind, _ chunk: UInt64, from storage: StorageReader
    ) throws(GraphError) -> EntityChunk {
        var descriptor = ChunkDescriptor()
        let stored = try storageCall { () throws(StorageError) in
            try storage.value(
                in: KeySpaces.descriptors(kind), forKey: KeySpaces.chunk(chunk))
        }
        if let stored {
            let padded = stored.withUnsafeBytes { PaddedBytes($0) }
            descriptor = try ChunkDescriptor(padded.bytes, kind)
        }
        var recent: [(slot: Int, row: RowChange)] = []
        let prefix = KeySpaces.chunk(chunk)
        let cursor = storage.cursor(in: KeySpaces.recentRows(kind))
        var isOnEntry = try storageCall { () throws(StorageError) in
            try cursor.seek(atOrAfter: prefix)
        }
        while isOnEntry {
            let key = cursor.key
            guard key.count == 10, key.bigEndianUInt64(at: 0) == chunk else { break }
            let slot = Int(key.bigEndianUInt16(at: 8))
            guard slot < GraphLimits.slotsPerChunk else {
                throw GraphError.corrupt("a changed row lies past the end of its chunk")
            }
            recent.append((slot, try RowChange(cursor.value)))
            isOnEntry = try storageCall { () throws(StorageError) in try cursor.next() }
        }
        return EntityChunk(kind, chunk, descriptor, recent: recent)
    }

    /// The memory it takes, for the budget.
    var sizeInBytes: Int {
        var size = 1_000 + descriptor.labelIndexes.count * 2
        for segment in descriptor.segments {
            size += MemoryLayout<SegmentEntry>.stride + 32
            if case .inline(let content) = segment.location { size += content.count + 48 }
        }
        return size + recent.reduce(0) { $0 + $1.row.sizeInBytes }
    }

    /// What was changed of a slot, nil if nothing.
    func recentRow(_ slot: Int) -> RowChange? {
        if recent.isEmpty { return nil }
        var low = 0
        var high = recent.count
        while low < high {
            let middle = (low + high) / 2
            if recent[middle].slot < slot { low = middle + 1 } else { high = middle }
        }
        return low < recent.count && recent[low].slot == slot ? recent[low].row : nil
    }

    /// The label set of a node that is alive.
    func labelSet(of slot: Int) -> UInt32 {
        if let set = recentRow(slot)?.labelSet { return set }
        return slot < descriptor.slotCount ? descriptor.labelSet(of: slot) : 0
    }

    /// The label sets of all slots alive, called once for each run of equal ones where they agree.
    func slots(inSets wanted: [Bool]) -> SlotSet {
        func isWanted(_ set: UInt32) -> Bool { Int(set) < wanted.count && wanted[Int(set)] }
        var result = SlotSet()
        if descriptor.labelIndexes.isEmpty {
            if let set = descriptor.labelSets.first, isWanted(set) { result = descriptor.alive }
        } else {
            let flags = descriptor.labelSets.map(isWanted)
            for slot in 0..<descriptor.slotCount where flags[Int(descriptor.labelIndexes[slot])] {
                result.insert(slot)
            }
        }
        for (slot, row) in recent {
            guard let set = row.labelSet else { continue }
            if isWanted(set) { result.insert(slot) } else { result.remove(slot) }
        }
        result.formIntersection(alive)
        return result
    }

    func index<Element>(
        of key: UInt32, in elements: [Element], _ keyOf: (Element) -> UInt32
    ) -> Int? {
        var low = 0
        var high = elements.count
        while low < high {
            let middle = (low &+ high) / 2
            if keyOf(elements[middle]) < key { low = middle &+ 1 } else { high = middle }
        }
        return low < elements.count && keyOf(elements[low]) == key ? low : nil
    }

    /// The ends that were found in lists, if they were.
    func loadEnds() -> ChunkEnds? {
        guard !descriptor.sourceChunks.isEmpty else { return nil }
        return places.load(places.count - 1).map {
            Unmanaged<ChunkEnds>.fromOpaque($0).takeUnretainedValue()
        }
    }

    /// Keeps the ends that were found in lists. As long as the chunk has these relationships, their
    /// ends are the same.
    func publishEnds(_ ends: ChunkEnds, _ cache: DecodedCache) {
        let place = places.count - 1
        guard !descriptor.sourceChunks.isEmpty, places.publish(ends, at: place).isNew else {
            return
        }
        cache.account(places, place, sizeInBytes: ChunkEnds.sizeInBytes)
    }

    /// The place of a property's segment; nil where no slot has the property.
    func segmentIndex(_ key: UInt32) -> Int? {
        index(of: key, in: descriptor.segments) { $0.key }
    }
}
