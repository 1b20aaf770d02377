/// A day of the proleptic Gregorian calendar, with no time and no zone.
public struct CalendarDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01, negative before it.
    public let daysSinceEpoch: Int64

    /// The day number of the earliest date.
    public static let daysMin: Int64 = dayNumber(TemporalLimits.yearMin, 1, 1)
    /// The day number of the latest date.
    public static let daysMax: Int64 = dayNumber(TemporalLimits.yearMax, 12, 31)

    /// Makes a date from its day number, which must lie within the years of ``TemporalLimits``.
    public init(daysSinceEpoch: Int64) {
        precondition(
            daysSinceEpoch >= Self.daysMin && daysSinceEpoch <= Self.daysMax,
            "a date lies within the years that dates can have")
        self.daysSinceEpoch = daysSinceEpoch
    }

    /// Makes a date from its day number; nil when the year is out of range.
    public init?(exactly daysSinceEpoch: Int64) {
        guard daysSinceEpoch >= Self.daysMin, daysSinceEpoch <= Self.daysMax else { return nil }
        self.daysSinceEpoch = daysSinceEpoch
    }

    /// Makes a date from year, month and day; nil when there is no such day.
    public init?(year: Int64, month: Int64, day: Int64) {
        guard Self.isValid(year: year), (1...12).contains(month),
            day >= 1, day <= Self.lengthOfMonth(month, year: year)
        else { return nil }
        daysSinceEpoch = Self.dayNumber(year, month, day)
    }

    /// Makes a date from the ISO week year, week and day of the week (Monday is 1); nil when there
    /// is no such day.
    public init?(weekYear: Int64, week: Int64, dayOfWeek: Int64) {
        guard Self.isValid(year: weekYear), (1...53).contains(week), (1...7).contains(dayOfWeek)
        else { return nil }
        let days = Self.firstMonday(ofWeekYear: weekYear) + (week - 1) * 7 + dayOfWeek - 1
        guard let date = CalendarDate(exactly: days), week < 53 || date.weekYear == weekYear
        else { return nil }
        self = date
    }

    /// Makes a date from the year and the day of the year; nil when there is no such day.
    public init?(year: Int64, ordinalDay: Int64) {
        guard Self.isValid(year: year), ordinalDay >= 1,
            ordinalDay <= (Self.isLeap(year) ? 366 : 365)
        else { return nil }
        daysSinceEpoch = Self.dayNumber(year, 1, 1) + ordinalDay - 1
    }

    /// Makes a date from the year, the quarter and the day of the quarter; nil when there is no
    /// such day.
    public init?(year: Int64, quarter: Int64, dayOfQuarter: Int64) {
        guard Self.isValid(year: year), (1...4).contains(quarter), (1...92).contains(dayOfQuarter)
        else {
            return nil
        }
        let days = Self.dayNumber(year, quarter * 3 - 2, 1) + dayOfQuarter - 1
        guard let date = CalendarDate(exactly: days), date.year == year, date.quarter == quarter
        else { return nil }
        self = date
    }

    /// Orders dates by time.
    public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        left.daysSinceEpoch < right.daysSinceEpoch
    }
}

extension CalendarDate {
    /// The year, month and day, all at once.
    public var yearMonthDay: (year: Int64, month: Int64, day: Int64) {
        // Years are counted from 1 March, so that the leap day is a year's last day.
        let shifted = daysSinceEpoch + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// The year; 0 is the year before 1.
    public var year: Int64 { yearMonthDay.year }
    /// The month, 1 to 12.
    public var month: Int64 { yearMonthDay.month }
    /// The day of the month, 1 to 31.
    public var day: Int64 { yearMonthDay.day }
    /// The quarter of the year, 1 to 4.
    public var quarter: Int64 { (month + 2) / 3 }

    /// The day of the week, 1 for Monday to 7 for Sunday.
    public var weekDay: Int64 { floorModulo(daysSinceEpoch + 3, 7) + 1 }

    /// The day of the year, from 1.
    public var ordinalDay: Int64 { daysSinceEpoch - Self.dayNumber(year, 1, 1) + 1 }

    /// The day of the quarter, from 1.
    public var dayOfQuarter: Int64 {
        let parts = yearMonthDay
        let firstMonth = (parts.month - 1) / 3 * 3 + 1
        return daysSinceEpoch - Self.dayNumber(parts.year, firstMonth, 1) + 1
    }

    /// The year to which the ISO week belongs: the one its Thursday lies in.
    public var weekYear: Int64 {
        Self.yearOfDayNumber(daysSinceEpoch - weekDay + 4)
    }

    /// The ISO week, 1 to 53.
    public var week: Int64 {
        let thursday = daysSinceEpoch - weekDay + 4
        return (thursday - Self.dayNumber(Self.yearOfDayNumber(thursday), 1, 1)) / 7 + 1
    }

    /// Months since year 0.
    var monthNumber: Int64 {
        let parts = yearMonthDay
        return parts.year * 12 + parts.month - 1
    }
}

extension CalendarDate {
    /// The date `months` later, the day cut to the length of the month; nil when out of range.
    public func adding(months: Int64) -> CalendarDate? {
        let parts = yearMonthDay
        let (sum, overflow) = (parts.year * 12 + parts.month - 1).addingReportingOverflow(months)
        guard !overflow else { return nil }
        let year = floorDivide(sum, 12)
        guard Self.isValid(year: year) else { return nil }
        let month = floorModulo(sum, 12) + 1
        let day = min(parts.day, Self.lengthOfMonth(month, year: year))
        return CalendarDate(year: year, month: month, day: day)
    }

    /// The date `days` later; nil when out of range.
    public func adding(days: Int64) -> CalendarDate? {
        let (sum, overflow) = daysSinceEpoch.addingReportingOverflow(days)
        return overflow ? nil : CalendarDate(exactly: sum)
    }

    /// Whether dates can have `year`.
    static func isValid(year: Int64) -> Bool {
        year >= TemporalLimits.yearMin && year <= TemporalLimits.yearMax
    }

    static func isLeap(_ year: Int64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The number of days in a month, 1 to 12, of a year.
    public static func lengthOfMonth(_ month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 to a day of the calendar, which need not be in range.
    static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func yearOfDayNumber(_ days: Int64) -> Int64 {
        // The Thursday of a date's week may lie just outside the range of dates.
        if days < daysMin { return TemporalLimits.yearMin - 1 }
        if days > daysMax { return TemporalLimits.yearMax + 1 }
        return CalendarDate(daysSinceEpoch: days).year
    }

    /// The day number of the Monday that begins week 1.
    static func firstMonday(ofWeekYear year: Int64) -> Int64 {
        let fourth = dayNumber(year, 1, 4)
        return fourth - floorModulo(fourth + 3, 7)
    }
}

/// The quotient rounded towards negative infinity.
func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    let quotient = dividend / divisor
    return dividend % divisor != 0 && (dividend < 0) != (divisor < 0) ? quotient - 1 : quotient
}

/// The remainder with the sign of the divisor.
func floorModulo(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    let remainder = dividend % divisor
    return remainder != 0 && (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder
}
