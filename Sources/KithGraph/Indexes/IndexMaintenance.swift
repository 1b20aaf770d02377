import KithStorage
import KithValues

/// By which it is known that a catalog has the same indexes as before.
struct IndexState: Equatable {
    var version: UInt64
    var count: Int
}

extension GraphWriter {
    /// The indexes that entities with these labels, or of this type, are in; of those, the ones over
    /// a property if one is given.
    func indexes(
        _ kind: EntityKind, _ tokens: [UInt32], covering key: PropertyKeyID?
    ) -> [IndexDefinition] {
        guard !owned.catalog.indexes.isEmpty else { return [] }
        let own = indexes(kind, tokens)
        guard let key, !own.isEmpty else { return own }
        return own.filter { $0.properties.contains(key) }
    }

    /// The indexes that entities with these labels, or of this type, are in. What was found last is
    /// kept: most changes of a transaction are to entities alike.
    private func indexes(_ kind: EntityKind, _ tokens: [UInt32]) -> [IndexDefinition] {
        let state = IndexState(
            version: owned.catalog.version, count: owned.catalog.indexes.count)
        if let last = lastIndexes, last.state == state, last.kind == kind, last.tokens == tokens {
            return last.indexes
        }
        let found = owned.catalog.indexes.filter {
            $0.entity == kind && tokens.contains($0.token)
        }
        lastIndexes = (state, kind, tokens, found)
        return found
    }

    /// Puts an entity into indexes, as far as it has their properties.
    func addEntries(of id: UInt64, to indexes: [IndexDefinition]) throws(GraphError) {
        for index in indexes {
            if let ordered = try reader.orderedValues(of: id, index) {
                try addEntry(ordered, id, to: index)
            }
        }
    }

    /// Takes an entity out of indexes.
    func removeEntries(of id: UInt64, from indexes: [IndexDefinition]) throws(GraphError) {
        for index in indexes {
            guard let ordered = try reader.orderedValues(of: id, index) else { continue }
            let (key, isCut) = reader.indexKeys.entry(ordered, id: id)
            try removeEntry(key, in: index.id)
            if isCut { owned.count(.longKeys(index: index.id.rawValue), by: -1) }
        }
    }

    func addEntry(
        _ ordered: [UInt8], _ id: UInt64, to index: IndexDefinition
    ) throws(GraphError) {
        let (key, isCut) = reader.indexKeys.entry(ordered, id: id)
        let isPerhapsAlike = try putEntry(key, isCut: isCut, in: index.id)
        if isCut { owned.count(.longKeys(index: index.id.rawValue), by: 1) }
        // Entries with the same values lie beside each other: the first of them is nobody's double.
        if isPerhapsAlike { noteUnique(ordered, index) }
    }

    /// The entities with exactly these ordered values, at most `limit`.
    func entities(
        _ ordered: [UInt8], in index: IndexDefinition, limit: Int
    ) throws(GraphError) -> [UInt64] {
        let values = reader.indexKeys.values(ordered)
        let cursor = IndexEntryCursor(reader.storage, index.id)
        var ids: [UInt64] = []
        var isOnEntry = try cursor.seek(atOrAfter: values)
        while isOnEntry, ids.count < limit {
            let key = cursor.key
            guard key.count == values.count + 8, key.starts(with: values) else { break }
            let id = key.bigEndianUInt64(at: values.count)
            if !cursor.isCut {
                ids.append(id)
            } else if try reader.orderedValues(of: id, index) == ordered {
                ids.append(id)
            }
            isOnEntry = try cursor.next()
        }
        return ids
    }
}
