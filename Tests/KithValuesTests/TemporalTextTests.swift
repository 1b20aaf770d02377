import KithValues
import Testing

@Suite("Temporal texts")
struct TemporalTextTests {
    @Test(
        "dates read from every ISO form",
        arguments: [
            ("2015-07-21", "2015-07-21"), ("20150721", "2015-07-21"), ("2015-07", "2015-07-01"),
            ("201507", "2015-07-01"), ("2015-W30-2", "2015-07-21"), ("2015W302", "2015-07-21"),
            ("2015-W30", "2015-07-20"), ("2015W30", "2015-07-20"), ("2015-202", "2015-07-21"),
            ("2015202", "2015-07-21"), ("2015", "2015-01-01"), ("2015-Q3-21", "2015-07-21"),
            ("2015Q321", "2015-07-21"), ("2015-Q3", "2015-07-01"), ("2016-02-29", "2016-02-29"),
            ("+999999999-12-31", "+999999999-12-31"), ("-999999999-01-01", "-999999999-01-01"),
            ("-0001-03-04", "-0001-03-04"), ("+12345-06-07", "+12345-06-07"),
            ("0000-01-01", "0000-01-01"), ("2009-W53-7", "2010-01-03"),
        ])
    func readsDates(text: String, expected: String) throws {
        #expect(try CalendarDate(parsing: text).description == expected)
    }

    @Test(
        "what is no date is refused",
        arguments: [
            "", "2015-13-01", "2015-02-29", "2015-00", "2015-366", "2015-W54", "2014-W53", "20155",
            "2015-7-1", "2015-07-21T", "x", "2015/07/21", "-", "+", "99999-01-01", "2015-Q5",
            "2015-Q1-91", "2015-07-2١", "+1234567890-01-01", "2015W", "2015-W30-8",
        ])
    func refusesDates(text: String) {
        #expect(throws: ValueError.self) { try CalendarDate(parsing: text) }
    }

    @Test(
        "a day that the calendar lacks is named as the reason",
        arguments: [
            ("2024-13-01", "months go from 1 to 12"),
            ("2023-02-29", "February 2023 goes from 1 to 28"),
            ("2024-04-31", "April 2024 goes from 1 to 30"), ("2024/04/30", "is not a date"),
        ])
    func explainsDates(text: String, reason: String) {
        for parse in [text, text + "T12:00"] {
            do {
                _ = try LocalDateTime(parsing: parse)
                Issue.record("\(parse) was read")
            } catch {
                #expect(error.message.contains(reason) || text.contains("/"))
            }
        }
        do {
            _ = try CalendarDate(parsing: text)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.message.contains(reason))
        }
    }

    @Test(
        "times read from every ISO form",
        arguments: [
            ("21:40:32.142", "21:40:32.142"), ("214032.142", "21:40:32.142"),
            ("21:40:32", "21:40:32"), ("214032", "21:40:32"), ("21:40", "21:40"),
            ("2140", "21:40"), ("21", "21:00"), ("00:00:00.000000001", "00:00:00.000000001"),
            ("12:00:05,5", "12:00:05.5"),
        ])
    func readsLocalTimes(text: String, expected: String) throws {
        #expect(try LocalTime(parsing: text).description == expected)
    }

    @Test(
        "times with offsets read from every ISO form",
        arguments: [
            ("21:40:32.142+0100", "21:40:32.142+01:00"), ("214032.142Z", "21:40:32.142Z"),
            ("21:40-01:30", "21:40-01:30"), ("2140-00:00", "21:40Z"), ("2140-02", "21:40-02:00"),
            ("22+18:00", "22:00+18:00"), ("12:34:56-02:05:07", "12:34:56-02:05:07"),
            ("123456+020559", "12:34:56+02:05:59"), ("12:34", "12:34Z"),
        ])
    func readsTimes(text: String, expected: String) throws {
        #expect(try ZonedTime(parsing: text).description == expected)
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "24:00", "12:60", "12:00:60", "1", "123", "12:3", "12:30:1", "12:30+19:00", "12:30+1",
            "12:30:00.", "12:30:00.1234567890", "12:30+01:60", "", "12:30Zx", "12:30+18:00:01",
        ])
    func refusesTimes(text: String) {
        #expect(throws: ValueError.self) { try ZonedTime(parsing: text) }
    }

    @Test(
        "dates with times read with offsets and zones",
        arguments: [
            ("2015-W30-2T214032.142Z", "2015-07-21T21:40:32.142Z"),
            ("2015T214032-0100", "2015-01-01T21:40:32-01:00"),
            ("2015202T21+18:00", "2015-07-21T21:00+18:00"),
            (
                "2015-07-21T21:40:32.142+02:00[Europe/Stockholm]",
                "2015-07-21T21:40:32.142+02:00[Europe/Stockholm]"
            ),
            (
                "2015-07-21T21:40:32.142+0845[Australia/Eucla]",
                "2015-07-21T21:40:32.142+08:45[Australia/Eucla]"
            ),
            (
                "2015-07-21T21:40:32.142[Europe/London]",
                "2015-07-21T21:40:32.142+01:00[Europe/London]"
            ),
            (
                "1818-07-21T21:40:32.142[Europe/Stockholm]",
                "1818-07-21T21:40:32.142+00:53:28[Europe/Stockholm]"
            ),
            ("2015-07-21", "2015-07-21T00:00Z"),
        ])
    func readsDateTimes(text: String, expected: String) throws {
        #expect(try ZonedDateTime(parsing: text).description == expected)
    }

    @Test("an offset that the zone does not have then is refused")
    func refusesWrongOffset() {
        #expect(throws: ValueError.self) {
            try ZonedDateTime(parsing: "2015-07-21T21:40+05:00[Europe/Stockholm]")
        }
        #expect(throws: ValueError.self) { try ZonedDateTime(parsing: "2015-07-21T21:40[X/Y]") }
    }

    @Test(
        "durations read and write",
        arguments: [
            ("P14DT16H12M", "P14DT16H12M"), ("P5M1.5D", "P5M1DT12H"),
            ("P0.75M", "P22DT19H51M49.5S"), ("PT0.75M", "PT45S"), ("P2.5W", "P17DT12H"),
            ("P12Y5M14DT16H12M70S", "P12Y5M14DT16H13M10S"),
            ("P2012-02-02T14:37:21.545", "P2012Y2M2DT14H37M21.545S"), ("PT0S", "PT0S"),
            ("P-1Y", "P-1Y"), ("-P1Y2D", "P-1Y-2D"), ("PT-0.001S", "PT-0.001S"),
            ("P1DT-1H", "P1DT-1H"), ("PT1,5S", "PT1.5S"), ("P1M-1D", "P1M-1D"),
            ("PT-1M-0.001S", "PT-1M-0.001S"), ("PT36H", "PT36H"), ("P13M", "P1Y1M"),
        ])
    func readsDurations(text: String, expected: String) throws {
        let duration = try CalendarDuration(parsing: text)
        #expect(duration.description == expected)
        #expect(try CalendarDuration(parsing: duration.description) == duration)
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "P", "PT", "P1", "1D", "PT1D", "P1H", "P1D1Y", "P1DT", "PxD", "P1.D.", "P--1D",
            "P99999999999999999999Y", "P9223372036854775807Y",
        ])
    func refusesDurations(text: String) {
        #expect(throws: ValueError.self) { try CalendarDuration(parsing: text) }
    }

    @Test("every value reads back from its text", arguments: [5, 6] as [UInt64])
    func textsReadBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let date = Value.randomDate(&generator)
            #expect(try CalendarDate(parsing: date.description) == date, "seed \(seed)")
            let time = Value.randomZonedTime(&generator)
            #expect(try ZonedTime(parsing: time.description) == time, "seed \(seed)")
            let local = LocalDateTime(date: date, time: time.local)
            #expect(try LocalDateTime(parsing: local.description) == local, "seed \(seed)")
            let duration = Value.randomDuration(&generator)
            #expect(
                try CalendarDuration(parsing: duration.description) == duration, "seed \(seed)")
        }
    }

    @Test("days of the calendar count without gap or overlap")
    func calendarIsConsistent() {
        var date = CalendarDate(daysSinceEpoch: -800_000)
        var previous = date.yearMonthDay
        for days in -799_999...800_000 as ClosedRange<Int64> {
            date = CalendarDate(daysSinceEpoch: days)
            let parts = date.yearMonthDay
            let isNextDay = parts.day == previous.day + 1 && parts.month == previous.month
            let isNextMonth =
                parts.day == 1
                && previous.day
                    == CalendarDate.lengthOfMonth(previous.month, year: previous.year)
            guard isNextDay || isNextMonth,
                days % 97 != 0
                    || CalendarDate(year: parts.year, month: parts.month, day: parts.day) == date
                        && CalendarDate(
                            weekYear: date.weekYear, week: date.week, dayOfWeek: date.weekDay)
                            == date
                        && CalendarDate(year: parts.year, ordinalDay: date.ordinalDay) == date
                        && CalendarDate(
                            year: parts.year, quarter: date.quarter,
                            dayOfQuarter: date.dayOfQuarter) == date
            else {
                Issue.record("\(date)")
                return
            }
            previous = parts
        }
    }
}
