import KithValues
import Testing

@Suite("Arithmetic")
struct ArithmeticTests {
    private func same(_ left: Value, _ right: Value) -> Bool { Value.isIdentical(left, right) }

    @Test("integer overflow and division by zero are errors")
    func integerEdges() {
        let most = Value.integer(.max)
        let least = Value.integer(.min)
        let one = Value.integer(1)
        let zero = Value.integer(0)
        #expect(throws: ValueError.integerOverflow) { try Value.add(most, one) }
        #expect(throws: ValueError.integerOverflow) { try Value.subtract(least, one) }
        #expect(throws: ValueError.integerOverflow) { try Value.multiply(most, .integer(2)) }
        #expect(throws: ValueError.integerOverflow) { try Value.divide(least, .integer(-1)) }
        #expect(throws: ValueError.integerOverflow) { try Value.negate(least) }
        #expect(throws: ValueError.divisionByZero) { try Value.divide(one, zero) }
        #expect(throws: ValueError.divisionByZero) { try Value.modulo(one, zero) }
    }

    @Test("integers divide towards zero and floats never fail")
    func division() throws {
        #expect(same(try Value.divide(.integer(-7), .integer(2)), .integer(-3)))
        #expect(same(try Value.modulo(.integer(-7), .integer(2)), .integer(-1)))
        #expect(same(try Value.modulo(.integer(.min), .integer(-1)), .integer(0)))
        #expect(same(try Value.divide(.integer(1), .float(0)), .float(.infinity)))
        #expect(same(try Value.divide(.float(7), .integer(2)), .float(3.5)))
        #expect(same(try Value.modulo(.float(7.5), .integer(2)), .float(1.5)))
        #expect(same(try Value.power(.integer(2), .integer(3)), .float(8)))
        guard case .float(let number) = try Value.divide(.float(0), .float(0)) else { return }
        #expect(number.isNaN)
    }

    @Test("null makes null of every calculation")
    func null() throws {
        for value in [Value.integer(1), .string("a"), .list([.integer(1)]), .boolean(true), .null] {
            #expect(try Value.add(value, .null).isNull)
            #expect(try Value.add(.null, value).isNull)
            #expect(try Value.subtract(value, .null).isNull)
            #expect(try Value.multiply(.null, value).isNull)
            #expect(try Value.divide(value, .null).isNull)
            #expect(try Value.modulo(.null, value).isNull)
            #expect(try Value.power(value, .null).isNull)
        }
        #expect(try Value.negate(.null).isNull)
    }

    @Test("strings and lists join")
    func joining() throws {
        #expect(same(try Value.add(.string("a"), .string("b")), .string("ab")))
        #expect(same(try Value.add(.string("a"), .integer(1)), .string("a1")))
        #expect(same(try Value.add(.float(1), .string("a")), .string("1.0a")))
        #expect(
            same(
                try Value.add(.list([.integer(1)]), .list([.integer(2)])),
                .list([.integer(1), .integer(2)])))
        #expect(
            same(
                try Value.add(.list([.integer(1)]), .string("x")),
                .list([.integer(1), .string("x")])))
        #expect(
            same(
                try Value.add(.boolean(true), .list([.integer(1)])),
                .list([.boolean(true), .integer(1)])))
    }

    @Test("kinds that do not calculate are type errors")
    func typeErrors() {
        let pairs: [(Value, Value)] = [
            (.boolean(true), .integer(1)), (.map(ValueMap()), .integer(1)),
            (.string("a"), .boolean(true)),
            (.date(CalendarDate(daysSinceEpoch: 0)), .integer(1)),
        ]
        for (left, right) in pairs {
            expectTypeError { () throws(ValueError) in try Value.add(left, right) }
            expectTypeError { () throws(ValueError) in try Value.subtract(left, right) }
            expectTypeError { () throws(ValueError) in try Value.multiply(left, right) }
            expectTypeError { () throws(ValueError) in try Value.divide(left, right) }
        }
    }

    private func expectTypeError(_ operation: () throws(ValueError) -> Value) {
        do {
            let value = try operation()
            Issue.record("\(value)")
        } catch {
            #expect(error.type == .typeError)
        }
    }

    @Test(
        "durations move dates and times",
        arguments: [
            ("1984-10-11", "P12Y5M14DT16H13M10.000000002S", "1997-03-25", "1972-04-27"),
            ("1984-10-11", "P1M-14DT15H49M10S", "1984-10-28", "1984-09-25"),
            ("2016-01-31", "P1M", "2016-02-29", "2015-12-31"),
            (
                "1984-10-11T12:31:14.000000001", "P12Y5M14DT16H13M10.000000002S",
                "1997-03-26T04:44:24.000000003", "1972-04-26T20:18:03.999999999"
            ),
        ])
    func shifting(start: String, amount: String, sum: String, difference: String) throws {
        let duration = Value.duration(try CalendarDuration(parsing: amount))
        let value =
            start.contains("T")
            ? Value.localDateTime(try LocalDateTime(parsing: start))
            : .date(try CalendarDate(parsing: start))
        #expect(try Value.add(value, duration).plainText == sum)
        #expect(try Value.add(duration, value).plainText == sum)
        #expect(try Value.subtract(value, duration).plainText == difference)
    }

    @Test("local times go around midnight")
    func timesWrap() throws {
        let time = Value.localTime(try LocalTime(parsing: "12:31:14.000000001"))
        let duration = Value.duration(try CalendarDuration(parsing: "P14DT16H13M10.000000002S"))
        #expect(try Value.add(time, duration).plainText == "04:44:24.000000003")
        #expect(try Value.subtract(time, duration).plainText == "20:18:03.999999999")
    }

    @Test("durations multiply and divide, what is left going to the smaller parts")
    func scaling() throws {
        let duration = Value.duration(
            try CalendarDuration(parsing: "P12Y5M14DT16H13M10.000000001S"))
        let half = "P6Y2M22DT13H21M8S"
        let double = "P24Y10M28DT32H26M20.000000002S"
        #expect(try Value.divide(duration, .integer(2)).plainText == half)
        #expect(try Value.multiply(duration, .float(0.5)).plainText == half)
        #expect(try Value.multiply(.integer(2), duration).plainText == double)
        #expect(try Value.divide(duration, .float(0.5)).plainText == double)
        #expect(throws: ValueError.divisionByZero) { try Value.divide(duration, .integer(0)) }
        #expect(throws: ValueError.durationOverflow) {
            try Value.multiply(duration, .float(1e300))
        }
        #expect(throws: ValueError.durationOverflow) {
            try Value.multiply(duration, .float(.nan))
        }
    }

    @Test("dates end with the years that they can have")
    func dateRange() throws {
        let last = Value.date(try CalendarDate(parsing: "+999999999-12-31"))
        let day = Value.duration(try CalendarDuration(parsing: "P1D"))
        #expect(throws: ValueError.dateOutOfRange) { try Value.add(last, day) }
        let far = Value.duration(
            CalendarDuration(months: .max, days: .max, seconds: .max, nanosecond: 0))
        for value in [
            last, .localDateTime(try LocalDateTime(parsing: "2000-01-01")),
            .dateTime(try ZonedDateTime(parsing: "2000-01-01")),
        ] {
            #expect(throws: ValueError.dateOutOfRange) { try Value.add(value, far) }
        }
    }

    @Test("integers and floats compare by exact value")
    func exactComparison() {
        let big: Int64 = 9_007_199_254_740_993
        #expect(NumberComparison.compare(big, 9_007_199_254_740_992) == 1)
        #expect(NumberComparison.compare(big, 9_007_199_254_740_994) == -1)
        #expect(NumberComparison.compare(.max, 0x1p63) == -1)
        #expect(NumberComparison.compare(.min, -0x1p63) == 0)
        #expect(NumberComparison.compare(0, -0.0) == 0)
        #expect(NumberComparison.compare(0, -0.5) == 1)
        #expect(NumberComparison.compare(-1, -0.5) == -1)
        #expect(NumberComparison.compare(0, .nan) == nil)
        #expect(Value.cypherEquals(.integer(.max), .float(0x1p63)) == .no)
    }
}

@Suite("Number texts")
struct NumberTextTests {
    @Test(
        "floats show the shortest text",
        arguments: [
            (1.0, "1.0"), (1e300, "1e300"), (0.1, "0.1"), (1e9, "1000000000.0"),
            (1e-5, "0.00001"), (-1e-6, "-0.000001"), (1e-7, "1e-7"), (0, "0.0"), (-0.0, "-0.0"),
            (3_985_764.340589268, "3985764.340589268"), (1.23456789e308, "1.23456789e308"),
            (1e15, "1000000000000000.0"), (1e16, "1e16"), (.infinity, "Infinity"),
            (-.infinity, "-Infinity"), (.nan, "NaN"), (123.456, "123.456"), (-2.5, "-2.5"),
            (1.5e-10, "1.5e-10"), (100, "100.0"),
        ] as [(Double, String)])
    func texts(number: Double, expected: String) {
        #expect(NumberText.text(of: number) == expected)
    }

    @Test("every float reads back from its text")
    func readBack() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: .random(in: .min ... .max, using: &generator))
            guard number.isFinite else { continue }
            #expect(NumberText.parseFloat(NumberText.text(of: number)) == number)
        }
    }

    @Test(
        "what is no number is refused",
        arguments: ["", "a", "1x", " 1", "1e", "e1", ".", "-", "0x1", "1_0", "nan", "inf", "١"])
    func refuses(text: String) {
        #expect(NumberText.parseFloat(text) == nil)
        #expect(NumberText.parseInteger(text) == nil)
    }
}
