import KithValues

/// The operators of the language on single values, where they are more than a call into the
/// values' own operations: the reference for the vectorised kernels.
public enum ScalarOperators {
    /// `left || right`: joins strings, and lists.
    public static func concatenate(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        try checkLength(joining: left, right)
        switch (left, right) {
        case (.null, _), (_, .null): return .null
        case (.string(let first), .string(let second)): return .string(first + second)
        case (.list(let first), .list(let second)): return .list(first + second)
        default:
            throw .invalidType(
                "|| joins two strings or two lists, not \(left.kind.name) and \(right.kind.name)")
        }
    }

    /// Refuses to join strings, or lists, to one longer than the limit: each joining can double them.
    static func checkLength(joining left: Value, _ right: Value) throws(ValueError) {
        switch (left, right) {
        case (.string(let first), .string(let second)):
            try FunctionArguments.checkStringLength(first.utf8.count + second.utf8.count)
        case (.list(let first), .list(let second)):
            try FunctionArguments.checkListLength(first.count + second.count)
        case (.list(let elements), _), (_, .list(let elements)):
            try FunctionArguments.checkListLength(elements.count + 1)
        default: break
        }
    }
}
