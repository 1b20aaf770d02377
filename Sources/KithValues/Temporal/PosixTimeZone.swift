/// A rule for the years to come, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixTimeZone: Hashable, Sendable {
    /// A day of each year and a time on that day.
    struct ChangeRule: Hashable, Sendable {
        /// How the day is given.
        enum Day: Hashable, Sendable {
            /// The n-th day, 1 to 365; 29 February is never counted.
            case julianWithoutLeapDay(Int64)
            /// The n-th day, from 0; 29 February is counted.
            case zeroBased(Int64)
            /// The n-th weekday (0 is Sunday) of a month; week 5 is the last.
            case weekday(month: Int64, week: Int64, weekday: Int64)
        }

        let day: Day
        let secondOfDay: Int64

        /// Seconds from 1970-01-01T00:00 on the clock to this change in `year`.
        func localSeconds(year: Int64) -> Int64 {
            let days: Int64
            switch day {
            case .julianWithoutLeapDay(let number):
                let isPastLeapDay = CalendarDate.isLeap(year) && number >= 60
                days = CalendarDate.dayNumber(year, 1, 1) + number - (isPastLeapDay ? 0 : 1)
            case .zeroBased(let number):
                days = CalendarDate.dayNumber(year, 1, 1) + number
            case .weekday(let month, let week, let weekday):
                let first = CalendarDate.dayNumber(year, month, 1)
                let firstWeekday = floorModulo(first + 4, 7)
                var day = floorModulo(weekday - firstWeekday, 7) + (week - 1) * 7
                if day >= CalendarDate.lengthOfMonth(month, year: year) { day -= 7 }
                days = first + day
            }
            return days * TemporalLimits.secondsPerDay + secondOfDay
        }
    }

    let standardOffset: Int32
    let summerOffset: Int32
    /// When summer time begins and ends; nil where there is none.
    let summer: Summer?

    struct Summer: Hashable, Sendable {
        let start: ChangeRule
        let end: ChangeRule
    }

    /// Seconds by which the zone is ahead of UTC at an instant.
    func offset(at instant: Int64) -> Int32 {
        guard let summer else { return standardOffset }
        let days = floorDivide(instant + Int64(standardOffset), TemporalLimits.secondsPerDay)
        guard let year = CalendarDate(exactly: days)?.year else { return standardOffset }
        let start = summer.start.localSeconds(year: year) - Int64(standardOffset)
        let end = summer.end.localSeconds(year: year) - Int64(summerOffset)
        let isSummer =
            start < end
            ? instant >= start && instant < end
            : !(instant >= end && instant < start)
        return isSummer ? summerOffset : standardOffset
    }
}

extension PosixTimeZone {
    /// Reads the rule from its text; nil when it is malformed.
    init?(_ text: some Sequence<UInt8>) {
        var scanner = ByteScanner(Array(text))
        guard Self.skipName(&scanner), let standard = Self.time(&scanner) else { return nil }
        standardOffset = Int32(clamping: -standard)
        if scanner.isAtEnd {
            summerOffset = standardOffset
            summer = nil
            return
        }
        guard Self.skipName(&scanner) else { return nil }
        if let next = scanner.peek, next != UInt8(ascii: ",") {
            guard let offset = Self.time(&scanner) else { return nil }
            summerOffset = Int32(clamping: -offset)
        } else {
            summerOffset = standardOffset + 3_600
        }
        guard let start = Self.change(&scanner), let end = Self.change(&scanner), scanner.isAtEnd
        else { return nil }
        summer = Summer(start: start, end: end)
    }

    private static func skipName(_ scanner: inout ByteScanner) -> Bool {
        var length = 0
        if scanner.take(UInt8(ascii: "<")) {
            while let byte = scanner.next() {
                if byte == UInt8(ascii: ">") { return length > 0 }
                length += 1
            }
            return false
        }
        while let byte = scanner.peek, (0x41...0x5A).contains(byte & 0xDF) {
            scanner.skip()
            length += 1
        }
        return length >= 3
    }

    /// Reads `[+-]h[h[h]][:mm[:ss]]` in seconds.
    private static func time(_ scanner: inout ByteScanner) -> Int64? {
        let isNegative = scanner.take(UInt8(ascii: "-"))
        if !isNegative { _ = scanner.take(UInt8(ascii: "+")) }
        guard let hours = scanner.number(digitsMax: 3) else { return nil }
        var seconds = hours * 3_600
        for unit in [60, 1] as [Int64] where scanner.take(UInt8(ascii: ":")) {
            guard let part = scanner.number(digitsMax: 2) else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// Reads `,Mm.w.d`, `,Jn` or `,n`, with an optional `/time`.
    private static func change(_ scanner: inout ByteScanner) -> ChangeRule? {
        guard scanner.take(UInt8(ascii: ",")) else { return nil }
        let day: ChangeRule.Day
        if scanner.take(UInt8(ascii: "M")) {
            guard let month = scanner.number(digitsMax: 2), (1...12).contains(month),
                scanner.take(UInt8(ascii: ".")),
                let week = scanner.number(digitsMax: 1), (1...5).contains(week),
                scanner.take(UInt8(ascii: ".")),
                let weekday = scanner.number(digitsMax: 1), (0...6).contains(weekday)
            else { return nil }
            day = .weekday(month: month, week: week, weekday: weekday)
        } else if scanner.take(UInt8(ascii: "J")) {
            guard let number = scanner.number(digitsMax: 3), (1...365).contains(number) else {
                return nil
            }
            day = .julianWithoutLeapDay(number)
        } else {
            guard let number = scanner.number(digitsMax: 3), (0...365).contains(number) else {
                return nil
            }
            day = .zeroBased(number)
        }
        var secondOfDay: Int64 = 7_200
        if scanner.take(UInt8(ascii: "/")) {
            guard let time = time(&scanner) else { return nil }
            secondOfDay = time
        }
        return ChangeRule(day: day, secondOfDay: secondOfDay)
    }
}
