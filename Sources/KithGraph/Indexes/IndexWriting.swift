import KithStorage

extension GraphWriter {
    /// Stores an entry of an index; the run that it would lie in is split. Says whether another entry
    /// has the same values, or may have.
    @discardableResult
    func putEntry(_ key: [UInt8], isCut: Bool, in index: IndexID) throws(GraphError) -> Bool {
        noteStorageChange()
        if try splitRun(at: key, in: index, removing: false) { return true }
        let isPerhapsAlike = try storageCall { () throws(StorageError) in
            try transaction.put(
                key, isCut ? [1] : [], in: KeySpaces.index(index),
                comparingAllBut: MemoryLayout<UInt64>.size)
        }
        // Of a run only the last entry has a key of its own.
        return isPerhapsAlike || owned.statistics.runs[index.rawValue] != nil
    }

    /// Removes an entry of an index, if it is there; the run that it lies in is split.
    func removeEntry(_ key: [UInt8], in index: IndexID) throws(GraphError) {
        noteStorageChange()
        if try splitRun(at: key, in: index, removing: true) { return }
        try storageCall { () throws(StorageError) in
            _ = try transaction.remove(key, in: KeySpaces.index(index))
        }
    }

    /// Stores a run of entries: as one, unless other entries lie between them.
    func putRun(_ run: IndexRun, in index: IndexID) throws(GraphError) {
        noteStorageChange()
        _ = try splitRun(at: run.key(0), in: index, removing: false)
        let cursor = IndexEntryCursor(transaction.reader, index)
        let isNextFound = try cursor.seek(atOrAfter: run.key(0))
        let isFree =
            !isNextFound
            || run.key(run.count - 1).withUnsafeBytes { KeyOrder.precedes($0, cursor.key) }
        guard isFree, run.count >= IndexRun.countMin else {
            for place in 0..<run.count { try putEntry(run.key(place), isCut: false, in: index) }
            return
        }
        try store(run, in: index)
    }

    private func store(_ run: IndexRun, in index: IndexID) throws(GraphError) {
        guard run.count > 0 else { return }
        try storageCall { () throws(StorageError) in
            try transaction.put(
                run.key(run.count - 1), run.count > 1 ? run.encodedValue : [],
                in: KeySpaces.index(index))
        }
        owned.count(.runs(index: index.rawValue), by: run.count - 1)
    }

    /// Splits the run that a key lies in, if there is one, before the key.
    ///
    /// - Returns: Whether the key was an entry of the run; it is none any more if it was to be removed.
    private func splitRun(
        at key: [UInt8], in index: IndexID, removing: Bool
    ) throws(GraphError) -> Bool {
        guard owned.statistics.runs[index.rawValue] != nil else { return false }
        let cursor = transaction.reader.cursor(in: KeySpaces.index(index))
        let isFound = try storageCall { () throws(StorageError) in try cursor.seek(atOrAfter: key) }
        guard isFound, IndexRun.isRun(cursor.value) else { return false }
        let run = try IndexRun(key: cursor.key, value: cursor.value)
        let place = key.withUnsafeBytes { run.place(atOrAfter: $0) }
        let isMember = place < run.count && run.key(place) == key
        if isMember, !removing { return true }
        guard isMember || place > 0 else { return false }
        try storageCall { () throws(StorageError) in
            _ = try transaction.remove(run.key(run.count - 1), in: KeySpaces.index(index))
        }
        owned.count(.runs(index: index.rawValue), by: 1 - run.count)
        try store(run.part(0..<place), in: index)
        try store(run.part((isMember ? place + 1 : place)..<run.count), in: index)
        return isMember
    }
}
