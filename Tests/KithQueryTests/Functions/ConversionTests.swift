import KithValues
import Testing

@Suite("Conversions")
struct ConversionTests {
    @Test(
        "numbers, strings and booleans become integers",
        arguments: [
            (82.9, "82"), (-2.9, "-2"), ("42", "42"), ("1.7", "1"), ("2.9", "2"), ("foo", "null"),
            ("", "null"), (" 7 ", "7"), ("-0x1", "null"), (true, "1"), ("1e3", "1000"), (5, "5"),
            ("9223372036854775807", "9223372036854775807"), (.null, "null"),
        ] as [(Value, String)])
    func integers(value: Value, expected: String) throws {
        #expect(try text("toInteger", value) == expected)
        #expect(try text("toIntegerOrNull", value) == expected)
    }

    @Test("an integer that does not fit is an overflow, or null where null is asked for")
    func integerOverflow() throws {
        for value in ["9223372036854775808", 1e300, .float(.nan), .float(.infinity)] as [Value] {
            #expect(try failure("toInteger", value) == "ArithmeticError.IntegerOverflow")
            #expect(try call("toIntegerOrNull", value).isNull)
        }
    }

    @Test(
        "numbers and strings become floats",
        arguments: [
            (3.4, "3.4"), (3, "3.0"), ("5", "5.0"), ("foo", "null"), ("", "null"),
            ("1e-3", "0.001"), (" -2.5\n", "-2.5"), ("nan", "null"), ("0x10", "null"),
        ] as [(Value, String)])
    func floats(value: Value, expected: String) throws {
        #expect(try text("toFloat", value) == expected)
        #expect(try text("toFloatOrNull", value) == expected)
    }

    @Test(
        "booleans, strings and integers become booleans",
        arguments: [
            (true, "true"), ("true", "true"), ("FALSE", "false"), (" true ", "true"),
            ("", "null"), (" tru ", "null"), ("f alse", "null"), (0, "false"), (2, "true"),
        ] as [(Value, String)])
    func booleans(value: Value, expected: String) throws {
        #expect(try text("toBoolean", value) == expected)
        #expect(try text("toBooleanOrNull", value) == expected)
    }

    @Test(
        "everything with a text becomes a string",
        arguments: [
            (42, "'42'"), (true, "'true'"), (2.3, "'2.3'"), (1.0, "'1.0'"), ("apa", "'apa'"),
        ] as [(Value, String)])
    func strings(value: Value, expected: String) throws {
        #expect(try text("toString", value) == expected)
        #expect(try text("toStringOrNull", value) == expected)
    }

    @Test("other kinds are refused as openCypher refuses them, or give null where asked for")
    func refused() throws {
        let structures: [Value] = [[], [:], .testNode, .testRelationship, .testPath]
        for name in ["toInteger", "toFloat", "toBoolean", "toString"] {
            for value in structures {
                #expect(try failure(name, value) == "TypeError.InvalidArgumentValue")
                #expect(try call(name + "OrNull", value).isNull)
            }
        }
        #expect(try failure("toFloat", true) == "TypeError.InvalidArgumentValue")
        #expect(try failure("toBoolean", 1.0) == "TypeError.InvalidArgumentValue")
    }

    @Test("lists are converted element by element")
    func lists() throws {
        #expect(
            try text("toIntegerList", ["2", 2.9, "foo", .null, [1], 1e300])
                == "[2, 2, null, null, null, null]")
        #expect(try text("toFloatList", ["1", 2, true]) == "[1.0, 2.0, null]")
        #expect(try text("toBooleanList", ["true", 0, 1.5]) == "[true, false, null]")
        #expect(try text("toStringList", [1, "a", [:]]) == "['1', 'a', null]")
        #expect(try call("toStringList", .null).isNull)
        #expect(try failure("toStringList", 1) == "TypeError.InvalidArgumentType")
    }
}
