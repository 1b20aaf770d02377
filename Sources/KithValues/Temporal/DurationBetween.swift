extension CalendarDuration {
    /// In which units a difference is counted.
    public enum Counting: Sendable {
        /// Months, then days, then seconds.
        case all
        /// Whole months only.
        case months
        /// Whole days only.
        case days
        /// Seconds and nanoseconds only.
        case seconds
    }

    /// The time from one temporal value to another.
    ///
    /// What one of them lacks (date, time or zone) is taken from the other; a time that neither has
    /// is midnight. Months and days are zero unless both have a date.
    ///
    /// - Throws: ``ValueError`` when a value is not temporal, or a zone has no rules.
    public static func between(
        _ start: Value, _ end: Value, counting: Counting, zones: TimeZoneDatabase = .system
    ) throws(ValueError) -> CalendarDuration {
        guard let startParts = TemporalParts(start), let endParts = TemporalParts(end) else {
            throw .invalidType(
                "the time between two values takes dates and times, not \(start.kind.name) and \(end.kind.name)"
            )
        }
        let from = try Moment(startParts, other: endParts, zones)
        let to = try Moment(endParts, other: startParts, zones).seen(in: from.zone, zones)
        let hasDates = startParts.date != nil && endParts.date != nil
        switch counting {
        case .seconds: return from.secondsUntil(to)
        case .months:
            let months = hasDates ? from.monthsUntil(to) : 0
            return CalendarDuration(months: months, days: 0, seconds: 0, nanosecond: 0)
        case .days:
            let days = hasDates ? from.daysUntil(to) : 0
            return CalendarDuration(months: 0, days: days, seconds: 0, nanosecond: 0)
        case .all:
            guard hasDates else { return from.secondsUntil(to) }
            let months = from.monthsUntil(to)
            let afterMonths = try from.adding(months: months, days: 0, zones)
            let days = afterMonths.daysUntil(to)
            let rest = try afterMonths.adding(months: 0, days: days, zones).secondsUntil(to)
            return CalendarDuration(
                months: months, days: days, seconds: rest.seconds, nanosecond: rest.nanosecond)
        }
    }
}

/// The date, the time and the zone of a temporal value, as far as it has them.
struct TemporalParts {
    let date: CalendarDate?
    let time: LocalTime?
    let zone: TimeZone?
    /// The offset of a value with a zone.
    let offset: Int32?

    init?(_ value: Value) {
        switch value {
        case .date(let date): self.init(date: date)
        case .localTime(let time): self.init(time: time)
        case .time(let time):
            self.init(
                time: time.local, zone: .offset(time.offsetInSeconds), offset: time.offsetInSeconds)
        case .localDateTime(let local): self.init(date: local.date, time: local.time)
        case .dateTime(let zoned):
            self.init(
                date: zoned.local.date, time: zoned.local.time, zone: zoned.seenIn,
                offset: zoned.offsetInSeconds)
        default: return nil
        }
    }

    private init(
        date: CalendarDate? = nil, time: LocalTime? = nil, zone: TimeZone? = nil,
        offset: Int32? = nil
    ) {
        self.date = date
        self.time = time
        self.zone = zone
        self.offset = offset
    }
}

/// A date and time on a clock, of which the zone may be unknown.
private struct Moment {
    let local: LocalDateTime
    let zone: TimeZone?
    /// The instant, or the clock's own count of seconds when there is no zone.
    let seconds: Int64
    let offset: Int32?

    init(_ parts: TemporalParts, other: TemporalParts, _ zones: TimeZoneDatabase)
        throws(ValueError)
    {
        let epoch = CalendarDate(daysSinceEpoch: 0)
        let local = LocalDateTime(
            date: parts.date ?? other.date ?? epoch, time: parts.time ?? .midnight)
        try self.init(
            local, parts.zone ?? other.zone, preferredOffset: parts.offset, zones)
    }

    private init(
        _ local: LocalDateTime, _ zone: TimeZone?, preferredOffset: Int32?,
        _ zones: TimeZoneDatabase
    ) throws(ValueError) {
        guard let zone else {
            self.init(local: local, zone: nil, seconds: local.secondsSinceEpoch, offset: nil)
            return
        }
        let zoned = try ZonedDateTime.resolve(
            local, in: zone, preferredOffset: preferredOffset, zones: zones)
        self.init(
            local: zoned.local, zone: zone, seconds: zoned.secondsSinceEpoch,
            offset: zoned.offsetInSeconds)
    }

    private init(local: LocalDateTime, zone: TimeZone?, seconds: Int64, offset: Int32?) {
        self.local = local
        self.zone = zone
        self.seconds = seconds
        self.offset = offset
    }

    func seen(in other: TimeZone?, _ zones: TimeZoneDatabase) throws(ValueError) -> Moment {
        guard let other, other != zone else { return self }
        guard
            let utc = ZonedDateTime(
                exactlySeconds: seconds, nanosecond: Int64(local.nanosecond), offsetInSeconds: 0)
        else { throw .dateOutOfRange }
        let moved = try utc.converted(to: other, zones: zones)
        return Moment(
            local: moved.local, zone: other, seconds: seconds, offset: moved.offsetInSeconds)
    }

    func adding(
        months: Int64, days: Int64, _ zones: TimeZoneDatabase
    ) throws(ValueError) -> Moment {
        if months == 0 && days == 0 { return self }
        guard let date = local.date.adding(months: months)?.adding(days: days) else {
            throw .dateOutOfRange
        }
        return try Moment(
            LocalDateTime(date: date, time: local.time), zone, preferredOffset: offset, zones)
    }

    /// The date of `end` as far as whole days have passed by its time of day.
    private func dateReached(_ end: Moment) -> CalendarDate {
        let start = local
        let date = end.local.date
        var days = date.daysSinceEpoch
        if date > start.date && end.local.time < start.time { days -= 1 }
        if date < start.date && end.local.time > start.time { days += 1 }
        return CalendarDate(daysSinceEpoch: days)
    }

    func daysUntil(_ end: Moment) -> Int64 {
        dateReached(end).daysSinceEpoch - local.date.daysSinceEpoch
    }

    func monthsUntil(_ end: Moment) -> Int64 {
        let reached = dateReached(end)
        // Days count as parts of a month of 32, so that the quotient is cut towards zero.
        let from = local.date.monthNumber * 32 + local.date.day
        let to = reached.monthNumber * 32 + reached.day
        return (to - from) / 32
    }

    func secondsUntil(_ end: Moment) -> CalendarDuration {
        let nanoseconds = Int64(end.local.nanosecond) - Int64(local.nanosecond)
        let borrow: Int64 = nanoseconds < 0 ? 1 : 0
        return CalendarDuration(
            months: 0, days: 0, seconds: end.seconds - seconds - borrow,
            nanosecond: Int32(nanoseconds + borrow * TemporalLimits.nanosecondsPerSecond))
    }
}
