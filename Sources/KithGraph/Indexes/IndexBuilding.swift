import KithStorage
import KithValues

extension GraphWriter {
    /// Fills an empty index from all entities there are, packed if they fit in memory at once.
    func fill(_ index: IndexDefinition) throws(GraphError) {
        var entries = IndexEntries()
        let limit = store.options.pendingChangesBudgetInBytes
        var isPacked = true
        try forEachEntity(index.entity, index.token) { id throws(GraphError) in
            guard let ordered = try reader.orderedValues(of: id, index) else { return }
            let (key, isCut) = reader.indexKeys.entry(ordered, id: id)
            if isCut { owned.statistics.count(longKeys: 1, index: index.id.rawValue) }
            entries.append(key, isCut: isCut)
            if entries.sizeInBytes > limit {
                isPacked = false
                try entries.put(into: index, transaction)
            }
        }
        if isPacked {
            try entries.load(into: index, transaction)
        } else {
            try entries.put(into: index, transaction)
        }
    }
}

/// Keys of an index, gathered to be sorted.
struct IndexEntries {
    private var bytes: [UInt8] = []
    private var spans: [(start: Int, length: Int, isCut: Bool)] = []

    var sizeInBytes: Int { bytes.count + spans.count * 24 }
    var count: Int { spans.count }

    mutating func append(_ key: [UInt8], isCut: Bool) {
        spans.append((bytes.count, key.count, isCut))
        bytes.append(contentsOf: key)
    }

    private mutating func sort() {
        bytes.withUnsafeBytes { buffer in
            spans.sort { left, right in
                KeyOrder.precedes(
                    UnsafeRawBufferPointer(
                        rebasing: buffer[left.start..<left.start + left.length]),
                    UnsafeRawBufferPointer(
                        rebasing: buffer[right.start..<right.start + right.length]))
            }
        }
    }

    /// Calls `body` with each key in order and its value.
    mutating func drain(
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(StorageError) -> Void
    ) throws(GraphError) {
        sort()
        let cut: [UInt8] = [1]
        try storageCall { () throws(StorageError) in
            try bytes.withUnsafeBufferPointer { bytes throws(StorageError) in
                try cut.withUnsafeBufferPointer { cut throws(StorageError) in
                    let buffer = UnsafeRawBufferPointer(bytes)
                    let cut = UnsafeRawBufferPointer(cut)
                    for span in spans {
                        try body(
                            UnsafeRawBufferPointer(
                                rebasing: buffer[span.start..<span.start + span.length]),
                            UnsafeRawBufferPointer(rebasing: cut[..<(span.isCut ? 1 : 0)]))
                    }
                }
            }
        }
        bytes.removeAll(keepingCapacity: true)
        spans.removeAll(keepingCapacity: true)
    }

    /// Fills an empty index.
    mutating func load(
        into index: IndexDefinition, _ transaction: WriteTransaction
    ) throws(GraphError) {
        guard count > 0 else { return }
        let loader = try storageCall { () throws(StorageError) in
            try transaction.bulkLoad(KeySpaces.index(index.id))
        }
        try drain { key, value throws(StorageError) in try loader.append(key, value) }
        try storageCall { () throws(StorageError) in try loader.finish() }
    }

    /// Adds to an index that may have entries.
    mutating func put(
        into index: IndexDefinition, _ transaction: WriteTransaction
    ) throws(GraphError) {
        try drain { key, value throws(StorageError) in
            try transaction.put(key, value, in: KeySpaces.index(index.id))
        }
    }
}
