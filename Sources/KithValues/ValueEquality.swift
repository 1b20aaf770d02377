// Values nest up to ``ValueLimits/nestingDepthMax`` levels deep, on stacks of 512 KiB. So what calls
// itself here is kept small: plain loops, and all that does not nest in functions of their own.

extension Value {
    /// The language's `=`: unknown where a null decides, false between different kinds.
    public static func cypherEquals(_ left: Value, _ right: Value) -> Ternary {
        if case .list(let leftElements) = left, case .list(let rightElements) = right {
            return equals(leftElements, rightElements)
        }
        if case .map(let leftMap) = left, case .map(let rightMap) = right {
            return equals(leftMap, rightMap)
        }
        return scalarEquals(left, right)
    }

    /// Whether the value is equal to itself; null, NaN and what holds one of them are not.
    public var equalsItself: Bool { Value.cypherEquals(self, self) == .yes }

    @inline(never)
    private static func scalarEquals(_ left: Value, _ right: Value) -> Ternary {
        switch (left, right) {
        case (.null, _), (_, .null): .unknown
        case (.float(let left), .float(let right)): Ternary(left == right)
        default: Ternary(isScalarEquivalent(left, right))
        }
    }

    private static func equals(_ left: [Value], _ right: [Value]) -> Ternary {
        guard left.count == right.count else { return .no }
        var result = Ternary.yes
        var index = 0
        while index < left.count {
            let pair = cypherEquals(left[index], right[index])
            if pair == .no { return .no }
            if pair == .unknown { result = .unknown }
            index += 1
        }
        return result
    }

    private static func equals(_ left: ValueMap, _ right: ValueMap) -> Ternary {
        guard left.count == right.count else { return .no }
        var result = Ternary.yes
        var index = 0
        while index < left.count {
            guard let other = left.counterpart(ofEntryAt: index, in: right) else { return .no }
            let pair = cypherEquals(left.entries[index].value, right.entries[other].value)
            if pair == .no { return .no }
            if pair == .unknown { result = .unknown }
            index += 1
        }
        return result
    }

    /// Whether two values are the same for grouping and DISTINCT: null is null, NaN is NaN, and
    /// 1 is 1.0.
    public static func isEquivalent(_ left: Value, _ right: Value) -> Bool {
        if case .list(let leftElements) = left, case .list(let rightElements) = right {
            return areEquivalent(leftElements, rightElements)
        }
        if case .map(let leftMap) = left, case .map(let rightMap) = right {
            return areEquivalent(leftMap, rightMap)
        }
        return isScalarEquivalent(left, right)
    }

    private static func areEquivalent(_ left: [Value], _ right: [Value]) -> Bool {
        guard left.count == right.count else { return false }
        var index = 0
        while index < left.count {
            if !isEquivalent(left[index], right[index]) { return false }
            index += 1
        }
        return true
    }

    private static func areEquivalent(_ left: ValueMap, _ right: ValueMap) -> Bool {
        guard left.count == right.count else { return false }
        var index = 0
        while index < left.count {
            guard let other = left.counterpart(ofEntryAt: index, in: right),
                isEquivalent(left.entries[index].value, right.entries[other].value)
            else { return false }
            index += 1
        }
        return true
    }

    /// Equivalence of values that are not both lists nor both maps.
    @inline(never)
    private static func isScalarEquivalent(_ left: Value, _ right: Value) -> Bool {
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
        if case .list(let leftElements) = left, case .list(let rightElements) = right {
            return areIdentical(leftElements, rightElements)
        }
        if case .map(let leftMap) = left, case .map(let rightMap) = right {
            return areIdentical(leftMap, rightMap)
        }
        return isScalarIdentical(left, right)
    }

    private static func areIdentical(_ left: [Value], _ right: [Value]) -> Bool {
        guard left.count == right.count else { return false }
        var index = 0
        while index < left.count {
            if !isIdentical(left[index], right[index]) { return false }
            index += 1
        }
        return true
    }

    private static func areIdentical(_ left: ValueMap, _ right: ValueMap) -> Bool {
        guard left.count == right.count else { return false }
        var index = 0
        while index < left.count {
            guard left.counterpart(ofEntryAt: index, in: right) == index,
                isIdentical(left.entries[index].value, right.entries[index].value)
            else { return false }
            index += 1
        }
        return true
    }

    @inline(never)
    private static func isScalarIdentical(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.float(let left), .float(let right)): left.bitPattern == right.bitPattern
        case (.integer, .float), (.float, .integer): false
        default: isScalarEquivalent(left, right)
        }
    }
}

extension ValueMap {
    /// Where `other` has the key of the entry at `index`.
    @inline(never)
    fileprivate func counterpart(ofEntryAt index: Int, in other: ValueMap) -> Int? {
        other.position(of: entries[index].key)
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
