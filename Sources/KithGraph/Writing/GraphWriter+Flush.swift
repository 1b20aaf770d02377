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
        for kind in [EntityKind.node, .relationship] {
            let chunks = kind == .node ? pending.nodes : pending.relationships
            for chunk in chunks.keys.sorted() {
                guard let changed = chunks[chunk], changed.count > 0 else { continue }
                try checkpoint?()
                if let now = try flush(changed, kind, chunk) { moved.chunks.append(now) }
                if kind == .node {
                    moved.tables.nodeChunks.insert(chunk)
                } else {
                    moved.tables.relationshipChunks.insert(chunk)
                }
            }
        }
        for key in pending.lists.keys.sorted(by: { ($0.type, $0.tag) < ($1.type, $1.tag) }) {
            for (chunk, lists) in (pending.lists[key] ?? [:]).sorted(by: { $0.key < $1.key })
            where lists.count > 0 {
                try checkpoint?()
                switch try flush(lists, key, chunk) {
                case .unknown: break
                case .patched(let patch): moved.tables.patches[key, default: [:]][chunk] = patch
                case .known(let lists): moved.lists.append((key, chunk, lists))
                }
                moved.tables.lists[key, default: []].insert(chunk)
            }
        }
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

    /// Stores changed rows of a chunk; returns the chunk as it is then, where that is known without
    /// reading it.
    private func flush(
        _ pending: PendingChunk, _ kind: EntityKind, _ chunk: UInt64
    ) throws(GraphError) -> EntityChunk? {
        let step = store.cache.enter()
        defer { store.cache.leave(step) }
        let base = try reader.baseChunk(kind, chunk)
        var known = 0
        for (slot, _) in base.recent where pending.state(of: UInt16(slot)) != nil { known += 1 }
        if base.recent.count + pending.count - known > store.options.recentRowsMax {
            return try ChunkFolding(self, kind, base).fold(pending)
        }
        let rows = pending.sortedRows
        let tree = KeySpaces.recentRows(kind)
        var changed: [(slot: Int, row: RowChange?)] = []
        changed.reserveCapacity(rows.count)
        for (slot, row) in rows {
            let key = KeySpaces.row(chunk, UInt16(slot))
            let merged = base.recentRow(slot)?.followed(by: row) ?? row
            if merged.life == .deleted, !base.descriptor.alive.contains(slot) {
                if base.recentRow(slot) != nil {
                    try storageCall { () throws(StorageError) in
                        _ = try transaction.remove(key, in: tree)
                    }
                }
                changed.append((slot, nil))
                continue
            }
            changed.append((slot, merged))
            var value: [UInt8] = []
            merged.append(to: &value, isRelationship: kind == .relationship)
            try storageCall { () throws(StorageError) in try transaction.put(key, value, in: tree) }
        }
        if kind == .relationship, base.descriptor.slotCount == 0, base.recent.isEmpty {
            // The descriptor is where the type of the chunk is kept.
            var descriptor = ChunkDescriptor()
            descriptor.type = try reader.type(
                ofRelationshipChunk: ChunkID(rawValue: chunk)
            ).rawValue
            try storageCall { () throws(StorageError) in
                try transaction.put(
                    KeySpaces.chunk(chunk), descriptor.encoded(kind), in: KeySpaces.relationships)
            }
            return nil
        }
        return base.replacing(changed)
    }

    /// How readers get at lists that were changed.
    private enum MovedLists {
        /// By decoding them.
        case unknown
        /// From the old ones.
        case patched(ListPatch)
        case known(AdjacencyChunk)
    }

    /// Stores the changes of a chunk's lists; returns how readers get from the old lists to the new
    /// ones without decoding, where that is worth while.
    private func flush(
        _ lists: PendingLists, _ key: AdjacencyKey, _ chunk: UInt64
    ) throws(GraphError) -> MovedLists {
        let step = store.cache.enter()
        defer { store.cache.leave(step) }
        let (edgeCount, recentCount, hasRemovals) = try listSizes(key, chunk)
        let changes = lists.sorted
        let limit = store.options.recentEdgesMax + edgeCount / Self.edgesPerRecentEdge
        if recentCount + changes.count > limit {
            let base = try reader.baseLists(key, chunk, in: reader.tables.table(key))
            let merged = try EdgeArrays.merged(base, changes, hasIDs: !key.isIncoming)
            do throws(GraphError) {
                try writeLists(merged, key, chunk)
            } catch {
                merged.deallocate()
                throw error
            }
            return .known(
                AdjacencyChunk(consuming: merged, hasIDs: !key.isIncoming, recentCount: 0))
        }
        try putRecent(
            changes, key, chunk,
            mayTakeBack: recentCount > 0 && hasRemovals || changes.contains { !$0.isAdded })
        if let patch = patch(changes, key, chunk) { return .patched(patch) }
        return try mergedLists(changes, key, chunk)
    }

    /// For so many edges in blocks one may wait to be folded into them, so that folding, which writes all
    /// blocks, does not come with every commit.
    private static let edgesPerRecentEdge = 32

    /// The lists with changes that are too many for a patch, where they need not be decoded for that.
    private func mergedLists(
        _ changes: [EdgeChange], _ key: AdjacencyKey, _ chunk: UInt64
    ) throws(GraphError) -> MovedLists {
        let table = reader.tables.table(key)
        guard table.load(chunk) != nil || reader.tables.patch(key, chunk) != nil else {
            return .unknown
        }
        let base = try reader.baseLists(key, chunk, in: table)
        guard base.edgeCount <= changes.count * Self.copiedEdgesMax else { return .unknown }
        return .known(
            AdjacencyChunk(
                consuming: try EdgeArrays.merged(base, changes, hasIDs: base.hasIDs),
                hasIDs: base.hasIDs, recentCount: base.recentCount + changes.count,
                hasRecentRemovals: base.hasRecentRemovals || changes.contains { !$0.isAdded }))
    }

    /// So many edges are copied for each change rather than decoded later.
    private static let copiedEdgesMax = 256

    private func patch(
        _ changes: [EdgeChange], _ key: AdjacencyKey, _ chunk: UInt64
    ) -> ListPatch? {
        var known: ListPatch?
        if let cached = reader.tables.table(key).load(chunk) {
            let base = Unmanaged<AdjacencyChunk>.fromOpaque(cached).takeUnretainedValue()
            known = ListPatch(base, changes)
        } else if let earlier = reader.tables.patch(key, chunk) {
            known = ListPatch(earlier.base, earlier.changes + changes)
        }
        guard let known, known.changes.count <= ListPatch.changesMax else { return nil }
        return known
    }

    /// Stores changes that wait to be folded into blocks; `mayTakeBack` where some of them and of those that
    /// wait already may be each other's opposite.
    private func putRecent(
        _ changes: [EdgeChange], _ key: AdjacencyKey, _ chunk: UInt64, mayTakeBack: Bool
    ) throws(GraphError) {
        let node = ChunkID(rawValue: chunk)
        var keys: [UInt8] = []
        keys.reserveCapacity(changes.count * KeySpaces.recentEdgeKeyLength)
        for change in changes {
            let entry = KeySpaces.recentEdge(
                type: key.type, isIncoming: key.isIncoming,
                node: node.rawID(slot: Int(change.edge.slot)), neighbour: change.edge.neighbour,
                relationship: change.edge.relationship)
            if !mayTakeBack {
                keys.append(contentsOf: entry)
                continue
            }
            try storageCall { () throws(StorageError) in
                // An edge added and removed, or removed and added again, is as if nothing had been.
                let earlier = try transaction.reader.value(in: KeySpaces.recentEdges, forKey: entry)
                if let earlier, earlier.first != (change.isAdded ? 1 : 0) {
                    _ = try transaction.remove(entry, in: KeySpaces.recentEdges)
                } else {
                    try transaction.put(
                        entry, [change.isAdded ? 1 : 0], in: KeySpaces.recentEdges)
                }
            }
        }
        let length = KeySpaces.recentEdgeKeyLength
        let count = keys.count / length
        _ = try storageCall { () throws(StorageError) in
            try transaction.put(
                keys: keys, ends: (0..<count).map { ($0 + 1) * length },
                order: Array(0..<count), value: [1], in: KeySpaces.recentEdges,
                comparingAllBut: length)
        }
    }

    /// Lists with more edges are not decoded only because they change.
    private static let decodedEdgesMax = 16_384

    /// The number of edges of a chunk's lists, and of changes not folded into blocks, and whether some of
    /// these may have taken edges away.
    private func listSizes(
        _ key: AdjacencyKey, _ chunk: UInt64
    ) throws(GraphError) -> (edges: Int, recent: Int, hasRemovals: Bool) {
        let table = reader.tables.table(key)
        if table.load(chunk) != nil {
            let base = try reader.baseLists(key, chunk, in: table)
            return (base.edgeCount, base.recentCount, base.hasRecentRemovals)
        }
        if let patch = reader.tables.patch(key, chunk) {
            // Changes that take each other back count twice, which does no harm.
            let added = patch.changes.count
            return (
                patch.base.edgeCount + added, patch.base.recentCount + added, patch.hasRemovals
            )
        }
        var edges = 0
        try AdjacencyChunk.forEachBlock(key, chunk, in: transaction.reader) {
            _, entry throws(GraphError) in edges += entry.edgeCount
        }
        if edges <= Self.decodedEdgesMax, chunk < table.chunkCount {
            // From here on the next changes are known by their difference from these lists.
            let base = try reader.baseLists(key, chunk, in: table)
            return (base.edgeCount, base.recentCount, base.hasRecentRemovals)
        }
        let recent = try AdjacencyChunk.recentChanges(key, chunk, in: transaction.reader)
        return (edges, recent.count, recent.contains { !$0.isAdded })
    }

    /// Replaces all blocks of a chunk's lists, and what was not folded into them.
    func writeLists(
        _ edges: EdgeArrays, _ key: AdjacencyKey, _ chunk: UInt64
    ) throws(GraphError) {
        let tree = KeySpaces.blocks(isIncoming: key.isIncoming)
        var oldKeys: [[UInt8]] = []
        try AdjacencyChunk.forEachBlock(key, chunk, in: transaction.reader) {
            found, entry throws(GraphError) in
            oldKeys.append(Array(found))
            if case .extent(let reference) = entry.location { oldExtents.append(reference) }
        }
        try storageCall { () throws(StorageError) in
            for old in oldKeys { _ = try transaction.remove(old, in: tree) }
            try transaction.removeAll(
                from: KeySpaces.recentEdges(
                    type: key.type, isIncoming: key.isIncoming,
                    node: ChunkID(rawValue: chunk).rawID(slot: 0)),
                before: KeySpaces.recentEdges(
                    type: key.type, isIncoming: key.isIncoming,
                    node: ChunkID(rawValue: chunk + 1).rawID(slot: 0)),
                in: KeySpaces.recentEdges)
        }
        try edges.withSpan { span throws(GraphError) in
            try BlockWriting.forEachBlock(
                span, key, chunk, edgesPerBlockMax: store.options.edgesPerBlockMax,
                inlineLengthMax: store.blockInlineLengthMax, transaction
            ) { key, value throws(StorageError) in
                try transaction.put(key, value, in: tree)
            }
        }
    }
}

extension AdjacencyKey {
    /// For sorting.
    fileprivate var tag: UInt8 { isIncoming ? 1 : 0 }
}

/// Cuts sorted edges into blocks.
enum BlockWriting {
    /// Calls `store` with key and value of each block; long blocks are written as extents first.
    static func forEachBlock(
        _ edges: EdgeSpan, _ key: AdjacencyKey, _ chunk: UInt64,
        edgesPerBlockMax: Int, inlineLengthMax: Int, _ transaction: WriteTransaction,
        _ store: ([UInt8], [UInt8]) throws(StorageError) -> Void
    ) throws(GraphError) {
        var start = 0
        var ordinal: UInt32 = 0
        var block: [UInt8] = []
        while start < edges.count {
            let end = min(start + edgesPerBlockMax, edges.count)
            let first = ChunkEdge(
                slot: UInt16(edges.slot(start)), neighbour: edges.neighbours[start],
                relationship: 0)
            let blockKey = KeySpaces.block(
                type: key.type, chunk: chunk, first: first, ordinal: ordinal)
            block.removeAll(keepingCapacity: true)
            AdjacencyBlock.append(edges.part(start..<end), to: &block)
            let value = try value(block[...], edgeCount: end - start, inlineLengthMax, transaction)
            try storageCall { () throws(StorageError) in try store(blockKey, value) }
            ordinal += 1
            start = end
        }
    }

    /// The value of a block's entry; a long block is written as an extent.
    static func value(
        _ block: ArraySlice<UInt8>, edgeCount: Int, _ inlineLengthMax: Int,
        _ transaction: WriteTransaction
    ) throws(GraphError) -> [UInt8] {
        var value: [UInt8] = []
        value.appendVarint(edgeCount)
        if block.count <= inlineLengthMax {
            value.append(0)
            value.append(contentsOf: block)
            return value
        }
        value.append(1)
        let reference = try storageCall { () throws(StorageError) in
            try block.withUnsafeBufferPointer { buffer throws(StorageError) in
                try transaction.writeExtent(UnsafeRawBufferPointer(buffer))
            }
        }
        reference.appendEncoded(to: &value)
        return value
    }
}
