/// A date and a time of day with no zone.
public struct LocalDateTime: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00 on the same clock.
    public let secondsSinceEpoch: Int64
    /// The nanosecond of the second, 0 ..< 1,000,000,000.
    public let nanosecond: Int32

    /// Makes a date and time from the count of seconds, which must give a valid date, and the
    /// nanosecond within the second.
    public init(secondsSinceEpoch: Int64, nanosecond: Int32) {
        precondition(
            nanosecond >= 0 && nanosecond < 1_000_000_000, "a nanosecond lies within one second")
        precondition(
            secondsSinceEpoch >= Self.secondsMin && secondsSinceEpoch <= Self.secondsMax,
            "a date lies within the years that dates can have")
        self.secondsSinceEpoch = secondsSinceEpoch
        self.nanosecond = nanosecond
    }

    /// Makes a date and time from the count of seconds and the nanosecond within the second; nil
    /// when either is out of range.
    public init?(exactlySeconds secondsSinceEpoch: Int64, nanosecond: Int64) {
        guard nanosecond >= 0, nanosecond < TemporalLimits.nanosecondsPerSecond,
            secondsSinceEpoch >= Self.secondsMin, secondsSinceEpoch <= Self.secondsMax
        else { return nil }
        self.secondsSinceEpoch = secondsSinceEpoch
        self.nanosecond = Int32(nanosecond)
    }

    /// Makes a date and time from both.
    public init(date: CalendarDate, time: LocalTime) {
        secondsSinceEpoch =
            date.daysSinceEpoch * TemporalLimits.secondsPerDay + time.secondOfDay
        nanosecond = Int32(time.nanosecond)
    }

    static let secondsMin = CalendarDate.daysMin * TemporalLimits.secondsPerDay
    static let secondsMax = (CalendarDate.daysMax + 1) * TemporalLimits.secondsPerDay - 1

    /// The date.
    public var date: CalendarDate {
        CalendarDate(
            daysSinceEpoch: floorDivide(secondsSinceEpoch, TemporalLimits.secondsPerDay))
    }

    /// The time of day.
    public var time: LocalTime {
        LocalTime(
            nanosecondOfDay: floorModulo(secondsSinceEpoch, TemporalLimits.secondsPerDay)
                * TemporalLimits.nanosecondsPerSecond + Int64(nanosecond))
    }

    /// The date and time after `duration`: months first, then days, then seconds; nil when out of
    /// range.
    public func adding(_ duration: CalendarDuration) -> LocalDateTime? {
        guard let shifted = date.adding(months: duration.months)?.adding(days: duration.days)
        else { return nil }
        return LocalDateTime(date: shifted, time: time)
            .adding(seconds: duration.seconds, nanosecond: duration.nanosecond)
    }

    /// The date and time that many seconds and nanoseconds later; nil when out of range.
    func adding(seconds: Int64, nanosecond added: Int32) -> LocalDateTime? {
        let nanoseconds = Int64(nanosecond) + Int64(added)
        let carry = nanoseconds / TemporalLimits.nanosecondsPerSecond
        let (first, overflow) = secondsSinceEpoch.addingReportingOverflow(seconds)
        let (sum, overflowOfCarry) = first.addingReportingOverflow(carry)
        guard !overflow, !overflowOfCarry else { return nil }
        return LocalDateTime(
            exactlySeconds: sum, nanosecond: nanoseconds % TemporalLimits.nanosecondsPerSecond)
    }

    /// Orders by time.
    public static func < (left: LocalDateTime, right: LocalDateTime) -> Bool {
        (left.secondsSinceEpoch, left.nanosecond) < (right.secondsSinceEpoch, right.nanosecond)
    }
}
