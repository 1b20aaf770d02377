import KithValues

/// New rows of one chunk that were made together, in slots one after another: nodes with the same labels,
/// or relationships of one type, with their properties in a table.
///
/// Most are moved to storage column by column, as they came, and never become rows one by one.
struct MadeRows {
    private(set) var slots: Range<Int>
    private let table: PropertyTable
    /// The row of the table that the first slot has.
    private let firstRow: Int
    /// The label set of nodes.
    let labelSet: UInt32?
    /// The ends of relationships, by row of the table.
    private let sources: [UInt64]
    private let targets: [UInt64]

    init(
        slots: Range<Int>, _ table: PropertyTable, from firstRow: Int, labelSet: UInt32?,
        sources: [UInt64] = [], targets: [UInt64] = []
    ) {
        self.slots = slots
        self.table = table
        self.firstRow = firstRow
        self.labelSet = labelSet
        self.sources = sources
        self.targets = targets
    }

    private func place(_ slot: Int) -> Int { firstRow &+ slot &- slots.lowerBound }

    /// The row of one slot.
    subscript(slot: Int) -> RowChange {
        var row = table.newRow(place(slot))
        row.labelSet = labelSet
        if let ends = ends(of: slot) { (row.source, row.target) = ends }
        return row
    }

    /// The ends of a relationship.
    func ends(of slot: Int) -> (source: UInt64, target: UInt64)? {
        sources.isEmpty ? nil : (sources[place(slot)], targets[place(slot)])
    }

    /// A property of one slot; null where it lacks it.
    func property(_ key: UInt32, of slot: Int) -> Value {
        guard let column = column(of: key) else { return .null }
        return table.values[place(slot) &* table.keys.count &+ column]
    }

    private func column(of key: UInt32) -> Int? {
        table.keys.firstIndex { $0.rawValue == key }
    }

    /// Takes the last row away.
    mutating func removeLast() { slots = slots.lowerBound..<slots.upperBound - 1 }

    /// The keys of the properties that some of the rows have.
    func forEachKey(_ body: (UInt32) -> Void) {
        let width = table.keys.count
        let start = firstRow &* width
        for column in 0..<width {
            let places = stride(
                from: start &+ column, to: start &+ slots.count &* width, by: width)
            if places.contains(where: { !table.values[$0].isNull }) {
                body(table.keys[column].rawValue)
            }
        }
    }

    /// Calls `body` with each slot that has the property, and the value; an end is one, too.
    func forEachValue(_ key: UInt32, _ body: (_ slot: Int, _ value: Value) -> Void) {
        if key >= SegmentEntry.sourceKey {
            let ends = key == SegmentEntry.sourceKey ? sources : targets
            for slot in slots { body(slot, .integer(Int64(bitPattern: ends[place(slot)]))) }
            return
        }
        guard let column = column(of: key) else { return }
        let width = table.keys.count
        let slots = slots
        table.values.withUnsafeBufferPointer { values in
            var place = firstRow &* width &+ column
            for slot in slots {
                if !values[place].isNull { body(slot, values[place]) }
                place &+= width
            }
        }
    }
}
