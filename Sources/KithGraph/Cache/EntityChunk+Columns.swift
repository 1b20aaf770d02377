import KithStorage
import KithValues

/// The columns of a chunk: decoded, changed by what is recent, and read value by value.
extension EntityChunk {
    /// One property of all slots. Within a step of `cache`.
    func column(
        _ key: UInt32, _ storage: StorageReader, _ cache: DecodedCache
    ) throws(GraphError) -> Column {
        guard let place = index(of: key, in: keys, { $0 }) else {
            return ColumnDraft.nulls(count: slotCount)
        }
        // Where no row was changed the keys are those of the segments.
        if recent.isEmpty { return try decoded(place, storage, cache) }
        if let cached = places.load(place) {
            return Unmanaged<Column>.fromOpaque(cached).takeUnretainedValue()
        }
        var column: Column
        if let segment = segmentIndex(key) {
            column = try decoded(segment, storage, cache)
        } else {
            column = ColumnDraft.nulls(count: slotCount)
        }
        column = column.patched(count: slotCount, by: ColumnChanges(key, recent))
        let (kept, isNew) = places.publish(column, at: place)
        if isNew { cache.account(places, place, sizeInBytes: kept.sizeInBytes) }
        return kept
    }

    /// A segment's column, without the changed rows.
    private func decoded(
        _ segment: Int, _ storage: StorageReader, _ cache: DecodedCache
    ) throws(GraphError) -> Column {
        let place = descriptor.segments.count + segment
        if let cached = segmentPlaces.load(place) {
            return Unmanaged<Column>.fromOpaque(cached).takeUnretainedValue()
        }
        let column = try withBytes(of: segment, storage) { bytes throws(GraphError) in
            try SegmentDecoder.decode(bytes, count: descriptor.slotCount)
        }
        let (kept, isNew) = segmentPlaces.publish(column, at: place)
        if isNew { cache.account(segmentPlaces, place, sizeInBytes: kept.sizeInBytes) }
        return kept
    }

    /// Keeps a segment's column that is known without decoding it.
    func keep(_ column: Column, of key: UInt32, _ cache: DecodedCache) {
        guard let segment = segmentIndex(key) else { return }
        let place = descriptor.segments.count + segment
        if segmentPlaces.publish(column, at: place).isNew {
            cache.account(segmentPlaces, place, sizeInBytes: column.sizeInBytes)
        }
    }

    /// One property of one slot that is alive. Within a step of `cache`.
    func value(
        _ key: UInt32, _ slot: Int, _ storage: StorageReader, _ cache: DecodedCache
    ) throws(GraphError) -> Value {
        guard let place = index(of: key, in: keys, { $0 }) else { return .null }
        var known = place
        if !recent.isEmpty {
            if let cached = places.load(place) {
                return Unmanaged<Column>.fromOpaque(cached).takeUnretainedValue().value(at: slot)
            }
            if let row = recentRow(slot) {
                if key >= SegmentEntry.sourceKey, row.life == .created {
                    let end = key == SegmentEntry.sourceKey ? row.source : row.target
                    return .integer(Int64(bitPattern: end))
                }
                if let value = row.property(key) { return value }
            }
            guard let segment = segmentIndex(key), slot < descriptor.slotCount else { return .null }
            known = segment
        }
        if let cached = segmentPlaces.load(descriptor.segments.count + known) {
            return Unmanaged<Column>.fromOpaque(cached).takeUnretainedValue().value(at: slot)
        }
        let single = try withSegment(known, storage, cache) { bytes throws(GraphError) in
            try SegmentDecoder.value(at: slot, in: bytes)
        }
        if let single { return single }
        return try decoded(known, storage, cache).value(at: slot)
    }

    /// Whether a property of one slot that is alive is this value, to the last bit. Within a step of
    /// `cache`.
    func holds(
        _ value: Value, _ key: UInt32, _ slot: Int, _ storage: StorageReader,
        _ cache: DecodedCache
    ) throws(GraphError) -> Bool {
        if recent.isEmpty, let segment = segmentIndex(key),
            let cached = segmentPlaces.load(descriptor.segments.count + segment)
        {
            return Unmanaged<Column>.fromOpaque(cached)._withUnsafeGuaranteedRef {
                $0.holds(value, at: slot)
            }
        }
        return GraphWriter.isSame(try self.value(key, slot, storage, cache), value)
    }

    /// Appends one property of one slot if its column is decoded; false, and nothing, otherwise. Within
    /// a step of the cache.
    func append(_ key: UInt32, _ slot: Int, to buffer: PropertyBuffer) -> Bool {
        guard let place = index(of: key, in: keys, { $0 }) else {
            buffer.appendNull()
            return true
        }
        var found = recent.isEmpty ? nil : places.load(place)
        if found == nil {
            guard slot < descriptor.slotCount, recentRow(slot) == nil,
                let segment = recent.isEmpty ? place : segmentIndex(key)
            else { return false }
            found = segmentPlaces.load(descriptor.segments.count + segment)
        }
        guard let cached = found else { return false }
        Unmanaged<Column>.fromOpaque(cached)._withUnsafeGuaranteedRef { buffer.append($0, slot) }
        return true
    }

    /// Calls `body` with the bytes of a segment, which are followed by readable ones, and does not keep
    /// them: nobody reads them while there is a column.
    private func withBytes<Result>(
        of segment: Int, _ storage: StorageReader,
        _ body: (UnsafeRawBufferPointer) throws(GraphError) -> Result
    ) throws(GraphError) -> Result {
        switch descriptor.segments[segment].location {
        case .inline(let content):
            let padded = content.withUnsafeBytes { PaddedBytes($0) }
            defer { withExtendedLifetime(padded) {} }
            return try body(padded.bytes)
        case .extent(let reference):
            let extent = try storageCall { () throws(StorageError) in
                try storage.readExtent(reference)
            }
            defer { withExtendedLifetime(extent) {} }
            return try body(extent.bytes)
        }
    }

    /// Calls `body` with the bytes of a segment, which are followed by readable ones.
    private func withSegment<Result>(
        _ segment: Int, _ storage: StorageReader, _ cache: DecodedCache,
        _ body: (UnsafeRawBufferPointer) throws(GraphError) -> Result
    ) throws(GraphError) -> Result {
        if let cached = segmentPlaces.load(segment) {
            let known = Unmanaged<PaddedBytes>.fromOpaque(cached).takeUnretainedValue()
            return try body(known.bytes)
        }
        let made: PaddedBytes
        switch descriptor.segments[segment].location {
        case .inline(let content): made = content.withUnsafeBytes { PaddedBytes($0) }
        case .extent(let reference):
            let extent = try storageCall { () throws(StorageError) in
                try storage.readExtent(reference)
            }
            // Copied to where the system gets its memory back once it is let go of.
            made = PaddedBytes(extent.bytes)
        }
        let (kept, isNew) = segmentPlaces.publish(made, at: segment)
        if isNew { cache.account(segmentPlaces, segment, sizeInBytes: kept.sizeInBytes) }
        return try body(kept.bytes)
    }
}
