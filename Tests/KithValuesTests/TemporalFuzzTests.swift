import KithValues
import Testing

/// Nothing that a statement can write may trap, whatever the values: it gives a value or an error.
@Suite("Temporal values never trap")
struct TemporalFuzzTests {
    static let seeds: [UInt64] = [101, 102, 103]

    private static let context = TemporalContext(
        now: ZonedDateTime(secondsSinceEpoch: 1_700_000_000, nanosecond: 5, offsetInSeconds: 0))

    private static let keys = [
        "year", "month", "day", "week", "dayOfWeek", "quarter", "dayOfQuarter", "ordinalDay",
        "hour", "minute", "second", "millisecond", "microsecond", "nanosecond", "timezone",
        "date", "time", "datetime", "epochSeconds", "epochMillis", "other",
    ]

    private static let durationKeys = [
        "years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds",
        "milliseconds", "microseconds", "nanoseconds",
    ]

    private static let components = [
        "year", "quarter", "month", "week", "weekYear", "day", "ordinalDay", "weekDay",
        "dayOfQuarter", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond",
        "timezone", "offset", "offsetMinutes", "offsetSeconds", "epochSeconds", "epochMillis",
        "years", "months", "days", "seconds", "nanoseconds", "milliseconds", "amount", "none",
    ]

    /// A temporal value, often at the very end of the range.
    private static func extreme(_ generator: inout SeededGenerator) -> Value {
        guard Bool.random(using: &generator) else {
            return Value.random(using: &generator, depth: 0)
        }
        let isFirst = Bool.random(using: &generator)
        let date = CalendarDate(
            daysSinceEpoch: isFirst ? CalendarDate.daysMin : CalendarDate.daysMax)
        let time = LocalTime(nanosecondOfDay: isFirst ? 0 : 86_399_999_999_999)
        let local = LocalDateTime(date: date, time: time)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return .date(date)
        case 1: return .localDateTime(local)
        case 2:
            return .time(
                ZonedTime(local: time, offsetInSeconds: Value.randomOffset(&generator)))
        default:
            let zoned = ZonedDateTime(
                local: local, offsetInSeconds: Value.randomOffset(&generator))
            return zoned.map { .dateTime($0) } ?? .date(date)
        }
    }

    private static func duration(_ generator: inout SeededGenerator) -> CalendarDuration {
        CalendarDuration(
            months: Value.randomInteger(&generator), days: Value.randomInteger(&generator),
            seconds: Value.randomInteger(&generator),
            nanosecond: .random(in: 0..<1_000_000_000, using: &generator))
    }

    private static func number(_ generator: inout SeededGenerator) -> Value {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: .integer(.random(in: 0...60, using: &generator))
        case 1: .integer(.random(in: -2_000...3_000, using: &generator))
        case 2: .integer(Value.randomInteger(&generator))
        default: .float(Value.randomFloat(&generator))
        }
    }

    private static func map(_ generator: inout SeededGenerator) -> ValueMap {
        var map = ValueMap()
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let key = keys.randomElement(using: &generator) ?? ""
            switch key {
            case "timezone":
                let zones = ["Europe/Stockholm", "+18:00", "-18:00", "Z", "x", "Asia/Tehran"]
                map[key] = .string(zones.randomElement(using: &generator) ?? "")
            case "date", "time", "datetime": map[key] = extreme(&generator)
            default: map[key] = number(&generator)
            }
        }
        return map
    }

    private func make(_ argument: Value) -> [Value] {
        var made: [Value] = []
        let context = Self.context
        if let value = try? context.date(argument) { made.append(.date(value)) }
        if let value = try? context.localTime(argument) { made.append(.localTime(value)) }
        if let value = try? context.time(argument) { made.append(.time(value)) }
        if let value = try? context.localDateTime(argument) { made.append(.localDateTime(value)) }
        if let value = try? context.dateTime(argument) { made.append(.dateTime(value)) }
        return made
    }

    private func use(_ value: Value, _ generator: inout SeededGenerator) {
        for component in Self.components { _ = value.component(component) }
        _ = value.plainText
        var bytes: [UInt8] = []
        value.appendOrderedKey(to: &bytes)
        bytes = []
        value.appendStored(to: &bytes)
        #expect((try? Value.decodeStored(bytes)).map { Value.isIdentical($0, value) } == true)
        let amount = Value.duration(
            Bool.random(using: &generator)
                ? Self.duration(&generator) : Value.randomDuration(&generator))
        _ = try? Value.add(value, amount)
        _ = try? Value.subtract(value, amount)
        _ = try? Value.multiply(amount, Self.number(&generator))
        _ = try? Value.divide(amount, Self.number(&generator))
        _ = try? Value.add(amount, .duration(Self.duration(&generator)))
        _ = try? Value.negate(amount)
        _ = amount.plainText
        let other = Self.extreme(&generator)
        for counting in [CalendarDuration.Counting.all, .months, .days, .seconds] {
            _ = try? CalendarDuration.between(value, other, counting: counting)
        }
        for unit in TruncationUnit.allCases {
            for kind in [
                ValueKind.date, .localTime, .time, .localDateTime, .dateTime,
            ] {
                let overrides =
                    Int.random(in: 0..<4, using: &generator) == 0
                    ? Self.map(&generator) : ValueMap()
                _ = try? Self.context.truncate(value, to: unit, setting: overrides, as: kind)
            }
        }
    }

    @Test("from random maps and values at the ends of their ranges", arguments: seeds)
    func randomMaps(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var count = 0
        for _ in 0..<1_500 {
            let argument =
                Bool.random(using: &generator)
                ? Value.map(Self.map(&generator)) : Self.extreme(&generator)
            for value in make(argument) {
                count += 1
                use(value, &generator)
            }
        }
        #expect(count > 500, "seed \(seed)")
    }

    @Test("from random texts", arguments: seeds)
    func randomTexts(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "2015", "-", "W", "30", "Q3", "T", "21", ":", "40", ".", "142", "Z", "+", "01:00", "[",
            "Europe/Stockholm", "]", "P", "Y", "M", "D", "H", "S", "9999999999999999999", "é", " ",
            "EUR", "e", "0",
        ]
        for _ in 0..<8_000 {
            let text = (0..<Int.random(in: 0...9, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            _ = make(.string(text))
            _ = try? CalendarDuration(parsing: text)
            _ = try? Money(parsing: text)
            _ = NumberText.parseFloat(text)
        }
    }

    @Test("from random amounts of time", arguments: seeds)
    func randomAmounts(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3_000 {
            var map = ValueMap()
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                map[Self.durationKeys.randomElement(using: &generator) ?? ""] =
                    Self.number(&generator)
            }
            if let duration = try? TemporalContext.duration(.map(map)) {
                let back = try? CalendarDuration(parsing: duration.description)
                #expect(back == duration, "seed \(seed): \(duration)")
            }
        }
    }

    @Test("money with random factors", arguments: seeds)
    func randomMoney(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let money = Value.money(Value.randomMoney(&generator))
            let other = Value.money(Value.randomMoney(&generator))
            let factor = Self.number(&generator)
            _ = try? Value.add(money, other)
            _ = try? Value.subtract(money, other)
            _ = try? Value.multiply(money, factor)
            _ = try? Value.divide(money, factor)
            _ = try? Value.divide(money, other)
            _ = try? Value.negate(money)
            let text = money.plainText ?? ""
            #expect((try? Money(parsing: text))?.description == text)
        }
    }
}
