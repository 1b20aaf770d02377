import KithStorage
import KithValues

/// A view of a graph: a snapshot, or what a write transaction sees of itself.
///
/// A snapshot may be used by many threads at once; the view of a write transaction belongs to the
/// transaction's thread, and may be read by others while that one waits for them. Ids are raw 64-bit values wherever batches of them are handled.
///
/// What it can do is in `Reading/`: chunks and labels, single rows, columns, expansion, indexes.
public final class GraphReader: @unchecked Sendable {
    // Sendable: a snapshot sets its properties once; a write transaction's view is changed by its own thread
    // only, and nobody reads it meanwhile (`ChunkMove`).

    let storage: StorageReader
    let cache: DecodedCache
    /// What is decoded of the state in storage.
    @exclusivity(unchecked) var tables: GraphTables {
        didSet { places = Places(tables) }
    }
    /// The places of ``tables``.
    @exclusivity(unchecked) private var places: Places
    /// A write transaction's own changes; nil in snapshots.
    let pending: PendingChanges?
    let owned: OwnedState?
    let indexKeys: IndexKeys

    init(
        storage: StorageReader, cache: DecodedCache, tables: GraphTables, indexKeys: IndexKeys,
        pending: PendingChanges? = nil, owned: OwnedState? = nil
    ) {
        self.storage = storage
        self.cache = cache
        self.tables = tables
        places = Places(tables)
        self.indexKeys = indexKeys
        self.pending = pending
        self.owned = owned
    }

    /// Where what is decoded of chunks lies: read without counting a reference to the tables, which all
    /// threads would do on the same word.
    private struct Places {
        let nodes: ChunkPlaces
        let relationships: ChunkPlaces
        let catalogVersion: UInt64
        let number: UInt64

        init(_ tables: GraphTables) {
            nodes = tables.nodes.places
            relationships = tables.relationships.places
            catalogVersion = tables.catalog.version
            number = tables.number
        }
    }

    /// The same snapshot for another thread, which then does not count its references to the same word as
    /// this one.
    ///
    /// - Precondition: this is a snapshot.
    public func forThread() -> GraphReader {
        precondition(pending == nil, "what a transaction sees of itself is for its thread")
        return GraphReader(storage: storage, cache: cache, tables: tables, indexKeys: indexKeys)
    }

    /// The commit that this view shows; for a write transaction the one it began from.
    public var commitNumber: UInt64 { storage.commitNumber }

    /// Differs between the states of all graphs that are open, but for what a transaction changed since it
    /// last flushed.
    public var stateNumber: UInt64 { places.number }

    /// The names, indexes and constraints of this view.
    public var catalog: Catalog { owned?.catalog ?? tables.catalog }

    /// The version of ``catalog``; one of its own, which no other view ever has, where a transaction
    /// changed the catalog: when it is rolled back, another one may give the same number to other names.
    public var catalogVersion: UInt64 {
        guard let owned else { return places.catalogVersion }
        let version = owned.catalog.version
        if version == owned.committedCatalogVersion { return version }
        return 1 << 63 | owned.number << 24 | version & 0xFF_FFFF
    }

    /// The memory of all decoded chunks, columns and lists that the cache has let go of so far.
    public var decodedEvictedInBytes: Int { cache.totalEvictedInBytes }

    /// The cache's budget for decoded chunks, columns and lists.
    public var decodedBudgetInBytes: Int { cache.budgetInBytes }

    /// Notes that a statement holds `bytes` more, or less if they are negative: so much less is kept of
    /// what was decoded, up to half of the cache's budget.
    public func noteStatementMemory(_ bytes: Int) { cache.lendToStatements(bytes) }

    /// Whether this is a snapshot, and not what a write transaction sees of itself.
    public var isSnapshot: Bool { pending == nil }

    /// How many nodes and relationships there are together.
    public var entityCount: Int {
        owned?.entityCount ?? tables.entityCount
    }

    /// What is the same for two graphs of which no count, by label, type and labels of their ends,
    /// differs fourfold; a plan made for one is as good for the other.
    public var statisticsClass: Int {
        pending == nil
            ? tables.statisticsClass
            : tables.statisticsClass &+ GraphStatistics.magnitude(entityCount)
    }

    var statistics: GraphStatistics { owned?.statistics ?? tables.statistics }

    var nodeChunkCount: UInt64 { owned?.nodeChunkCount ?? tables.nodeChunkCount }

    var relationshipChunkCount: UInt64 {
        owned?.relationshipChunkCount ?? tables.relationshipChunkCount
    }

    /// Gives the snapshot back early; otherwise that happens with the object.
    public func close() { storage.close() }
}

extension GraphReader {
    /// A chunk as storage has it. Within a step of the cache.
    func baseChunk(_ kind: EntityKind, _ chunk: UInt64) throws(GraphError) -> EntityChunk {
        let places = kind == .node ? places.nodes : places.relationships
        guard chunk < places.chunkCount else { return EntityChunk.missing(kind, chunk) }
        let place = places.place(chunk)
        if let cached = place.load() {
            return Unmanaged<EntityChunk>.fromOpaque(cached).takeUnretainedValue()
        }
        let (loaded, isNew) = place.publish(try EntityChunk.load(kind, chunk, from: storage))
        if isNew { cache.account(place, 0, sizeInBytes: loaded.sizeInBytes) }
        return loaded
    }

    /// The lists of a chunk as storage has them. Within a step of the cache.
    func baseLists(
        _ key: AdjacencyKey, _ chunk: UInt64, in table: ChunkPlaces
    ) throws(GraphError) -> AdjacencyChunk {
        guard chunk < table.chunkCount else { return Self.noLists(key) }
        if let cached = table.load(chunk) {
            return Unmanaged<AdjacencyChunk>.fromOpaque(cached).takeUnretainedValue()
        }
        return try loadLists(key, chunk, table.place(chunk))
    }

    /// The same, of a table that the caller has.
    func baseLists(
        _ key: AdjacencyKey, _ chunk: UInt64, in table: ChunkTable
    ) throws(GraphError) -> AdjacencyChunk {
        defer { withExtendedLifetime(table) {} }
        return try baseLists(key, chunk, in: table.places)
    }

    func loadLists(
        _ key: AdjacencyKey, _ chunk: UInt64, _ place: ChunkPlace
    ) throws(GraphError) -> AdjacencyChunk {
        if let patch = tables.patch(key, chunk), let patched = patch.apply() {
            tables.dropPatch(key, chunk)
            return publish(patched, at: place)
        }
        return publish(try AdjacencyChunk.load(key, chunk, from: storage), at: place)
    }

    func publish(_ made: AdjacencyChunk, at place: ChunkPlace) -> AdjacencyChunk {
        let step = cache.enter()
        defer { cache.leave(step) }
        let (loaded, isNew) = place.publish(made)
        if isNew { cache.account(place, 0, sizeInBytes: loaded.sizeInBytes) }
        return loaded
    }

    private static let noOutgoing = AdjacencyChunk.empty(hasIDs: true)
    private static let noIncoming = AdjacencyChunk.empty(hasIDs: false)

    static func noLists(_ key: AdjacencyKey) -> AdjacencyChunk {
        key.isIncoming ? noIncoming : noOutgoing
    }
}
