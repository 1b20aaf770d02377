import KithStorage

/// A commit that is written and waits for the disk; the next transaction may begin meanwhile.
public final class PendingGraphCommit {
    private let store: GraphStore
    private let pending: PendingCommit
    private let tables: GraphTables

    init(_ store: GraphStore, _ pending: PendingCommit, _ tables: GraphTables) {
        self.store = store
        self.pending = pending
        self.tables = tables
    }

    /// Waits until the commit is on the disk and everybody sees it; returns its number.
    @discardableResult
    public func finish() throws(GraphError) -> UInt64 {
        let number = try storageCall { () throws(StorageError) in try pending.finish() }
        store.publish(tables)
        return number
    }
}
