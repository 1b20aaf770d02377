import KithQuery
import KithValues
import Testing

@Suite("Functions of lists")
struct ListTests {
    @Test("ends and sizes of lists")
    func ends() throws {
        #expect(try text("head", [1, 2]) == "1")
        #expect(try text("last", [1, 2]) == "2")
        #expect(try text("tail", [1, 2, 3]) == "[2, 3]")
        #expect(try call("head", []).isNull)
        #expect(try call("last", []).isNull)
        #expect(try text("tail", []) == "[]")
        #expect(try text("size", [1, .null]) == "2")
        #expect(try text("reverse", [1, .null, "a"]) == "['a', null, 1]")
        #expect(try text("isEmpty", []) == "true")
        #expect(try text("isEmpty", "a") == "false")
        #expect(try text("isEmpty", [:]) == "true")
        for name in ["head", "last", "tail", "size", "reverse", "isEmpty"] {
            #expect(try call(name, .null).isNull)
            #expect(try failure(name, 1) == "TypeError.InvalidArgumentType")
        }
        #expect(try failure("size", .testPath) == "TypeError.InvalidArgumentType")
    }

    @Test(
        "range counts up and down, with its end",
        arguments: [
            ([0, 3], "[0, 1, 2, 3]"), ([3, 0], "[]"), ([3, 0, -1], "[3, 2, 1, 0]"),
            ([2, 8, 3], "[2, 5, 8]"), ([0, -5, -3], "[0, -3]"), ([5, 5, -7], "[5]"),
            ([0, 5, -1], "[]"), ([-3412, 1381, 1298], "[-3412, -2114, -816, 482]"),
            ([.integer(.max), .integer(.max)], "[9223372036854775807]"),
            (
                [.integer(.min), .integer(.max), .integer(.max)],
                "[-9223372036854775808, -1, 9223372036854775806]"
            ),
            ([0, .integer(.min), .integer(.min)], "[0, -9223372036854775808]"),
        ] as [([Value], String)])
    func ranges(arguments: [Value], expected: String) throws {
        #expect(try call("range", with: arguments).literalText == expected)
    }

    @Test("range refuses a step of zero, other kinds, and lists that are too long")
    func wrongRanges() throws {
        #expect(try failure("range", 2, 8, 0) == "ArgumentError.NumberOutOfRange")
        for odd in [true, -1.1, 0.0, "xyz", [0], ["start": 0]] as [Value] {
            #expect(try failure("range", odd, 1, 1) == "ArgumentError.InvalidArgumentType")
            #expect(try failure("range", 0, odd, 1) == "ArgumentError.InvalidArgumentType")
            #expect(try failure("range", 0, 1, odd) == "ArgumentError.InvalidArgumentType")
        }
        #expect(try failure("range", 1, .integer(.max)) == "ResourceError.ListTooLong")
        #expect(
            try failure("range", .integer(.min), .integer(.max)) == "ResourceError.ListTooLong")
        #expect(
            try failure("range", 1, .integer(Int64(FunctionLimits.listLengthMax) + 1))
                == "ResourceError.ListTooLong")
    }

    @Test("a range can be walked without a list")
    func walking() throws {
        let range = try IntegerRange([10, -10, -4])
        #expect(range.count == 6)
        #expect((0..<range.count).map { range[$0] } == [10, 6, 2, -2, -6, -10])
        #expect(try IntegerRange([.integer(.min), .integer(.max)]).count == .max)
    }
}
