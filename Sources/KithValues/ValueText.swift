extension Value {
    /// What `toString` gives for booleans, numbers, strings, temporal values and money; nil for
    /// other kinds.
    public var plainText: String? {
        switch self {
        case .boolean(let known): known ? "true" : "false"
        case .integer(let number): String(number)
        case .float(let number): NumberText.text(of: number)
        case .string(let text): text
        case .date(let date): date.description
        case .localTime(let time): time.description
        case .time(let time): time.description
        case .localDateTime(let local): local.description
        case .dateTime(let zoned): zoned.description
        case .duration(let duration): duration.description
        case .money(let money): money.description
        case .null, .list, .map, .node, .relationship, .path: nil
        }
    }

    /// The text of a value as the language would write it: strings quoted, lists and maps nested.
    ///
    /// References show as `(#id)` and `[#id]`; layers that can read entities print those themselves.
    public var literalText: String {
        var text = ""
        appendLiteral(to: &text)
        return text
    }

    private func appendLiteral(to text: inout String) {
        if case .list(let elements) = self {
            text += "["
            var index = 0
            while index < elements.count {
                if index > 0 { text += ", " }
                elements[index].appendLiteral(to: &text)
                index += 1
            }
            text += "]"
        } else if case .map(let map) = self {
            text += "{"
            var index = 0
            while index < map.count {
                if index > 0 { text += ", " }
                Value.appendName(map.entries[index].key, to: &text)
                map.entries[index].value.appendLiteral(to: &text)
                index += 1
            }
            text += "}"
        } else {
            appendScalarLiteral(to: &text)
        }
    }

    @inline(never)
    private func appendScalarLiteral(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .string(let string): Value.appendQuoted(string, to: &text)
        case .node(let id): text += "(#\(id.rawValue))"
        case .relationship(let id): text += "[#\(id.rawValue)]"
        case .path(let path):
            for (index, node) in path.nodes.enumerated() {
                if index > 0 { text += "-[#\(path.relationships[index - 1].rawValue)]-" }
                text += "(#\(node.rawValue))"
            }
        default: text += plainText ?? ""
        }
    }

    @inline(never)
    private static func appendName(_ key: String, to text: inout String) {
        text += isPlainName(key) ? key : "`\(key)`"
        text += ": "
    }

    private static func isPlainName(_ key: String) -> Bool {
        guard let first = key.unicodeScalars.first,
            first.properties.isXIDStart || first == "_"
        else { return false }
        return key.unicodeScalars.allSatisfy { $0.properties.isXIDContinue }
    }

    private static func appendQuoted(_ string: String, to text: inout String) {
        text += "'"
        for scalar in string.unicodeScalars {
            switch scalar {
            case "'": text += "\\'"
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "'"
    }
}

extension Value: CustomStringConvertible {
    /// ``literalText``.
    public var description: String { literalText }
}

/// The text forms of numbers.
public enum NumberText {
    /// The shortest text that reads back as `number`, always with a fraction or an exponent: `1.0`,
    /// `1e300`, `NaN`, `Infinity`, `-Infinity`.
    ///
    /// From 10⁻⁶ up to 10¹⁶ numbers are written without an exponent.
    public static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        // In this range the standard library writes the same text, and faster.
        if number.magnitude >= 0.001 && number.magnitude < 1e15 { return number.description }
        let sign = number.sign == .minus ? "-" : ""
        guard let decimal = ExactDecimal(number.magnitude), decimal.coefficient != 0 else {
            return sign + "0.0"
        }
        let digits = String(decimal.coefficient)
        let count = digits.utf8.count
        let exponent = count - 1 + decimal.exponent
        guard (-6...15).contains(exponent) else {
            let fraction = digits.dropFirst()
            return sign + String(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction)
                + "e\(exponent)"
        }
        if exponent < 0 {
            return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
        }
        if decimal.exponent >= 0 {
            return sign + digits + String(repeating: "0", count: decimal.exponent) + ".0"
        }
        return sign + String(digits.prefix(exponent + 1)) + "."
            + String(digits.dropFirst(exponent + 1))
    }

    /// Reads a whole decimal integer with an optional sign; nil if `text` is anything else or too
    /// large.
    public static func parseInteger(_ text: String) -> Int64? {
        Int64(text)
    }

    /// Reads a decimal number with optional sign, fraction and exponent; nil if `text` is anything
    /// else. Numbers beyond the range of floats give infinity.
    public static func parseFloat(_ text: String) -> Double? {
        var scanner = ByteScanner(Array(text.utf8))
        if !scanner.take(UInt8(ascii: "-")) { _ = scanner.take(UInt8(ascii: "+")) }
        var digits = scanner.skipDigits()
        if scanner.take(UInt8(ascii: ".")) { digits += scanner.skipDigits() }
        guard digits > 0 else { return nil }
        if scanner.take(UInt8(ascii: "e")) || scanner.take(UInt8(ascii: "E")) {
            if !scanner.take(UInt8(ascii: "-")) { _ = scanner.take(UInt8(ascii: "+")) }
            guard scanner.skipDigits() > 0 else { return nil }
        }
        guard scanner.isAtEnd else { return nil }
        return Double(text)
    }
}

extension ByteScanner {
    /// Moves past all digits that come next and gives their number.
    fileprivate mutating func skipDigits() -> Int {
        let count = digitCount
        for _ in 0..<count { skip() }
        return count
    }
}
