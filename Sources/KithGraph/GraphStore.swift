import KithStorage
import KithValues

/// Start here: a graph of nodes, relationships and their properties, over ordered bytes.
///
/// The story, file by file:
///
/// - ``GraphStore`` is one open graph; ``GraphReader`` is a view of it, a snapshot or what a write
///   transaction sees; ``GraphWriter`` changes it.
/// - `KeySpaces.swift` is the map of the disk. `Columns/` has the segments that properties lie in,
///   `Adjacency/` the blocks that relationships lie in, `Rows/` the changes not yet folded into
///   either, `Cache/` what is kept decoded, `Reading/` and `Writing/` what views and transactions do,
///   `Indexes/`, `Constraints/`, `Catalog/` and `Statistics/` what their names say.
/// - `Bulk/` loads many nodes and relationships at once; `Check/` verifies everything.
public final class GraphStore: Sendable {
    /// The storage below.
    public let storage: StorageEngine
    /// How the graph was opened.
    public let options: GraphOptions
    let cache: DecodedCache
    let indexKeys: IndexKeys
    /// Adjacency blocks up to this length lie in the tree.
    let blockInlineLengthMax: Int
    private let latest = Guarded<GraphTables?>(nil)
    /// Of a commit that is written and not published yet.
    private let written = Guarded<HandedOn?>(nil)
    private let sharedCommits = SharedCommits()

    init(storage: StorageEngine, options: GraphOptions) {
        self.storage = storage
        self.options = options
        cache = DecodedCache(
            budgetInBytes: options.decodedCacheBudgetInBytes,
            projectionBudgetInBytes: options.projectionCacheBudgetInBytes,
            unusedPagesInBytes: { [weak storage] in storage?.unusedCacheInBytes ?? 0 })
        indexKeys = IndexKeys(pageSizeInBytes: storage.pageSizeInBytes)
        blockInlineLengthMax = storage.pageSizeInBytes / 10
    }

    /// Opens, or makes, the graph in the file at `path`.
    public static func open(
        path: String, options: GraphOptions = GraphOptions()
    ) throws(GraphError) -> GraphStore {
        let options = options.withBudgetsRoundedUp
        let storage = try storageCall { () throws(StorageError) in
            try StorageEngine.open(path: path, options: options.storage)
        }
        return GraphStore(storage: storage, options: options)
    }

    /// Makes a graph that lives in memory until it is closed.
    public static func inMemory(
        options: GraphOptions = GraphOptions()
    ) throws(GraphError) -> GraphStore {
        let options = options.withBudgetsRoundedUp
        let storage = try storageCall { () throws(StorageError) in
            try StorageEngine.inMemory(options: options.storage)
        }
        return GraphStore(storage: storage, options: options)
    }

    /// Takes a snapshot of the newest commit.
    public func beginRead() throws(GraphError) -> GraphReader {
        let snapshot = try storageCall { () throws(StorageError) in try storage.beginRead() }
        return GraphReader(
            storage: snapshot, cache: cache, tables: try tables(of: snapshot), indexKeys: indexKeys)
    }

    /// Begins the write transaction, after waiting for another one at most so long.
    public func beginWrite(
        timeoutInMilliseconds: Int = 5_000
    ) throws(GraphError) -> GraphWriter {
        let transaction = try storageCall { () throws(StorageError) in
            try storage.beginWrite(timeoutInMilliseconds: timeoutInMilliseconds)
        }
        let number = transaction.reader.commitNumber
        if let left = written.withLock({ $0?.take(commitNumber: number) }) {
            return GraphWriter(self, transaction, left)
        }
        let tables = try tables(of: transaction.reader)
        return GraphWriter(self, transaction, HandedOn(tables: tables))
    }

    /// Runs `body` within a transaction that others who write at the same time may share: they make
    /// their changes one after another, and all that succeed become one commit with one sync.
    ///
    /// When this returns, what `body` wrote is on the disk; when `body` throws, nothing of it is
    /// applied, and what others wrote is. `body` must neither commit nor roll back, and should not wait
    /// for another writer: that one may be waiting for the same commit. If the commit itself fails,
    /// everybody who shares it gets the error.
    public func write<Result>(
        timeoutInMilliseconds: Int = 5_000, _ body: (GraphWriter) throws -> Result
    ) throws -> Result {
        try sharedCommits.write(
            in: self, timeoutInMilliseconds: timeoutInMilliseconds, body)
    }

    /// ``write(timeoutInMilliseconds:_:)`` for what any thread may run: where several write at once, one
    /// of them runs what the others lent, and they sleep until the disk is done.
    public func write(
        timeoutInMilliseconds: Int = 5_000,
        lending body: @escaping @Sendable (GraphWriter) throws -> Void
    ) throws {
        try sharedCommits.write(
            in: self, timeoutInMilliseconds: timeoutInMilliseconds, lending: body)
    }

    func keepForNextWriter(_ left: HandedOn) {
        written.withLock { written in
            if let now = written, now.tables.commitNumber > left.tables.commitNumber { return }
            written = left
        }
    }

    /// Closes the graph; open snapshots stay readable until they are closed.
    public func close() throws(GraphError) {
        try storageCall { () throws(StorageError) in try storage.close() }
    }

    /// Whether the graph can only be read.
    public var isReadOnly: Bool { storage.isReadOnly }

    /// What is decoded of the commit that a view shows.
    private func tables(of view: StorageReader) throws(GraphError) -> GraphTables {
        let known = latest.withLock { $0 }
        if let known, known.commitNumber == view.commitNumber { return known }
        let tables = try GraphTables(view, catalog: known?.catalog)
        publish(tables)
        return tables
    }

    /// Keeps the tables of a commit for those who read it next, unless there are newer ones.
    func publish(_ tables: GraphTables) {
        latest.withLock { latest in
            if let now = latest, now.commitNumber >= tables.commitNumber { return }
            latest = tables
        }
    }
}

/// One thing that ``GraphStore/check()`` found wrong.
public struct GraphFinding: Hashable, Sendable {
    /// One sentence.
    public let message: String
}
