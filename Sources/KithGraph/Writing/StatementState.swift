import KithStorage

/// What a statement needs to be undone and checked.
final class StatementState {
    // Exclusivity unchecked: one thread uses this, and nothing calls back while these are changed.

    /// A change of the pending changes, as it is taken back.
    enum Undo {
        case row(EntityKind, UInt64, RowChange?)
        case edgeNoted(EndsChange)
        case edgeNoteRemoved(EndsChange)
        /// Many rows that had not been changed before, in the order in which they were.
        case rowsAdded(EntityKind, [UInt64])
        /// Many edges, in the order in which they were noted.
        case edgesNoted([EndsChange])
        case member(GraphTables.MemberKey, UInt64)
    }

    let savepoint: Savepoint
    let tables: GraphTables
    /// Where the counts stood.
    let counts: GraphReader.OwnedState.CountMark
    /// The catalog as it was; nil while it is the same.
    @exclusivity(unchecked) private(set) var catalog: Catalog?
    @exclusivity(unchecked) private(set) var undo: [Undo] = []
    /// Nodes that had not been changed before the last changes, which ``undo`` does not have yet.
    @exclusivity(unchecked) private var added: [UInt64] = []
    /// The pending changes as they were before the statement, once they were moved to storage in it.
    @exclusivity(unchecked) var savedPending: PendingChanges?
    /// Whether storage was changed.
    @exclusivity(unchecked) var isStorageChanged = false
    /// Values put into unique indexes.
    @exclusivity(unchecked) var uniqueValues: Set<UniqueValue> = []
    /// Nodes and relationships that constraints must be checked for.
    @exclusivity(unchecked) var touchedNodes: Set<UInt64> = []
    @exclusivity(unchecked) var touchedRelationships: Set<UInt64> = []
    /// Deleted nodes and the label sets they had.
    @exclusivity(unchecked) var deletedNodes: [UInt64: UInt32] = [:]

    /// Whether there is nothing that constraints must be checked for.
    var isUnchecked: Bool {
        uniqueValues.isEmpty && touchedNodes.isEmpty && touchedRelationships.isEmpty
    }

    struct UniqueValue: Hashable {
        var index: IndexID
        var ordered: [UInt8]
    }

    init(_ savepoint: Savepoint, _ tables: GraphTables, _ owned: GraphReader.OwnedState) {
        self.savepoint = savepoint
        self.tables = tables
        counts = owned.mark()
    }

    /// Notes what the catalog is before it changes.
    func noteCatalog(_ catalog: Catalog) {
        if self.catalog == nil { self.catalog = catalog }
    }

    /// Notes how to take a change back.
    func note(_ change: Undo) {
        settle()
        undo.append(change)
    }

    /// Notes that a node was changed that had not been before.
    func noteAdded(node id: UInt64) { added.append(id) }

    /// Whether the last change noted is one of this entity's row.
    func isLast(_ kind: EntityKind, _ id: UInt64) -> Bool {
        if let node = added.last { return kind == .node && node == id }
        guard case .row(let lastKind, let lastID, _)? = undo.last else { return false }
        return lastID == id && lastKind == kind
    }

    /// Notes what another statement did after this.
    func note(_ later: StatementState) {
        settle()
        later.settle()
        undo.append(contentsOf: later.undo)
    }

    private func settle() {
        if added.isEmpty { return }
        undo.append(.rowsAdded(.node, added))
        added = []
    }

    /// Takes changes back, the last one first.
    func revert(_ pending: PendingChanges) {
        settle()
        for change in undo.reversed() {
            switch change {
            case .row(let kind, let id, let row):
                let chunk = pending.openChunk(kind, id >> UInt64(GraphLimits.slotBits))
                chunk.put(row, at: UInt16(id & UInt64(GraphLimits.slotsPerChunk - 1)))
            case .edgeNoted(let change):
                let isRemoved = pending.remove(change)
                precondition(isRemoved, "a noted edge is there until it is taken back")
            case .edgeNoteRemoved(let change): pending.append(change)
            case .rowsAdded(let kind, let ids):
                for id in ids.reversed() {
                    let chunk = pending.openChunk(kind, id >> UInt64(GraphLimits.slotBits))
                    chunk.put(nil, at: UInt16(id & UInt64(GraphLimits.slotsPerChunk - 1)))
                }
            case .edgesNoted(let changes):
                for change in changes.reversed() {
                    let isRemoved = pending.remove(change)
                    precondition(isRemoved, "a noted edge is there until it is taken back")
                }
            case .member(let key, let chunk): pending.members[key]?.remove(chunk)
            }
        }
        undo = []
    }
}
