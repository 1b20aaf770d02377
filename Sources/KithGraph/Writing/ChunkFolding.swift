import KithStorage
import KithValues

/// Rewrites a chunk's segments with all its changed rows folded in.
///
/// Making one only reads; ``store()`` writes.
struct ChunkFolding {
    private let writer: GraphWriter
    private let kind: EntityKind
    private let base: EntityChunk
    /// The rows that are changed, after those that wait to be folded.
    private let changed: PendingChunk
    /// The chunk as it will be, but for the segments.
    private var descriptor = ChunkDescriptor()
    private var segments: [Segment] = []

    /// A segment as it will be.
    private enum Segment {
        case kept(SegmentEntry)
        /// A new one, or none where no row has a value any more; and what it takes the place of.
        case made(key: UInt32, EncodedSegment?, Column, former: SegmentEntry?)
    }

    /// For the chunk's own changed rows and these, which come after them.
    init(
        _ writer: GraphWriter, _ kind: EntityKind, _ base: EntityChunk, _ changed: PendingChunk
    ) throws(GraphError) {
        self.writer = writer
        self.kind = kind
        self.base = base
        self.changed = changed
        var alive = base.alive
        var slotCount = base.slotCount
        changed.forEachState { slot, life, _ in
            slotCount = max(slotCount, slot + 1)
            if life == .created { alive.insert(slot) }
            if life == .deleted { alive.remove(slot) }
        }
        descriptor.slotCount = slotCount
        descriptor.alive = alive
        if kind == .node {
            foldLabels()
        } else {
            descriptor.type = try writer.reader.type(
                ofRelationshipChunk: ChunkID(rawValue: base.chunk)
            ).rawValue
            descriptor.sourceChunks = base.descriptor.sourceChunks
        }
        try foldSegments()
    }

    /// Stores the chunk; returns it as it is then.
    func store() throws(GraphError) -> EntityChunk {
        var descriptor = descriptor
        var columns: [(key: UInt32, column: Column)] = []
        for segment in segments {
            switch segment {
            case .kept(let entry): descriptor.segments.append(entry)
            case .made(let key, let encoded, let column, let former):
                if let encoded {
                    descriptor.segments.append(
                        try SegmentWriting.store(encoded, key, writer.transaction))
                    // A dictionary comes with codes when it is read, for which groups are glad.
                    let isDictionary = encoded.bytes[0] == SegmentEncoding.dictionary.rawValue
                    if !isDictionary, column.isCompact { columns.append((key, column)) }
                }
                if case .extent(let reference)? = former?.location {
                    writer.oldExtents.append(reference)
                }
            }
        }
        let encoded = descriptor.encoded(kind)
        try storageCall { () throws(StorageError) in
            try writer.transaction.put(
                KeySpaces.chunk(base.chunk), encoded, in: KeySpaces.descriptors(kind))
            for (slot, _) in base.recent {
                _ = try writer.transaction.remove(
                    KeySpaces.row(base.chunk, UInt16(slot)), in: KeySpaces.recentRows(kind))
            }
        }
        try reopenIfSparse(descriptor)
        let folded = EntityChunk(kind, base.chunk, descriptor, recent: [])
        for (key, column) in columns { folded.keep(column, of: key, writer.store.cache) }
        return folded
    }

    private mutating func foldLabels() {
        if keepsLabels {
            descriptor.labelSets = base.descriptor.labelSets
            descriptor.labelIndexes = base.descriptor.labelIndexes
            return
        }
        var sets = [UInt32](repeating: 0, count: descriptor.slotCount)
        for slot in 0..<base.slotCount where base.alive.contains(slot) {
            sets[slot] = base.labelSet(of: slot)
        }
        changed.forEachState { slot, _, set in if let set { sets[slot] = set } }
        var numbers: [UInt32: UInt16] = [:]
        var indexes = [UInt16](repeating: 0, count: descriptor.slotCount)
        var last: (set: UInt32, index: UInt16)?
        for slot in 0..<descriptor.slotCount where descriptor.alive.contains(slot) {
            let set = sets[slot]
            if last?.set != set {
                let known = numbers[set]
                let index = known ?? UInt16(descriptor.labelSets.count)
                if known == nil {
                    numbers[set] = index
                    descriptor.labelSets.append(set)
                }
                last = (set, index)
            }
            if let last { indexes[slot] = last.index }
        }
        if descriptor.labelSets.count > 1 { descriptor.labelIndexes = indexes }
    }

    /// Whether all nodes stay, with the labels that the descriptor says.
    private var keepsLabels: Bool {
        var keeps = base.recent.allSatisfy { $0.row.life == .kept && $0.row.labelSet == nil }
        changed.forEachState { _, life, set in if life != .kept || set != nil { keeps = false } }
        return keeps
    }

    private mutating func foldSegments() throws(GraphError) {
        let (touched, reusesSlot) = touchedKeys
        var old: [UInt32: SegmentEntry] = [:]
        for segment in base.descriptor.segments { old[segment.key] = segment }
        for key in touched.union(old.keys).sorted() {
            // What a slot's former owner left behind must not become its new owner's.
            if let segment = old[key], !touched.contains(key), !reusesSlot {
                segments.append(.kept(segment))
                continue
            }
            let column = try base.column(key, writer.reader.storage, writer.store.cache).patched(
                count: descriptor.slotCount, by: ColumnChanges(key, changed))
            let encoded = try SegmentEncoder.encode(
                column, alive: descriptor.alive, compressingFrom: compressedMin)
            segments.append(.made(key: key, encoded, column, former: old[key]))
        }
    }

    /// From how many bytes on texts are compressed. In a chunk that still fills up they soon come here
    /// again, with more of them.
    private var compressedMin: Int {
        descriptor.slotCount < GraphLimits.slotsPerChunk
            ? Self.openCompressedMinInBytes : StringRun.compressedMinInBytes
    }

    private static let openCompressedMinInBytes = 256 << 10

    /// The keys whose segments change, and whether a new row takes the slot of a former one.
    private var touchedKeys: (keys: Set<UInt32>, reusesSlot: Bool) {
        var touched: Set<UInt32> = []
        var known: [RowChange.Property] = []
        var firstNew = Int.max
        func note(_ slot: Int, _ row: RowChange) {
            // Most rows have the keys of the row before.
            if !row.hasSameKeys(as: known) {
                known = row.properties
                for property in known { touched.insert(property.key) }
            }
            if row.life == .created { firstNew = min(firstNew, slot) }
        }
        for (slot, row) in base.recent { note(slot, row) }
        changed.forEachSingleRow(note)
        for made in changed.made {
            firstNew = min(firstNew, made.slots.lowerBound)
            made.forEachKey { touched.insert($0) }
        }
        if kind == .relationship, firstNew < .max {
            touched.formUnion([SegmentEntry.sourceKey, SegmentEntry.targetKey])
        }
        return (touched, firstNew < base.descriptor.slotCount)
    }

    /// Lets a chunk of which half is free be filled again.
    private func reopenIfSparse(_ descriptor: ChunkDescriptor) throws(GraphError) {
        let count = descriptor.alive.count
        guard descriptor.slotCount == GraphLimits.slotsPerChunk,
            count < GraphLimits.slotsPerChunk / 2
        else { return }
        let token: UInt32
        if kind == .relationship {
            token = descriptor.type
        } else if descriptor.labelSets.count == 1 {
            token = descriptor.labelSets[0]
        } else {
            token = KeySpaces.mixedHome
        }
        try writer.homes.reopen(kind, token, base.chunk, writer.reader.storage)
    }
}

enum SegmentWriting {
    /// Stores a segment on its own unless it is short.
    static func store(
        _ segment: EncodedSegment, _ key: UInt32, _ transaction: WriteTransaction
    ) throws(GraphError) -> SegmentEntry {
        if segment.bytes.count <= SegmentEntry.inlineLengthMaxInBytes {
            return SegmentEntry(key: key, zone: segment.zone, location: .inline(segment.bytes))
        }
        let reference = try storageCall { () throws(StorageError) in
            try segment.bytes.withUnsafeBufferPointer { buffer throws(StorageError) in
                try transaction.writeExtent(UnsafeRawBufferPointer(buffer))
            }
        }
        return SegmentEntry(key: key, zone: segment.zone, location: .extent(reference))
    }
}
