/// An instant and the zone it is seen in: a fixed offset, or a named zone with its offset then.
///
/// Equal values have the same instant, offset and zone. They are ordered by instant, those of the
/// same instant from west to east, then by the zone's name.
public struct ZonedDateTime: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00 UTC.
    public let secondsSinceEpoch: Int64
    /// The nanosecond of the second, 0 ..< 1,000,000,000.
    public let nanosecond: Int32
    /// Seconds by which the zone is ahead of UTC at this instant, at most 18 hours either way.
    public let offsetInSeconds: Int32
    /// The named zone, nil when there is only an offset.
    public let zone: ZoneName?

    /// Makes an instant seen at an offset, in a named zone or in none.
    ///
    /// The instant, the date on the clock and the offset must be in range.
    public init(
        secondsSinceEpoch: Int64, nanosecond: Int32, offsetInSeconds: Int32, zone: ZoneName? = nil
    ) {
        guard
            let valid = ZonedDateTime(
                exactlySeconds: secondsSinceEpoch, nanosecond: Int64(nanosecond),
                offsetInSeconds: Int64(offsetInSeconds), zone: zone)
        else { preconditionFailure("an instant lies within the years that dates can have") }
        self = valid
    }

    /// Makes an instant seen at an offset, in a named zone or in none; nil when the instant, or the
    /// date on the clock, is out of range.
    public init?(
        exactlySeconds secondsSinceEpoch: Int64, nanosecond: Int64, offsetInSeconds: Int64,
        zone: ZoneName? = nil
    ) {
        guard TemporalLimits.isValidOffset(offsetInSeconds),
            LocalDateTime(exactlySeconds: secondsSinceEpoch, nanosecond: nanosecond) != nil,
            LocalDateTime(
                exactlySeconds: secondsSinceEpoch + offsetInSeconds, nanosecond: nanosecond) != nil
        else { return nil }
        self.secondsSinceEpoch = secondsSinceEpoch
        self.nanosecond = Int32(nanosecond)
        self.offsetInSeconds = Int32(offsetInSeconds)
        self.zone = zone
    }

    /// Makes an instant seen at an offset from the date and time on the clock there; nil when out
    /// of range.
    public init?(local: LocalDateTime, offsetInSeconds: Int32) {
        self.init(
            exactlySeconds: local.secondsSinceEpoch - Int64(offsetInSeconds),
            nanosecond: Int64(local.nanosecond), offsetInSeconds: Int64(offsetInSeconds))
    }

    /// The date and time on the clock in the zone.
    public var local: LocalDateTime {
        LocalDateTime(
            secondsSinceEpoch: secondsSinceEpoch + Int64(offsetInSeconds), nanosecond: nanosecond)
    }

    /// The time of day on the clock in the zone, with the offset.
    public var time: ZonedTime {
        ZonedTime(local: local.time, offsetInSeconds: offsetInSeconds)
    }

    /// Milliseconds since 1970-01-01T00:00 UTC, rounded down; nil beyond 64 bits, some 292 million
    /// years away.
    public var millisecondsSinceEpoch: Int64? {
        Int64(exactly: Int128(secondsSinceEpoch) * 1_000 + Int128(nanosecond / 1_000_000))
    }

    /// Where in the zone this is seen.
    public var seenIn: TimeZone {
        if let zone { return .named(zone) }
        return .offset(offsetInSeconds)
    }

    /// Negative, zero or positive as `left` is before, the same as or after `right`.
    public static func compare(_ left: ZonedDateTime, _ right: ZonedDateTime) -> Int {
        let leftKey = (left.secondsSinceEpoch, left.nanosecond, left.offsetInSeconds)
        let rightKey = (right.secondsSinceEpoch, right.nanosecond, right.offsetInSeconds)
        if leftKey < rightKey { return -1 }
        if leftKey > rightKey { return 1 }
        if left.zone == right.zone { return 0 }
        return UTF8Order.compare(left.zone?.text ?? "", right.zone?.text ?? "")
    }
}

/// A place on the clock: a fixed offset from UTC or a named zone.
public enum TimeZone: Hashable, Sendable {
    /// Seconds ahead of UTC.
    case offset(Int32)
    /// A zone of the system's time-zone files.
    case named(ZoneName)

    /// Coordinated universal time.
    public static let utc = TimeZone.offset(0)
}
