import KithStorage
import KithValues
import Synchronization

/// The lists of one type in one direction.
struct AdjacencyKey: Hashable, Sendable {
    var type: UInt32
    var isIncoming: Bool
}

/// What is decoded of one commit: shared by all its snapshots, and in parts by later commits.
final class GraphTables: Sendable {
    let commitNumber: UInt64
    let catalog: Catalog
    let statistics: GraphStatistics
    let nodeChunkCount: UInt64
    let relationshipChunkCount: UInt64
    /// How many nodes and relationships there are together.
    let entityCount: Int
    let nodes: ChunkTable
    let relationships: ChunkTable
    /// The sizes of lists that are changed without being decoded.
    private let sizes: [AdjacencyKey: [UInt64: ListSizes]]
    private let known: Guarded<Known>
    let distinctEstimates: Guarded<[IndexID: [Int: DistinctEstimate]]>
    /// What was projected of this state of the graph.
    let projections = ProjectionShelf()
    let statisticsMemory: StatisticsMemory
    /// How many chunks were changed by the commits since the first of these tables, each counted as
    /// often as it changed.
    let changeCount: Int
    /// What is the same as long as no count of the graph has changed fourfold.
    let statisticsClass: Int
    /// Differs from that of all other tables.
    let number = GraphTables.numbers.wrappingAdd(1, ordering: .relaxed).newValue
    private static let numbers = Atomic<UInt64>(0)

    /// What becomes known as it is asked for.
    private struct Known: Sendable {
        var lists: [AdjacencyKey: ChunkTable] = [:]
        var patches: [AdjacencyKey: [UInt64: ListPatch]] = [:]
        var members: [MemberKey: [ChunkID]] = [:]
        var listsKept: [KeptLists] = []
    }

    struct MemberKey: Hashable, Sendable {
        var kind: EntityKind
        var token: UInt32
    }

    /// What a commit, or a flush within a transaction, changed.
    struct Changes {
        var nodeChunks: Set<UInt64> = []
        var relationshipChunks: Set<UInt64> = []
        var lists: [AdjacencyKey: Set<UInt64>] = [:]
        /// Lists that can be had from earlier ones.
        var patches: [AdjacencyKey: [UInt64: ListPatch]] = [:]
        /// Sizes of lists that nobody decoded.
        var sizes: [AdjacencyKey: [UInt64: ListSizes]] = [:]
        var members: Set<MemberKey> = []
        /// Everything may have changed.
        var isTotal = false
    }

    /// Tables of a commit of which nothing is decoded yet.
    init(_ storage: StorageReader, catalog known: Catalog?) throws(GraphError) {
        let format = storage.counter(KeySpaces.Counter.format)
        guard format <= KeySpaces.format else {
            throw GraphError.storage(.newerFormat(version: UInt32(truncatingIfNeeded: format)))
        }
        commitNumber = storage.commitNumber
        if let known, known.version == storage.counter(KeySpaces.Counter.catalogVersion) {
            catalog = known
        } else {
            catalog = try CatalogStore.load(storage)
        }
        statistics = try Self.loadStatistics(storage)
        entityCount = statistics.entityCount
        statisticsClass = statistics.magnitudes
        statisticsMemory = StatisticsMemory()
        changeCount = 0
        nodeChunkCount = storage.counter(KeySpaces.Counter.nodeChunks)
        relationshipChunkCount = storage.counter(KeySpaces.Counter.relationshipChunks)
        nodes = ChunkTable(chunkCount: nodeChunkCount)
        relationships = ChunkTable(chunkCount: relationshipChunkCount)
        sizes = [:]
        self.known = Guarded(Known())
        distinctEstimates = Guarded([:])
    }

    private static func loadStatistics(
        _ storage: StorageReader
    ) throws(GraphError) -> GraphStatistics {
        var statistics = GraphStatistics()
        let cursor = storage.cursor(in: KeySpaces.statistics)
        var isOnEntry = try storageCall { () throws(StorageError) in try cursor.seekFirst() }
        while isOnEntry {
            try statistics.read(key: cursor.key, value: cursor.value)
            isOnEntry = try storageCall { () throws(StorageError) in try cursor.next() }
        }
        return statistics
    }

    /// The tables after `changes`; what they did not touch is shared.
    init(
        after old: GraphTables, changes: Changes, commitNumber: UInt64, catalog: Catalog,
        statistics: GraphStatistics, nodeChunkCount: UInt64, relationshipChunkCount: UInt64
    ) {
        self.commitNumber = commitNumber
        self.catalog = catalog
        self.statistics = statistics
        entityCount = statistics.entityCount
        statisticsClass =
            statistics == old.statistics ? old.statisticsClass : statistics.magnitudes
        statisticsMemory = old.statisticsMemory.copy()
        changeCount =
            old.changeCount
            + (changes.isTotal
                ? Int(nodeChunkCount + relationshipChunkCount)
                : changes.nodeChunks.count + changes.relationshipChunks.count)
        self.nodeChunkCount = nodeChunkCount
        self.relationshipChunkCount = relationshipChunkCount
        distinctEstimates = Guarded(old.distinctEstimates.withLock { $0 })
        if changes.isTotal {
            nodes = ChunkTable(chunkCount: nodeChunkCount)
            relationships = ChunkTable(chunkCount: relationshipChunkCount)
            sizes = [:]
            self.known = Guarded(Known())
            return
        }
        nodes = old.nodes.successor(chunkCount: nodeChunkCount, changed: changes.nodeChunks)
        relationships = old.relationships.successor(
            chunkCount: relationshipChunkCount, changed: changes.relationshipChunks)
        var known = old.known.withLock { $0 }
        known.listsKept = []
        if nodeChunkCount == old.nodeChunkCount {
            for (key, changed) in changes.lists {
                guard let table = known.lists[key] else { continue }
                known.lists[key] = table.successor(chunkCount: nodeChunkCount, changed: changed)
            }
        } else {
            for (key, table) in known.lists {
                known.lists[key] = table.successor(
                    chunkCount: nodeChunkCount, changed: changes.lists[key] ?? [])
            }
        }
        known.patches = Self.patches(after: old, known.patches, changes)
        sizes = Self.sizes(after: old, changes)
        for key in changes.members { known.members[key] = nil }
        self.known = Guarded(known)
    }

    /// How many chunks of nodes and relationships there are.
    var chunkCount: Int { Int(nodeChunkCount + relationshipChunkCount) }

    /// The table of the lists of one type in one direction.
    func table(_ key: AdjacencyKey) -> ChunkTable {
        known.withLock { known in
            if let table = known.lists[key] { return table }
            let table = ChunkTable(chunkCount: nodeChunkCount)
            known.lists[key] = table
            return table
        }
    }

    /// No more lists are kept, each for some types in a direction, whatever statements ask for.
    private static let listsKeptMax = 256

    /// The lists that are kept for some types in a direction, made the first time.
    func keptLists(
        _ types: [RelationshipTypeID], _ direction: Direction, _ make: () -> KeptLists
    ) -> KeptLists {
        let kept = known.withLock { known in
            known.listsKept.first { $0.direction == direction && $0.types == types }
        }
        if let kept { return kept }
        let made = make()
        known.withLock { known in
            if known.listsKept.count < Self.listsKeptMax { known.listsKept.append(made) }
        }
        return made
    }

    /// The patches that may still be of use: the lists did not change again. Once there are many, those of
    /// lists that nobody has read, as far as there is room.
    private static func patches(
        after old: GraphTables, _ patches: [AdjacencyKey: [UInt64: ListPatch]], _ changes: Changes
    ) -> [AdjacencyKey: [UInt64: ListPatch]] {
        if changes.lists.isEmpty { return patches }
        var kept = patches
        for (key, chunks) in changes.lists {
            var own = kept[key] ?? [:]
            let new = changes.patches[key]
            for chunk in chunks { own[chunk] = new?[chunk] }
            kept[key] = own
        }
        guard kept.values.reduce(0, { $0 + $1.count }) > ListPatch.patchesMax else { return kept }
        // To half of what there may be: otherwise the next commit looks through all of them again.
        var room = ListPatch.patchesMax / 2
        for (key, chunks) in kept {
            let table = old.table(key)
            for chunk in chunks.keys where changes.lists[key]?.contains(chunk) != true {
                if room > 0, table.load(chunk) == nil {
                    room -= 1
                } else {
                    kept[key]?[chunk] = nil
                }
            }
        }
        return kept
    }

    /// The sizes that are known of, but for too many.
    private static func sizes(
        after old: GraphTables, _ changes: Changes
    ) -> [AdjacencyKey: [UInt64: ListSizes]] {
        var kept = old.sizes
        for (key, chunks) in changes.lists where kept[key] != nil {
            for chunk in chunks { kept[key]?[chunk] = nil }
        }
        guard !changes.sizes.isEmpty else { return kept }
        for (key, chunks) in changes.sizes {
            kept[key, default: [:]].merge(chunks) { _, new in new }
        }
        func isFew(_ sizes: [AdjacencyKey: [UInt64: ListSizes]]) -> Bool {
            sizes.values.reduce(0) { $0 + $1.count } <= sizesMax
        }
        return isFew(kept) ? kept : isFew(changes.sizes) ? changes.sizes : [:]
    }

    private static let sizesMax = 256

    /// How long the lists of a chunk are, where that is known though they are not decoded.
    func sizes(_ key: AdjacencyKey, _ chunk: UInt64) -> ListSizes? { sizes[key]?[chunk] }

    /// What was changed since a chunk's lists were last decoded, if that is known.
    func patch(_ key: AdjacencyKey, _ chunk: UInt64) -> ListPatch? {
        known.withLock { $0.patches[key]?[chunk] }
    }

    /// Forgets a patch that was applied.
    func dropPatch(_ key: AdjacencyKey, _ chunk: UInt64) {
        known.withLock { $0.patches[key]?[chunk] = nil }
    }

    /// The chunks that hold nodes with a label, or relationships of a type.
    func chunks(_ key: MemberKey, _ storage: StorageReader) throws(GraphError) -> [ChunkID] {
        if let found = known.withLock({ $0.members[key] }) { return found }
        var chunks: [ChunkID] = []
        let prefix = KeySpaces.member(key.kind, key.token)
        let cursor = storage.cursor(in: KeySpaces.members)
        var isOnEntry = try storageCall { () throws(StorageError) in
            try cursor.seek(atOrAfter: prefix)
        }
        while isOnEntry {
            let found = cursor.key
            guard found.count == 13, found.prefix(5).elementsEqual(prefix) else { break }
            chunks.append(ChunkID(rawValue: found.bigEndianUInt64(at: 5)))
            isOnEntry = try storageCall { () throws(StorageError) in try cursor.next() }
        }
        known.withLock { $0.members[key] = chunks }
        return chunks
    }
}
