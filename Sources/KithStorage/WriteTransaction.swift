/// The one write transaction: changes that become visible together, or not at all.
///
/// For one thread at a time. Dropping it without ``commit(durability:)`` rolls it back.
public final class WriteTransaction {
    init() {}

    /// The view of this transaction's own state.
    public var reader: StorageReader { fatalError("filled in by the next commit") }

    /// Stores `value` under `key`, in place of an older value.
    public func put(_ key: [UInt8], _ value: [UInt8], in tree: TreeID) throws(StorageError) {
        fatalError("filled in by the next commit")
    }

    /// Stores `value` under `key`, in place of an older value.
    public func put(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in tree: TreeID
    ) throws(StorageError) { fatalError("filled in by the next commit") }

    /// Removes the entry of `key`, and says whether there was one.
    @discardableResult
    public func remove(_ key: [UInt8], in tree: TreeID) throws(StorageError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Removes the entry of `key`, and says whether there was one.
    @discardableResult
    public func remove(
        _ key: UnsafeRawBufferPointer, in tree: TreeID
    ) throws(StorageError) -> Bool { fatalError("filled in by the next commit") }

    /// Removes all entries of a tree and frees its pages. Extents that its values merely name stay.
    public func removeTree(_ tree: TreeID) throws(StorageError) {
        fatalError("filled in by the next commit")
    }

    /// Fills an empty tree from ascending keys, with packed pages.
    public func bulkLoad(_ tree: TreeID) throws(StorageError) -> BulkLoader {
        fatalError("filled in by the next commit")
    }

    /// Stores a long value outside the trees. Values written one after another lie back to back.
    public func writeExtent(
        _ bytes: UnsafeRawBufferPointer
    ) throws(StorageError) -> ExtentReference { fatalError("filled in by the next commit") }

    /// Frees a long value; it must not be read or freed through this reference again.
    public func freeExtent(_ reference: ExtentReference) throws(StorageError) {
        fatalError("filled in by the next commit")
    }

    /// Sets one of the numbers that every commit carries for the layer above.
    public func setCounter(_ index: Int, to value: UInt64) {
        fatalError("filled in by the next commit")
    }

    /// Marks the present state, to return to it later.
    public func savepoint() -> Savepoint { fatalError("filled in by the next commit") }

    /// Undoes everything since `savepoint`, which stays usable; later savepoints are void.
    public func rollback(to savepoint: Savepoint) throws(StorageError) {
        fatalError("filled in by the next commit")
    }

    /// Gives up `savepoint` and those after it, and the memory that they hold.
    public func release(_ savepoint: Savepoint) { fatalError("filled in by the next commit") }

    /// Makes the changes visible and ends the transaction, whether it succeeds or throws.
    @discardableResult
    public func commit(durability: Durability = .full) throws(StorageError) -> CommitNumber {
        fatalError("filled in by the next commit")
    }

    /// Drops the changes and ends the transaction.
    public func rollback() { fatalError("filled in by the next commit") }
}

/// A state of a write transaction that it can return to.
public struct Savepoint: Sendable, Hashable {
    let number: Int
}
