import KithValues

/// The rows of one chunk that a transaction changed and has not moved to storage yet.
final class PendingChunk {
    // Exclusivity unchecked: one thread at a time uses this, and no closure that is called while a property is
    // changed comes back here.

    /// The rows, in the order in which they were first changed, and their slots.
    @exclusivity(unchecked) private var rows: [RowChange] = []
    @exclusivity(unchecked) private var slots: [UInt16] = []
    @exclusivity(unchecked) private var isSorted = true
    /// For each slot the place of its row, plus 1; 0 for those without. Where there are few rows they
    /// are looked through instead.
    @exclusivity(unchecked) private var places: UnsafeMutablePointer<UInt16>?
    /// Rows that were made together; none of them is among the others.
    @exclusivity(unchecked) private(set) var made: [MadeRows] = []
    /// One more than the highest slot among them.
    @exclusivity(unchecked) private(set) var slotEnd = 0
    /// Patched columns, until the next change.
    @exclusivity(unchecked) var columns: [UInt32: Column] = [:]
    /// The changed rows, by slot; nil after a change.
    @exclusivity(unchecked) private var sorted: [(slot: Int, row: RowChange)]?

    private static let lookedThroughMax = 8
    /// Fewer rows are kept one by one.
    private static let madeTogetherMin = 4

    deinit { places?.deallocate() }

    /// How many rows were changed.
    var count: Int { made.reduce(rows.count) { $0 + $1.slots.count } }

    subscript(slot: UInt16) -> RowChange? {
        if let place = place(of: slot) { return rows[place] }
        return madePlace(of: slot).map { made[$0][Int(slot)] }
    }

    /// What became of a row and the label set it was given; nil if it was not changed.
    func state(of slot: UInt16) -> (life: RowChange.Life, labelSet: UInt32?)? {
        if let place = place(of: slot) { return (rows[place].life, rows[place].labelSet) }
        return madePlace(of: slot).map { (.created, made[$0].labelSet) }
    }

    /// What is known of a property: nil when nothing.
    func property(_ key: UInt32, of slot: UInt16) -> Value? {
        if let place = place(of: slot) { return rows[place].property(key) }
        return madePlace(of: slot).map { made[$0].property(key, of: Int(slot)) }
    }

    /// How many properties of a row were changed.
    func propertyCount(of slot: UInt16) -> Int {
        place(of: slot).map { rows[$0].properties.count } ?? 0
    }

    /// The ends of a relationship that is new.
    func ends(of slot: UInt16) -> (source: UInt64, target: UInt64)? {
        if let place = place(of: slot) {
            let row = rows[place]
            return row.life == .created ? (row.source, row.target) : nil
        }
        return madePlace(of: slot).flatMap { made[$0].ends(of: Int(slot)) }
    }

    /// The ends that a relationship had which was deleted; nil where that is not known any more.
    func endsOfDeleted(_ slot: UInt16) -> (source: UInt64, target: UInt64)? {
        guard let place = place(of: slot), rows[place].life == .deleted else { return nil }
        return (rows[place].source, rows[place].target)
    }

    /// Calls `body` with what became of every changed row, in no particular order.
    func forEachState(
        _ body: (_ slot: Int, _ life: RowChange.Life, _ labelSet: UInt32?) -> Void
    ) {
        for place in rows.indices {
            body(Int(slots[place]), rows[place].life, rows[place].labelSet)
        }
        for made in made { for slot in made.slots { body(slot, .created, made.labelSet) } }
    }

    /// Calls `body` with every row that was not made together with others, in no particular order.
    func forEachSingleRow(_ body: (_ slot: Int, _ row: RowChange) -> Void) {
        rows.withUnsafeBufferPointer { rows in
            for place in rows.indices { body(Int(slots[place]), rows[place]) }
        }
    }

    private func place(of slot: UInt16) -> Int? {
        if let places {
            let place = Int(places[Int(slot)])
            return place == 0 ? nil : place - 1
        }
        return slots.firstIndex(of: slot)
    }

    private func madePlace(of slot: UInt16) -> Int? {
        if made.isEmpty { return nil }
        return made.firstIndex { $0.slots.contains(Int(slot)) }
    }

    /// Puts rows in place that were made together, in slots that have no changed row.
    func append(_ rows: MadeRows) {
        if rows.slots.count < Self.madeTogetherMin {
            for slot in rows.slots { append(rows[slot], UInt16(slot)) }
        } else {
            made.append(rows)
        }
        changed(UInt16(rows.slots.upperBound - 1))
    }

    /// Makes rows of those that were made together with this one.
    private func divide(_ slot: UInt16) {
        guard let place = madePlace(of: slot) else { return }
        let divided = made.remove(at: place)
        for slot in divided.slots { append(divided[slot], UInt16(slot)) }
    }

    func put(_ row: RowChange?, at slot: UInt16) {
        if row == nil, let place = madePlace(of: slot), made[place].slots.upperBound - 1 == slot {
            made[place].removeLast()
            if made[place].slots.isEmpty { made.remove(at: place) }
            return changed(slot)
        }
        divide(slot)
        if let place = place(of: slot) {
            if let row { rows[place] = row } else { remove(place) }
        } else if let row {
            append(row, slot)
        }
        changed(slot)
    }

    /// Puts the row of a new entity in a slot that has no changed row.
    func putNew(_ row: RowChange, at slot: UInt16) {
        append(row, slot)
        changed(slot)
    }

    /// Changes a row in place.
    func update(_ slot: UInt16, _ body: (inout RowChange) -> Void) {
        divide(slot)
        if let place = place(of: slot) {
            body(&rows[place])
        } else {
            var row = RowChange(.kept)
            body(&row)
            append(row, slot)
        }
        changed(slot)
    }

    private func changed(_ slot: UInt16) {
        slotEnd = max(slotEnd, Int(slot) + 1)
        if !columns.isEmpty { columns = [:] }
        if sorted != nil { sorted = nil }
    }

    private func append(_ row: RowChange, _ slot: UInt16) {
        if let last = slots.last, last > slot { isSorted = false }
        rows.append(row)
        slots.append(slot)
        if let places {
            places[Int(slot)] = UInt16(rows.count)
        } else if rows.count > Self.lookedThroughMax {
            let made = UnsafeMutablePointer<UInt16>.allocate(capacity: GraphLimits.slotsPerChunk)
            made.initialize(repeating: 0, count: GraphLimits.slotsPerChunk)
            for place in slots.indices { made[Int(slots[place])] = UInt16(place + 1) }
            places = made
        }
    }

    /// Removes a row; the last one takes its place.
    private func remove(_ place: Int) {
        places?[Int(slots[place])] = 0
        let last = rows.count - 1
        if place < last {
            rows[place] = rows[last]
            slots[place] = slots[last]
            places?[Int(slots[place])] = UInt16(place + 1)
            isSorted = false
        }
        rows.removeLast()
        slots.removeLast()
    }

    /// The changed rows, by slot.
    var sortedRows: [(slot: Int, row: RowChange)] {
        if let sorted { return sorted }
        var result: [(slot: Int, row: RowChange)] = []
        result.reserveCapacity(count)
        for place in rows.indices { result.append((Int(slots[place]), rows[place])) }
        for made in made { for slot in made.slots { result.append((slot, made[slot])) } }
        if !isSorted || !made.isEmpty { result.sort { $0.slot < $1.slot } }
        sorted = result
        return result
    }

    func copy() -> PendingChunk {
        let copy = PendingChunk()
        for place in rows.indices { copy.append(rows[place], slots[place]) }
        copy.made = made
        copy.slotEnd = slotEnd
        return copy
    }
}
