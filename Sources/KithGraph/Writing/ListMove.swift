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
    private var found: MovedLists?

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
        case unknown(ListSizes)
        /// From the old ones.
        case patched(ListPatch)
        case known(AdjacencyChunk)
    }

    func prepare() throws(GraphError) {
        let cache = writer.store.cache
        let step = cache.enter()
        defer { cache.leave(step) }
        var sizes = try listSizes()
        changes = lists.sorted
        let removes = changes.contains { !$0.isAdded }
        mayTakeBack = sizes.recentCount > 0 && sizes.hasRecentRemovals || removes
        folding = try madeFolding(sizes)
        sizes.add(changes.count, removes: removes, areFolded: folding != nil)
        found = .unknown(sizes)
        guard let patch else { return }
        if patch.isShort(whereMemoryIsScarce: !cache.hasPlenty, writer.store.options) {
            found = .patched(patch)
        } else if let lists = try patch.madeAtOnce(writer.store.options) {
            found = .known(lists)
        }
    }

    /// The changes folded into blocks, if it is time for that.
    private func madeFolding(_ sizes: ListSizes) throws(GraphError) -> ListFolding? {
        let waiting = sizes.recentCount + changes.count - writer.store.options.recentEdgesMax
        guard waiting > 0 else { return nil }
        // Most changes may fall into few blocks, which is worth a look where there are many.
        func isEnough(_ edgeCount: Int) -> Bool { waiting > edgeCount / Self.edgesPerRecentEdge }
        if !isEnough(sizes.edgeCount) {
            guard changes.count >= writer.store.options.locatedChangesMin else { return nil }
            let blocks = try StoredLists.blocks(key, chunk, writer.transaction.reader)
            guard isEnough(ListFolding.touchedEdgeCount(of: blocks, by: changes)) else {
                return nil
            }
        }
        var folding = try ListFolding(writer, key, chunk, changes)
        guard isEnough(min(folding.touchedEdgeCount, sizes.edgeCount)) else { return nil }
        try folding.make()
        return folding
    }

    /// For so many edges in the blocks that would be written anew one may wait to be folded into them: a
    /// fold of changes that lie scattered writes all blocks, and should not come with every commit.
    private static let edgesPerRecentEdge = 32

    func store(into moved: inout GraphWriter.MovedChanges) throws(GraphError) {
        guard let found else { preconditionFailure("lists are stored once they are prepared") }
        if let folding {
            try folding.store()
        } else {
            try putRecent()
        }
        // Others of the same flush are to come: what this one made is not kept until then.
        self.folding = nil
        self.found = nil
        changes = []
        switch found {
        case .unknown(let sizes): moved.tables.sizes[key, default: [:]][chunk] = sizes
        case .patched(let patch): moved.tables.patches[key, default: [:]][chunk] = patch
        case .known(let lists): moved.lists.append((key, chunk, lists))
        }
        moved.tables.lists[key, default: []].insert(chunk)
    }

    /// The lists as a view has them that are changed, with the changes.
    private var patch: ListPatch? {
        let reader = writer.reader
        let table = reader.tables.table(key)
        let areFolded = folding != nil
        if let cached = table.load(chunk) {
            let base = Unmanaged<AdjacencyChunk>.fromOpaque(cached).takeUnretainedValue()
            return ListPatch(base, changes, areFolded: areFolded)
        }
        if let earlier = reader.tables.patch(key, chunk) {
            return ListPatch(after: earlier, changes, areFolded: areFolded)
        }
        if chunk < table.chunkCount { return nil }
        return ListPatch(GraphReader.noLists(key), changes, areFolded: areFolded)
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

    /// How long the lists are before these changes: from what is known of them, or from storage.
    private func listSizes() throws(GraphError) -> ListSizes {
        let reader = writer.reader
        let storage = writer.transaction.reader
        let table = reader.tables.table(key)
        if table.load(chunk) != nil {
            return ListSizes(try reader.baseLists(key, chunk, in: table))
        }
        if let patch = reader.tables.patch(key, chunk) {
            return ListSizes(
                edgeCount: patch.edgeCount, recentCount: patch.recentCount,
                hasRecentRemovals: patch.hasRecentRemovals)
        }
        if let known = reader.tables.sizes(key, chunk) { return known }
        var edges = 0
        try AdjacencyChunk.forEachBlock(key, chunk, in: storage) {
            _, entry throws(GraphError) in edges += entry.edgeCount
        }
        if edges <= Self.decodedEdgesMax, chunk < table.chunkCount {
            // From here on the next changes are known by their difference from these lists.
            return ListSizes(try reader.baseLists(key, chunk, in: table))
        }
        let recent = try AdjacencyChunk.recentChanges(key, chunk, in: storage)
        return ListSizes(
            edgeCount: edges, recentCount: recent.count,
            hasRecentRemovals: recent.contains { !$0.isAdded })
    }
}

/// How long the lists of a chunk are together.
struct ListSizes: Sendable {
    /// The edges, about: one that was added and removed may count twice.
    var edgeCount = 0
    /// The changes that are not folded into blocks yet.
    var recentCount = 0
    /// Whether some of these may have taken edges away.
    var hasRecentRemovals = false

    init() {}

    init(edgeCount: Int, recentCount: Int, hasRecentRemovals: Bool) {
        self.edgeCount = edgeCount
        self.recentCount = recentCount
        self.hasRecentRemovals = hasRecentRemovals
    }

    init(_ lists: AdjacencyChunk) {
        self.init(
            edgeCount: lists.edgeCount, recentCount: lists.recentCount,
            hasRecentRemovals: lists.hasRecentRemovals)
    }

    /// Counts changes, after which all are folded into blocks or not.
    mutating func add(_ count: Int, removes: Bool, areFolded: Bool) {
        edgeCount += count
        recentCount = areFolded ? 0 : recentCount + count
        hasRecentRemovals = !areFolded && (hasRecentRemovals || removes)
    }
}
