extension Money {
    /// The sum of two amounts of one currency.
    ///
    /// - Throws: ``ValueError`` on two currencies and on overflow.
    public func adding(_ other: Money) throws(ValueError) -> Money {
        guard currency == other.currency else { throw .currencyMismatch }
        let (sum, overflow) = parts.addingReportingOverflow(other.parts)
        guard !overflow else { throw .moneyOverflow }
        return Money(parts: sum, currency: currency)
    }

    /// The difference of two amounts of one currency.
    ///
    /// - Throws: ``ValueError`` on two currencies and on overflow.
    public func subtracting(_ other: Money) throws(ValueError) -> Money {
        guard currency == other.currency else { throw .currencyMismatch }
        let (difference, overflow) = parts.subtractingReportingOverflow(other.parts)
        guard !overflow else { throw .moneyOverflow }
        return Money(parts: difference, currency: currency)
    }

    /// The amount with the other sign.
    ///
    /// - Throws: ``ValueError`` on overflow.
    public func negated() throws(ValueError) -> Money {
        try Money(parts: 0, currency: currency).subtracting(self)
    }

    /// The amount times a whole number.
    ///
    /// - Throws: ``ValueError`` on overflow.
    public func multiplied(by factor: Int64) throws(ValueError) -> Money {
        let (product, overflow) = parts.multipliedReportingOverflow(by: Int128(factor))
        guard !overflow else { throw .moneyOverflow }
        return Money(parts: product, currency: currency)
    }

    /// The amount times the decimal number that the float's shortest text shows; what has more than
    /// 18 places is rounded to the nearest, halves to even.
    ///
    /// - Throws: ``ValueError`` on NaN and infinities and on overflow.
    public func multiplied(by factor: Double) throws(ValueError) -> Money {
        guard let decimal = ExactDecimal(factor) else { throw .invalidMoneyFactor }
        return try scaled(by: decimal)
    }

    private func scaled(by decimal: ExactDecimal) throws(ValueError) -> Money {
        if decimal.coefficient == 0 || parts == 0 { return Money(parts: 0, currency: currency) }
        let isNegative = (parts < 0) != (decimal.coefficient < 0)
        let product = parts.magnitude.multipliedFullWidth(by: decimal.coefficient.magnitude)
        if decimal.exponent >= 0 {
            guard let power = ExactDecimal.power(ofTen: decimal.exponent), product.high == 0 else {
                throw .moneyOverflow
            }
            let (result, overflow) = product.low.multipliedReportingOverflow(by: power.magnitude)
            guard !overflow else { throw .moneyOverflow }
            return try signed(result, isNegative)
        }
        // A coefficient of a float has at most 17 digits, so that beyond 10⁻⁵⁶ nothing is left.
        guard decimal.exponent >= -76 else { return Money(parts: 0, currency: currency) }
        let result = try dividedByPowerOfTen(product, -decimal.exponent)
        return try signed(result, isNegative)
    }

    /// The amount divided by a whole number, rounded half-even at 18 places.
    ///
    /// - Throws: ``ValueError`` on division by zero and on overflow.
    public func divided(by divisor: Int64) throws(ValueError) -> Money {
        try divided(by: ExactDecimal(coefficient: Int128(divisor), exponent: 0))
    }

    /// The amount divided by the decimal number that the float's shortest text shows, rounded
    /// half-even at 18 places.
    ///
    /// - Throws: ``ValueError`` on zero, NaN and infinities and on overflow.
    public func divided(by divisor: Double) throws(ValueError) -> Money {
        guard let decimal = ExactDecimal(divisor) else { throw .invalidMoneyFactor }
        return try divided(by: decimal)
    }

    private func divided(by decimal: ExactDecimal) throws(ValueError) -> Money {
        guard decimal.coefficient != 0 else { throw .divisionByZero }
        if parts == 0 { return self }
        let isNegative = (parts < 0) != (decimal.coefficient < 0)
        let divisor = decimal.coefficient.magnitude
        var dividend: (high: UInt128, low: UInt128) = (0, parts.magnitude)
        if decimal.exponent < 0 {
            guard let power = ExactDecimal.power(ofTen: -decimal.exponent) else {
                throw .moneyOverflow
            }
            dividend = parts.magnitude.multipliedFullWidth(by: power.magnitude)
        } else if decimal.exponent > 0 {
            // Where the divisor does not fit in 128 bits, the quotient is less than half a part.
            guard let power = ExactDecimal.power(ofTen: decimal.exponent) else {
                return Money(parts: 0, currency: currency)
            }
            let (scaled, overflow) = divisor.multipliedReportingOverflow(by: power.magnitude)
            guard !overflow else { return Money(parts: 0, currency: currency) }
            return try signed(roundedQuotient(dividend, scaled, sticky: false), isNegative)
        }
        return try signed(roundedQuotient(dividend, divisor, sticky: false), isNegative)
    }

    /// How many times `other` goes into this amount.
    ///
    /// - Throws: ``ValueError`` on two currencies and on division by zero.
    public func divided(by other: Money) throws(ValueError) -> Double {
        guard currency == other.currency else { throw .currencyMismatch }
        guard other.parts != 0 else { throw .divisionByZero }
        // Reduced first: what remains of amounts that people write fits a float exactly, and the
        // quotient of two such floats is the nearest one.
        let divisor = greatestCommonDivisor(parts.magnitude, other.parts.magnitude)
        let isNegative = (parts < 0) != (other.parts < 0)
        let quotient =
            Double(parts.magnitude / divisor) / Double(other.parts.magnitude / divisor)
        return isNegative ? -quotient : quotient
    }

    private func signed(_ magnitude: UInt128, _ isNegative: Bool) throws(ValueError) -> Money {
        guard let positive = Int128(exactly: magnitude) else { throw .moneyOverflow }
        return Money(parts: isNegative ? -positive : positive, currency: currency)
    }
}

/// The 256-bit `dividend` over 10^`exponent` (at most 76), rounded half-even.
private func dividedByPowerOfTen(
    _ dividend: (high: UInt128, low: UInt128), _ exponent: Int
) throws(ValueError) -> UInt128 {
    var value = dividend
    var left = exponent
    var sticky = false
    while left > 38 {
        // Divided in steps, remembering whether anything was lost; the last step rounds.
        let step = min(left - 38, 18)
        guard let power = ExactDecimal.power(ofTen: step)?.magnitude else { throw .moneyOverflow }
        let high = value.high.quotientAndRemainder(dividingBy: power)
        let low = power.dividingFullWidth((high.remainder, value.low))
        value = (high.quotient, low.quotient)
        sticky = sticky || low.remainder != 0
        left -= step
    }
    guard let power = ExactDecimal.power(ofTen: left)?.magnitude else { throw .moneyOverflow }
    return try roundedQuotient(value, power, sticky: sticky)
}

/// The 256-bit `dividend` over `divisor`, rounded half-even; `sticky` says that the true dividend is
/// a little larger.
private func roundedQuotient(
    _ dividend: (high: UInt128, low: UInt128), _ divisor: UInt128, sticky: Bool
) throws(ValueError) -> UInt128 {
    guard dividend.high < divisor else { throw .moneyOverflow }
    let (quotient, remainder) = divisor.dividingFullWidth(dividend)
    let half = divisor - remainder
    let isUp = remainder > half || remainder == half && (sticky || quotient % 2 == 1)
    if isUp && quotient == .max { throw .moneyOverflow }
    return isUp ? quotient + 1 : quotient
}

private func greatestCommonDivisor(_ first: UInt128, _ second: UInt128) -> UInt128 {
    var (left, right) = (first, second)
    while right != 0 { (left, right) = (right, left % right) }
    return left
}

extension ValueError {
    /// Money was multiplied with, or divided by, what is no number.
    static let invalidMoneyFactor = ValueError.invalidArgument(
        "money can be multiplied with and divided by finite numbers only")
}
