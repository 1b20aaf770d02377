import KithStorage
import KithValues

extension GraphCheck {
    /// Every entry must be that of an entity with these values, and every entity that belongs into
    /// the index must have its entry.
    mutating func checkIndex(_ index: IndexDefinition) throws(GraphError) {
        let expected = try countEntities(index)
        try countRuns(of: index)
        let cursor = IndexEntryCursor(reader.storage, index.id)
        var found = 0
        var previous: [UInt8] = []
        var previousWhole: [UInt8] = []
        var isOnEntry = try cursor.seekFirst()
        while isOnEntry {
            found += 1
            let key = Array(cursor.key)
            if key.count < 8 {
                report("index `\(index.name)` has a key that is too short")
            } else {
                let id = cursor.key.bigEndianUInt64(at: key.count - 8)
                let isCut = cursor.isCut
                if isCut { statistics.count(.longKeys(index: index.id.rawValue), by: 1) }
                let whole = try belongs(id, to: index) ? reader.orderedValues(of: id, index) : nil
                if let whole, reader.indexKeys.entry(whole, id: id) == (key, isCut) {
                    if index.isUnique, key.dropLast(8) == previous.dropLast(8),
                        whole == previousWhole
                    {
                        report("index `\(index.name)` has two entries of the same values")
                    }
                    previousWhole = whole
                } else {
                    report("index `\(index.name)` has an entry of \(id), which has other values")
                }
            }
            if !previous.isEmpty, !previous.lexicographicallyPrecedes(key) {
                report("index `\(index.name)` has entries that are out of order")
            }
            previous = key
            isOnEntry = try cursor.next()
        }
        if found != expected {
            report("index `\(index.name)` has \(found) entries where \(expected) belong into it")
        }
    }

    /// Counts the entries that are stored as runs.
    private mutating func countRuns(of index: IndexDefinition) throws(GraphError) {
        let cursor = reader.storage.cursor(in: KeySpaces.index(index.id))
        var isOnEntry = try storageCall { () throws(StorageError) in try cursor.seekFirst() }
        while isOnEntry {
            if IndexRun.isRun(cursor.value) {
                let run = try IndexRun(key: cursor.key, value: cursor.value)
                statistics.count(.runs(index: index.id.rawValue), by: run.count - 1)
            }
            isOnEntry = try storageCall { () throws(StorageError) in try cursor.next() }
        }
    }

    private func belongs(_ id: UInt64, to index: IndexDefinition) throws(GraphError) -> Bool {
        if index.entity == .node {
            return try reader.has(LabelID(rawValue: index.token), NodeID(rawValue: id))
        }
        guard try reader.isAlive(.relationship, id) else { return false }
        let type = try reader.type(ofRelationshipChunk: ChunkID(containing: id))
        return type.rawValue == index.token
    }

    private func countEntities(_ index: IndexDefinition) throws(GraphError) -> Int {
        var count = 0
        let chunks =
            index.entity == .node
            ? try reader.nodeChunks(label: LabelID(rawValue: index.token))
            : try reader.relationshipChunks(type: RelationshipTypeID(rawValue: index.token))
        for chunk in chunks {
            let slots =
                index.entity == .node
                ? try reader.slots(inNodeChunk: chunk, labels: [LabelID(rawValue: index.token)])
                : try reader.slots(inRelationshipChunk: chunk)
            for slot in 0..<slots.endSlot where slots.contains(slot) {
                if try reader.orderedValues(of: chunk.rawID(slot: slot), index) != nil {
                    count += 1
                }
            }
        }
        return count
    }
}
