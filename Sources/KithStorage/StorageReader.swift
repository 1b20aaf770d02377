/// A consistent view: a snapshot, or what a write transaction sees of itself.
///
/// A snapshot may be used by many threads at once. It is given back by ``close()`` or with the object.
public final class StorageReader: @unchecked Sendable {
    init() {}

    /// The commit that this view shows; for a write transaction the one that it began from.
    public var commitNumber: CommitNumber { fatalError("filled in by the next commit") }

    /// Returns the value stored under `key`, or nil.
    public func value(in tree: TreeID, forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        fatalError("filled in by the next commit")
    }

    /// Returns the value stored under `key`, or nil.
    public func value(
        in tree: TreeID, forKey key: UnsafeRawBufferPointer
    ) throws(StorageError) -> [UInt8]? { fatalError("filled in by the next commit") }

    /// Copies as much of the value as fits into `buffer` and returns its whole length, or nil when
    /// there is no such key. Allocates nothing.
    public func copyValue(
        in tree: TreeID, forKey key: UnsafeRawBufferPointer,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Int? { fatalError("filled in by the next commit") }

    /// Whether there is such a key.
    public func contains(
        _ key: UnsafeRawBufferPointer, in tree: TreeID
    ) throws(StorageError) -> Bool { fatalError("filled in by the next commit") }

    /// The number of entries of a tree, in constant time.
    public func entryCount(in tree: TreeID) throws(StorageError) -> UInt64 {
        fatalError("filled in by the next commit")
    }

    /// A cursor that stands nowhere yet. It keeps this view alive.
    public func cursor(in tree: TreeID) -> TreeCursor { fatalError("filled in by the next commit") }

    /// Reads and verifies a long value.
    public func readExtent(_ reference: ExtentReference) throws(StorageError) -> ExtentBuffer {
        fatalError("filled in by the next commit")
    }

    /// One of the numbers that every commit carries for the layer above; 0 at first.
    public func counter(_ index: Int) -> UInt64 { fatalError("filled in by the next commit") }

    /// Gives the snapshot back; the view must not be used afterwards.
    public func close() { fatalError("filled in by the next commit") }
}
