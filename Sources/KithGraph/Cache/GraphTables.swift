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
    private let lists: Guarded<[AdjacencyKey: ChunkTable]>
    private let patches: Guarded<[AdjacencyKey: [UInt64: ListPatch]]>
    /// The sizes of lists that are changed without being decoded.
    private let sizes: [AdjacencyKey: [UInt64: ListSizes]]
    private let members: Guarded<[MemberKey: [ChunkID]]>
    private let listsKept = Guarded<[KeptLists]>([])
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
        lists = Guarded([:])
        patches = Guarded([:])
        sizes = [:]
        members = Guarded([:])
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
            lists = Guarded([:])
            patches = Guarded([:])
            sizes = [:]
            members = Guarded([:])
            return
        }
        nodes = old.nodes.successor(chunkCount: nodeChunkCount, changed: changes.nodeChunks)
        relationships = old.relationships.successor(
            chunkCount: relationshipChunkCount, changed: changes.relationshipChunks)
        var oldLists = old.lists.withLock { $0 }
        if nodeChunkCount == old.nodeChunkCount {
            for (key, changed) in changes.lists {
                guard let table = oldLists[key] else { continue }
                oldLists[key] = table.successor(chunkCount: nodeChunkCount, changed: changed)
            }
        } else {
            for (key, table) in oldLists {
                oldLists[key] = table.successor(
                    chunkCount: nodeChunkCount, changed: changes.lists[key] ?? [])
            }
        }
        lists = Guarded(oldLists)
        patches = Guarded(Self.patches(after: old, changes))
        sizes = Self.sizes(after: old, changes)
        var oldMembers = old.members.withLock { $0 }
        for key in changes.members { oldMembers[key] = nil }
        members = Guarded(oldMembers)
    }

    /// How many chunks of nodes and relationships there are.
    var chunkCount: Int { Int(nodeChunkCount + relationshipChunkCount) }

    /// The table of the lists of one type in one direction.
    func table(_ key: AdjacencyKey) -> ChunkTable {
        lists.withLock { lists in
            if let table = lists[key] { return table }
            let table = ChunkTable(chunkCount: nodeChunkCount)
            lists[key] = table
            return table
        }
    }

    /// No more lists are kept, each for some types in a direction, whatever statements ask for.
    private static let listsKeptMax = 256

    /// The lists that are kept for some types in a direction, made the first time.
    func keptLists(
        _ types: [RelationshipTypeID], _ direction: Direction, _ make: () -> KeptLists
    ) -> KeptLists {
        let known = listsKept.withLock { kept in
            kept.first { $0.direction == direction && $0.types == types }
        }
        if let known { return known }
        let made = make()
        listsKept.withLock { kept in
            if kept.count < Self.listsKeptMax { kept.append(made) }
        }
        return made
    }

    /// The patches that are still of use: nobody read the lists yet, and they did not change again.
    /// Where no list changed all are kept: which of them are of use is seen when one does.
    private static func patches(
        after old: GraphTables, _ changes: Changes
    ) -> [AdjacencyKey: [UInt64: ListPatch]] {
        if changes.lists.isEmpty { return old.patches.withLock { $0 } }
        var kept = changes.patches
        var room = ListPatch.patchesMax - kept.values.reduce(0) { $0 + $1.count }
        for (key, chunks) in old.patches.withLock({ $0 }) {
            let table = old.table(key)
            for (chunk, patch) in chunks
            where room > 0 && changes.lists[key]?.contains(chunk) != true
                && table.load(chunk) == nil
            {
                kept[key, default: [:]][chunk] = patch
                room -= 1
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
        patches.withLock { $0[key]?[chunk] }
    }

    /// Forgets a patch that was applied.
    func dropPatch(_ key: AdjacencyKey, _ chunk: UInt64) {
        patches.withLock { $0[key]?[chunk] = nil }
    }

    /// The chunks that hold nodes with a label, or relationships of a type.
    func chunks(_ key: MemberKey, _ storage: StorageReader) throws(GraphError) -> [ChunkID] {
        if let known = members.withLock({ $0[key] }) { return known }
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
        members.withLock { $0[key] = chunks }
        return chunks
    }
}
