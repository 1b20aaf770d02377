/// A time of day with an offset from UTC.
///
/// Equal times have the same clock time and the same offset. Times are ordered by the instant they
/// would be on one day, those of the same instant from west to east.
public struct ZonedTime: Hashable, Comparable, Sendable {
    /// The time on the clock in the zone.
    public let local: LocalTime
    /// Seconds by which the zone is ahead of UTC, at most 18 hours either way.
    public let offsetInSeconds: Int32

    /// Makes a time from the clock's time and the offset.
    public init(local: LocalTime, offsetInSeconds: Int32) {
        precondition(
            TemporalLimits.isValidOffset(Int64(offsetInSeconds)), "an offset is at most 18 hours")
        self.local = local
        self.offsetInSeconds = offsetInSeconds
    }

    /// Nanoseconds since midnight UTC of the same day on the clock; negative or over a day where
    /// the offset leads out of it.
    public var nanosecondsSinceMidnightUTC: Int64 {
        local.nanosecondOfDay - Int64(offsetInSeconds) * TemporalLimits.nanosecondsPerSecond
    }

    /// The same instant on a clock with another offset, around midnight if need be.
    public func converted(toOffset offset: Int32) -> ZonedTime {
        let moved =
            local.nanosecondOfDay
            + Int64(offset - offsetInSeconds) * TemporalLimits.nanosecondsPerSecond
        return ZonedTime(
            local: LocalTime(
                nanosecondOfDay: floorModulo(moved, TemporalLimits.nanosecondsPerDay)),
            offsetInSeconds: offset)
    }

    /// Orders by instant, then by offset.
    public static func < (left: ZonedTime, right: ZonedTime) -> Bool {
        (left.nanosecondsSinceMidnightUTC, left.offsetInSeconds)
            < (right.nanosecondsSinceMidnightUTC, right.offsetInSeconds)
    }
}
