import KithStorage

extension AdjacencyChunk {
    /// The value of a block's entry: the number of edges, then where the block lies.
    struct Entry {
        enum Location {
            case inline(UnsafeRawBufferPointer)
            case extent(ExtentReference)
        }
        var edgeCount: Int
        var location: Location

        init(_ value: UnsafeRawBufferPointer) throws(GraphError) {
            var reader = ByteReader(value)
            edgeCount = try reader.count(max: Int(UInt32.max))
            if try reader.byte() == 0 {
                location = .inline(try reader.take(reader.remaining))
                return
            }
            let encoded = try reader.take(reader.remaining)
            guard let reference = ExtentReference(encoded: encoded),
                encoded.count == ExtentReference.encodedByteCount
            else { throw GraphError.corrupt("an adjacency block has no reference") }
            location = .extent(reference)
        }
    }

    /// Calls `body` with key and entry of each block of a chunk, in order.
    static func forEachBlock(
        _ key: AdjacencyKey, _ chunk: UInt64, in storage: StorageReader,
        _ body: (UnsafeRawBufferPointer, Entry) throws(GraphError) -> Void
    ) throws(GraphError) {
        let prefix = KeySpaces.adjacency(type: key.type, chunk: chunk)
        let cursor = storage.cursor(in: KeySpaces.blocks(isIncoming: key.isIncoming))
        var isOnEntry = try storageCall { () throws(StorageError) in
            try cursor.seek(atOrAfter: prefix)
        }
        while isOnEntry, cursor.key.count == 26, cursor.key.prefix(12).elementsEqual(prefix) {
            try body(cursor.key, try Entry(cursor.value))
            isOnEntry = try storageCall { () throws(StorageError) in try cursor.next() }
        }
    }

    /// The changes of a chunk's lists that are not yet folded into blocks.
    static func recentChanges(
        _ key: AdjacencyKey, _ chunk: UInt64, in storage: StorageReader
    ) throws(GraphError) -> [EdgeChange] {
        var changes: [EdgeChange] = []
        let first = chunk << UInt64(GraphLimits.slotBits)
        let start = KeySpaces.recentEdges(
            type: key.type, isIncoming: key.isIncoming, node: first)
        let cursor = storage.cursor(in: KeySpaces.recentEdges)
        var isOnEntry = try storageCall { () throws(StorageError) in
            try cursor.seek(atOrAfter: start)
        }
        while isOnEntry, cursor.key.count == KeySpaces.recentEdgeKeyLength,
            cursor.key.prefix(5).elementsEqual(start.prefix(5))
        {
            let found = cursor.key
            let node = found.bigEndianUInt64(at: 5)
            guard node >> UInt64(GraphLimits.slotBits) == chunk, cursor.value.count == 1 else {
                break
            }
            let edge = ChunkEdge(
                slot: UInt16(node & UInt64(GraphLimits.slotsPerChunk - 1)),
                neighbour: found.bigEndianUInt64(at: 13),
                relationship: found.bigEndianUInt64(at: 21))
            changes.append(EdgeChange(edge: edge, isAdded: cursor.value[0] != 0))
            isOnEntry = try storageCall { () throws(StorageError) in try cursor.next() }
        }
        return changes
    }

    /// Reads the lists of a chunk.
    static func load(
        _ key: AdjacencyKey, _ chunk: UInt64, from storage: StorageReader
    ) throws(GraphError) -> AdjacencyChunk {
        try StoredLists(key, chunk, storage).decoded(storage)
    }
}
