import KithStorage
import KithValues

/// The one write transaction of a graph: changes that become visible together, or not at all.
///
/// For one thread at a time. Every change happens within a statement: ``beginStatement()``, changes,
/// ``endStatement()``, which checks the constraints; or ``rollbackStatement()``, which undoes the
/// statement and leaves the rest of the transaction. Dropping it without ``commit(durability:)``
/// rolls it back.
///
/// Changes of rows and edges are kept in memory and laid over what storage has (`PendingChanges`);
/// index entries go to storage at once. `Writing/` has the changes, and how they are moved to storage
/// at the end, or before it when there are too many.
public final class GraphWriter {
    let store: GraphStore
    let transaction: WriteTransaction
    let pending: PendingChanges
    let owned: GraphReader.OwnedState
    /// What this transaction sees, with its own changes.
    public let reader: GraphReader
    /// What the catalog tree and the statistics tree say.
    let storedCatalog: Catalog
    let storedStatistics: GraphStatistics
    // Exclusivity unchecked: one thread at a time uses this, and nothing calls back while a property is
    // changed.

    @exclusivity(unchecked) var homes: HomeAllocator
    /// Members that are known to be noted.
    @exclusivity(unchecked) var knownMembers: [GraphTables.MemberKey: Set<UInt64>] = [:]
    /// What new nodes and relationships were like.
    @exclusivity(unchecked) var shapes: EntityShapes
    /// Room for a key of an index.
    @exclusivity(unchecked) var keyMemory: [UInt8] = []
    @exclusivity(unchecked) var statement: StatementState?
    /// What one of several writers that share this transaction did so far.
    @exclusivity(unchecked) var part: StatementState?
    @exclusivity(unchecked) var isStorageChanged = false
    /// Segments and blocks that others have taken the place of, to be freed once those are written: a
    /// long value that is freed ends the extent that is being filled.
    var oldExtents: [ExtentReference] = []
    /// The indexes that were asked for last.
    @exclusivity(unchecked) var lastIndexes:
        (state: IndexState, kind: EntityKind, tokens: [UInt32], indexes: [IndexDefinition])?
    /// The property of nodes that was set last.
    @exclusivity(unchecked) var lastPlain: PlainProperty?
    /// Called now and then within long calls: many changes at once, moving them to storage, filling
    /// an index. What it throws ends the call, and leaves the statement to be rolled back.
    @exclusivity(unchecked) public var checkpoint: (() throws(GraphError) -> Void)?
    @exclusivity(unchecked) private var stepsSinceCheckpoint = 0
    private var isFinished = false

    init(_ store: GraphStore, _ transaction: WriteTransaction, _ left: HandedOn) {
        let tables = left.tables
        self.store = store
        self.transaction = transaction
        pending = PendingChanges()
        owned = GraphReader.OwnedState(tables)
        reader = GraphReader(
            storage: transaction.reader, cache: store.cache, tables: tables,
            indexKeys: store.indexKeys, pending: pending, owned: owned)
        storedCatalog = tables.catalog
        storedStatistics = tables.statistics
        homes = left.homes ?? HomeAllocator()
        shapes = left.shapes ?? EntityShapes()
    }

    deinit { if !isFinished { transaction.rollback() } }

    /// Begins a statement.
    public func beginStatement() throws(GraphError) {
        precondition(statement == nil, "a statement ends before the next one begins")
        statement = StatementState(transaction.savepoint(), reader.tables, owned)
    }

    /// Ends the statement if all constraints hold and no deleted node still has relationships.
    ///
    /// When this throws, the statement is still open; ``rollbackStatement()`` undoes it.
    public func endStatement() throws(GraphError) {
        guard let statement else { return }
        try checkDeletedNodes(statement)
        try checkConstraints(statement)
        transaction.release(statement.savepoint)
        owned.giveUp(statement.counts)
        if let part {
            merge(statement, into: part)
        } else {
            isStorageChanged = isStorageChanged || statement.isStorageChanged
        }
        self.statement = nil
    }

    /// Undoes everything since ``beginStatement()``.
    public func rollbackStatement() throws(GraphError) {
        guard let statement else { return }
        self.statement = nil
        try undo(statement)
    }

    /// Makes the changes visible and ends the transaction.
    @discardableResult
    public func commit(durability: Durability = .full) throws(GraphError) -> UInt64 {
        guard let written = try write(durability: durability) else { return reader.commitNumber }
        return try written.finish()
    }

    /// Writes the changes and ends the transaction; they are visible once the result is finished. Nil
    /// where nothing was changed. Of `beginsSync` see `WriteTransaction`.
    public func write(
        durability: Durability = .full, beginsSync: Bool = true
    ) throws(GraphError) -> PendingGraphCommit? {
        precondition(statement == nil && part == nil, "a statement ends before its transaction")
        guard !isFinished else { throw GraphError.storage(.closed) }
        let isChanged =
            !pending.isEmpty || isStorageChanged || owned.catalog.version != storedCatalog.version
            || owned.differs(from: storedStatistics) || homes.isChanged
        guard isChanged else {
            rollback()
            return nil
        }
        let moved = try movePendingChanges()
        try storeState()
        isFinished = true
        let written = try storageCall { () throws(StorageError) in
            try transaction.write(durability: durability, beginsSync: beginsSync)
        }
        let tables = tables(after: moved, commitNumber: written.number)
        store.keepForNextWriter(
            HandedOn(tables: tables, homes: homes.handedOn(), shapes: shapes))
        return PendingGraphCommit(store, written, tables)
    }

    /// Drops the changes and ends the transaction.
    public func rollback() {
        guard !isFinished else { return }
        isFinished = true
        statement = nil
        part = nil
        transaction.rollback()
    }

    /// Stores catalog, statistics, homes and counters.
    private func storeState() throws(GraphError) {
        try CatalogStore.store(owned.catalog, since: storedCatalog, in: transaction)
        for (key, count) in owned.changedCounts(since: storedStatistics) {
            try storageCall { () throws(StorageError) in
                if let count {
                    var value: [UInt8] = []
                    value.appendVarint(count)
                    try transaction.put(key, value, in: KeySpaces.statistics)
                } else {
                    _ = try transaction.remove(key, in: KeySpaces.statistics)
                }
            }
        }
        try homes.store(in: transaction)
        transaction.setCounter(KeySpaces.Counter.nodeChunks, to: owned.nodeChunkCount)
        transaction.setCounter(
            KeySpaces.Counter.relationshipChunks, to: owned.relationshipChunkCount)
        transaction.setCounter(KeySpaces.Counter.format, to: KeySpaces.format)
    }

    /// Notes how to take a change back.
    func note(_ undo: StatementState.Undo) {
        guard let statement, statement.savedPending == nil else { return }
        statement.note(undo)
    }

    /// Notes that storage was changed in this statement.
    func noteStorageChange() {
        if let state = statement ?? part {
            state.isStorageChanged = true
        } else {
            isStorageChanged = true
        }
    }

    /// Small steps of a long call: asks the checkpoint every few hundred.
    func step(_ count: Int = 1) throws(GraphError) {
        stepsSinceCheckpoint += count
        guard stepsSinceCheckpoint >= 256 else { return }
        stepsSinceCheckpoint = 0
        try checkpoint?()
    }

    /// Moves pending changes to storage if there are too many of them; the end of every change, or of
    /// `count` of them.
    func flushIfNeeded(after count: Int = 1) throws(GraphError) {
        try step(count)
        guard pending.sizeInBytes > store.options.pendingChangesBudgetInBytes else { return }
        try flush()
    }
}
