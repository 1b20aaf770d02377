extension CalendarDate {
    /// Reads a date such as `2015-07-21`, `20150721`, `2015-W30-2`, `2015-Q3-21` or `2015-202`.
    ///
    /// - Throws: ``ValueError`` when the text is no date.
    public init(parsing text: String) throws(ValueError) {
        guard let date = TemporalParsing.date(Array(text.utf8)) else {
            throw .invalidArgument(
                Self.impossibleDay(in: text) ?? "the text is not a date such as 2015-07-21")
        }
        self = date
    }

    /// What is wrong with a date that has the right form; nil where the form is another.
    static func impossibleDay(in text: String) -> String? {
        var scanner = ByteScanner(Array(text.utf8.prefix { $0 != UInt8(ascii: "T") }))
        guard scanner.digitCount == 4, let year = scanner.number(digits: 4),
            scanner.take(UInt8(ascii: "-")), scanner.digitCount == 2,
            let month = scanner.number(digits: 2), scanner.take(UInt8(ascii: "-")),
            scanner.digitCount == 2, let day = scanner.number(digits: 2), scanner.isAtEnd
        else { return nil }
        return impossibleDay(year: year, month: month, day: day)
    }

    /// Why there is no such day; nil where there is.
    static func impossibleDay(year: Int64, month: Int64, day: Int64) -> String? {
        guard (1...12).contains(month) else {
            return "there is no such day: months go from 1 to 12"
        }
        let names = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September",
            "October", "November", "December",
        ]
        let length = lengthOfMonth(month, year: year)
        guard !(1...length).contains(day) else { return nil }
        return "there is no such day: \(names[Int(month) - 1]) \(year) goes from 1 to \(length)"
    }
}

extension LocalTime {
    /// Reads a time such as `21:40:32.142`, `214032` or `21`.
    ///
    /// - Throws: ``ValueError`` when the text is no time.
    public init(parsing text: String) throws(ValueError) {
        var scanner = ByteScanner(Array(text.utf8))
        guard let time = TemporalParsing.time(&scanner), scanner.isAtEnd else {
            throw .invalidArgument("the text is not a local time such as 21:40:32.142")
        }
        self = time
    }
}

extension ZonedTime {
    /// Reads a time with an optional offset such as `21:40:32+01:00`.
    ///
    /// - Throws: ``ValueError`` when the text is no time.
    public init(parsing text: String, defaultOffset: Int32 = 0) throws(ValueError) {
        var scanner = ByteScanner(Array(text.utf8))
        if let time = TemporalParsing.time(&scanner) {
            if scanner.isAtEnd {
                self.init(local: time, offsetInSeconds: defaultOffset)
                return
            }
            if let offset = TemporalParsing.offset(&scanner), scanner.isAtEnd {
                self.init(local: time, offsetInSeconds: offset)
                return
            }
        }
        throw .invalidArgument("the text is not a time such as 21:40:32+01:00")
    }
}

extension LocalDateTime {
    /// Reads a date and time such as `2015-07-21T21:40`; a date alone means its midnight.
    ///
    /// - Throws: ``ValueError`` when the text is no date and time.
    public init(parsing text: String) throws(ValueError) {
        var scanner = ByteScanner(Array(text.utf8))
        guard let local = Self.read(&scanner), scanner.isAtEnd else {
            throw .invalidArgument(
                CalendarDate.impossibleDay(in: text)
                    ?? "the text is not a local date and time such as 2015-07-21T21:40")
        }
        self = local
    }

    /// Reads a date and time and stops at what follows.
    static func read(_ scanner: inout ByteScanner) -> LocalDateTime? {
        guard scanner.bytes.contains(UInt8(ascii: "T")),
            let dateBytes = scanner.upTo(UInt8(ascii: "T"))
        else {
            guard let date = TemporalParsing.date(scanner.bytes) else { return nil }
            while !scanner.isAtEnd { scanner.skip() }
            return LocalDateTime(date: date, time: .midnight)
        }
        guard let date = TemporalParsing.date(dateBytes), let time = TemporalParsing.time(&scanner)
        else { return nil }
        return LocalDateTime(date: date, time: time)
    }
}

extension ZonedDateTime {
    /// Reads a date and time with an optional offset and an optional named zone, such as
    /// `2015-07-21T21:40:32.142+02:00[Europe/Stockholm]`.
    ///
    /// - Throws: ``ValueError`` when the text is no date and time, when its zone is unknown, or when
    ///   the offset is not one of the zone's at that time.
    public init(
        parsing text: String, defaultZone: TimeZone = .utc, zones: TimeZoneDatabase = .system
    ) throws(ValueError) {
        let malformed = ValueError.invalidArgument(
            CalendarDate.impossibleDay(in: text)
                ?? "the text is not a date and time such as "
                + "2015-07-21T21:40:32+02:00[Europe/Stockholm]")
        var scanner = ByteScanner(Array(text.utf8))
        guard let local = LocalDateTime.read(&scanner) else { throw malformed }
        if scanner.isAtEnd {
            self = try ZonedDateTime.resolve(local, in: defaultZone, zones: zones)
            return
        }
        var offset: Int32?
        if scanner.peek != UInt8(ascii: "[") {
            offset = TemporalParsing.offset(&scanner)
            guard offset != nil else { throw malformed }
        }
        var zone = TimeZone.offset(offset ?? 0)
        if scanner.take(UInt8(ascii: "[")) {
            guard let name = scanner.upTo(UInt8(ascii: "]")) else { throw malformed }
            zone = .named(try zones.zone(named: String(decoding: name, as: UTF8.self)))
        }
        guard scanner.isAtEnd else { throw malformed }
        let result = try ZonedDateTime.resolve(
            local, in: zone, preferredOffset: offset, zones: zones)
        guard offset == nil || offset == result.offsetInSeconds else {
            throw .invalidArgument("the offset is not one that the time zone has at that time")
        }
        self = result
    }

    /// The instant at which a clock in `zone` shows `local`.
    ///
    /// A time that occurs twice means the one with `preferredOffset`, else the earlier one; a time
    /// that the clock skips moves later by the length of the gap.
    ///
    /// - Throws: ``ValueError`` when the zone has no rules or the result is out of range.
    public static func resolve(
        _ local: LocalDateTime, in zone: TimeZone, preferredOffset: Int32? = nil,
        zones: TimeZoneDatabase = .system
    ) throws(ValueError) -> ZonedDateTime {
        let result: ZonedDateTime?
        switch zone {
        case .offset(let offset):
            result = ZonedDateTime(local: local, offsetInSeconds: offset)
        case .named(let name):
            result = try zones.rules(for: name)
                .resolve(local, name: name, preferredOffset: preferredOffset)
        }
        guard let result else { throw .dateOutOfRange }
        return result
    }

    /// The same instant seen in `zone`.
    ///
    /// - Throws: ``ValueError`` when the zone has no rules or the result is out of range.
    public func converted(
        to zone: TimeZone, zones: TimeZoneDatabase = .system
    ) throws(ValueError) -> ZonedDateTime {
        let offset: Int32
        var name: ZoneName?
        switch zone {
        case .offset(let fixed): offset = fixed
        case .named(let zoneName):
            offset = try zones.rules(for: zoneName).offset(at: secondsSinceEpoch)
            name = zoneName
        }
        guard
            let result = ZonedDateTime(
                exactlySeconds: secondsSinceEpoch, nanosecond: Int64(nanosecond),
                offsetInSeconds: Int64(offset), zone: name)
        else { throw .dateOutOfRange }
        return result
    }

    /// The date and time after `duration`: months and days on the zone's clock, then seconds.
    ///
    /// - Throws: ``ValueError`` when the zone has no rules or the result is out of range.
    public func adding(
        _ duration: CalendarDuration, zones: TimeZoneDatabase = .system
    ) throws(ValueError) -> ZonedDateTime {
        var start = self
        if duration.months != 0 || duration.days != 0 {
            let clock = local
            guard
                let date = clock.date.adding(months: duration.months)?.adding(days: duration.days)
            else { throw .dateOutOfRange }
            start = try ZonedDateTime.resolve(
                LocalDateTime(date: date, time: clock.time), in: seenIn,
                preferredOffset: offsetInSeconds, zones: zones)
        }
        let utc = LocalDateTime(
            exactlySeconds: start.secondsSinceEpoch, nanosecond: Int64(start.nanosecond))
        guard
            let instant = utc?.adding(
                seconds: duration.seconds, nanosecond: duration.nanosecond),
            let moved = ZonedDateTime(local: instant, offsetInSeconds: 0)
        else { throw .dateOutOfRange }
        return try moved.converted(to: seenIn, zones: zones)
    }
}

extension ValueError {
    /// A date lies outside the years that dates can have.
    public static let dateOutOfRange = ValueError(
        .argumentError, "NumberOutOfRange",
        "the result is outside the range of dates, years -999999999 to 999999999")
}
