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
            if isCut { owned.count(.longKeys(index: index.id.rawValue), by: 1) }
            entries.append(key, isCut: isCut)
            if entries.sizeInBytes > limit {
                isPacked = false
                try put(&entries, into: index)
            }
        }
        guard isPacked else {
            try put(&entries, into: index)
            return
        }
        guard entries.count > 0 else { return }
        var loader = try IndexLoader(index, self)
        try entries.drain { key, isCut throws(GraphError) in
            try step()
            try loader.append(key, isCut: isCut)
        }
        try loader.finish()
    }

    /// Adds to an index that may have entries.
    private func put(
        _ entries: inout IndexEntries, into index: IndexDefinition
    ) throws(GraphError) {
        try entries.drain { key, isCut throws(GraphError) in
            try step()
            try putEntry(Array(key), isCut: isCut, in: index.id)
        }
    }
}

/// Fills an empty index from sorted entries.
struct IndexLoader {
    private let loader: BulkLoader
    private let writer: GraphWriter
    private let index: IndexDefinition
    private var finder: IndexRunFinder

    init(_ index: IndexDefinition, _ writer: GraphWriter) throws(GraphError) {
        self.index = index
        self.writer = writer
        finder = IndexRunFinder(index)
        writer.noteStorageChange()
        loader = try storageCall { () throws(StorageError) in
            try writer.transaction.bulkLoad(KeySpaces.index(index.id))
        }
    }

    mutating func append(_ key: UnsafeRawBufferPointer, isCut: Bool) throws(GraphError) {
        let (loader, writer, index) = (loader, writer, index)
        try finder.append(key, isCut: isCut) { piece throws(GraphError) in
            try Self.store(piece, loader, writer, index)
        }
    }

    mutating func append(_ run: IndexRun) throws(GraphError) {
        let (loader, writer, index) = (loader, writer, index)
        try finder.append(run) { piece throws(GraphError) in
            try Self.store(piece, loader, writer, index)
        }
    }

    /// Completes the index.
    mutating func finish() throws(GraphError) {
        let (loader, writer, index) = (loader, writer, index)
        try finder.finish { piece throws(GraphError) in
            try Self.store(piece, loader, writer, index)
        }
        try storageCall { () throws(StorageError) in try loader.finish() }
    }

    private static func store(
        _ piece: IndexRunFinder.Piece, _ loader: BulkLoader, _ writer: GraphWriter,
        _ index: IndexDefinition
    ) throws(GraphError) {
        switch piece {
        case .single(let key, let isCut):
            try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) {
                value throws(GraphError) in
                value[0] = 1
                let value = UnsafeRawBufferPointer(rebasing: value[..<(isCut ? 1 : 0)])
                try storageCall { () throws(StorageError) in try loader.append(key, value) }
            }
        case .run(let run):
            try storageCall { () throws(StorageError) in
                try loader.append(run.key(run.count - 1), run.encodedValue)
            }
            writer.owned.count(.runs(index: index.id.rawValue), by: run.count - 1)
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

    /// Makes room and lets `write` write the key.
    mutating func append(length: Int, _ write: (UnsafeMutableRawPointer) -> Void) {
        spans.append((bytes.count, length, false))
        withUnsafeTemporaryAllocation(byteCount: length, alignment: 8) { key in
            guard let base = key.baseAddress else { return }
            write(base)
            bytes.append(contentsOf: key)
        }
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

    /// Calls `body` with each key in order, and whether its values were cut off.
    mutating func drain(
        _ body: (UnsafeRawBufferPointer, Bool) throws(GraphError) -> Void
    ) throws(GraphError) {
        sort()
        try bytes.withUnsafeBufferPointer { bytes throws(GraphError) in
            let buffer = UnsafeRawBufferPointer(bytes)
            for span in spans {
                let key = UnsafeRawBufferPointer(
                    rebasing: buffer[span.start..<span.start + span.length])
                try body(key, span.isCut)
            }
        }
        bytes.removeAll(keepingCapacity: true)
        spans.removeAll(keepingCapacity: true)
    }
}
