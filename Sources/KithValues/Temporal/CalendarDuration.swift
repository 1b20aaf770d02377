/// An amount of calendar time: months, days, seconds and nanoseconds, each kept apart, because a
/// month has no fixed number of days nor a day, across a change of clocks, a fixed number of hours.
///
/// Seconds and nanoseconds are one amount: the nanosecond is never negative.
public struct CalendarDuration: Hashable, Sendable {
    /// Whole months.
    public let months: Int64
    /// Whole days.
    public let days: Int64
    /// Whole seconds, rounded down.
    public let seconds: Int64
    /// Nanoseconds to add to the seconds, 0 ..< 1,000,000,000.
    public let nanosecond: Int32

    /// No time at all.
    public static let zero = CalendarDuration(months: 0, days: 0, seconds: 0, nanosecond: 0)

    /// Makes a duration from its four parts.
    public init(months: Int64, days: Int64, seconds: Int64, nanosecond: Int32) {
        precondition(
            nanosecond >= 0 && nanosecond < 1_000_000_000, "a nanosecond lies within one second")
        self.months = months
        self.days = days
        self.seconds = seconds
        self.nanosecond = nanosecond
    }

    /// Makes a duration from months, days and nanoseconds; nil when a part does not fit.
    init?(months: Int128, days: Int128, nanoseconds: Int128) {
        let (seconds, nanosecond) = nanoseconds.dividedRoundingDown(by: 1_000_000_000)
        guard let months = Int64(exactly: months), let days = Int64(exactly: days),
            let seconds = Int64(exactly: seconds)
        else { return nil }
        self.init(months: months, days: days, seconds: seconds, nanosecond: Int32(nanosecond))
    }

    /// Seconds and nanoseconds together, in nanoseconds.
    var totalNanoseconds: Int128 {
        Int128(seconds) * 1_000_000_000 + Int128(nanosecond)
    }

    /// The length in nanoseconds, months and days taken at their average; durations are sorted by it.
    var averageNanoseconds: Int128 {
        let fromMonths = Int128(months) * Int128(TemporalLimits.secondsPerAverageMonth)
        let fromDays = Int128(days) * Int128(TemporalLimits.secondsPerDay)
        return (fromMonths + fromDays) * 1_000_000_000 + totalNanoseconds
    }

    /// Negative, zero or positive as `left` sorts before, with or after `right`.
    public static func compare(_ left: CalendarDuration, _ right: CalendarDuration) -> Int {
        let leftKey = (left.averageNanoseconds, left.months, left.days)
        let rightKey = (right.averageNanoseconds, right.months, right.days)
        return leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0
    }
}

extension CalendarDuration {
    /// The sum of two durations, part by part; nil when a part does not fit.
    public func adding(_ other: CalendarDuration) -> CalendarDuration? {
        CalendarDuration(
            months: Int128(months) + Int128(other.months), days: Int128(days) + Int128(other.days),
            nanoseconds: totalNanoseconds + other.totalNanoseconds)
    }

    /// The difference of two durations, part by part; nil when a part does not fit.
    public func subtracting(_ other: CalendarDuration) -> CalendarDuration? {
        CalendarDuration(
            months: Int128(months) - Int128(other.months), days: Int128(days) - Int128(other.days),
            nanoseconds: totalNanoseconds - other.totalNanoseconds)
    }

    /// The duration with the sign of every part changed; nil when a part does not fit.
    public var negated: CalendarDuration? {
        CalendarDuration.zero.subtracting(self)
    }

    /// The duration times `numerator` / `denominator`, what is left of months going to days and of
    /// days to nanoseconds, cut at the nanosecond; nil when a part does not fit.
    func scaled(by numerator: Int128, over denominator: Int128) -> CalendarDuration? {
        precondition(denominator != 0, "a duration is not divided by zero")
        let (monthProduct, monthOverflow) = Int128(months).multipliedReportingOverflow(
            by: numerator)
        let (dayProduct, dayOverflow) = Int128(days).multipliedReportingOverflow(by: numerator)
        let (secondProduct, secondOverflow) = Int128(seconds).multipliedReportingOverflow(
            by: numerator)
        let (nanosecondProduct, nanosecondOverflow) = Int128(nanosecond)
            .multipliedReportingOverflow(by: numerator)
        guard !monthOverflow, !dayOverflow, !secondOverflow, !nanosecondOverflow else { return nil }
        var sum = DurationSum()
        guard
            sum.addMonths(monthProduct, over: denominator),
            sum.addDays(dayProduct, over: denominator),
            sum.addNanoseconds(secondProduct, each: 1_000_000_000, over: denominator),
            sum.addNanoseconds(nanosecondProduct, each: 1, over: denominator)
        else { return nil }
        return sum.duration
    }
}

/// Adds up a duration whose parts may be fractions, kept exactly until the end.
struct DurationSum {
    private var months: Int128 = 0
    private var days: Int128 = 0
    private var nanoseconds: Int128 = 0
    /// What is less than a nanosecond, as quotients that are added before they are cut.
    private var rest = (numerator: Int128(0), denominator: Int128(1))

    /// The sum; nil when a part does not fit.
    var duration: CalendarDuration? {
        CalendarDuration(
            months: months, days: days,
            nanoseconds: nanoseconds + rest.numerator / rest.denominator)
    }

    /// Adds `numerator` / `denominator` months; false when that does not fit.
    mutating func addMonths(_ numerator: Int128, over denominator: Int128) -> Bool {
        let (whole, left) = numerator.quotientAndRemainder(dividingBy: denominator)
        guard whole.magnitude < 1 << 64 else { return false }
        months += whole
        let perMonth = Int128(TemporalLimits.secondsPerAverageMonth)
        let (product, overflow) = left.multipliedReportingOverflow(by: perMonth)
        guard !overflow else { return false }
        // The fraction of a month is less than 31 days: whole days go to days.
        let perDay = Int128(TemporalLimits.secondsPerDay)
        let wholeDays = product / denominator / perDay
        days += wholeDays
        return addNanoseconds(
            product - wholeDays * perDay * denominator, each: 1_000_000_000, over: denominator)
    }

    /// Adds `numerator` / `denominator` days; false when that does not fit.
    mutating func addDays(_ numerator: Int128, over denominator: Int128) -> Bool {
        let (whole, left) = numerator.quotientAndRemainder(dividingBy: denominator)
        guard whole.magnitude < 1 << 64 else { return false }
        days += whole
        return addNanoseconds(
            left, each: Int128(TemporalLimits.nanosecondsPerDay), over: denominator)
    }

    /// Adds `numerator` / `denominator` times `unit` nanoseconds; false when that does not fit.
    mutating func addNanoseconds(
        _ numerator: Int128, each unit: Int128, over denominator: Int128
    ) -> Bool {
        let (whole, left) = numerator.quotientAndRemainder(dividingBy: denominator)
        let (wholeNanoseconds, overflow) = whole.multipliedReportingOverflow(by: unit)
        let (product, overflowOfRest) = left.multipliedReportingOverflow(by: unit)
        guard !overflow, !overflowOfRest, wholeNanoseconds.magnitude < 1 << 110 else {
            return false
        }
        let (extra, last) = product.quotientAndRemainder(dividingBy: denominator)
        nanoseconds += wholeNanoseconds + extra
        if last != 0 {
            // Parts of one sum come with one denominator, or with powers of ten: where they do not
            // fit together, the rest, less than a nanosecond, is cut at once.
            let (scaled, overflow) = last.multipliedReportingOverflow(by: rest.denominator)
            let (old, overflowOfOld) = rest.numerator.multipliedReportingOverflow(by: denominator)
            let (common, overflowOfCommon) = rest.denominator.multipliedReportingOverflow(
                by: denominator)
            if rest.denominator == denominator {
                rest.numerator += last
            } else if !overflow, !overflowOfOld, !overflowOfCommon {
                rest = (scaled + old, common)
            }
        }
        return true
    }
}

extension Int128 {
    /// The quotient rounded down, and what is left, which has the divisor's sign.
    func dividedRoundingDown(by divisor: Int128) -> (quotient: Int128, remainder: Int128) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder != 0 && (remainder < 0) != (divisor < 0)
            ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
