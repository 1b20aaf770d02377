import KithStorage
import KithValues

extension GraphWriter {
    /// What moving pending changes to storage changed.
    struct MovedChanges {
        var tables = GraphTables.Changes()
        /// Chunks of which it is known what they are now.
        var chunks: [EntityChunk] = []
        /// Lists of which it is known what they are now.
        var lists: [(key: AdjacencyKey, chunk: UInt64, lists: AdjacencyChunk)] = []
    }

    /// Moves all pending changes to storage, and lets this transaction see them there.
    func flush() throws(GraphError) {
        guard !pending.isEmpty else { return }
        let moved = try movePendingChanges()
        reader.tables = tables(after: moved, commitNumber: reader.tables.commitNumber)
        homes.forgetPlaces()
    }

    /// The tables of storage with these changes.
    func tables(after moved: MovedChanges, commitNumber: UInt64) -> GraphTables {
        let tables = GraphTables(
            after: reader.tables, changes: moved.tables, commitNumber: commitNumber,
            catalog: owned.catalog, statistics: owned.statistics,
            nodeChunkCount: owned.nodeChunkCount,
            relationshipChunkCount: owned.relationshipChunkCount)
        for chunk in moved.chunks {
            let table = chunk.kind == .node ? tables.nodes : tables.relationships
            let place = table.place(chunk.chunk)
            if place.publish(chunk).isNew {
                store.cache.account(place, 0, sizeInBytes: chunk.sizeInBytes)
            }
        }
        for (key, chunk, lists) in moved.lists {
            let place = tables.table(key).place(chunk)
            if place.publish(lists).isNew {
                store.cache.account(place, 0, sizeInBytes: lists.sizeInBytes)
            }
        }
        return tables
    }

    /// Moves all pending changes to storage: rows into `recent` trees or segments, edges into
    /// `recentEdges` or blocks.
    func movePendingChanges() throws(GraphError) -> MovedChanges {
        var moved = MovedChanges()
        guard !pending.isEmpty else { return moved }
        if let statement, statement.savedPending == nil {
            // From here on undoing the statement means: storage as it was, and these changes.
            let saved = pending.copy()
            statement.revert(saved)
            statement.savedPending = saved
        }
        noteStorageChange()
        if !pending.lists.isEmpty {
            moved.tables.lists.reserveCapacity(pending.lists.count)
            moved.tables.patches.reserveCapacity(pending.lists.count)
        }
        oldExtents = []
        for (key, chunks) in pending.members.sorted(by: { $0.key.token < $1.key.token }) {
            if !chunks.isEmpty { moved.tables.members.insert(key) }
            for chunk in chunks.sorted() {
                try storageCall { () throws(StorageError) in
                    try transaction.put(
                        KeySpaces.member(key.kind, key.token, chunk), [], in: KeySpaces.members)
                }
            }
        }
        var moves: [any ChunkMove] = []
        for kind in [EntityKind.node, .relationship] {
            let chunks = kind == .node ? pending.nodes : pending.relationships
            for chunk in chunks.keys.sorted() {
                guard let changed = chunks[chunk], changed.count > 0 else { continue }
                moves.append(RowMove(self, kind, chunk, changed))
            }
        }
        for key in pending.lists.keys.sorted(by: { ($0.type, $0.tag) < ($1.type, $1.tag) }) {
            for (chunk, lists) in (pending.lists[key] ?? [:]).sorted(by: { $0.key < $1.key })
            where lists.count > 0 {
                moves.append(ListMove(self, key, chunk, lists))
            }
        }
        try move(moves, into: &moved)
        try freeOldExtents()
        pending.replace(with: PendingChanges())
        return moved
    }

    /// Frees the segments and blocks that others have taken the place of.
    func freeOldExtents() throws(GraphError) {
        let extents = oldExtents
        oldExtents = []
        try storageCall { () throws(StorageError) in
            for extent in extents { try transaction.freeExtent(extent) }
        }
    }
}

extension AdjacencyKey {
    /// For sorting.
    fileprivate var tag: UInt8 { isIncoming ? 1 : 0 }
}
