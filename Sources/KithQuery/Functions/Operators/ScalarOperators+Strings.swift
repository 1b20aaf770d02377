import KithValues

extension ScalarOperators {
    /// `text STARTS WITH prefix`; null unless both are strings.
    public static func startsWith(_ text: Value, _ prefix: Value) -> Value {
        guard case .string(let text) = text, case .string(let prefix) = prefix else { return .null }
        return .boolean(UTF8Text.hasPrefix(text, prefix))
    }

    /// `text ENDS WITH suffix`; null unless both are strings.
    public static func endsWith(_ text: Value, _ suffix: Value) -> Value {
        guard case .string(let text) = text, case .string(let suffix) = suffix else { return .null }
        return .boolean(UTF8Text.hasSuffix(text, suffix))
    }

    /// `text CONTAINS part`; null unless both are strings.
    public static func contains(_ text: Value, _ part: Value) -> Value {
        guard case .string(let text) = text, case .string(let part) = part else { return .null }
        return .boolean(UTF8Text.contains(text, part))
    }

    /// `text =~ pattern`: whether the regular expression matches the whole text; null unless both
    /// are strings.
    ///
    /// A call site that is evaluated many times passes a `cache` of its own.
    ///
    /// - Throws: ``ValueError`` when the pattern is not a regular expression, and when matching
    ///   takes more than ``FunctionLimits/patternStepCountMax`` steps.
    public static func matches(
        _ text: Value, _ pattern: Value, cache: RegularExpressionCache = .shared
    ) throws(ValueError) -> Value {
        guard case .string(let text) = text, case .string(let pattern) = pattern else {
            return .null
        }
        return .boolean(try cache.expression(pattern).matches(text))
    }
}
