/// A date and a time of day with no zone.
public struct LocalDateTime: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00 on the same clock.
    public let secondsSinceEpoch: Int64
    /// The nanosecond of the second, 0 ..< 1,000,000,000.
    public let nanosecond: Int32

    /// Makes a date and time from the count of seconds and the nanosecond within the second.
    public init(secondsSinceEpoch: Int64, nanosecond: Int32) {
        precondition(
            (0..<1_000_000_000).contains(nanosecond), "a nanosecond lies within one second")
        self.secondsSinceEpoch = secondsSinceEpoch
        self.nanosecond = nanosecond
    }

    /// Orders by time.
    public static func < (left: LocalDateTime, right: LocalDateTime) -> Bool {
        (left.secondsSinceEpoch, left.nanosecond) < (right.secondsSinceEpoch, right.nanosecond)
    }
}
