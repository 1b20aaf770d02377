import KithStorage

/// A transaction that several writers share consists of their *parts*, one after another: each is
/// kept or undone by itself, and all that are kept become one commit.
extension GraphWriter {
    /// Begins a part.
    func beginPart() {
        precondition(part == nil && statement == nil, "a part begins after the one before")
        part = StatementState(transaction.savepoint(), reader.tables, owned)
    }

    /// Keeps the changes of the part.
    func endPart() {
        guard let part else { return }
        transaction.release(part.savepoint)
        owned.giveUp(part.counts)
        isStorageChanged = isStorageChanged || part.isStorageChanged
        self.part = nil
    }

    /// Undoes everything since ``beginPart()``.
    func rollbackPart() throws(GraphError) {
        try rollbackStatement()
        guard let part else { return }
        self.part = nil
        try undo(part)
    }

    /// Hands what a statement needs to be undone over to the part that it belongs to.
    func merge(_ statement: StatementState, into part: StatementState) {
        part.isStorageChanged = part.isStorageChanged || statement.isStorageChanged
        guard part.savedPending == nil else { return }
        if let saved = statement.savedPending {
            // The changes before the statement, less those of the part's earlier statements.
            part.revert(saved)
            part.savedPending = saved
        } else {
            part.note(statement)
        }
    }

    /// Puts everything back as `state` remembers it.
    func undo(_ state: StatementState) throws(GraphError) {
        if state.isStorageChanged {
            try storageCall { () throws(StorageError) in
                try transaction.rollback(to: state.savepoint)
            }
        }
        transaction.release(state.savepoint)
        if let saved = state.savedPending {
            pending.replace(with: saved)
        } else {
            state.revert(pending)
        }
        knownMembers = [:]
        shapes = EntityShapes()
        lastIndexes = nil
        lastPlain = nil
        if let catalog = state.catalog { owned.catalog = catalog }
        owned.takeBack(to: state.counts)
        owned.giveUp(state.counts)
        reader.tables = state.tables
        homes.placesWereUndone()
    }
}
