import KithValues

/// Keeps regular expressions compiled while their text comes again and again.
public final class RegularExpressionCache: Sendable {
    private struct Contents {
        /// The pattern asked for last, which is nearly always asked for next.
        var latest: (pattern: UTF8Key, expression: RegularExpression)?
        var expressions: [UTF8Key: RegularExpression] = [:]
    }

    private let contents = Guarded(Contents())

    /// The cache of callers without one of their own.
    public static let shared = RegularExpressionCache()

    /// Makes an empty cache.
    public init() {}

    /// The compiled form of `pattern`.
    ///
    /// - Throws: ``ValueError`` when it is not a regular expression.
    public func expression(_ pattern: String) throws(ValueError) -> RegularExpression {
        let key = UTF8Key(pattern)
        let known: RegularExpression? = contents.withLock { contents in
            if let latest = contents.latest, latest.pattern == key { return latest.expression }
            guard let found = contents.expressions[key] else { return nil }
            contents.latest = (key, found)
            return found
        }
        if let known { return known }
        let compiled = try RegularExpression(pattern)
        contents.withLock { contents in
            // Starting over is simpler than remembering who was asked for when, and rare.
            if contents.expressions.count >= FunctionLimits.cachedPatternCountMax {
                contents.expressions.removeAll()
            }
            contents.expressions[key] = compiled
            contents.latest = (key, compiled)
        }
        return compiled
    }
}
