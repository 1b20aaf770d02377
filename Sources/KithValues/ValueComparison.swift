/// How two values compare under `<` and its kin.
public enum Comparison: Hashable, Sendable {
    /// The left value is before the right one.
    case less
    /// Neither is before the other.
    case equal
    /// The left value is after the right one.
    case greater
    /// Both are numbers and one is NaN: every comparison is false.
    case unordered
    /// The values cannot be compared: every comparison is null.
    case incomparable

    init(_ sign: Int) {
        self = sign < 0 ? .less : sign > 0 ? .greater : .equal
    }
}

extension Value {
    /// Compares for `<`, `<=`, `>` and `>=`.
    public static func cypherCompare(_ left: Value, _ right: Value) -> Comparison {
        if case .list(let leftElements) = left, case .list(let rightElements) = right {
            return compare(leftElements, rightElements)
        }
        return compareScalars(left, right)
    }

    @inline(never)
    private static func compareScalars(_ left: Value, _ right: Value) -> Comparison {
        switch (left, right) {
        case (.integer(let left), .integer(let right)):
            return left < right ? .less : left == right ? .equal : .greater
        case (.float(let left), .float(let right)):
            if left.isNaN || right.isNaN { return .unordered }
            return left < right ? .less : left == right ? .equal : .greater
        case (.integer(let left), .float(let right)):
            return NumberComparison.compare(left, right).map { Comparison($0) } ?? .unordered
        case (.float(let left), .integer(let right)):
            return NumberComparison.compare(right, left).map { Comparison(-$0) } ?? .unordered
        case (.string(let left), .string(let right)):
            return Comparison(UTF8Order.compare(left, right))
        case (.boolean(let left), .boolean(let right)):
            return left == right ? .equal : right ? .less : .greater
        case (.date(let left), .date(let right)):
            return left < right ? .less : left == right ? .equal : .greater
        case (.localTime(let left), .localTime(let right)):
            return left < right ? .less : left == right ? .equal : .greater
        case (.time(let left), .time(let right)):
            return left < right ? .less : left == right ? .equal : .greater
        case (.localDateTime(let left), .localDateTime(let right)):
            return left < right ? .less : left == right ? .equal : .greater
        case (.dateTime(let left), .dateTime(let right)):
            return Comparison(ZonedDateTime.compare(left, right))
        case (.money(let left), .money(let right)):
            guard left.currency == right.currency else { return .incomparable }
            return left.parts < right.parts ? .less : left.parts == right.parts ? .equal : .greater
        default: return .incomparable
        }
    }

    /// Lists compare by their first different elements; a list is after those that it begins with.
    private static func compare(_ left: [Value], _ right: [Value]) -> Comparison {
        var index = 0
        while index < min(left.count, right.count) {
            // Equal elements need not be comparable, as maps are not.
            if cypherEquals(left[index], right[index]) != .yes {
                return cypherCompare(left[index], right[index])
            }
            index += 1
        }
        return left.count < right.count ? .less : left.count == right.count ? .equal : .greater
    }

    /// The language's `left < right`.
    public static func isLess(_ left: Value, _ right: Value) -> Ternary {
        switch cypherCompare(left, right) {
        case .less: .yes
        case .equal, .greater, .unordered: .no
        case .incomparable: .unknown
        }
    }

    /// The language's `left <= right`.
    public static func isLessOrEqual(_ left: Value, _ right: Value) -> Ternary {
        switch cypherCompare(left, right) {
        case .less, .equal: .yes
        case .greater, .unordered: .no
        case .incomparable: .unknown
        }
    }
}

/// Compares integers with floats by their exact values.
public enum NumberComparison {
    /// Negative, zero or positive as `integer` is less than, equal to or greater than `float`; nil
    /// for NaN.
    @inlinable
    public static func compare(_ integer: Int64, _ float: Double) -> Int? {
        if float.isNaN { return nil }
        // The first doubles beyond the integers on either side; every double between them has a
        // whole part that fits.
        if float >= 0x1p63 { return -1 }
        if float < -0x1p63 { return 1 }
        let whole = Int64(float)
        if integer != whole { return integer < whole ? -1 : 1 }
        let fraction = float - Double(whole)
        return fraction > 0 ? -1 : fraction < 0 ? 1 : 0
    }
}
