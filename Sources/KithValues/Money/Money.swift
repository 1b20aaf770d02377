/// An exact amount of a currency: a whole number of 10⁻¹⁸ units in 128 bits.
///
/// Amounts reach 1.7 × 10²⁰ units either way; a result beyond that is an error.
public struct Money: Hashable, Sendable {
    /// The number of decimal places that an amount can have.
    public static let decimalPlacesMax = 18
    /// 10¹⁸, the number of smallest parts in one unit of a currency.
    public static let partsPerUnit: Int128 = 1_000_000_000_000_000_000

    // Two halves instead of an Int128, whose alignment would make every Value larger.
    private let high: Int64
    private let low: UInt64
    /// The currency.
    public let currency: Currency

    /// Makes an amount of `parts` times 10⁻¹⁸ units of `currency`.
    public init(parts: Int128, currency: Currency) {
        high = Int64(truncatingIfNeeded: parts >> 64)
        low = UInt64(truncatingIfNeeded: parts)
        self.currency = currency
    }

    /// The amount in 10⁻¹⁸ units.
    public var parts: Int128 {
        Int128(high) << 64 | Int128(low)
    }

    /// The float next to the amount; for showing and estimating only.
    public var approximateAmount: Double {
        Double(parts) / Double(Self.partsPerUnit)
    }
}

extension Money {
    /// Makes an amount of whole units.
    public init(units: Int64, currency: Currency) {
        self.init(parts: Int128(units) * Self.partsPerUnit, currency: currency)
    }

    /// Makes the amount that a decimal number such as `-12.50` says.
    ///
    /// - Throws: ``ValueError`` when the text is no decimal number, has more than 18 decimal places
    ///   or is too large.
    public init(parsing text: String, currency: Currency) throws(ValueError) {
        guard let decimal = ExactDecimal(parsing: Array(text.utf8)) else {
            throw .invalidArgument("the amount of money is not a decimal number such as 12.50")
        }
        try self.init(decimal, currency: currency)
    }

    /// Makes the amount that a float's shortest text says.
    ///
    /// - Throws: ``ValueError`` for NaN and infinities, and when the amount is too large or has more
    ///   than 18 decimal places.
    public init(amount: Double, currency: Currency) throws(ValueError) {
        guard let decimal = ExactDecimal(amount) else {
            throw .invalidArgument("an amount of money must be a finite number")
        }
        try self.init(decimal, currency: currency)
    }

    private init(_ decimal: ExactDecimal, currency: Currency) throws(ValueError) {
        let shift = decimal.exponent + Self.decimalPlacesMax
        guard decimal.coefficient == 0 || shift >= 0 else {
            throw .invalidArgument("an amount of money has at most 18 decimal places")
        }
        let power = ExactDecimal.power(ofTen: decimal.coefficient == 0 ? 0 : shift)
        guard let power else { throw .moneyOverflow }
        let (parts, overflow) = decimal.coefficient.multipliedReportingOverflow(by: power)
        guard !overflow else { throw .moneyOverflow }
        self.init(parts: parts, currency: currency)
    }

    /// Reads an amount and a currency as ``description`` writes them: `12.50 EUR`.
    ///
    /// - Throws: ``ValueError`` when the text is anything else.
    public init(parsing text: String) throws(ValueError) {
        let words = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 2, let amount = String(words[0]), let code = String(words[1]),
            let currency = Currency(code)
        else { throw .invalidArgument("the text is not an amount of money such as 12.50 EUR") }
        try self.init(parsing: amount, currency: currency)
    }

    /// The amount as a decimal number, with at least as many decimal places as the currency's
    /// smallest unit has: `12.50`.
    public var amountText: String {
        // Calculated in 64 bits as far as possible: division in 128 bits is slow.
        let (units, rest) = parts.magnitude.quotientAndRemainder(
            dividingBy: Self.partsPerUnit.magnitude)
        var text = parts < 0 ? "-" : ""
        if let small = UInt64(exactly: units) {
            text += String(small)
        } else {
            text += String(units)
        }
        var fraction = UInt64(truncatingIfNeeded: rest)
        var places = Self.decimalPlacesMax
        let placesMin = currency.decimalPlaces
        while places >= placesMin + 4, fraction % 10_000 == 0 {
            fraction /= 10_000
            places -= 4
        }
        while places > placesMin, fraction % 10 == 0 {
            fraction /= 10
            places -= 1
        }
        guard places > 0 else { return text }
        let digits = String(fraction)
        text += "."
        for _ in digits.utf8.count..<places { text += "0" }
        return text + digits
    }
}

extension Money: CustomStringConvertible {
    /// The amount and the currency: `12.50 EUR`.
    public var description: String { amountText + " " + currency.code }
}

extension ValueError {
    /// An amount of money does not fit.
    public static let moneyOverflow = ValueError(
        .arithmeticError, "MoneyOverflow", "the amount of money is too large")

    /// Two amounts have different currencies.
    public static let currencyMismatch = ValueError(
        .typeError, "CurrencyMismatch",
        "amounts of two different currencies cannot be calculated with each other")
}
