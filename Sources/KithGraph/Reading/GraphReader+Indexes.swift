import Glibc
import KithStorage
import KithValues

extension GraphReader {
    /// A cursor over the entries of an index that lie within bounds.
    public func indexCursor(
        _ index: IndexID, bounds: IndexBounds
    ) throws(GraphError) -> IndexCursor {
        guard let definition = catalog.index(index) else {
            throw GraphError.schemaNotFound(name: "index \(index.rawValue)")
        }
        return IndexCursor(self, definition, bounds)
    }

    /// The first entity with exactly these values, or nil; the fast way for unique indexes.
    public func indexLookupUnique(_ index: IndexID, key: Value) throws(GraphError) -> UInt64? {
        if key.isNull { return nil }
        if case .float(let number) = key, number.isNaN { return nil }
        var ordered: [UInt8] = []
        ordered.reserveCapacity(32)
        guard key.appendOrderedKey(to: &ordered) else { return nil }
        guard ordered.count <= indexKeys.cutLength else {
            var ids: [UInt64] = []
            try indexLookup(index, key: key, into: &ids, limit: 1)
            return ids.first
        }
        let tree = try storageCall { () throws(StorageError) in
            try storage.found(KeySpaces.index(index))
        }
        // Keys are little longer than the longest values, and values a few bytes; up to a kibibyte
        // lies on the stack.
        let found: Swift.Result<UInt64?, GraphError> = withUnsafeTemporaryAllocation(
            byteCount: entryRoomInBytes, alignment: 8
        ) { buffer in
            do throws(GraphError) {
                return .success(try entity(with: ordered, in: tree, buffer))
            } catch {
                return .failure(error)
            }
        }
        return try found.get()
    }

    /// For each of many values the first entity with exactly that value, as ``indexLookupUnique(_:key:)``
    /// finds it: the places of those values that have one, and the entities.
    public func indexLookupUnique(
        _ index: IndexID, keys: [Value]
    ) throws(GraphError) -> (places: [Int32], ids: [UInt64]) {
        if keys.count == 1 {
            guard let id = try indexLookupUnique(index, key: keys[0]) else { return ([], []) }
            return ([0], [id])
        }
        let tree = try storageCall { () throws(StorageError) in
            try storage.found(KeySpaces.index(index))
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: entryRoomInBytes, alignment: 8)
        defer { buffer.deallocate() }
        var places: [Int32] = []
        var ids: [UInt64] = []
        places.reserveCapacity(keys.count)
        ids.reserveCapacity(keys.count)
        var ordered: [UInt8] = []
        var last = LastLookups(for: keys.count)
        for (place, key) in keys.enumerated() {
            if key.isNull { continue }
            if case .integer(let number) = key, let known = last[number] {
                if let id = known {
                    places.append(Int32(place))
                    ids.append(id)
                }
                continue
            }
            if case .float(let number) = key, number.isNaN { continue }
            ordered.removeAll(keepingCapacity: true)
            guard key.appendOrderedKey(to: &ordered) else { continue }
            let id =
                ordered.count > indexKeys.cutLength
                ? try indexLookupUnique(index, key: key)
                : try entity(with: ordered, in: tree, buffer)
            if case .integer(let number) = key { last.note(number, id) }
            guard let id else { continue }
            places.append(Int32(place))
            ids.append(id)
        }
        return (places, ids)
    }

    /// What some whole numbers were found to be: many rows often ask for a few.
    private struct LastLookups {
        private var entries: [(number: Int64, id: UInt64?)?] = []

        /// For few numbers there is nothing to remember: making room takes as long as finding them.
        init(for count: Int) {
            if count >= 32 { entries = Array(repeating: nil, count: 64) }
        }

        private func place(_ number: Int64) -> Int {
            // The highest six bits: a shift binds more strongly than a product.
            Int((UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15) &>> 58)
        }

        /// The entity, nil inside where there is none; nil where it is not known.
        subscript(number: Int64) -> UInt64?? {
            guard !entries.isEmpty, let entry = entries[place(number)], entry.number == number
            else { return nil }
            return .some(entry.id)
        }

        mutating func note(_ number: Int64, _ id: UInt64?) {
            if !entries.isEmpty { entries[place(number)] = (number, id) }
        }
    }

    /// Room for any entry of an index that is not cut off.
    private var entryRoomInBytes: Int { indexKeys.lengthMaxInBytes <= 512 ? 1_024 : 8_192 }

    /// The entity that has exactly these ordered values; `buffer` has room for an entry.
    private func entity(
        with ordered: [UInt8], in tree: FoundTree, _ buffer: UnsafeMutableRawBufferPointer
    ) throws(GraphError) -> UInt64? {
        try ordered.withUnsafeBufferPointer { values throws(GraphError) in
            let values = UnsafeRawBufferPointer(values)
            let lengths = try storageCall { () throws(StorageError) in
                try storage.copyFirstEntry(in: tree, atOrAfter: values, into: buffer)
            }
            guard let lengths else { return nil }
            let all = UnsafeRawBufferPointer(buffer)
            let key = UnsafeRawBufferPointer(rebasing: all[..<lengths.keyLength])
            let value = UnsafeRawBufferPointer(
                rebasing: all[lengths.keyLength..<lengths.keyLength + lengths.valueLength])
            return try Self.entity(with: values, key, value)
        }
    }

    /// The entity that has exactly these ordered values, if the first entry at or after them says so.
    private static func entity(
        with values: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer
    ) throws(GraphError) -> UInt64? {
        guard IndexRun.isRun(value) else { return id(of: values, key) }
        let run = try IndexRun(key: key, value: value)
        let place = run.place(atOrAfter: values)
        guard place < run.count else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: IndexRun.keyLength, alignment: 8) { own in
            guard let base = own.baseAddress else { return nil }
            run.writeKey(place, to: base)
            return id(of: values, UnsafeRawBufferPointer(own))
        }
    }

    /// The id in an entry's key, if the rest of it are these ordered values.
    private static func id(
        of values: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer
    ) -> UInt64? {
        guard key.count >= values.count + 8, let start = key.baseAddress,
            let wanted = values.baseAddress, memcmp(start, wanted, values.count) == 0
        else { return nil }
        return key.bigEndianUInt64(at: key.count - 8)
    }

    /// Appends all entities with exactly this value of the first property.
    public func indexLookup(
        _ index: IndexID, key: Value, into ids: inout [UInt64]
    ) throws(GraphError) { try indexLookup(index, key: key, into: &ids, limit: .max) }

    /// Whether an index holds values that were cut off, so that it cannot serve an order alone.
    public func hasCutValues(_ index: IndexID) -> Bool {
        statistics.longKeys[index.rawValue] != nil
    }

    private func indexLookup(
        _ index: IndexID, key: Value, into ids: inout [UInt64], limit: Int
    ) throws(GraphError) {
        if case .float(let number) = key, number.isNaN { return }
        guard let ordered = IndexKeys.ordered([key]) else { return }
        let isCut = ordered.count > indexKeys.cutLength
        if isCut {
            let cursor = try indexCursor(index, bounds: IndexBounds(equal: [key]))
            var batch: [UInt64] = []
            repeat {
                try cursor.next(into: &batch, limit: min(limit - ids.count, 1024))
                ids.append(contentsOf: batch)
            } while !batch.isEmpty && ids.count < limit
            return
        }
        let cursor = IndexEntryCursor(storage, index)
        var isOnEntry = try cursor.seek(atOrAfter: ordered)
        while isOnEntry, ids.count < limit {
            let found = cursor.key
            guard found.count >= ordered.count + 8, found.starts(with: ordered) else { return }
            ids.append(found.bigEndianUInt64(at: found.count - 8))
            isOnEntry = ids.count < limit ? try cursor.next() : false
        }
    }

    /// The ordered bytes of an entity's values for an index; nil if it lacks one of them.
    func orderedValues(
        of id: UInt64, _ index: IndexDefinition
    ) throws(GraphError) -> [UInt8]? {
        var bytes: [UInt8] = []
        for key in index.properties {
            let value = try property(key.rawValue, index.entity, id)
            guard !value.isNull, value.appendOrderedKey(to: &bytes) else { return nil }
        }
        return bytes
    }
}
