/// Start here: ordered bytes under bytes, on checksummed pages, changed by whole commits.
///
/// An engine is one open database. ``beginRead()`` gives a snapshot that never waits and never
/// changes; ``beginWrite(timeoutInMilliseconds:)`` gives the one write transaction.
public final class StorageEngine: Sendable {
    init() {}

    /// Opens, or makes, the database at `path`.
    public static func open(
        path: String, options: StorageOptions = StorageOptions()
    ) throws(StorageError) -> StorageEngine { fatalError("filled in by the next commit") }

    /// Makes a database that lives in memory until it is closed.
    public static func inMemory(
        options: StorageOptions = StorageOptions()
    ) throws(StorageError) -> StorageEngine { fatalError("filled in by the next commit") }

    /// Takes a snapshot of the newest commit.
    public func beginRead() throws(StorageError) -> StorageReader {
        fatalError("filled in by the next commit")
    }

    /// Begins the write transaction, after waiting for another one at most so long.
    ///
    /// - Throws: ``StorageError/writerBusy(holder:)`` when the other one is not done in time.
    public func beginWrite(
        timeoutInMilliseconds: Int = 5_000
    ) throws(StorageError) -> WriteTransaction { fatalError("filled in by the next commit") }

    /// Closes the database; open snapshots stay readable until they are closed.
    public func close() throws(StorageError) { fatalError("filled in by the next commit") }

    /// Whether commits are possible.
    public var isReadOnly: Bool { fatalError("filled in by the next commit") }

    /// The page size of this database.
    public var pageSizeInBytes: Int { fatalError("filled in by the next commit") }

    /// Verifies the whole file and returns every finding; none means that it is sound.
    public func check() throws(StorageError) -> [StorageFinding] {
        fatalError("filled in by the next commit")
    }
}

/// One thing that ``StorageEngine/check()`` found wrong.
public struct StorageFinding: Sendable, Hashable {
    /// The page concerned, nil when it is no single one.
    public let page: UInt64?
    /// One sentence.
    public let message: String
}
