extension Value {
    /// The language's `=`: unknown where a null decides, false between different kinds.
    public static func cypherEquals(_ left: Value, _ right: Value) -> Ternary {
        fatalError("filled in by the next commit")
    }

    /// Whether two values are the same for grouping and DISTINCT: null is null, NaN is NaN, and
    /// 1 is 1.0.
    public static func isEquivalent(_ left: Value, _ right: Value) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Feeds into `hasher` what equivalent values share.
    public func hashEquivalence(into hasher: inout Hasher) {
        fatalError("filled in by the next commit")
    }

    /// Whether two values are identical: same kind and same bits; 1 and 1.0 are not.
    public static func isIdentical(_ left: Value, _ right: Value) -> Bool {
        fatalError("filled in by the next commit")
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
