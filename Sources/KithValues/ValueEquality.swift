extension Value {
    /// The language's `=`: unknown where a null decides, false between different kinds.
    public static func cypherEquals(_ left: Value, _ right: Value) -> Ternary {
        switch (left, right) {
        case (.null, _), (_, .null): return .unknown
        case (.float(let left), .float(let right)): return Ternary(left == right)
        case (.list(let left), .list(let right)): return equals(left, right)
        case (.map(let left), .map(let right)): return equals(left, right)
        default: return Ternary(isEquivalent(left, right))
        }
    }

    private static func equals(_ left: [Value], _ right: [Value]) -> Ternary {
        guard left.count == right.count else { return .no }
        var result = Ternary.yes
        for index in left.indices {
            switch cypherEquals(left[index], right[index]) {
            case .no: return .no
            case .unknown: result = .unknown
            case .yes: break
            }
        }
        return result
    }

    private static func equals(_ left: ValueMap, _ right: ValueMap) -> Ternary {
        guard left.count == right.count else { return .no }
        var result = Ternary.yes
        for entry in left.entries {
            guard let other = right[entry.key] else { return .no }
            switch cypherEquals(entry.value, other) {
            case .no: return .no
            case .unknown: result = .unknown
            case .yes: break
            }
        }
        return result
    }

    /// Whether two values are the same for grouping and DISTINCT: null is null, NaN is NaN, and
    /// 1 is 1.0.
    public static func isEquivalent(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.boolean(let left), .boolean(let right)): return left == right
        case (.integer(let left), .integer(let right)): return left == right
        case (.float(let left), .float(let right)):
            return left == right || left.isNaN && right.isNaN
        case (.integer(let integer), .float(let float)),
            (.float(let float), .integer(let integer)):
            return NumberComparison.compare(integer, float) == 0
        case (.string(let left), .string(let right)): return UTF8Order.areEqual(left, right)
        case (.list(let left), .list(let right)):
            return left.count == right.count
                && left.indices.allSatisfy { isEquivalent(left[$0], right[$0]) }
        case (.map(let left), .map(let right)):
            return left.count == right.count
                && left.entries.allSatisfy { entry in
                    guard let other = right[entry.key] else { return false }
                    return isEquivalent(entry.value, other)
                }
        case (.node(let left), .node(let right)): return left == right
        case (.relationship(let left), .relationship(let right)): return left == right
        case (.path(let left), .path(let right)):
            return left.nodes == right.nodes && left.relationships == right.relationships
        case (.date(let left), .date(let right)): return left == right
        case (.localTime(let left), .localTime(let right)): return left == right
        case (.time(let left), .time(let right)): return left == right
        case (.localDateTime(let left), .localDateTime(let right)): return left == right
        case (.dateTime(let left), .dateTime(let right)): return left == right
        case (.duration(let left), .duration(let right)): return left == right
        case (.money(let left), .money(let right)): return left == right
        default: return false
        }
    }

    /// Whether two values are identical: same kind and same bits; 1 and 1.0 are not.
    public static func isIdentical(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.float(let left), .float(let right)): return left.bitPattern == right.bitPattern
        case (.integer, .float), (.float, .integer): return false
        case (.list(let left), .list(let right)):
            return left.count == right.count
                && left.indices.allSatisfy { isIdentical(left[$0], right[$0]) }
        case (.map(let left), .map(let right)):
            return left.count == right.count
                && zip(left.entries, right.entries).allSatisfy {
                    UTF8Order.areEqual($0.key, $1.key) && isIdentical($0.value, $1.value)
                }
        default: return isEquivalent(left, right)
        }
    }
}

/// A value as a key of dictionaries and sets, under equivalence (see ``Value/isEquivalent(_:_:)``).
public struct GroupingKey: Hashable, Sendable {
    /// The value itself.
    public let value: Value

    /// Wraps `value`.
    public init(_ value: Value) {
        self.value = value
    }

    /// Whether both values are equivalent.
    public static func == (left: GroupingKey, right: GroupingKey) -> Bool {
        Value.isEquivalent(left.value, right.value)
    }

    /// Hashes what equivalent values share.
    public func hash(into hasher: inout Hasher) {
        value.hashEquivalence(into: &hasher)
    }
}
