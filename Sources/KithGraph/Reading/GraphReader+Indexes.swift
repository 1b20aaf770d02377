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
        var ids: [UInt64] = []
        try indexLookup(index, key: key, into: &ids, limit: 1)
        return ids.first
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
