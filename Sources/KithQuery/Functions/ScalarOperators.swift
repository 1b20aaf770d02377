import KithValues

/// The operators of the language on single values, where they are more than a call into the
/// values' own operations: the reference for the vectorised kernels.
public enum ScalarOperators {
    /// `left || right`: joins strings, and lists.
    public static func concatenate(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.null, _), (_, .null): return .null
        case (.string(let first), .string(let second)): return .string(first + second)
        case (.list(let first), .list(let second)): return .list(first + second)
        default:
            throw .invalidType(
                "|| joins two strings or two lists, not \(left.kind.name) and \(right.kind.name)")
        }
    }
}
