/// Reads dates, times and zones from openCypher's ISO 8601 forms.
enum TemporalParsing {
    /// Reads a date: calendar, week, quarter or ordinal form, basic or extended; nil if malformed or
    /// if there is no such day.
    static func date(_ bytes: [UInt8]) -> CalendarDate? {
        var scanner = ByteScanner(bytes)
        let isNegative = scanner.peek == UInt8(ascii: "-")
        if isNegative || scanner.peek == UInt8(ascii: "+") {
            scanner.skip()
            guard scanner.digitCount >= 4, let year = scanner.number(digitsMax: 9) else {
                return nil
            }
            return extended(year: isNegative ? -year : year, &scanner)
        }
        switch scanner.digitCount {
        case 4:
            guard let year = scanner.number(digits: 4) else { return nil }
            if scanner.isAtEnd || scanner.peek == UInt8(ascii: "-") {
                return extended(year: year, &scanner)
            }
            return basicWeekOrQuarter(year: year, &scanner)
        case 6, 7, 8:
            return basicDigits(&scanner)
        default: return nil
        }
    }

    /// What follows the year where parts are separated by `-`.
    private static func extended(year: Int64, _ scanner: inout ByteScanner) -> CalendarDate? {
        if scanner.isAtEnd { return CalendarDate(year: year, month: 1, day: 1) }
        guard scanner.take(UInt8(ascii: "-")) else { return nil }
        if scanner.take(UInt8(ascii: "W")) {
            guard let week = scanner.number(digits: 2) else { return nil }
            return last(&scanner, digits: 1) {
                CalendarDate(weekYear: year, week: week, dayOfWeek: $0)
            }
        }
        if scanner.take(UInt8(ascii: "Q")) {
            guard let quarter = scanner.number(digits: 1) else { return nil }
            return last(&scanner, digits: 2) {
                CalendarDate(year: year, quarter: quarter, dayOfQuarter: $0)
            }
        }
        if scanner.digitCount == 3 {
            guard let day = scanner.number(digits: 3), scanner.isAtEnd else { return nil }
            return CalendarDate(year: year, ordinalDay: day)
        }
        guard scanner.digitCount == 2, let month = scanner.number(digits: 2) else { return nil }
        return last(&scanner, digits: 2) { CalendarDate(year: year, month: month, day: $0) }
    }

    /// An optional last part after `-`, 1 where it is missing.
    private static func last(
        _ scanner: inout ByteScanner, digits: Int, _ make: (Int64) -> CalendarDate?
    ) -> CalendarDate? {
        if scanner.isAtEnd { return make(1) }
        guard scanner.take(UInt8(ascii: "-")), scanner.digitCount == digits,
            let number = scanner.number(digits: digits), scanner.isAtEnd
        else { return nil }
        return make(number)
    }

    private static func basicWeekOrQuarter(
        year: Int64, _ scanner: inout ByteScanner
    ) -> CalendarDate? {
        if scanner.take(UInt8(ascii: "W")) {
            guard let week = scanner.number(digits: 2) else { return nil }
            if scanner.isAtEnd { return CalendarDate(weekYear: year, week: week, dayOfWeek: 1) }
            guard let day = scanner.number(digits: 1), scanner.isAtEnd else { return nil }
            return CalendarDate(weekYear: year, week: week, dayOfWeek: day)
        }
        guard scanner.take(UInt8(ascii: "Q")), let quarter = scanner.number(digits: 1) else {
            return nil
        }
        if scanner.isAtEnd { return CalendarDate(year: year, quarter: quarter, dayOfQuarter: 1) }
        guard let day = scanner.number(digits: 2), scanner.isAtEnd else { return nil }
        return CalendarDate(year: year, quarter: quarter, dayOfQuarter: day)
    }

    /// `YYYYMM`, `YYYYDDD` or `YYYYMMDD`.
    private static func basicDigits(_ scanner: inout ByteScanner) -> CalendarDate? {
        let length = scanner.digitCount
        guard let year = scanner.number(digits: 4) else { return nil }
        if length == 7 {
            guard let day = scanner.number(digits: 3), scanner.isAtEnd else { return nil }
            return CalendarDate(year: year, ordinalDay: day)
        }
        guard let month = scanner.number(digits: 2) else { return nil }
        let day = length == 8 ? scanner.number(digits: 2) : 1
        guard let day, scanner.isAtEnd else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    /// Reads a time of day and stops at what follows it; nil if malformed.
    static func time(_ scanner: inout ByteScanner) -> LocalTime? {
        let length = scanner.digitCount
        guard [2, 4, 6].contains(length), let hour = scanner.number(digits: 2) else { return nil }
        var minute: Int64 = 0
        var second: Int64 = 0
        var nanosecond: Int64 = 0
        var hasSeconds = length == 6
        if length == 2 {
            if scanner.take(UInt8(ascii: ":")) {
                guard let read = twoDigits(&scanner) else { return nil }
                minute = read
                if scanner.take(UInt8(ascii: ":")) {
                    guard let read = twoDigits(&scanner) else { return nil }
                    second = read
                    hasSeconds = true
                }
            }
        } else {
            minute = scanner.number(digits: 2) ?? 0
            second = length == 6 ? scanner.number(digits: 2) ?? 0 : 0
        }
        if hasSeconds, scanner.take(UInt8(ascii: ".")) || scanner.take(UInt8(ascii: ",")) {
            guard let read = scanner.nanoseconds() else { return nil }
            nanosecond = read
        }
        return LocalTime(hour: hour, minute: minute, second: second, nanosecond: nanosecond)
    }

    private static func twoDigits(_ scanner: inout ByteScanner) -> Int64? {
        scanner.digitCount == 2 ? scanner.number(digits: 2) : nil
    }

    /// Reads `Z`, `±HH`, `±HHMM`, `±HH:MM` and the same with seconds; nil if malformed or too large.
    static func offset(_ scanner: inout ByteScanner) -> Int32? {
        if scanner.take(UInt8(ascii: "Z")) { return 0 }
        let isNegative = scanner.take(UInt8(ascii: "-"))
        guard isNegative || scanner.take(UInt8(ascii: "+")) else { return nil }
        let length = scanner.digitCount
        guard [2, 4, 6].contains(length), let hours = scanner.number(digits: 2) else { return nil }
        var parts: [Int64] = [hours]
        for _ in 0..<2 {
            if length == 2 {
                guard scanner.take(UInt8(ascii: ":")) else { break }
                guard scanner.digitCount == 2 else { return nil }
            } else if scanner.digitCount == 0 {
                break
            }
            guard let part = scanner.number(digits: 2), part < 60 else { return nil }
            parts.append(part)
        }
        let seconds =
            parts[0] * 3_600 + (parts.count > 1 ? parts[1] * 60 : 0)
            + (parts.count > 2 ? parts[2] : 0)
        guard TemporalLimits.isValidOffset(seconds) else { return nil }
        return Int32(isNegative ? -seconds : seconds)
    }

    /// Reads a zone given alone: an offset or a name.
    ///
    /// - Throws: ``ValueError`` when the zone is unknown.
    static func zone(
        _ text: String, _ zones: TimeZoneDatabase
    ) throws(ValueError) -> TimeZone {
        var scanner = ByteScanner(Array(text.utf8))
        if let offset = offset(&scanner), scanner.isAtEnd { return .offset(offset) }
        return .named(try zones.zone(named: text))
    }
}
