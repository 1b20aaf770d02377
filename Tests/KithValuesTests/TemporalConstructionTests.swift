import KithValues
import Testing

@Suite("Making temporal values")
struct TemporalConstructionTests {
    private let context = TemporalContext(
        now: ZonedDateTime(
            secondsSinceEpoch: 1_714_566_896, nanosecond: 789_000_000, offsetInSeconds: 0))

    /// A map of integers and strings.
    private func map(_ entries: [(String, Any)]) -> Value {
        .map(
            ValueMap(
                entries.map { key, value in
                    switch value {
                    case let number as Int: (key, .integer(Int64(number)))
                    case let text as String: (key, .string(text))
                    case let inner as Value: (key, inner)
                    default: (key, .null)
                    }
                }))
    }

    private func zoned(_ text: String) throws -> Value {
        .dateTime(try ZonedDateTime(parsing: text))
    }

    @Test("weeks, quarters and days of the year name dates")
    func dateForms() throws {
        let forms: [([(String, Any)], String)] = [
            ([("year", 1984), ("month", 10), ("day", 11)], "1984-10-11"),
            ([("year", 1984), ("month", 10)], "1984-10-01"),
            ([("year", 1984), ("week", 10), ("dayOfWeek", 3)], "1984-03-07"),
            ([("year", 1984), ("week", 10)], "1984-03-05"),
            ([("year", 1984)], "1984-01-01"),
            ([("year", 1984), ("ordinalDay", 202)], "1984-07-20"),
            ([("year", 1984), ("quarter", 3), ("dayOfQuarter", 45)], "1984-08-14"),
            ([("year", 1984), ("quarter", 3)], "1984-07-01"),
            ([("year", 1817), ("week", 1)], "1816-12-30"),
            ([("year", 1818), ("week", 53)], "1818-12-28"),
        ]
        for (entries, expected) in forms {
            #expect(try context.date(map(entries)).description == expected)
        }
    }

    @Test("components that are missing, unknown, out of range or at odds are refused")
    func refusedDates() {
        let forms: [[(String, Any)]] = [
            [("month", 10)], [("year", 1984), ("day", 10)], [("year", 1984), ("month", 13)],
            [("year", 2015), ("month", 2), ("day", 29)], [("year", 1984), ("dayOfWeek", 1)],
            [("year", 1984), ("dayOfQuarter", 1)], [("year", 1984), ("week", 54)],
            [("year", 1984), ("month", 1), ("week", 1)], [("year", 1984), ("hour", 1)],
            [("year", "1984")], [("yaer", 1984)], [("year", 1_000_000_000)],
            [("year", 1984), ("timezone", "Nowhere")], [("year", ())],
        ]
        for form in forms {
            #expect(throws: ValueError.self) { try context.date(map(form)) }
        }
        let times: [[(String, Any)]] = [
            [("hour", 24)], [("minute", 1)], [("hour", 1), ("second", 1)],
            [("hour", 1), ("minute", 1), ("second", 60)],
            [("hour", 1), ("minute", 1), ("second", 1), ("millisecond", 1_000)],
            [
                ("hour", 1), ("minute", 1), ("second", 1), ("millisecond", 1),
                ("microsecond", 1_000),
            ],
            [("hour", 1), ("year", 1984)],
        ]
        for form in times {
            #expect(throws: ValueError.self) { try context.localTime(map(form)) }
        }
    }

    @Test("a date takes the rest from another value")
    func selectedDates() throws {
        let other = try zoned("1984-11-11T12:00+01:00")
        let forms: [([(String, Any)], String)] = [
            ([], "1984-11-11"), ([("year", 28)], "0028-11-11"), ([("day", 28)], "1984-11-28"),
            ([("week", 1)], "1984-01-08"), ([("ordinalDay", 28)], "1984-01-28"),
            ([("quarter", 3)], "1984-08-11"),
        ]
        for (entries, expected) in forms {
            let value = map([("date", other)] + entries)
            #expect(try context.date(value).description == expected)
        }
        #expect(try context.date(other).description == "1984-11-11")
    }

    @Test("a zone that is asked for converts a time that has one, and marks one that has none")
    func zones() throws {
        let local = Value.localTime(try LocalTime(parsing: "12:31:14.645"))
        let time = Value.time(try ZonedTime(parsing: "12:31:14.645+01:00"))
        let day: [(String, Any)] = [("year", 1984), ("month", 10), ("day", 11)]
        func made(_ time: Value, _ rest: [(String, Any)]) throws -> String {
            try context.dateTime(map(day + [("time", time)] + rest)).description
        }
        #expect(try made(local, []) == "1984-10-11T12:31:14.645Z")
        #expect(try made(local, [("timezone", "+05:00")]) == "1984-10-11T12:31:14.645+05:00")
        #expect(try made(time, []) == "1984-10-11T12:31:14.645+01:00")
        #expect(try made(time, [("timezone", "+05:00")]) == "1984-10-11T16:31:14.645+05:00")
        #expect(
            try made(time, [("second", 42), ("timezone", "Pacific/Honolulu")])
                == "1984-10-11T01:31:42.645-10:00[Pacific/Honolulu]")
        let stockholm = try zoned("1984-10-11T12:00[Europe/Stockholm]")
        #expect(
            try context.time(map([("time", stockholm), ("timezone", "+05:00")])).description
                == "16:00+05:00")
        #expect(
            try context.dateTime(map([("datetime", stockholm), ("day", 28)])).description
                == "1984-10-28T12:00+01:00[Europe/Stockholm]")
    }

    @Test("nothing but a zone, or nothing at all, means now")
    func now() throws {
        #expect(try context.date(map([])).description == "2024-05-01")
        #expect(
            try context.dateTime(map([("timezone", "Asia/Tehran")])).description
                == "2024-05-01T16:04:56.789+03:30[Asia/Tehran]")
        #expect(try context.localTime(map([("timezone", "-02:00")])).description == "10:34:56.789")
    }

    @Test("instants count from 1970")
    func epochs() throws {
        #expect(
            try TemporalContext.dateTime(epochSeconds: 416_779, nanosecond: 999_999_999)
                .description == "1970-01-05T19:46:19.999999999Z")
        #expect(
            try context.dateTime(map([("epochMillis", 237_821_673_987)])).description
                == "1977-07-15T13:34:33.987Z")
        #expect(
            try context.dateTime(
                map([("epochSeconds", -1), ("nanosecond", 5), ("timezone", "+01:00")])
            ).description == "1970-01-01T00:59:59.000000005+01:00")
        #expect(throws: ValueError.dateOutOfRange) {
            try TemporalContext.dateTime(epochSeconds: .max, nanosecond: 0)
        }
    }

    @Test("fractions of larger units go to smaller ones")
    func durations() throws {
        func made(_ entries: [(String, Value)]) throws -> String {
            try TemporalContext.duration(.map(ValueMap(entries))).description
        }
        #expect(try made([("months", .integer(5)), ("days", .float(1.5))]) == "P5M1DT12H")
        #expect(try made([("months", .float(0.75))]) == "P22DT19H51M49.5S")
        #expect(try made([("weeks", .float(2.5))]) == "P17DT12H")
        #expect(
            try made([("seconds", .integer(-60)), ("milliseconds", .integer(1))]) == "PT-59.999S")
        #expect(
            try made([("seconds", .float(0.1)), ("nanoseconds", .integer(3))]) == "PT0.100000003S")
        #expect(try made([("years", .float(12.5)), ("quarters", .integer(1))]) == "P12Y9M")
        #expect(throws: ValueError.self) { try made([("years", .string("1"))]) }
        #expect(throws: ValueError.self) { try made([("fortnights", .integer(1))]) }
        #expect(throws: ValueError.durationOverflow) { try made([("years", .integer(.max))]) }
        #expect(throws: ValueError.durationOverflow) { try made([("days", .float(.nan))]) }
    }

    @Test(
        "truncation goes to the beginning of each unit",
        arguments: [
            ("millennium", "1000-01-01T00:00+01:00"), ("century", "1900-01-01T00:00+01:00"),
            ("decade", "1980-01-01T00:00+01:00"), ("year", "1984-01-01T00:00+01:00"),
            ("weekYear", "1984-01-02T00:00+01:00"), ("quarter", "1984-10-01T00:00+01:00"),
            ("month", "1984-10-01T00:00+01:00"), ("week", "1984-10-08T00:00+01:00"),
            ("day", "1984-10-11T00:00+01:00"), ("hour", "1984-10-11T12:00+01:00"),
            ("minute", "1984-10-11T12:31+01:00"), ("second", "1984-10-11T12:31:14+01:00"),
            ("millisecond", "1984-10-11T12:31:14.645+01:00"),
            ("MICROSECOND", "1984-10-11T12:31:14.645876+01:00"),
        ])
    func truncation(unit: String, expected: String) throws {
        let value = try zoned("1984-10-11T12:31:14.645876123+01:00")
        let result = try context.truncate(
            value, to: TruncationUnit(named: unit), setting: ValueMap(), as: .dateTime)
        #expect(result.plainText == expected)
    }

    @Test("components set after truncation add below the unit")
    func truncationWithComponents() throws {
        let value = try zoned("1984-10-11T12:31:14.645876123+01:00")
        func truncated(_ unit: TruncationUnit, _ entries: [(String, Any)], _ kind: ValueKind)
            throws -> String?
        {
            guard case .map(let components) = map(entries) else { return nil }
            return try context.truncate(value, to: unit, setting: components, as: kind).plainText
        }
        #expect(
            try truncated(.millisecond, [("nanosecond", 2)], .localTime) == "12:31:14.645000002")
        #expect(try truncated(.week, [("dayOfWeek", 2)], .date) == "1984-10-09")
        #expect(try truncated(.weekYear, [("day", 5)], .date) == "1984-01-05")
        #expect(try truncated(.hour, [("timezone", "+05:00")], .time) == "12:00+05:00")
        #expect(
            try truncated(.month, [("timezone", "Europe/Stockholm")], .dateTime)
                == "1984-10-01T00:00+01:00[Europe/Stockholm]")
        #expect(throws: ValueError.self) { try truncated(.hour, [], .date) }
        #expect(throws: ValueError.self) { try truncated(.month, [], .time) }
        #expect(throws: ValueError.self) { try TruncationUnit(named: "fortnight") }
    }
}
