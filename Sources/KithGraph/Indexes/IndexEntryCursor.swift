import KithStorage

/// Moves over the entries of an index one by one, whether they are stored singly or as runs.
///
/// For one thread at a time. In a write transaction it stays usable across changes: it goes on from
/// the entry that it stood on.
final class IndexEntryCursor {
    private let cursor: TreeCursor
    /// The run that the entry belongs to, and its place in it.
    private var run: IndexRun?
    private var place = 0
    private let runKey: UnsafeMutableRawPointer

    init(_ storage: StorageReader, _ index: IndexID) {
        cursor = storage.cursor(in: KeySpaces.index(index))
        runKey = .allocate(byteCount: IndexRun.keyLength, alignment: 8)
    }

    deinit { runKey.deallocate() }

    /// The ordered values and the id of the entry, valid until the next move.
    var key: UnsafeRawBufferPointer {
        run == nil
            ? cursor.key : UnsafeRawBufferPointer(start: runKey, count: IndexRun.keyLength)
    }

    /// Whether the values in the key were cut off.
    var isCut: Bool { run == nil && !cursor.value.isEmpty }

    /// Moves to the first entry, and says whether there is one.
    func seekFirst() throws(GraphError) -> Bool {
        try stand(
            try storageCall { () throws(StorageError) in try cursor.seekFirst() }, atLast: false)
    }

    /// Moves to the last entry, and says whether there is one.
    func seekLast() throws(GraphError) -> Bool {
        try stand(
            try storageCall { () throws(StorageError) in try cursor.seekLast() }, atLast: true)
    }

    /// Moves to the first entry that is not before `key`, and says whether there is one.
    func seek(atOrAfter key: [UInt8]) throws(GraphError) -> Bool {
        let isFound = try storageCall { () throws(StorageError) in try cursor.seek(atOrAfter: key) }
        guard try stand(isFound, atLast: false) else { return false }
        if let run { stand(at: key.withUnsafeBytes { run.place(atOrAfter: $0) }, of: run) }
        return true
    }

    /// Moves to the next entry, and says whether there is one.
    func next() throws(GraphError) -> Bool {
        if let run {
            guard cursor.isCurrent else {
                let old = Array(key)
                guard try seek(atOrAfter: old) else { return false }
                return key.elementsEqual(old) ? try next() : true
            }
            if place + 1 < run.count {
                stand(at: place + 1, of: run)
                return true
            }
        }
        return try stand(
            try storageCall { () throws(StorageError) in try cursor.next() }, atLast: false)
    }

    /// Moves to the entry before, and says whether there is one.
    func previous() throws(GraphError) -> Bool {
        if let run {
            guard cursor.isCurrent else { return try seek(before: Array(key)) }
            if place > 0 {
                stand(at: place - 1, of: run)
                return true
            }
        }
        return try stand(
            try storageCall { () throws(StorageError) in try cursor.previous() }, atLast: true)
    }

    private func seek(before key: [UInt8]) throws(GraphError) -> Bool {
        guard try seek(atOrAfter: key) else { return try seekLast() }
        return try previous()
    }

    private func stand(_ isOnEntry: Bool, atLast: Bool) throws(GraphError) -> Bool {
        run = nil
        guard isOnEntry else { return false }
        if IndexRun.isRun(cursor.value) {
            let found = try IndexRun(key: cursor.key, value: cursor.value)
            stand(at: atLast ? found.count - 1 : 0, of: found)
        }
        return true
    }

    private func stand(at newPlace: Int, of newRun: IndexRun) {
        run = newRun
        place = newPlace
        newRun.writeKey(newPlace, to: runKey)
    }
}
