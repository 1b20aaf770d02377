import KithValues
import Testing

@Suite("Time zones")
struct TimeZoneTests {
    private func local(_ text: String) throws -> LocalDateTime { try LocalDateTime(parsing: text) }

    private func resolve(_ text: String, _ zone: String) throws -> String {
        let name = try TimeZoneDatabase.system.zone(named: zone)
        return try ZonedDateTime.resolve(try local(text), in: .named(name)).description
    }

    @Test(
        "offsets follow the zone's history and its rule for later years",
        arguments: [
            ("1984-10-11T12:00", "Europe/Stockholm", "+01:00"),
            ("1984-07-20T12:00", "Europe/Stockholm", "+02:00"),
            ("2017-08-08T12:31", "Europe/Stockholm", "+02:00"),
            ("2500-07-01T00:00", "Europe/Stockholm", "+02:00"),
            ("2500-12-01T00:00", "Europe/Stockholm", "+01:00"),
            ("+123456-07-01T00:00", "America/New_York", "-04:00"),
            ("2024-01-15T00:00", "Asia/Tehran", "+03:30"),
            ("2021-07-15T00:00", "Asia/Tehran", "+04:30"),
            ("2024-01-01T00:00", "America/Sao_Paulo", "-03:00"),
            ("2024-07-01T00:00", "Australia/Lord_Howe", "+10:30"),
            ("2024-12-01T00:00", "Australia/Lord_Howe", "+11:00"),
            ("2024-06-01T00:00", "Europe/Dublin", "+01:00"),
            ("2050-01-01T00:00", "Europe/Dublin", "Z"),
            ("1984-10-11T12:00", "Pacific/Honolulu", "-10:00"),
            ("1900-01-01T00:00", "America/New_York", "-05:00"),
        ])
    func offsets(text: String, zone: String, offset: String) throws {
        #expect(try resolve(text, zone).hasSuffix(offset + "[" + zone + "]"))
    }

    @Test("a time that the clock skips moves later by the gap")
    func gap() throws {
        #expect(
            try resolve("2017-03-26T02:30", "Europe/Stockholm")
                == "2017-03-26T03:30+02:00[Europe/Stockholm]")
    }

    @Test("a time that occurs twice is the first one, or the one with the offset asked for")
    func overlap() throws {
        #expect(
            try resolve("2017-10-29T02:30", "Europe/Stockholm")
                == "2017-10-29T02:30+02:00[Europe/Stockholm]")
        for offset in ["+02:00", "+01:00"] {
            let text = "2017-10-29T02:30\(offset)[Europe/Stockholm]"
            #expect(try ZonedDateTime(parsing: text).description == text)
        }
    }

    @Test("without zone files a named zone is a clear error")
    func missingFiles() {
        let database = TimeZoneDatabase(directory: "/nonexistent/zoneinfo")
        do {
            _ = try database.zone(named: "Europe/Stockholm")
            Issue.record("a zone was found where no files are")
        } catch {
            #expect(error.message.contains("tzdata"))
        }
    }

    @Test(
        "names that are no zones are refused",
        arguments: [
            "", "/etc/passwd", "../../etc/passwd", "Europe", "Nowhere/City", "tzdata.zi", "a b",
        ])
    func refusesNames(name: String) {
        #expect(throws: ValueError.self) { try TimeZoneDatabase.system.zone(named: name) }
    }

    @Test("adding days keeps the time on the clock, adding hours keeps the distance")
    func arithmeticAcrossChanges() throws {
        let before = try ZonedDateTime(parsing: "2017-10-28T12:00[Europe/Stockholm]")
        let day = try before.adding(CalendarDuration(parsing: "P1D"))
        #expect(day.description == "2017-10-29T12:00+01:00[Europe/Stockholm]")
        let hours = try before.adding(CalendarDuration(parsing: "PT24H"))
        #expect(hours.description == "2017-10-29T11:00+01:00[Europe/Stockholm]")
    }

    @Test("instants round-trip through every zone's clock")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 31)
        for zone in ["Europe/Stockholm", "Asia/Tehran", "America/New_York", "Pacific/Apia"] {
            let name = TimeZone.named(try TimeZoneDatabase.system.zone(named: zone))
            for _ in 0..<500 {
                let instant = try TemporalContext.dateTime(
                    epochSeconds: .random(in: -6_000_000_000...6_000_000_000, using: &generator),
                    nanosecond: 0)
                let seen = try instant.converted(to: name)
                let back = try ZonedDateTime.resolve(
                    seen.local, in: name, preferredOffset: seen.offsetInSeconds)
                #expect(back == seen)
                #expect(seen.secondsSinceEpoch == instant.secondsSinceEpoch)
                #expect(try ZonedDateTime(parsing: seen.description) == seen)
            }
        }
    }
}
