import KithQuery
import KithValues
import Testing

@Suite("Aggregating functions")
struct AggregateTests {
    private func make(_ name: String, _ constants: [Value] = []) throws -> any Accumulator {
        try #require(FunctionRegistry.standard.aggregate(name)).makeAccumulator(constants)
    }

    /// The result over `values`, which must be the same when added one by one and when any head and
    /// tail are collected apart and merged.
    private func result(
        _ name: String, _ values: [Value], constants: [Value] = []
    ) throws -> String {
        let whole = try make(name, constants)
        for value in values { try whole.add(value, multiplicity: 1) }
        let expected = try whole.result().literalText
        for cut in 0...values.count {
            let head = try make(name, constants)
            let tail = try make(name, constants)
            for value in values[..<cut] { try head.add(value, multiplicity: 1) }
            for value in values[cut...] { try tail.add(value, multiplicity: 1) }
            try head.merge(tail)
            #expect(try head.result().literalText == expected, "\(name) cut at \(cut)")
        }
        return expected
    }

    @Test(
        "functions over a few values",
        arguments: [
            ("count", [1, .null, "a"], "2"), ("count", [], "0"),
            ("sum", [33, .null, 42], "75"), ("sum", [], "0"), ("sum", [.null], "0"),
            ("sum", [1, 0.5], "1.5"), ("sum", [0.1, 0.2, 0.3], "0.6"),
            ("sum", [.integer(.max), 1, -1], "9223372036854775807"),
            ("sum", [1e100, 1.0, -1e100], "1.0"), ("sum", [.float(.infinity), 1], "Infinity"),
            ("sum", [.float(.infinity), .float(-.infinity)], "NaN"),
            ("avg", [1, 2], "1.5"), ("avg", [], "null"), ("avg", [.null], "null"),
            ("avg", [.integer(.max), .integer(.max)], "9223372036854775807.0"),
            ("avg", [1e308, 1e308, 1e308], "1e308"), ("avg", [1, 2.0], "1.5"),
            ("avg", [.float(.nan), 1], "NaN"),
            ("min", [1, 2, 0, .null, -1], "-1"), ("max", [1, 2, 0, .null, -1], "2"),
            ("max", [1, 2.0, 5, .null, 3.2, 0.1], "5"), ("min", [1, 2.0, 5, 0.1], "0.1"),
            ("max", ["a", "b", "B", .null, "abc", "abc1"], "'b'"),
            ("min", ["a", "b", "B", .null, "abc", "abc1"], "'B'"),
            ("max", [[1], [2], [2, 1]], "[2, 1]"), ("min", [[1], [2], [2, 1]], "[1]"),
            ("max", [1, "a", .null, [1, 2], 0.2, "b"], "1"),
            ("min", [1, "a", .null, [1, 2], 0.2, "b"], "[1, 2]"),
            ("max", [.null], "null"), ("min", [], "null"),
            ("collect", [1, .null, "a"], "[1, 'a']"), ("collect", [.null], "[]"),
            ("stDev", [2, 4, 4, 4, 5, 5, 7, 9], "2.138089935299395"),
            ("stDevP", [2, 4, 4, 4, 5, 5, 7, 9], "2.0"), ("stDev", [5], "0.0"),
            ("stDev", [], "0.0"), ("stDevP", [.null, 3], "0.0"),
        ] as [(String, [Value], String)])
    func results(name: String, values: [Value], expected: String) throws {
        if name.hasPrefix("stDev") {
            // Merging in another order rounds in another way.
            let accumulator = try make(name)
            for value in values { try accumulator.add(value, multiplicity: 1) }
            #expect(try accumulator.result().literalText == expected)
        } else if name == "avg" && expected == "9223372036854775807.0" {
            #expect(try result(name, values) == Value.float(0x1p63).literalText)
        } else {
            #expect(try result(name, values) == expected)
        }
    }

    @Test(
        "percentiles between numbers and of numbers",
        arguments: [
            ("percentileCont", 0.0, "10.0"), ("percentileCont", 0.5, "20.0"),
            ("percentileCont", 1.0, "30.0"), ("percentileCont", 0.25, "15.0"),
            ("percentileDisc", 0.0, "10.0"), ("percentileDisc", 0.5, "20.0"),
            ("percentileDisc", 1, "30.0"), ("percentileDisc", 0.34, "20.0"),
            ("percentileDisc", 0.33, "10.0"),
        ] as [(String, Value, String)])
    func percentiles(name: String, share: Value, expected: String) throws {
        #expect(try result(name, [30.0, .null, 10.0, 20.0], constants: [share]) == expected)
        #expect(try result(name, [], constants: [share]) == "null")
    }

    @Test("a discrete percentile keeps its kind, a continuous one is a float")
    func percentileKinds() throws {
        #expect(try result("percentileDisc", [1, 2], constants: [0.5]) == "1")
        #expect(try result("percentileCont", [1, 2], constants: [0.5]) == "1.5")
        #expect(try result("percentileCont", [7], constants: [0.9]) == "7.0")
    }

    @Test("a percentile outside 0 to 1 is out of range")
    func wrongPercentiles() throws {
        for name in ["percentileCont", "percentileDisc"] {
            for share in [1000, -1, 1.1, .float(.nan)] as [Value] {
                let found = try failure {
                    _ = try make(name, [share])
                    return .null
                }
                #expect(found == "ArgumentError.NumberOutOfRange")
            }
            let found = try failure {
                _ = try make(name, ["a"])
                return .null
            }
            #expect(found == "TypeError.InvalidArgumentType")
        }
    }

    @Test("a multiplicity is worth as many values")
    func multiplicities() throws {
        for (name, constants) in [
            ("count", []), ("sum", []), ("avg", []), ("min", []), ("max", []), ("collect", []),
            ("percentileCont", [0.3]), ("percentileDisc", [0.3]), ("stDev", []), ("stDevP", []),
        ] as [(String, [Value])] {
            for (one, other) in [(3, 8), (0.25, 4)] as [(Value, Value)] {
                let weighted = try make(name, constants)
                let repeated = try make(name, constants)
                for (value, count) in [(one, 5), (other, 2), (.null, 3)] as [(Value, Int64)] {
                    try weighted.add(value, multiplicity: count)
                    for _ in 0..<count { try repeated.add(value, multiplicity: 1) }
                }
                let expected = try repeated.result()
                let found = try weighted.result()
                if case .float(let left) = found, case .float(let right) = expected {
                    #expect((left - right).magnitude < 1e-12, "\(name)")
                } else {
                    #expect(found.literalText == expected.literalText, "\(name)")
                }
            }
        }
    }

    @Test("only the whole sum has to fit, whatever is in between")
    func overflow() throws {
        let sum = try make("sum")
        try sum.add(.integer(.max), multiplicity: .max)
        #expect(try failure { try sum.result() } == "ArithmeticError.IntegerOverflow")
        try sum.add(.integer(-.max), multiplicity: .max)
        #expect(try sum.result().literalText == "0")
        let count = try make("count")
        try count.add(1, multiplicity: .max)
        let found = try failure {
            try count.add(1, multiplicity: 1)
            return .null
        }
        #expect(found == "ArithmeticError.IntegerOverflow")
    }

    @Test("durations and money are added and averaged exactly")
    func amounts() throws {
        let krona = try #require(Currency("SEK"))
        func money(_ text: String) throws -> Value {
            .money(try Money(parsing: text, currency: krona))
        }
        let amounts = try [money("0.10"), .null, money("0.20"), money("0.30")]
        #expect(try result("sum", amounts) == money("0.60").literalText)
        #expect(try result("avg", amounts) == money("0.20").literalText)
        func seconds(_ count: Int64) -> Value {
            .duration(CalendarDuration(months: 0, days: 0, seconds: count, nanosecond: 0))
        }
        #expect(try result("sum", [seconds(1), seconds(2)]) == seconds(3).literalText)
        #expect(try result("avg", [seconds(1), seconds(3)]) == seconds(2).literalText)
        let weighted = try make("sum")
        try weighted.add(seconds(2), multiplicity: 5)
        #expect(try weighted.result().literalText == seconds(10).literalText)
    }

    @Test("kinds that do not add up are refused, in any order")
    func mixtures() throws {
        let krona = try #require(Currency("SEK"))
        let euro = try #require(Currency("EUR"))
        let price = Value.money(Money(units: 1, currency: krona))
        for values in [[1, price], [price, 1], [price, 1.5], ["a"], [[1]], [true]] as [[Value]] {
            for name in ["sum", "avg"] {
                let found = try failure {
                    let accumulator = try make(name)
                    for value in values { try accumulator.add(value, multiplicity: 1) }
                    return try accumulator.result()
                }
                #expect(found == "TypeError.InvalidArgumentType")
            }
        }
        let found = try failure {
            let sum = try make("sum")
            try sum.add(price, multiplicity: 1)
            try sum.add(.money(Money(units: 1, currency: euro)), multiplicity: 1)
            return try sum.result()
        }
        #expect(found != "no error")
        #expect(!found.hasPrefix("no error"))
    }

    @Test("sums of floats lose nothing that matters in a long series")
    func longSeries() throws {
        let sum = try make("sum")
        let average = try make("avg")
        let deviation = try make("stDevP")
        for index in 0..<100_000 {
            try sum.add(0.1, multiplicity: 1)
            try average.add(0.1, multiplicity: 1)
            try deviation.add(.float(1e9 + Double(index % 2)), multiplicity: 1)
        }
        #expect(try sum.result().literalText == "10000.0")
        #expect(try average.result().literalText == "0.1")
        guard case .float(let found) = try deviation.result() else {
            Issue.record("stDevP gives no float")
            return
        }
        #expect((found - 0.5).magnitude < 1e-9)
    }
}
