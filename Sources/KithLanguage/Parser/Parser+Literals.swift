/// Numbers, texts and parameters.
extension Parser {
    /// Reads `$name`; the caller has seen that a parameter comes next.
    mutating func parameterName() -> Name {
        let span = token.span
        advance()
        let first = span.start + 1
        guard bytes[first] == UInt8(ascii: "`") else {
            return Name(text(of: SourceSpan(start: first, end: span.end)), span: span)
        }
        return Name(Parser.unquoted(bytes[(first + 1)..<(span.end - 1)]), span: span)
    }

    mutating func numberLiteral(isNegative: Bool) throws(Diagnostic) -> Literal {
        if token.kind == .integer { return .integer(try integerLiteral(isNegative: isNegative)) }
        let span = token.span
        var digits: [UInt8] = bytes[span.start..<span.end].filter { $0 != UInt8(ascii: "_") }
        if let last = digits.last, [0x64, 0x66].contains(last | 0x20) { digits.removeLast() }
        if digits.first == UInt8(ascii: ".") { digits.insert(UInt8(ascii: "0"), at: 0) }
        guard let value = Double(String(decoding: digits, as: UTF8.self)) else {
            throw Diagnostic(
                detail: "InvalidNumberLiteral", message: "`\(text(of: span))` is not a number",
                span: span)
        }
        guard value.isFinite else {
            throw Diagnostic(
                detail: "FloatingPointOverflow",
                message: "`\(text(of: span))` is too large for a number with a point",
                span: span, hint: "The largest is 1.7976931348623157e308.")
        }
        advance()
        return .float(isNegative ? -value : value)
    }

    mutating func integerLiteral(isNegative: Bool) throws(Diagnostic) -> Int64 {
        let span = token.span
        var digits = bytes[span.start..<span.end].filter { $0 != UInt8(ascii: "_") }
        var radix: UInt64 = 10
        if digits.count > 1, digits[0] == UInt8(ascii: "0") {
            if digits[1] | 0x20 == UInt8(ascii: "x") { radix = 16 }
            if digits[1] | 0x20 == UInt8(ascii: "o") { radix = 8 }
            if radix != 10 { digits.removeFirst(2) }
        }
        let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
        var value: UInt64 = 0
        for digit in digits {
            let (product, overflows) = value.multipliedReportingOverflow(by: radix)
            let (sum, overflowsToo) = product.addingReportingOverflow(Parser.digitValue(digit))
            guard !overflows, !overflowsToo, sum <= limit else {
                throw Diagnostic(
                    detail: "IntegerOverflow",
                    message: "`\(isNegative ? "-" : "")\(text(of: span))` is out of range",
                    span: span,
                    hint: "Whole numbers go from \(Int64.min) to \(Int64.max).")
            }
            value = sum
        }
        advance()
        return isNegative ? Int64(truncatingIfNeeded: 0 &- value) : Int64(value)
    }

    /// The value of a decimal or hexadecimal digit; the lexer lets no other byte through.
    static func digitValue(_ byte: UInt8) -> UInt64 {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        default: UInt64((byte | 0x20) - UInt8(ascii: "a")) + 10
        }
    }

    mutating func stringLiteral() throws(Diagnostic) -> String {
        let span = token.span
        let quote = bytes[span.start]
        let end = span.end - 1
        var position = span.start + 1
        var result: [UInt8] = []
        result.reserveCapacity(end - position)
        while position < end {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\\") {
                try unescape(at: &position, end: end, into: &result)
            } else {
                result.append(byte)
                position += byte == quote ? 2 : 1
            }
        }
        advance()
        return String(decoding: result, as: UTF8.self)
    }

    /// Decodes what begins with the backslash at `position`.
    private func unescape(
        at position: inout Int, end: Int, into result: inout [UInt8]
    ) throws(Diagnostic) {
        let start = position
        let letter = position + 1 < end ? bytes[position + 1] : 0
        position += 2
        switch letter {
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"),
            UInt8(ascii: "/"):
            result.append(letter)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let scalar = try unicodeEscape(at: &position, from: start, end: end)
            result.append(contentsOf: String(scalar).utf8)
        default:
            throw Diagnostic(
                detail: "UnexpectedSyntax", message: "this escape has no meaning",
                span: SourceSpan(start: start, end: min(start + 2, end)),
                hint: "A backslash itself is written `\\\\`.")
        }
    }

    /// Decodes `\uXXXX`, two of them for a surrogate pair, `\UXXXXXX` or `\UXXXXXXXX`.
    private func unicodeEscape(
        at position: inout Int, from start: Int, end: Int
    ) throws(Diagnostic) -> Unicode.Scalar {
        var value: UInt32?
        if bytes[start + 1] == UInt8(ascii: "u") {
            value = hexadecimal(at: &position, count: 4, end: end)
            if let high = value, (0xD800...0xDBFF).contains(high), position + 1 < end,
                bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                let low = hexadecimal(at: &position, count: 4, end: end) ?? 0
                value =
                    (0xDC00...0xDFFF).contains(low)
                    ? 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00) : nil
            }
        } else {
            let short = position
            value = hexadecimal(at: &position, count: 8, end: end)
            if value == nil || bytes[short] != UInt8(ascii: "0") {
                position = short
                value = hexadecimal(at: &position, count: 6, end: end)
            }
        }
        guard let value, let scalar = Unicode.Scalar(value) else {
            throw Diagnostic(
                detail: "InvalidUnicodeLiteral", message: "this escape names no character",
                span: SourceSpan(start: start, end: min(max(position, start + 2), end)),
                hint: "Write `\\uXXXX` or `\\UXXXXXX` with hexadecimal digits.")
        }
        return scalar
    }

    private func hexadecimal(at position: inout Int, count: Int, end: Int) -> UInt32? {
        guard position + count <= end else { return nil }
        var value: UInt32 = 0
        for byte in bytes[position..<position + count] {
            let isDigit =
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
            guard isDigit else { return nil }
            value = value << 4 | UInt32(Parser.digitValue(byte))
        }
        position += count
        return value
    }
}
