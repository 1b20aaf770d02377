/// A time of day to the nanosecond, with no zone.
public struct LocalTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since midnight, less than a day.
    public let nanosecondOfDay: Int64

    /// Makes a time from its nanosecond of the day, 0 ..< 86,400,000,000,000.
    public init(nanosecondOfDay: Int64) {
        precondition(
            (0..<TemporalLimits.nanosecondsPerDay).contains(nanosecondOfDay),
            "a time lies within one day")
        self.nanosecondOfDay = nanosecondOfDay
    }

    /// Orders times within the day.
    public static func < (left: LocalTime, right: LocalTime) -> Bool {
        left.nanosecondOfDay < right.nanosecondOfDay
    }
}
