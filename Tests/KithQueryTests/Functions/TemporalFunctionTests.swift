import KithValues
import Testing

@testable import KithQuery

/// A statement whose clock stands still.
private final class FixedClock: FunctionContext {
    let statementTime = Instant(seconds: 1_714_566_896, nanoseconds: 789_000_000)
    let transactionTime = Instant(seconds: 1_714_566_000, nanoseconds: 0)
    let realTime = Instant(seconds: 1_714_566_900, nanoseconds: 5)
    let defaultZone: ZoneName

    init(zone: String = "UTC") {
        guard let name = ZoneName(zone) else { preconditionFailure("there are few zone names") }
        defaultZone = name
    }

    func nextRandom() -> UInt64 { 4 }
    func labels(of node: NodeID) throws(ValueError) -> [String] { [] }
    func type(of relationship: RelationshipID) throws(ValueError) -> String { "" }
    func ends(of relationship: RelationshipID) throws(ValueError) -> (start: NodeID, end: NodeID) {
        (NodeID(rawValue: 0), NodeID(rawValue: 0))
    }
    func properties(of entity: Value) throws(ValueError) -> ValueMap { ValueMap() }
}

@Suite("Temporal and money functions")
struct TemporalFunctionTests {
    private func call(
        _ name: String, _ arguments: Value..., zone: String = "UTC"
    ) throws -> String? {
        let function = try #require(FunctionRegistry.standard.scalar(name))
        #expect(arguments.count >= function.requiredCount)
        #expect(arguments.count <= function.parameters.count)
        return try function.body(arguments, FixedClock(zone: zone)).plainText
    }

    @Test("without arguments they give the statement's clock")
    func clock() throws {
        #expect(try call("date") == "2024-05-01")
        #expect(try call("localtime") == "12:34:56.789")
        #expect(try call("time") == "12:34:56.789Z")
        #expect(try call("localdatetime") == "2024-05-01T12:34:56.789")
        #expect(try call("datetime") == "2024-05-01T12:34:56.789Z")
        #expect(try call("timestamp") == "1714566896789")
    }

    @Test("the clocks of statement, transaction and reality differ")
    func clocks() throws {
        #expect(try call("datetime.statement") == "2024-05-01T12:34:56.789Z")
        #expect(try call("datetime.transaction") == "2024-05-01T12:20Z")
        #expect(try call("datetime.realtime") == "2024-05-01T12:35:00.000000005Z")
        #expect(
            try call("datetime.transaction", .string("Asia/Tehran"))
                == "2024-05-01T15:50+03:30[Asia/Tehran]")
        #expect(try call("date.realtime", .string("+14:00")) == "2024-05-02")
    }

    @Test("the default zone is that of the environment")
    func defaultZone() throws {
        #expect(
            try call("datetime", zone: "Asia/Tehran")
                == "2024-05-01T16:04:56.789+03:30[Asia/Tehran]")
        #expect(
            try call("datetime", .string("2024-01-01"), zone: "Asia/Tehran")
                == "2024-01-01T00:00+03:30[Asia/Tehran]")
    }

    @Test("names are found in any case")
    func names() throws {
        #expect(
            try call("DATETIME.FROMEPOCH", .integer(416_779), .integer(999_999_999))
                == "1970-01-05T19:46:19.999999999Z")
        #expect(
            try call("datetime.fromepochmillis", .integer(-1)) == "1969-12-31T23:59:59.999Z")
        #expect(try call("Date.Truncate", .string("month")) == "2024-05-01")
    }

    @Test("durations are made and measured")
    func durations() throws {
        let start = Value.date(try CalendarDate(parsing: "1984-10-11"))
        let end = Value.date(try CalendarDate(parsing: "2015-06-24"))
        #expect(try call("duration", .string("P1Y14M")) == "P2Y2M")
        #expect(try call("duration.between", start, end) == "P30Y8M13D")
        #expect(try call("duration.inMonths", start, end) == "P30Y8M")
        #expect(try call("duration.inDays", start, end) == "P11213D")
        #expect(try call("duration.inSeconds", start, end) == "PT269112H")
    }

    @Test("every kind can be truncated, with components set afterwards")
    func truncation() throws {
        let value = Value.dateTime(try ZonedDateTime(parsing: "1984-10-11T12:31:14.5+01:00"))
        let components = Value.map(ValueMap([("nanosecond", .integer(2))]))
        #expect(try call("date.truncate", .string("decade"), value) == "1980-01-01")
        #expect(
            try call("time.truncate", .string("hour"), value, components)
                == "12:00:00.000000002+01:00")
        #expect(
            try call("localdatetime.truncate", .string("day"), value, components)
                == "1984-10-11T00:00:00.000000002")
        #expect(throws: ValueError.self) {
            try call("date.truncate", .string("fortnight"), value)
        }
    }

    @Test("money is made from texts and numbers")
    func money() throws {
        #expect(try call("money", .string("12.5"), .string("EUR")) == "12.50 EUR")
        #expect(try call("money", .integer(3), .string("JPY")) == "3 JPY")
        #expect(try call("money", .float(0.1), .string("EUR")) == "0.10 EUR")
        #expect(try call("money", .string("12.5 EUR")) == "12.50 EUR")
        for (amount, currency) in [("x", "EUR"), ("1", "eur"), ("1", "EURO"), ("", "EUR")] {
            #expect(throws: ValueError.self) {
                try call("money", .string(amount), .string(currency))
            }
        }
        #expect(throws: ValueError.self) { try call("money", .integer(1)) }
    }
}
