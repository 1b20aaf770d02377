import KithStorage

/// Writes what a snapshot shows to a new file, in order and without the space that is free in the old one.
struct GraphCopy {
    private let source: StorageReader
    private let target: WriteTransaction

    /// Copies everything; the transaction is to be committed.
    static func copy(
        _ source: GraphReader, to target: WriteTransaction
    ) throws(GraphError) {
        try GraphCopy(source: source.storage, target: target).copy(source.catalog)
    }

    private func copy(_ catalog: Catalog) throws(GraphError) {
        for tree in [
            KeySpaces.catalog, KeySpaces.homes, KeySpaces.members, KeySpaces.recentNodes,
            KeySpaces.recentRelationships, KeySpaces.recentEdges, KeySpaces.statistics,
        ] {
            try copy(tree) { Array($0) }
        }
        for kind in [EntityKind.node, .relationship] {
            try copy(KeySpaces.descriptors(kind)) { value throws(GraphError) in
                try descriptor(value, kind)
            }
        }
        for isIncoming in [false, true] {
            try copy(KeySpaces.blocks(isIncoming: isIncoming)) { value throws(GraphError) in
                try block(value)
            }
        }
        for index in catalog.indexes { try copy(KeySpaces.index(index.id)) { Array($0) } }
        for counter in [
            KeySpaces.Counter.nodeChunks, KeySpaces.Counter.relationshipChunks,
            KeySpaces.Counter.catalogVersion, KeySpaces.Counter.indexes, KeySpaces.Counter.format,
        ] {
            target.setCounter(counter, to: source.counter(counter))
        }
    }

    /// Copies a tree, with what `value` makes of each of its values.
    private func copy(
        _ tree: TreeID, _ value: (UnsafeRawBufferPointer) throws(GraphError) -> [UInt8]
    ) throws(GraphError) {
        let cursor = source.cursor(in: tree)
        var isOnEntry = try storageCall { () throws(StorageError) in try cursor.seekFirst() }
        while isOnEntry {
            let key = Array(cursor.key)
            let copied = try value(cursor.value)
            isOnEntry = try storageCall { () throws(StorageError) in
                try target.put(key, copied, in: tree)
                return try cursor.next()
            }
        }
    }

    /// A chunk's descriptor, with its segments where they lie now.
    private func descriptor(
        _ value: UnsafeRawBufferPointer, _ kind: EntityKind
    ) throws(GraphError) -> [UInt8] {
        let padded = PaddedBytes(value)
        var descriptor = try ChunkDescriptor(padded.bytes, kind)
        for place in descriptor.segments.indices {
            if case .extent(let reference) = descriptor.segments[place].location {
                descriptor.segments[place].location = .extent(try moved(reference))
            }
        }
        return descriptor.encoded(kind)
    }

    /// The entry of a block, with the block where it lies now.
    private func block(_ value: UnsafeRawBufferPointer) throws(GraphError) -> [UInt8] {
        let entry = try AdjacencyChunk.Entry(value)
        guard case .extent(let reference) = entry.location else { return Array(value) }
        var result: [UInt8] = []
        result.appendVarint(entry.edgeCount)
        result.append(1)
        try moved(reference).appendEncoded(to: &result)
        return result
    }

    private func moved(_ reference: ExtentReference) throws(GraphError) -> ExtentReference {
        try storageCall { () throws(StorageError) in
            let buffer = try source.readExtent(reference)
            defer { withExtendedLifetime(buffer) {} }
            return try target.writeExtent(buffer.bytes)
        }
    }
}

extension GraphStore {
    /// Writes the last commit to a new file at `path`, without the space that is free in this one: a copy
    /// to keep, made while others read and write.
    ///
    /// The file appears whole or not at all. Takes time and disk in proportion to the graph, and as much
    /// memory as a transaction's budget.
    ///
    /// - Throws: ``GraphError/storage(_:)`` when there is a file at `path`, or it cannot be written.
    public func copy(toNewFileAt path: String) throws(GraphError) {
        let reader = try beginRead()
        defer { reader.close() }
        var options = options.storage
        options.pageSizeInBytes = storage.pageSizeInBytes
        let made = try storageCall { () throws(StorageError) in
            try DatabaseInTheMaking(path: path, options: options)
        }
        let target = try storageCall { () throws(StorageError) in try made.engine.beginWrite() }
        do throws(GraphError) {
            try GraphCopy.copy(reader, to: target)
        } catch {
            target.rollback()
            throw error
        }
        try storageCall { () throws(StorageError) in
            try target.commit()
            try made.appear()
        }
    }
}
