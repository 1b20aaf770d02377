import KithStorage

/// Start here: a graph of nodes, relationships and their properties, over ordered bytes.
///
/// The story, file by file:
///
/// - ``GraphStore`` is one open graph; ``GraphReader`` is a view of it, a snapshot or what a write
///   transaction sees; ``GraphWriter`` changes it.
/// - `KeySpaces.swift` is the map of the disk. `Columns/` has the segments that properties lie in,
///   `Adjacency/` the blocks that relationships lie in, `Rows/` the changes not yet folded into
///   either, `Cache/` what is kept decoded, `Indexes/`, `Constraints/`, `Catalog/` and
///   `Statistics/` what their names say.
/// - `Bulk/` loads many nodes and relationships at once; `GraphCheck.swift` verifies everything.
public final class GraphStore: Sendable {
    /// The storage below.
    public let storage: StorageEngine
    /// How the graph was opened.
    public let options: GraphOptions

    init(storage: StorageEngine, options: GraphOptions) throws(GraphError) {
        self.storage = storage
        self.options = options
    }

    /// Opens, or makes, the graph in the file at `path`.
    public static func open(
        path: String, options: GraphOptions = GraphOptions()
    ) throws(GraphError) -> GraphStore { fatalError("filled in by the next commit") }

    /// Makes a graph that lives in memory until it is closed.
    public static func inMemory(
        options: GraphOptions = GraphOptions()
    ) throws(GraphError) -> GraphStore { fatalError("filled in by the next commit") }

    /// Takes a snapshot of the newest commit.
    public func beginRead() throws(GraphError) -> GraphReader {
        fatalError("filled in by the next commit")
    }

    /// Begins the write transaction, after waiting for another one at most so long.
    public func beginWrite(
        timeoutInMilliseconds: Int = 5_000
    ) throws(GraphError) -> GraphWriter { fatalError("filled in by the next commit") }

    /// Closes the graph; open snapshots stay readable until they are closed.
    public func close() throws(GraphError) { fatalError("filled in by the next commit") }

    /// Whether the graph can only be read.
    public var isReadOnly: Bool { storage.isReadOnly }

    /// Verifies the storage and the whole graph and returns every finding; none means sound.
    public func check() throws(GraphError) -> [GraphFinding] {
        fatalError("filled in by the next commit")
    }
}

/// One thing that ``GraphStore/check()`` found wrong.
public struct GraphFinding: Hashable, Sendable {
    /// One sentence.
    public let message: String
}
