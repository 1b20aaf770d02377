/// An instant and the zone it is seen in: a fixed offset, or a named zone with its offset then.
///
/// `Hashable` means the same instant, offset and zone; order and equality in the language are
/// ``Value/cypherEquals(_:_:)`` and its kin.
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
    public init(
        secondsSinceEpoch: Int64, nanosecond: Int32, offsetInSeconds: Int32, zone: ZoneName? = nil
    ) {
        precondition(
            (0..<1_000_000_000).contains(nanosecond), "a nanosecond lies within one second")
        self.secondsSinceEpoch = secondsSinceEpoch
        self.nanosecond = nanosecond
        self.offsetInSeconds = offsetInSeconds
        self.zone = zone
    }

    /// The date and time on the clock in the zone.
    public var local: LocalDateTime {
        LocalDateTime(
            secondsSinceEpoch: secondsSinceEpoch + Int64(offsetInSeconds), nanosecond: nanosecond)
    }
}
