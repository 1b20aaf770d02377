extension Value {
    /// The total order of ORDER BY: negative, zero or positive as `left` sorts before, with or
    /// after `right`.
    ///
    /// Kinds in ascending order: map, node, relationship, list, path, date and time with zone,
    /// local date and time, date, time with zone, local time, duration, money, string, boolean,
    /// number, NaN, null. Zero exactly when the values are equivalent.
    public static func orderCompare(_ left: Value, _ right: Value) -> Int {
        if case .list(let leftElements) = left, case .list(let rightElements) = right {
            return orderCompare(leftElements, rightElements)
        }
        if case .map(let leftMap) = left, case .map(let rightMap) = right {
            return orderCompare(leftMap, rightMap)
        }
        return orderCompareScalars(left, right)
    }

    @inline(never)
    private static func orderCompareScalars(_ left: Value, _ right: Value) -> Int {
        let leftRank = left.orderRank
        let rightRank = right.orderRank
        if leftRank != rightRank { return leftRank < rightRank ? -1 : 1 }
        switch (left, right) {
        case (.integer(let left), .integer(let right)):
            return left < right ? -1 : left == right ? 0 : 1
        case (.float(let left), .float(let right)):
            // Two NaNs share a rank and are neither less nor greater.
            return left < right ? -1 : left > right ? 1 : 0
        case (.integer(let left), .float(let right)):
            return NumberComparison.compare(left, right) ?? 0
        case (.float(let left), .integer(let right)):
            return -(NumberComparison.compare(right, left) ?? 0)
        case (.string(let left), .string(let right)): return UTF8Order.compare(left, right)
        case (.boolean(let left), .boolean(let right)): return left == right ? 0 : right ? -1 : 1
        case (.node(let left), .node(let right)): return left < right ? -1 : left == right ? 0 : 1
        case (.relationship(let left), .relationship(let right)):
            return left < right ? -1 : left == right ? 0 : 1
        case (.path(let left), .path(let right)): return orderCompare(left, right)
        case (.duration(let left), .duration(let right)):
            return CalendarDuration.compare(left, right)
        case (.money(let left), .money(let right)):
            let leftKey = (left.currency, left.parts)
            let rightKey = (right.currency, right.parts)
            return leftKey < rightKey ? -1 : leftKey == rightKey ? 0 : 1
        default:
            switch cypherCompare(left, right) {
            case .less: return -1
            case .greater: return 1
            default: return 0
            }
        }
    }

    /// The place of the value's kind in the total order.
    ///
    /// On disk: index keys begin with it; never renumber.
    var orderRank: UInt8 {
        switch self {
        case .map: 0x10
        case .node: 0x18
        case .relationship: 0x20
        case .list: 0x28
        case .path: 0x30
        case .dateTime: 0x38
        case .localDateTime: 0x40
        case .date: 0x48
        case .time: 0x50
        case .localTime: 0x58
        case .duration: 0x60
        case .money: 0x68
        case .string: 0x70
        case .boolean: 0x78
        case .integer: 0x80
        case .float(let number): number.isNaN ? 0x88 : 0x80
        case .null: 0xF0
        }
    }

    private static func orderCompare(_ left: [Value], _ right: [Value]) -> Int {
        var index = 0
        while index < min(left.count, right.count) {
            let result = orderCompare(left[index], right[index])
            if result != 0 { return result }
            index += 1
        }
        return left.count - right.count
    }

    /// Maps sort by size, then by their sorted keys, then by the values in that order.
    private static func orderCompare(_ left: ValueMap, _ right: ValueMap) -> Int {
        if left.count != right.count { return left.count - right.count }
        let leftOrder = left.positionsByKey
        let rightOrder = right.positionsByKey
        let keyOrder = orderCompareKeys(left, leftOrder, right, rightOrder)
        if keyOrder != 0 { return keyOrder }
        var index = 0
        while index < leftOrder.count {
            let result = orderCompare(
                left.entries[leftOrder[index]].value, right.entries[rightOrder[index]].value)
            if result != 0 { return result }
            index += 1
        }
        return 0
    }

    @inline(never)
    private static func orderCompareKeys(
        _ left: ValueMap, _ leftOrder: [Int], _ right: ValueMap, _ rightOrder: [Int]
    ) -> Int {
        for (leftPosition, rightPosition) in zip(leftOrder, rightOrder) {
            let result = UTF8Order.compare(
                left.entries[leftPosition].key, right.entries[rightPosition].key)
            if result != 0 { return result }
        }
        return 0
    }

    /// Paths sort by their nodes and relationships in the order of the walk.
    private static func orderCompare(_ left: PathValue, _ right: PathValue) -> Int {
        for index in 0..<min(left.nodes.count, right.nodes.count) {
            if left.nodes[index] != right.nodes[index] {
                return left.nodes[index] < right.nodes[index] ? -1 : 1
            }
            guard index < left.length, index < right.length else { break }
            if left.relationships[index] != right.relationships[index] {
                return left.relationships[index] < right.relationships[index] ? -1 : 1
            }
        }
        return left.length - right.length
    }
}

extension ValueMap {
    /// The positions of the entries in the order of their keys.
    @inline(never)
    fileprivate var positionsByKey: [Int] {
        entries.indices.sorted { UTF8Order.compare(entries[$0].key, entries[$1].key) < 0 }
    }
}
