/// The offsets of one named zone over time.
public final class TimeZoneRules: Sendable {
    /// Instants at which the offset changes, ascending, in seconds since 1970-01-01T00:00 UTC.
    let transitions: [Int64]
    /// The offset from each transition on, as many as transitions.
    let offsets: [Int32]
    /// The offset before the first transition.
    let initialOffset: Int32
    /// The rule for instants after the last transition, nil when the last offset stays.
    let footer: PosixTimeZone?

    init(transitions: [Int64], offsets: [Int32], initialOffset: Int32, footer: PosixTimeZone?) {
        precondition(transitions.count == offsets.count, "each transition leads to one offset")
        self.transitions = transitions
        self.offsets = offsets
        self.initialOffset = initialOffset
        self.footer = footer
    }

    /// Seconds by which the zone is ahead of UTC at an instant.
    ///
    /// - Complexity: O(log *n*), where *n* is the number of transitions.
    public func offset(at instant: Int64) -> Int32 {
        guard let last = transitions.last, let first = transitions.first else {
            return footer?.offset(at: instant) ?? initialOffset
        }
        if instant < first { return initialOffset }
        if instant >= last, let footer { return footer.offset(at: instant) }
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return offsets[low - 1]
    }

    /// The offset that belongs to a date and time on the zone's clock.
    ///
    /// A time that occurs twice means `preferred` if that is one of its offsets, else the earlier
    /// instant. A time that the clock skips is read with the offset before the gap, so that the
    /// result lies later by the length of the gap.
    ///
    /// - Returns: The offset to subtract from the local time to get the instant.
    func offsetToSubtract(local: Int64, preferred: Int32?) -> Int32 {
        let day = TemporalLimits.secondsPerDay
        let before = offset(at: local - day)
        let after = offset(at: local + day)
        let isBeforeValid = offset(at: local - Int64(before)) == before
        let isAfterValid = offset(at: local - Int64(after)) == after
        if let preferred, preferred == before && isBeforeValid || preferred == after && isAfterValid
        {
            return preferred
        }
        if isBeforeValid && isAfterValid { return max(before, after) }
        if isAfterValid { return after }
        return before
    }

    /// The instant at which the zone's clock shows `local`, with the rules of
    /// ``offsetToSubtract(local:preferred:)``; nil when out of range.
    public func resolve(
        _ local: LocalDateTime, name: ZoneName, preferredOffset: Int32? = nil
    ) -> ZonedDateTime? {
        let used = offsetToSubtract(local: local.secondsSinceEpoch, preferred: preferredOffset)
        let instant = local.secondsSinceEpoch - Int64(used)
        return ZonedDateTime(
            exactlySeconds: instant, nanosecond: Int64(local.nanosecond),
            offsetInSeconds: Int64(offset(at: instant)), zone: name)
    }
}
