extension Value {
    /// What `toString` gives for booleans, numbers, strings, temporal values and money; nil for
    /// other kinds.
    public var plainText: String? {
        fatalError("filled in by the next commit")
    }

    /// The text of a value as the language would write it: strings quoted, lists and maps nested.
    ///
    /// References show as `(#id)` and `[#id]`; layers that can read entities print those themselves.
    public var literalText: String {
        fatalError("filled in by the next commit")
    }
}

/// The text forms of numbers.
public enum NumberText {
    /// The shortest text that reads back as `number`, always with a fraction or an exponent: `1.0`,
    /// `1e300`, `NaN`, `Infinity`, `-Infinity`.
    public static func text(of number: Double) -> String {
        fatalError("filled in by the next commit")
    }

    /// Reads a whole decimal integer with an optional sign; nil if `text` is anything else or too large.
    public static func parseInteger(_ text: String) -> Int64? {
        fatalError("filled in by the next commit")
    }

    /// Reads a decimal number with optional sign, fraction and exponent; nil if `text` is anything else.
    public static func parseFloat(_ text: String) -> Double? {
        fatalError("filled in by the next commit")
    }
}
