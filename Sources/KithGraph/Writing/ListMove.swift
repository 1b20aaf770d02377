import KithStorage

/// Changed lists of a chunk on their way to storage: few changes to those that wait, many into the blocks.
final class ListMove: ChunkMove {
    private let writer: GraphWriter
    private let key: AdjacencyKey
    private let chunk: UInt64
    private let lists: PendingLists
    /// The changes, in the order of their edges.
    private var changes: [EdgeChange] = []
    /// Where they are folded into blocks.
    private var folding: ListFolding?
    /// Whether some of them and of those that wait already may be each other's opposite.
    private var mayTakeBack = false
    private var found = MovedLists.unknown

    init(_ writer: GraphWriter, _ key: AdjacencyKey, _ chunk: UInt64, _ lists: PendingLists) {
        self.writer = writer
        self.key = key
        self.chunk = chunk
        self.lists = lists
    }

    var changeCount: Int { lists.count }

    /// How readers get at lists that were changed.
    private enum MovedLists {
        /// By decoding them.
        case unknown
        /// From the old ones.
        case patched(ListPatch)
        case known(AdjacencyChunk)
    }

    func prepare() throws(GraphError) {
        let cache = writer.store.cache
        let step = cache.enter()
        defer { cache.leave(step) }
        let (edgeCount, recentCount, hasRemovals) = try listSizes()
        changes = lists.sorted
        mayTakeBack = recentCount > 0 && hasRemovals || changes.contains { !$0.isAdded }
        let limit =
            writer.store.options.recentEdgesMax + edgeCount / Self.edgesPerRecentEdge
        if recentCount + changes.count > limit {
            folding = try ListFolding(writer, key, chunk, changes)
        }
        guard let patch else { return }
        let moved = folding == nil ? patch : patch.folded
        if moved.isShort {
            found = .patched(moved)
        } else if let lists = try moved.madeAtOnce() {
            found = .known(lists)
        }
    }

    func store(into moved: inout GraphWriter.MovedChanges) throws(GraphError) {
        if let folding {
            try folding.store()
            self.folding = nil
        } else {
            try putRecent()
        }
        switch found {
        case .unknown: break
        case .patched(let patch): moved.tables.patches[key, default: [:]][chunk] = patch
        case .known(let lists): moved.lists.append((key, chunk, lists))
        }
        moved.tables.lists[key, default: []].insert(chunk)
    }

    /// For so many edges in blocks one may wait to be folded into them: a fold of changes that lie
    /// scattered writes all blocks, and should not come with every commit.
    private static let edgesPerRecentEdge = 32

    /// The lists as a view has them that are changed, with the changes.
    private var patch: ListPatch? {
        let reader = writer.reader
        let table = reader.tables.table(key)
        if let cached = table.load(chunk) {
            let base = Unmanaged<AdjacencyChunk>.fromOpaque(cached).takeUnretainedValue()
            return ListPatch(base, changes)
        }
        if let earlier = reader.tables.patch(key, chunk) {
            return ListPatch(after: earlier, changes)
        }
        return chunk < table.chunkCount ? nil : ListPatch(GraphReader.noLists(key), changes)
    }

    /// Stores the changes beside the blocks.
    private func putRecent() throws(GraphError) {
        let transaction = writer.transaction
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
    private func listSizes() throws(GraphError) -> (edges: Int, recent: Int, hasRemovals: Bool) {
        let reader = writer.reader
        let storage = writer.transaction.reader
        let table = reader.tables.table(key)
        if table.load(chunk) != nil {
            let base = try reader.baseLists(key, chunk, in: table)
            return (base.edgeCount, base.recentCount, base.hasRecentRemovals)
        }
        if let patch = reader.tables.patch(key, chunk) {
            return (patch.edgeCount, patch.recentCount, patch.hasRecentRemovals)
        }
        var edges = 0
        try AdjacencyChunk.forEachBlock(key, chunk, in: storage) {
            _, entry throws(GraphError) in edges += entry.edgeCount
        }
        if edges <= Self.decodedEdgesMax, chunk < table.chunkCount {
            // From here on the next changes are known by their difference from these lists.
            let base = try reader.baseLists(key, chunk, in: table)
            return (base.edgeCount, base.recentCount, base.hasRecentRemovals)
        }
        let recent = try AdjacencyChunk.recentChanges(key, chunk, in: storage)
        return (edges, recent.count, recent.contains { !$0.isAdded })
    }
}
