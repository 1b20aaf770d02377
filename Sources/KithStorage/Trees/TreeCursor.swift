/// A place in one tree, moving both ways.
///
/// For one thread at a time. ``key`` and ``value`` are valid until the next move. In a write
/// transaction a cursor stays usable across changes: it goes on from the key that it stood on.
public final class TreeCursor {
    init() {}

    /// Whether the cursor stands on an entry.
    public var isValid: Bool { fatalError("filled in by the next commit") }

    /// The key of the entry, valid until the next move.
    public var key: UnsafeRawBufferPointer { fatalError("filled in by the next commit") }

    /// The value of the entry, valid until the next move.
    public var value: UnsafeRawBufferPointer { fatalError("filled in by the next commit") }

    /// Moves to the first entry, and says whether there is one.
    public func seekFirst() throws(StorageError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Moves to the last entry, and says whether there is one.
    public func seekLast() throws(StorageError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Moves to the first entry whose key is at least `key`, and says whether there is one.
    public func seek(atOrAfter key: [UInt8]) throws(StorageError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Moves to the first entry whose key is at least `key`, and says whether there is one.
    public func seek(atOrAfter key: UnsafeRawBufferPointer) throws(StorageError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Moves to the last entry whose key is at most `key`, and says whether there is one.
    public func seek(atOrBefore key: [UInt8]) throws(StorageError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Moves to the last entry whose key is at most `key`, and says whether there is one.
    public func seek(atOrBefore key: UnsafeRawBufferPointer) throws(StorageError) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Moves to the next entry, and says whether there is one; false leaves the cursor standing nowhere.
    public func next() throws(StorageError) -> Bool { fatalError("filled in by the next commit") }

    /// Moves to the entry before, and says whether there is one; false leaves the cursor standing nowhere.
    public func previous() throws(StorageError) -> Bool {
        fatalError("filled in by the next commit")
    }
}
