import Glibc

extension Value {
    /// `left + right`: numbers, strings, lists, temporal values and durations, money.
    ///
    /// A string and a number are joined as text; a list and any other value are joined as lists.
    ///
    /// - Throws: ``ValueError`` on overflow, on kinds that do not add, on two currencies.
    public static func add(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.integer(let left), .integer(let right)):
            let (sum, overflow) = left.addingReportingOverflow(right)
            guard !overflow else { throw .integerOverflow }
            return .integer(sum)
        case (.float(let left), .float(let right)): return .float(left + right)
        case (.integer(let left), .float(let right)): return .float(Double(left) + right)
        case (.float(let left), .integer(let right)): return .float(left + Double(right))
        case (.null, _), (_, .null): return .null
        case (.list(let left), .list(let right)): return .list(left + right)
        case (.list(let elements), _):
            try right.checkCanBeNested()
            return .list(elements + [right])
        case (_, .list(let elements)):
            try left.checkCanBeNested()
            return .list([left] + elements)
        case (.string(let left), .string(let right)): return .string(left + right)
        case (.string(let left), .integer), (.string(let left), .float):
            return .string(left + (right.plainText ?? ""))
        case (.integer, .string(let right)), (.float, .string(let right)):
            return .string((left.plainText ?? "") + right)
        case (.money(let left), .money(let right)): return .money(try left.adding(right))
        case (.duration(let left), .duration(let right)):
            guard let sum = left.adding(right) else { throw .durationOverflow }
            return .duration(sum)
        case (_, .duration(let duration)): return try shift(left, by: duration, "+", right)
        case (.duration(let duration), _): return try shift(right, by: duration, "+", left)
        default: throw operandError("+", left, right)
        }
    }

    /// `left - right`: numbers, temporal values and durations, money.
    ///
    /// - Throws: ``ValueError`` on overflow, on kinds that do not subtract, on two currencies.
    public static func subtract(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.integer(let left), .integer(let right)):
            let (difference, overflow) = left.subtractingReportingOverflow(right)
            guard !overflow else { throw .integerOverflow }
            return .integer(difference)
        case (.float(let left), .float(let right)): return .float(left - right)
        case (.integer(let left), .float(let right)): return .float(Double(left) - right)
        case (.float(let left), .integer(let right)): return .float(left - Double(right))
        case (.null, _), (_, .null): return .null
        case (.money(let left), .money(let right)): return .money(try left.subtracting(right))
        case (.duration(let left), .duration(let right)):
            guard let difference = left.subtracting(right) else { throw .durationOverflow }
            return .duration(difference)
        case (_, .duration(let duration)):
            guard let negated = duration.negated else { throw .durationOverflow }
            return try shift(left, by: negated, "-", right)
        default: throw operandError("-", left, right)
        }
    }

    /// `left * right`: numbers, a duration or money and a number.
    ///
    /// - Throws: ``ValueError`` on overflow and on kinds that do not multiply.
    public static func multiply(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.integer(let left), .integer(let right)):
            let (product, overflow) = left.multipliedReportingOverflow(by: right)
            guard !overflow else { throw .integerOverflow }
            return .integer(product)
        case (.float(let left), .float(let right)): return .float(left * right)
        case (.integer(let left), .float(let right)): return .float(Double(left) * right)
        case (.float(let left), .integer(let right)): return .float(left * Double(right))
        case (.null, _), (_, .null): return .null
        case (.money(let money), .integer(let factor)), (.integer(let factor), .money(let money)):
            return .money(try money.multiplied(by: factor))
        case (.money(let money), .float(let factor)), (.float(let factor), .money(let money)):
            return .money(try money.multiplied(by: factor))
        case (.duration(let duration), .integer), (.duration(let duration), .float):
            return try scale(duration, by: right, isDivision: false)
        case (.integer, .duration(let duration)), (.float, .duration(let duration)):
            return try scale(duration, by: left, isDivision: false)
        default: throw operandError("*", left, right)
        }
    }

    /// `left / right`: whole division between integers; a duration or money by a number; money by
    /// money of the same currency.
    ///
    /// - Throws: ``ValueError`` on division of integers or money by zero, on overflow and on kinds
    ///   that do not divide.
    public static func divide(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.integer(let left), .integer(let right)):
            guard right != 0 else { throw .divisionByZero }
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            guard !overflow else { throw .integerOverflow }
            return .integer(quotient)
        case (.float(let left), .float(let right)): return .float(left / right)
        case (.integer(let left), .float(let right)): return .float(Double(left) / right)
        case (.float(let left), .integer(let right)): return .float(left / Double(right))
        case (.null, _), (_, .null): return .null
        case (.money(let money), .integer(let divisor)):
            return .money(try money.divided(by: divisor))
        case (.money(let money), .float(let divisor)):
            return .money(try money.divided(by: divisor))
        case (.money(let left), .money(let right)): return .float(try left.divided(by: right))
        case (.duration(let duration), .integer), (.duration(let duration), .float):
            return try scale(duration, by: right, isDivision: true)
        default: throw operandError("/", left, right)
        }
    }

    /// `left % right`: the remainder with the sign of `left`.
    ///
    /// - Throws: ``ValueError`` on an integer zero to the right and on anything but numbers.
    public static func modulo(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch (left, right) {
        case (.integer(let left), .integer(let right)):
            guard right != 0 else { throw .divisionByZero }
            // The smallest integer has no quotient by -1, but its remainder is 0.
            return .integer(right == -1 ? 0 : left % right)
        case (.null, _), (_, .null): return .null
        default:
            guard let dividend = left.asDouble, let divisor = right.asDouble else {
                throw operandError("%", left, right)
            }
            return .float(dividend.truncatingRemainder(dividingBy: divisor))
        }
    }

    /// `left ^ right`, always a float.
    ///
    /// - Throws: ``ValueError`` on anything but numbers.
    public static func power(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        if left.isNull || right.isNull { return .null }
        guard let base = left.asDouble, let exponent = right.asDouble else {
            throw operandError("^", left, right)
        }
        return .float(pow(base, exponent))
    }

    /// `-operand`: numbers, durations, money.
    ///
    /// - Throws: ``ValueError`` on overflow and on other kinds.
    public static func negate(_ operand: Value) throws(ValueError) -> Value {
        switch operand {
        case .null: return .null
        case .integer(let number):
            guard number != .min else { throw .integerOverflow }
            return .integer(-number)
        case .float(let number): return .float(-number)
        case .money(let money): return .money(try money.negated())
        case .duration(let duration):
            guard let negated = duration.negated else { throw .durationOverflow }
            return .duration(negated)
        default: throw .invalidType("`-` cannot be applied to a \(operand.kind.name)")
        }
    }

    /// The number as a float; nil for anything but numbers.
    public var asDouble: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .float(let number): number
        default: nil
        }
    }
}

extension Value {
    static func operandError(_ symbol: String, _ left: Value, _ right: Value) -> ValueError {
        .invalidType(
            "`\(symbol)` cannot be applied to \(left.kind.name) and \(right.kind.name)")
    }

    private static func shift(
        _ value: Value, by duration: CalendarDuration, _ symbol: String, _ other: Value
    ) throws(ValueError) -> Value {
        switch value {
        case .date(let date):
            // Time that makes up whole days moves a date, the rest is dropped.
            let days = duration.seconds.truncatedDays
            guard
                let shifted = date.adding(months: duration.months)?.adding(days: duration.days)?
                    .adding(days: days)
            else { throw .dateOutOfRange }
            return .date(shifted)
        case .localTime(let time): return .localTime(time.adding(duration))
        case .time(let time):
            return .time(
                ZonedTime(
                    local: time.local.adding(duration), offsetInSeconds: time.offsetInSeconds))
        case .localDateTime(let local):
            guard let shifted = local.adding(duration) else { throw .dateOutOfRange }
            return .localDateTime(shifted)
        case .dateTime(let zoned): return .dateTime(try zoned.adding(duration))
        default: throw operandError(symbol, value, other)
        }
    }

    private static func scale(
        _ duration: CalendarDuration, by factor: Value, isDivision: Bool
    ) throws(ValueError) -> Value {
        var fraction: (numerator: Int128, denominator: Int128)?
        switch factor {
        case .integer(let number): fraction = (Int128(number), 1)
        case .float(let number): fraction = ExactDecimal(number)?.fraction
        default: fraction = nil
        }
        guard var used = fraction else { throw .durationOverflow }
        if isDivision {
            guard used.numerator != 0 else { throw .divisionByZero }
            used = (used.denominator, used.numerator)
        }
        guard let scaled = duration.scaled(by: used.numerator, over: used.denominator) else {
            throw .durationOverflow
        }
        return .duration(scaled)
    }
}

extension Int64 {
    fileprivate var truncatedDays: Int64 { self / TemporalLimits.secondsPerDay }
}
