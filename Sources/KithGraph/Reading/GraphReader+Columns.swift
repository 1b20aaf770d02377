import KithValues

extension GraphReader {
    /// One property of all nodes of a chunk; cheap once it is cached.
    public func column(
        _ key: PropertyKeyID, inNodeChunk chunk: ChunkID
    ) throws(GraphError) -> Column { try column(key.rawValue, .node, chunk.rawValue) }

    /// One property of all relationships of a chunk; cheap once it is cached.
    public func column(
        _ key: PropertyKeyID, inRelationshipChunk chunk: ChunkID
    ) throws(GraphError) -> Column { try column(key.rawValue, .relationship, chunk.rawValue) }

    /// What is known of a property of a chunk without decoding it; nil when nothing is.
    public func zone(
        _ key: PropertyKeyID, inNodeChunk chunk: ChunkID
    ) throws(GraphError) -> ColumnZone? { try zone(key.rawValue, .node, chunk.rawValue) }

    /// What is known of a property of a chunk without decoding it; nil when nothing is.
    public func zone(
        _ key: PropertyKeyID, inRelationshipChunk chunk: ChunkID
    ) throws(GraphError) -> ColumnZone? { try zone(key.rawValue, .relationship, chunk.rawValue) }

    func column(
        _ key: UInt32, _ kind: EntityKind, _ chunk: UInt64
    ) throws(GraphError) -> Column {
        let changed = pending?.chunk(kind, chunk)
        if let known = changed?.columns[key] { return known }
        cache.settle()
        let step = cache.enter()
        defer { cache.leave(step) }
        let base = try baseChunk(kind, chunk)
        let column = try base.column(key, storage, cache)
        guard let changed else { return column }
        let count = max(base.slotCount, changed.slotEnd)
        let patched = column.patched(count: count, by: ColumnChanges(key, changed))
        changed.columns[key] = patched
        return patched
    }

    private func zone(
        _ key: UInt32, _ kind: EntityKind, _ chunk: UInt64
    ) throws(GraphError) -> ColumnZone? {
        guard pending?.chunk(kind, chunk) == nil else { return nil }
        let step = cache.enter()
        defer { cache.leave(step) }
        return try baseChunk(kind, chunk).zone(key)
    }
}

extension GraphReader {
    /// The number of chunks of nodes or relationships: the chunk of every id is below it.
    public func chunkCount(_ kind: EntityKind) -> Int {
        Int(kind == .node ? nodeChunkCount : relationshipChunkCount)
    }
}

/// What is decoded of one state of the graph.
public struct DecodedState: Equatable, Sendable {
    fileprivate let tables: UInt64
    fileprivate let evictedInBytes: Int
}

extension GraphReader {
    /// Where this is the same as before, all that had been decoded then is still kept; nil for what a
    /// write transaction sees of itself, which says nothing of the kind.
    public var decodedState: DecodedState? {
        guard pending == nil else { return nil }
        return DecodedState(tables: stateNumber, evictedInBytes: cache.totalEvictedInBytes)
    }

    /// Runs `body` if all that had been decoded in `state` is still kept: none of it goes while `body`
    /// runs.
    ///
    /// - Returns: whether it ran.
    public func whileDecoded(_ state: DecodedState, _ body: () -> Void) -> Bool {
        let step = cache.enter()
        defer { cache.leave(step) }
        guard decodedState == state else { return false }
        body()
        return true
    }
}
