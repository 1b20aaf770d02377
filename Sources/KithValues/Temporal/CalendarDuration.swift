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

    /// Makes a duration from its four parts.
    public init(months: Int64, days: Int64, seconds: Int64, nanosecond: Int32) {
        precondition(
            (0..<1_000_000_000).contains(nanosecond), "a nanosecond lies within one second")
        self.months = months
        self.days = days
        self.seconds = seconds
        self.nanosecond = nanosecond
    }
}
