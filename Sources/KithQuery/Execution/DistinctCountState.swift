import KithValues

/// `count(DISTINCT x)` while every value is an integer, a date or an id of one kind: pairs of group and
/// value in one table. From the first other value on, the general state.
final class DistinctCountState: AggregateState {
    private let fallback: GeneralAggregateState
    @exclusivity(unchecked) private var layout: Vector.Layout?
    private let counts = GroupValues<Int64>(0)
    @exclusivity(unchecked) private var isGeneral = false
    /// Pairs as one number: the group above ``valueBits`` bits, the value below; 0 is an empty slot.
    @exclusivity(unchecked) private var slots: UnsafeMutablePointer<UInt64>
    @exclusivity(unchecked) private var slotCount = initialSlotCount
    @exclusivity(unchecked) private var pairCount = 0

    private static let initialSlotCount = 64
    private static let firstSlotsMax = 4_096
    private static let rowsAtOnce = 1_024
    private static let valueBits: UInt64 = 40
    private static let groupsMax = 1 << 23

    init(fallback: GeneralAggregateState) {
        self.fallback = fallback
        slots = .allocate(capacity: Self.initialSlotCount)
        slots.initialize(repeating: 0, count: Self.initialSlotCount)
    }

    deinit { slots.deallocate() }

    override func add(
        _ argument: Vector?, _ constants: [Vector], _ rows: AggregateRows
    ) throws(QueryError) {
        guard let argument else { return }
        if !isGeneral {
            counts.extend(to: rows.groupCount)
            if argument.layout == .null { return }
            if addPairs(argument, rows) { return }
            try generalise()
        }
        try fallback.add(argument, constants, rows)
    }

    /// Adds rows whose values fit; false, with some of them perhaps added, when one does not.
    private func addPairs(_ argument: Vector, _ rows: AggregateRows) -> Bool {
        switch argument.layout {
        case .integer, .date, .node, .relationship: break
        default: return false
        }
        guard layout == nil || layout == argument.layout, rows.groupCount < Self.groupsMax else {
            return false
        }
        layout = argument.layout
        if pairCount == 0 { makeRoom(for: rows.count) }
        var row = 0
        while row < rows.count {
            // Room for all rows of a stretch, so that none has to ask.
            let end = min(rows.count, row &+ Self.rowsAtOnce)
            while (pairCount &+ end &- row) &* 2 > slotCount { grow() }
            guard addPairs(argument, rows, row..<end) else { return false }
            row = end
        }
        return true
    }

    /// Adds some of the rows, for which there is room.
    private func addPairs(
        _ argument: Vector, _ rows: AggregateRows, _ range: Range<Int>
    ) -> Bool {
        let (mask, validity, ids) = (argument.positionMask, argument.validity, argument.ids)
        let (slots, last, counts) = (slots, slotCount &- 1, counts.values)
        var added = 0
        defer { pairCount &+= added }
        var row = range.lowerBound
        while row < range.upperBound {
            let position = row & mask
            if let validity, validity[position] == 0 {
                row &+= 1
                continue
            }
            let word = ids[position]
            guard word &>> Self.valueBits == 0 else { return false }
            let group = rows.group(row)
            let pair = ((UInt64(truncatingIfNeeded: group) &+ 1) &<< Self.valueBits) | word
            var slot = Self.slot(pair, slotCount)
            while slots[slot] != 0, slots[slot] != pair { slot = (slot &+ 1) & last }
            if slots[slot] == 0 {
                slots[slot] = pair
                counts[group] &+= 1
                added &+= 1
            }
            row &+= 1
        }
        return true
    }

    @inline(__always)
    private func insert(_ group: UInt64, _ word: UInt64) {
        let pair = ((group &+ 1) &<< Self.valueBits) | word
        var slot = Self.slot(pair, slotCount)
        while slots[slot] != 0 {
            if slots[slot] == pair { return }
            slot = (slot &+ 1) & (slotCount &- 1)
        }
        slots[slot] = pair
        counts.values[Int(group)] &+= 1
        pairCount &+= 1
        if pairCount &* 2 > slotCount { grow() }
    }

    @inline(__always)
    private static func slot(_ pair: UInt64, _ count: Int) -> Int {
        let mixed = pair &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed &>> 32) & (count &- 1)
    }

    /// Begins with as many slots as the first rows may need, which spares growing to them.
    private func makeRoom(for rowCount: Int) {
        let wanted = min(rowCount * 2, Self.firstSlotsMax)
        guard slotCount < wanted else { return }
        while slotCount < wanted { slotCount *= 2 }
        slots.deallocate()
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: 0, count: slotCount)
    }

    private func grow() {
        let (old, oldCount) = (slots, slotCount)
        slotCount *= 4
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: 0, count: slotCount)
        for index in 0..<oldCount where old[index] != 0 {
            var slot = Self.slot(old[index], slotCount)
            while slots[slot] != 0 { slot = (slot &+ 1) & (slotCount &- 1) }
            slots[slot] = old[index]
        }
        old.deallocate()
    }

    /// Calls `body` with each pair, in no order.
    private func forEachPair(
        _ body: (_ group: Int, _ word: UInt64) throws(QueryError) -> Void
    ) throws(QueryError) {
        for index in 0..<slotCount where slots[index] != 0 {
            try body(
                Int(slots[index] &>> Self.valueBits) - 1,
                slots[index] & ((1 &<< Self.valueBits) &- 1))
        }
    }

    private func generalise() throws(QueryError) {
        isGeneral = true
        // Counting does not depend on the order in which the values come.
        try fallback.seed(Array(repeating: .null, count: counts.count))
        let layout = layout
        let fallback = fallback
        try forEachPair { (group, word) throws(QueryError) in
            let value: Value
            switch layout {
            case .integer: value = .integer(Int64(bitPattern: word))
            case .date: value = .date(CalendarDate(daysSinceEpoch: Int64(bitPattern: word)))
            case .node: value = .node(NodeID(rawValue: word))
            default: value = .relationship(RelationshipID(rawValue: word))
            }
            try fallback.add(value, toGroup: group)
        }
    }

    override func merge(
        _ other: AggregateState, groups: [Int32], groupCount: Int
    ) throws(QueryError) {
        let other = same(other, as: DistinctCountState.self)
        let isTyped = other.layout == nil || layout == nil || layout == other.layout
        if !isGeneral, !other.isGeneral, isTyped, groupCount < Self.groupsMax {
            counts.extend(to: groupCount)
            layout = layout ?? other.layout
            try other.forEachPair { (group, word) throws(QueryError) in
                insert(UInt64(groups[group]), word)
            }
            return
        }
        if !isGeneral { try generalise() }
        if !other.isGeneral { try other.generalise() }
        try fallback.merge(other.fallback, groups: groups, groupCount: groupCount)
    }

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        if isGeneral { return try fallback.results(groups) }
        let result = Vector(.integer, count: groups.count)
        for (row, group) in groups.enumerated() {
            result.integers[row] = group < counts.count ? counts.values[group] : 0
        }
        return result
    }

    override var mayTakeAnyOrder: Bool { true }

    override func reset() -> Bool {
        guard !isGeneral else { return false }
        layout = nil
        counts.removeAll()
        if pairCount > 0 { slots.update(repeating: 0, count: slotCount) }
        pairCount = 0
        return true
    }

    override var sizeInBytes: Int { slotCount * 8 + counts.sizeInBytes + fallback.sizeInBytes }
}
