/// A decimal number kept exactly: `coefficient` × 10^`exponent`.
///
/// Floats enter exact arithmetic with money and durations through the decimal number that their
/// shortest text shows, because that is what people wrote.
struct ExactDecimal: Hashable {
    let coefficient: Int128
    let exponent: Int

    init(coefficient: Int128, exponent: Int) {
        self.coefficient = coefficient
        self.exponent = exponent
    }

    /// The decimal number that a float's shortest text shows; nil for NaN and infinities.
    init?(_ number: Double) {
        guard number.isFinite else { return nil }
        self.init(parsing: Array(number.description.utf8))
    }

    /// Reads `[+-]digits[.digits][e[+-]digits]`, with digits on at least one side of the point; nil
    /// if malformed or if its digits do not fit 128 bits.
    init?(parsing text: [UInt8]) {
        var scanner = ByteScanner(text)
        let isNegative = scanner.take(UInt8(ascii: "-"))
        if !isNegative { _ = scanner.take(UInt8(ascii: "+")) }
        var digits = DecimalDigits()
        guard digits.read(&scanner) else { return nil }
        if scanner.take(UInt8(ascii: "e")) || scanner.take(UInt8(ascii: "E")) {
            let isExponentNegative = scanner.take(UInt8(ascii: "-"))
            if !isExponentNegative { _ = scanner.take(UInt8(ascii: "+")) }
            guard scanner.digitCount <= 6, let written = scanner.number(digitsMax: 6) else {
                return nil
            }
            digits.exponent += isExponentNegative ? -Int(written) : Int(written)
        }
        guard scanner.isAtEnd else { return nil }
        coefficient = isNegative ? -digits.coefficient : digits.coefficient
        exponent = digits.coefficient == 0 ? 0 : digits.exponent
    }

    /// The number as a fraction of two integers; nil when either does not fit.
    var fraction: (numerator: Int128, denominator: Int128)? {
        if exponent >= 0 {
            guard let power = Self.power(ofTen: exponent) else {
                return coefficient == 0 ? (0, 1) : nil
            }
            let (product, overflow) = coefficient.multipliedReportingOverflow(by: power)
            return overflow ? nil : (product, 1)
        }
        guard let power = Self.power(ofTen: -exponent) else {
            return coefficient == 0 ? (0, 1) : nil
        }
        return (coefficient, power)
    }

    /// 10^`exponent`; nil beyond 38, where it does not fit.
    static func power(ofTen exponent: Int) -> Int128? {
        guard (0...38).contains(exponent) else { return nil }
        var result: Int128 = 1
        for _ in 0..<exponent { result *= 10 }
        return result
    }
}

/// Digits with a point among them, zeros at either end dropped.
struct DecimalDigits {
    private(set) var coefficient: Int128 = 0
    var exponent = 0

    /// Reads `digits[.digits]` or `.digits`; false if there is no digit or if they do not fit 128 bits.
    mutating func read(_ scanner: inout ByteScanner, allowsComma: Bool = false) -> Bool {
        var digits = Self.digits(&scanner)
        if scanner.take(UInt8(ascii: ".")) || allowsComma && scanner.take(UInt8(ascii: ",")) {
            let fraction = Self.digits(&scanner)
            digits += fraction
            exponent = -fraction.count
        }
        guard !digits.isEmpty else { return false }
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        let significant = digits.drop { $0 == 0 }
        for digit in significant {
            let (scaled, overflow) = coefficient.multipliedReportingOverflow(by: 10)
            let (sum, overflowOfSum) = scaled.addingReportingOverflow(Int128(digit))
            guard !overflow, !overflowOfSum else { return false }
            coefficient = sum
        }
        if coefficient == 0 { exponent = 0 }
        return true
    }

    private static func digits(_ scanner: inout ByteScanner) -> [UInt8] {
        var digits: [UInt8] = []
        while let byte = scanner.peek, (0x30...0x39).contains(byte) {
            scanner.skip()
            digits.append(byte - 0x30)
        }
        return digits
    }
}
