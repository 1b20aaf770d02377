import KithStorage

/// Changed rows of a chunk on their way to storage: few to the rows that wait, many into the segments.
final class RowMove: ChunkMove {
    private let writer: GraphWriter
    private let kind: EntityKind
    private let chunk: UInt64
    private let pending: PendingChunk
    /// The chunk as storage has it.
    private var base: EntityChunk?
    /// Where the rows are folded into segments.
    private var folding: ChunkFolding?

    init(_ writer: GraphWriter, _ kind: EntityKind, _ chunk: UInt64, _ pending: PendingChunk) {
        self.writer = writer
        self.kind = kind
        self.chunk = chunk
        self.pending = pending
    }

    var changeCount: Int { pending.count }

    func prepare() throws(GraphError) {
        let cache = writer.store.cache
        let step = cache.enter()
        defer { cache.leave(step) }
        let base = try writer.reader.baseChunk(kind, chunk)
        self.base = base
        var known = 0
        var isTooLong = false
        for (slot, row) in base.recent where pending.state(of: UInt16(slot)) != nil {
            known += 1
            // A row holds so many changed properties, and what earlier transactions changed counts too.
            let count = row.properties.count + pending.propertyCount(of: UInt16(slot))
            if count > GraphLimits.propertiesPerEntityMax { isTooLong = true }
        }
        let count = base.recent.count + pending.count - known
        if isTooLong || count > writer.store.options.recentRowsMax {
            folding = try ChunkFolding(writer, kind, base, pending)
        }
    }

    func store(into moved: inout GraphWriter.MovedChanges) throws(GraphError) {
        let cache = writer.store.cache
        let step = cache.enter()
        defer { cache.leave(step) }
        let now: EntityChunk?
        if let folding {
            now = try folding.store()
        } else {
            now = try putRows()
        }
        // Others of the same flush are to come: what this one read and made is not kept until then.
        folding = nil
        base = nil
        if let now { moved.chunks.append(now) }
        if kind == .node {
            moved.tables.nodeChunks.insert(chunk)
        } else {
            moved.tables.relationshipChunks.insert(chunk)
        }
    }

    /// Stores the rows beside the segments; returns the chunk as it is then, where that is known without
    /// reading it.
    private func putRows() throws(GraphError) -> EntityChunk? {
        guard let base else { preconditionFailure("rows are stored once they are prepared") }
        let transaction = writer.transaction
        let rows = pending.sortedRows
        let tree = KeySpaces.recentRows(kind)
        var changed: [(slot: Int, row: RowChange?)] = []
        changed.reserveCapacity(rows.count)
        for (slot, row) in rows {
            let key = KeySpaces.row(chunk, UInt16(slot))
            let merged = base.recentRow(slot)?.followed(by: row) ?? row
            if merged.life == .deleted, !base.descriptor.alive.contains(slot) {
                if base.recentRow(slot) != nil {
                    try storageCall { () throws(StorageError) in
                        _ = try transaction.remove(key, in: tree)
                    }
                }
                changed.append((slot, nil))
                continue
            }
            changed.append((slot, merged))
            var value: [UInt8] = []
            merged.append(to: &value, isRelationship: kind == .relationship)
            try storageCall { () throws(StorageError) in try transaction.put(key, value, in: tree) }
        }
        if kind == .relationship, base.descriptor.slotCount == 0, base.recent.isEmpty {
            // The descriptor is where the type of the chunk is kept.
            var descriptor = ChunkDescriptor()
            descriptor.type = try writer.reader.type(
                ofRelationshipChunk: ChunkID(rawValue: chunk)
            ).rawValue
            try storageCall { () throws(StorageError) in
                try transaction.put(
                    KeySpaces.chunk(chunk), descriptor.encoded(kind), in: KeySpaces.relationships)
            }
            return nil
        }
        return base.replacing(changed)
    }
}
