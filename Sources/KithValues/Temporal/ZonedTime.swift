/// A time of day with an offset from UTC.
///
/// `Hashable` means the same time and the same offset; order and equality in the language are
/// ``Value/cypherEquals(_:_:)`` and its kin.
public struct ZonedTime: Hashable, Sendable {
    /// The time on the clock in the zone.
    public let local: LocalTime
    /// Seconds by which the zone is ahead of UTC, at most 18 hours either way.
    public let offsetInSeconds: Int32

    /// Makes a time from the clock's time and the offset.
    public init(local: LocalTime, offsetInSeconds: Int32) {
        self.local = local
        self.offsetInSeconds = offsetInSeconds
    }
}
