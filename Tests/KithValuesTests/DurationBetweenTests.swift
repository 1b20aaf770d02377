import KithValues
import Testing

@Suite("Time between values")
struct DurationBetweenTests {
    /// Reads the kind that the text has the form of.
    private func value(_ text: String) throws -> Value {
        if text.contains("T") {
            let hasZone = text.dropFirst(10).contains { "+-Z[".contains($0) }
            return hasZone
                ? .dateTime(try ZonedDateTime(parsing: text))
                : .localDateTime(try LocalDateTime(parsing: text))
        }
        if text.contains(":") {
            return text.contains("+")
                ? .time(try ZonedTime(parsing: text)) : .localTime(try LocalTime(parsing: text))
        }
        return .date(try CalendarDate(parsing: text))
    }

    private func between(
        _ start: String, _ end: String, _ counting: CalendarDuration.Counting
    ) throws -> String {
        try CalendarDuration.between(value(start), value(end), counting: counting).description
    }

    @Test(
        "counts months, then days, then seconds",
        arguments: [
            ("1984-10-11", "2015-06-24", "P30Y8M13D"),
            ("1984-10-11", "2016-07-21T21:45:22.142", "P31Y9M10DT21H45M22.142S"),
            ("1984-10-11", "2015-07-21T21:40:32.142+01:00", "P30Y9M10DT21H40M32.142S"),
            ("1984-10-11", "16:30", "PT16H30M"), ("14:30", "2015-06-24", "PT-14H-30M"),
            ("14:30", "16:30", "PT2H"), ("14:30+00:00", "16:30+01:00", "PT1H"),
            ("2015-07-21T21:40:32.142", "2015-06-24", "P-27DT-21H-40M-32.142S"),
            ("2014-07-21T21:40:36.143+02:00", "2015-07-21T21:40:32.142+01:00", "P1YT59M55.999S"),
            ("2018-01-02T10:00", "2018-01-01T12:00", "PT-22H"),
            (
                "2017-10-28T23:00+02:00[Europe/Stockholm]",
                "2017-10-29T04:00+01:00[Europe/Stockholm]", "PT6H"
            ),
            ("-999999999-01-01", "+999999999-12-31", "P1999999998Y11M30D"),
            ("2016-01-31", "2016-03-01", "P1M1D"), ("2016-03-31", "2016-02-29", "P-1M"),
        ])
    func all(start: String, end: String, expected: String) throws {
        #expect(try between(start, end, .all) == expected)
    }

    @Test(
        "counts whole months",
        arguments: [
            ("2018-03-11", "2016-06-24", "P-1Y-8M"),
            ("2018-07-21", "2016-07-21T21:40:32.142+01:00", "P-1Y-11M"),
            ("2018-07-21T21:40:32.142", "2016-07-21", "P-2Y"),
            ("2018-07-21T21:40:36.143+05:00", "1984-07-21T22:40:36.143+02:00", "P-33Y-11M"),
            ("14:30", "2015-06-24", "PT0S"),
        ])
    func months(start: String, end: String, expected: String) throws {
        #expect(try between(start, end, .months) == expected)
    }

    @Test(
        "counts whole days and seconds",
        arguments: [
            ("1984-10-11", "2015-06-24", "P11213D", "PT269112H"),
            ("2015-07-21T21:40:32.142", "2015-06-24", "P-27D", "PT-669H-40M-32.142S"),
            ("2017-10-29T00:00[Europe/Stockholm]", "2017-10-30", "P1D", "PT25H"),
            ("2017-10-29T00:00[Europe/Stockholm]", "04:00", "PT0S", "PT5H"),
            ("12:44:54.7", "12:34:55.3", "PT0S", "PT-9M-59.4S"),
        ])
    func daysAndSeconds(start: String, end: String, days: String, seconds: String) throws {
        #expect(try between(start, end, .days) == days)
        #expect(try between(start, end, .seconds) == seconds)
    }

    @Test("a value plus the time to another is the other", arguments: [71, 72] as [UInt64])
    func addsUp(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3_000 {
            let from = LocalDateTime(
                date: CalendarDate(
                    daysSinceEpoch: .random(in: -40_000...40_000, using: &generator)),
                time: Value.randomTime(&generator))
            let to = LocalDateTime(
                date: CalendarDate(
                    daysSinceEpoch: .random(in: -40_000...40_000, using: &generator)),
                time: Value.randomTime(&generator))
            for counting in [CalendarDuration.Counting.all, .seconds] {
                let duration = try CalendarDuration.between(
                    .localDateTime(from), .localDateTime(to), counting: counting)
                #expect(from.adding(duration) == to, "seed \(seed): \(from) \(to)")
            }
        }
    }

    @Test("values that are no times are refused")
    func refuses() {
        #expect(throws: ValueError.self) {
            try CalendarDuration.between(.integer(1), .integer(2), counting: .all)
        }
    }
}
