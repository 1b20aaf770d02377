/// A time of day to the nanosecond, with no zone.
public struct LocalTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since midnight, less than a day.
    public let nanosecondOfDay: Int64

    /// The first nanosecond of the day.
    public static let midnight = LocalTime(nanosecondOfDay: 0)

    /// Makes a time from its nanosecond of the day, 0 ..< 86,400,000,000,000.
    public init(nanosecondOfDay: Int64) {
        precondition(
            nanosecondOfDay >= 0 && nanosecondOfDay < TemporalLimits.nanosecondsPerDay,
            "a time lies within one day")
        self.nanosecondOfDay = nanosecondOfDay
    }

    /// Makes a time from its nanosecond of the day; nil when it is not within one day.
    public init?(exactly nanosecondOfDay: Int64) {
        guard nanosecondOfDay >= 0, nanosecondOfDay < TemporalLimits.nanosecondsPerDay else {
            return nil
        }
        self.nanosecondOfDay = nanosecondOfDay
    }

    /// Makes a time from hour, minute, second and nanosecond; nil when one is out of range.
    public init?(hour: Int64, minute: Int64, second: Int64, nanosecond: Int64) {
        guard hour >= 0, hour < 24, minute >= 0, minute < 60, second >= 0, second < 60,
            nanosecond >= 0, nanosecond < TemporalLimits.nanosecondsPerSecond
        else { return nil }
        nanosecondOfDay =
            (hour * 3_600 + minute * 60 + second) * TemporalLimits.nanosecondsPerSecond
            + nanosecond
    }

    /// The hour, 0 to 23.
    public var hour: Int64 { secondOfDay / 3_600 }
    /// The minute of the hour.
    public var minute: Int64 { secondOfDay / 60 % 60 }
    /// The second of the minute.
    public var second: Int64 { secondOfDay % 60 }
    /// The nanosecond of the second.
    public var nanosecond: Int64 { nanosecondOfDay % TemporalLimits.nanosecondsPerSecond }
    /// Whole seconds since midnight.
    public var secondOfDay: Int64 { nanosecondOfDay / TemporalLimits.nanosecondsPerSecond }

    /// The time that is the seconds and nanoseconds of `duration` later, around midnight if need be.
    public func adding(_ duration: CalendarDuration) -> LocalTime {
        let perDay = TemporalLimits.nanosecondsPerDay
        let added =
            duration.seconds % TemporalLimits.secondsPerDay * TemporalLimits.nanosecondsPerSecond
            + Int64(duration.nanosecond)
        return LocalTime(nanosecondOfDay: floorModulo(nanosecondOfDay + added % perDay, perDay))
    }

    /// Orders times within the day.
    public static func < (left: LocalTime, right: LocalTime) -> Bool {
        left.nanosecondOfDay < right.nanosecondOfDay
    }
}
