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
}

extension Value {
    /// Compares for `<`, `<=`, `>` and `>=`.
    public static func cypherCompare(_ left: Value, _ right: Value) -> Comparison {
        fatalError("filled in by the next commit")
    }

    /// The language's `left < right`.
    public static func isLess(_ left: Value, _ right: Value) -> Ternary {
        fatalError("filled in by the next commit")
    }

    /// The language's `left <= right`.
    public static func isLessOrEqual(_ left: Value, _ right: Value) -> Ternary {
        fatalError("filled in by the next commit")
    }
}
