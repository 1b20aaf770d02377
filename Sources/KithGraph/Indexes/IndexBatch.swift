import KithStorage
import KithValues

extension GraphWriter {
    /// Puts new entities into the indexes of their labels or type, those of one index at once.
    func indexNewEntities(
        _ kind: EntityKind, _ ids: [UInt64], tokens: [UInt32], _ properties: PropertyTable
    ) throws(GraphError) {
        for index in indexes(kind, tokens, covering: nil) {
            var columns: [Int] = []
            for key in index.properties {
                guard let column = properties.keys.firstIndex(of: key) else { break }
                columns.append(column)
            }
            if columns.count < index.properties.count { continue }
            try putEntries(of: ids, columns, properties, in: index)
        }
    }

    private func putEntries(
        of ids: [UInt64], _ columns: [Int], _ properties: PropertyTable,
        in index: IndexDefinition
    ) throws(GraphError) {
        var keys = IndexKeyBatch()
        keys.reserveCapacity(ids.count)
        for row in ids.indices {
            guard keys.append(properties, row, columns) else { continue }
            if keys.openCount > reader.indexKeys.lengthMaxInBytes {
                try addEntry(keys.takeOpen(), ids[row], to: index)
            } else {
                keys.close(ids[row])
            }
        }
        guard let first = keys.sort() else { return }
        noteStorageChange()
        let tree = KeySpaces.index(index.id)
        var isAmongRuns = owned.statistics.runs[index.id.rawValue] != nil
        if isAmongRuns {
            // Behind all that there is lies no run.
            let cursor = transaction.reader.cursor(in: tree)
            isAmongRuns = try storageCall { () throws(StorageError) in
                try cursor.seek(atOrAfter: first)
            }
        }
        if isAmongRuns {
            for place in keys.order {
                let key = keys.key(place)
                let isPerhapsAlike = try putEntry(key, isCut: false, in: index.id)
                if isPerhapsAlike { noteUnique(Array(key.dropLast(8)), index) }
            }
            return
        }
        let alike = try storageCall { () throws(StorageError) in
            try transaction.put(
                keys: keys.bytes, ends: keys.ends, order: keys.order, in: tree,
                comparingAllBut: MemoryLayout<UInt64>.size)
        }
        for place in alike { noteUnique(Array(keys.key(place).dropLast(8)), index) }
    }

    /// Notes that the end of the statement must see whether values are in a unique index once.
    func noteUnique(_ ordered: [UInt8], _ index: IndexDefinition) {
        guard index.isUnique else { return }
        statement?.uniqueValues.insert(
            StatementState.UniqueValue(index: index.id, ordered: ordered))
    }
}

/// Keys of index entries on their way into a tree, one after another.
private struct IndexKeyBatch {
    private(set) var bytes: [UInt8] = []
    /// Where each key ends.
    private(set) var ends: [Int] = []
    /// The keys in ascending order.
    private(set) var order: [Int] = []

    mutating func reserveCapacity(_ count: Int) {
        bytes.reserveCapacity(count * IndexRun.keyLength)
        ends.reserveCapacity(count)
    }

    /// The bytes of the key that is begun.
    var openCount: Int { bytes.count - (ends.last ?? 0) }

    /// Begins a key with a row's values; false, and nothing, where one of them is null or cannot be in
    /// an index.
    mutating func append(_ properties: PropertyTable, _ row: Int, _ columns: [Int]) -> Bool {
        let start = bytes.count
        for column in columns {
            let value = properties.values[row &* properties.keys.count &+ column]
            if value.isNull || !value.appendOrderedKey(to: &bytes) {
                bytes.removeSubrange(start...)
                return false
            }
        }
        return true
    }

    /// Takes the values back.
    mutating func takeOpen() -> [UInt8] {
        let start = ends.last ?? 0
        defer { bytes.removeSubrange(start...) }
        return Array(bytes[start...])
    }

    /// Ends the key with the id.
    mutating func close(_ id: UInt64) {
        bytes.appendBigEndian(id)
        ends.append(bytes.count)
    }

    func key(_ place: Int) -> [UInt8] { Array(bytes[range(place)]) }

    private func range(_ place: Int) -> Range<Int> {
        (place == 0 ? 0 : ends[place - 1])..<ends[place]
    }

    /// Finds the order; returns the first key, nil where there is none.
    mutating func sort() -> [UInt8]? {
        guard !ends.isEmpty else { return nil }
        var order = Array(ends.indices)
        bytes.withUnsafeBytes { bytes in
            func precedes(_ left: Int, _ right: Int) -> Bool {
                KeyOrder.precedes(
                    UnsafeRawBufferPointer(rebasing: bytes[range(left)]),
                    UnsafeRawBufferPointer(rebasing: bytes[range(right)]))
            }
            // Keys are often made in their order.
            for place in order.indices.dropFirst() where precedes(place, place - 1) {
                order.sort(by: precedes)
                break
            }
        }
        self.order = order
        return key(order[0])
    }
}
