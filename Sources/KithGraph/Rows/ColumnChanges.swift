import KithValues

/// What changed rows say about one property of a chunk, or about one end of its relationships.
struct ColumnChanges {
    private let key: UInt32
    private let rows: [(slot: Int, row: RowChange)]
    private let pending: PendingChunk?

    /// The rows are in no particular order.
    init(_ key: UInt32, _ rows: [(slot: Int, row: RowChange)]) {
        self.key = key
        self.rows = rows
        pending = nil
    }

    init(_ key: UInt32, _ pending: PendingChunk) {
        self.key = key
        rows = []
        self.pending = pending
    }

    /// Calls `body` with each slot whose former value is nobody's any more, before it may get a new one.
    func forEachCleared(_ body: (_ slot: Int) -> Void) {
        for (slot, row) in rows where row.life != .kept { body(slot) }
        guard let pending else { return }
        pending.forEachState { slot, life, _ in if life != .kept { body(slot) } }
    }

    /// Calls `body` with each slot that has another value now; null where it lost it.
    func forEachValue(_ body: (_ slot: Int, _ value: Value) -> Void) {
        for (slot, row) in rows { give(slot, row, body) }
        guard let pending else { return }
        pending.forEachSingleRow { give($0, $1, body) }
        for made in pending.made { made.forEachValue(key, body) }
    }

    private func give(
        _ slot: Int, _ row: RowChange, _ body: (_ slot: Int, _ value: Value) -> Void
    ) {
        if key >= SegmentEntry.sourceKey {
            guard row.life == .created else { return }
            let end = key == SegmentEntry.sourceKey ? row.source : row.target
            body(slot, .integer(Int64(bitPattern: end)))
        } else if let value = row.property(key), !(value.isNull && row.life != .kept) {
            body(slot, value)
        }
    }
}
