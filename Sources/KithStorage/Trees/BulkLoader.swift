/// Fills one empty tree from ascending keys.
///
/// The transaction must not touch this tree before ``finish()``; others may be changed meanwhile.
public final class BulkLoader {
    init() {}

    /// Adds an entry after all others.
    ///
    /// - Throws: ``StorageError/keysNotAscending`` when `key` is not greater than the last one.
    public func append(_ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        fatalError("filled in by the next commit")
    }

    /// Adds an entry after all others.
    public func append(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(StorageError) { fatalError("filled in by the next commit") }

    /// Completes the tree.
    public func finish() throws(StorageError) { fatalError("filled in by the next commit") }
}
