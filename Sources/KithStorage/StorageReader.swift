import CShims
import Synchronization

/// A consistent view: a snapshot, or what a write transaction sees of itself.
///
/// A snapshot may be used by many threads at once. It is given back by ``close()`` or with the
/// object. What a write transaction sees may be read by many threads only while it is not changed.
public final class StorageReader: Sendable {
    let space: TreeSpace
    /// The commit that this view shows; for a write transaction the one that it began from.
    // Sendable: changed only by ``reopen(showing:)``, while its caller holds the only reference.
    nonisolated(unsafe) private(set) var record: CommitRecord
    private let transactionCounters: CounterBox?
    private let registration: SnapshotRegistration?
    private let isClosed = Atomic<Bool>(false)

    /// The commit that this view shows; for a write transaction the one that it began from.
    public var commitNumber: CommitNumber { record.number }

    init(
        space: TreeSpace, record: CommitRecord, transactionCounters: CounterBox?,
        registration: SnapshotRegistration?
    ) {
        self.space = space
        self.record = record
        self.transactionCounters = transactionCounters
        self.registration = registration
    }

    deinit { close() }

    /// Returns the value stored under `key`, or nil.
    public func value(in tree: TreeID, forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try key.withRawBytes { key throws(StorageError) in
            try value(in: tree, forKey: key)
        }
    }

    /// Returns the value stored under `key`, or nil.
    public func value(
        in tree: TreeID, forKey key: UnsafeRawBufferPointer
    ) throws(StorageError) -> [UInt8]? {
        let root = try openRoot(of: tree)
        let long: ExtentReference?
        do {
            kith_step_begin()
            defer { kith_step_end() }
            guard let found = try space.find(key, in: root) else { return nil }
            guard let reference = found.overflowReference else {
                return [UInt8](
                    UnsafeRawBufferPointer(start: found.value, count: found.byteCount))
            }
            long = reference
        }
        guard let long else { return nil }
        return try space.readExtent(long).withBytes { [UInt8]($0) }
    }

    /// Copies as much of the value as fits into `buffer` and returns its whole length, or nil when
    /// there is no such key. Allocates nothing unless the value is a long one.
    public func copyValue(
        in tree: TreeID, forKey key: UnsafeRawBufferPointer,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Int? {
        let root = try openRoot(of: tree)
        let long: ExtentReference?
        do {
            kith_step_begin()
            defer { kith_step_end() }
            guard let found = try space.find(key, in: root) else { return nil }
            if !found.isOverflow {
                let count = min(found.byteCount, buffer.count)
                buffer.baseAddress?.copyMemory(from: found.value, byteCount: count)
                return found.byteCount
            }
            long = found.overflowReference
        }
        guard let long else { return nil }
        return try space.readExtent(long).withBytes { bytes in
            let count = min(bytes.count, buffer.count)
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            return bytes.count
        }
    }

    /// Whether there is such a key.
    public func contains(
        _ key: UnsafeRawBufferPointer, in tree: TreeID
    ) throws(StorageError) -> Bool {
        let root = try openRoot(of: tree)
        kith_step_begin()
        defer { kith_step_end() }
        return try space.find(key, in: root) != nil
    }

    /// The number of entries of a tree, in constant time.
    public func entryCount(in tree: TreeID) throws(StorageError) -> UInt64 {
        try openRoot(of: tree).entryCount
    }

    /// A cursor that stands nowhere yet. It keeps this view alive.
    public func cursor(in tree: TreeID) -> TreeCursor { TreeCursor(reader: self, tree: tree) }

    /// Reads and verifies a long value.
    public func readExtent(_ reference: ExtentReference) throws(StorageError) -> ExtentBuffer {
        guard !isClosed.load(ordering: .relaxed) else { throw .closed }
        return try space.readExtent(reference)
    }

    /// One of the numbers that every commit carries for the layer above; 0 at first.
    public func counter(_ index: Int) -> UInt64 {
        if let transactionCounters { return transactionCounters.values[index] }
        return record.counters[index]
    }

    /// Gives the snapshot back; the view must not be used afterwards.
    public func close() {
        if !isClosed.exchange(true, ordering: .relaxed) { registration?.end() }
    }

    /// Makes a closed view show a transaction that begins from `base`. Nobody else may hold it.
    func reopen(showing base: CommitRecord) {
        record = base
        isClosed.store(false, ordering: .relaxed)
    }

    /// The root of a tree of an open view.
    @inline(__always)
    func openRoot(of tree: TreeID) throws(StorageError) -> TreeRoot {
        guard !isClosed.load(ordering: .relaxed) else { throw .closed }
        return try space.root(of: tree)
    }
}

/// The counters of a running write transaction, shared with its view.
final class CounterBox: @unchecked Sendable {
    // Sendable: changed only by the transaction's one thread.
    @exclusivity(unchecked) var values: [UInt64]

    init(_ values: [UInt64]) { self.values = values }
}
