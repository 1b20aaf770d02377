import KithStorage
import KithValues

/// Rewrites a chunk's segments with all its changed rows folded in.
struct ChunkFolding {
    private let writer: GraphWriter
    private let kind: EntityKind
    private let base: EntityChunk

    init(_ writer: GraphWriter, _ kind: EntityKind, _ base: EntityChunk) {
        self.writer = writer
        self.kind = kind
        self.base = base
    }

    /// Folds the chunk's own changed rows and these, which come after them.
    func fold(_ rows: [(slot: Int, row: RowChange)]) throws(GraphError) {
        var alive = base.alive
        var slotCount = base.slotCount
        for (slot, row) in rows {
            slotCount = max(slotCount, slot + 1)
            if row.life == .created { alive.insert(slot) }
            if row.life == .deleted { alive.remove(slot) }
        }
        var descriptor = ChunkDescriptor()
        descriptor.slotCount = slotCount
        descriptor.alive = alive
        if kind == .node {
            foldLabels(rows, into: &descriptor)
        } else {
            descriptor.type = try writer.reader.type(
                ofRelationshipChunk: ChunkID(rawValue: base.chunk)
            ).rawValue
            descriptor.sourceChunks = base.descriptor.sourceChunks
        }
        try foldSegments(rows, into: &descriptor)
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
    }

    private func foldLabels(
        _ rows: [(slot: Int, row: RowChange)], into descriptor: inout ChunkDescriptor
    ) {
        var sets = [UInt32](repeating: 0, count: descriptor.slotCount)
        for slot in 0..<base.slotCount where base.alive.contains(slot) {
            sets[slot] = base.labelSet(of: slot)
        }
        for (slot, row) in rows { if let set = row.labelSet { sets[slot] = set } }
        var numbers: [UInt32: UInt16] = [:]
        var indexes = [UInt16](repeating: 0, count: descriptor.slotCount)
        for slot in 0..<descriptor.slotCount where descriptor.alive.contains(slot) {
            let set = sets[slot]
            if let known = numbers[set] {
                indexes[slot] = known
            } else {
                indexes[slot] = UInt16(descriptor.labelSets.count)
                numbers[set] = indexes[slot]
                descriptor.labelSets.append(set)
            }
        }
        if descriptor.labelSets.count > 1 { descriptor.labelIndexes = indexes }
    }

    private func foldSegments(
        _ rows: [(slot: Int, row: RowChange)], into descriptor: inout ChunkDescriptor
    ) throws(GraphError) {
        var touched: Set<UInt32> = []
        var reusesSlot = false
        for (slot, row) in base.recent + rows {
            for property in row.properties { touched.insert(property.key) }
            guard row.life == .created else { continue }
            if slot < base.descriptor.slotCount { reusesSlot = true }
            if kind == .relationship {
                touched.insert(SegmentEntry.sourceKey)
                touched.insert(SegmentEntry.targetKey)
            }
        }
        var old: [UInt32: SegmentEntry] = [:]
        for segment in base.descriptor.segments { old[segment.key] = segment }
        for key in touched.union(old.keys).sorted() {
            // What a slot's former owner left behind must not become its new owner's.
            if let segment = old[key], !touched.contains(key), !reusesSlot {
                descriptor.segments.append(segment)
                continue
            }
            let column = EntityChunk.patch(
                try base.column(key, writer.reader.storage, writer.store.cache), rows, key,
                count: descriptor.slotCount)
            if let encoded = try SegmentEncoder.encode(column, alive: descriptor.alive) {
                descriptor.segments.append(
                    try SegmentWriting.store(encoded, key, writer.transaction))
            }
            if let segment = old[key], case .extent(let reference) = segment.location {
                try storageCall { () throws(StorageError) in
                    try writer.transaction.freeExtent(reference)
                }
            }
        }
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
