import KithQuery
import KithValues
import Testing

@Suite("Functions of numbers")
struct NumberTests {
    @Test("absolute value and sign keep to their kinds")
    func signs() throws {
        #expect(try text("abs", -1) == "1")
        #expect(try text("abs", -1.5) == "1.5")
        #expect(try failure("abs", .integer(.min)) == "ArithmeticError.IntegerOverflow")
        #expect(try failure("abs", "a") == "TypeError.InvalidArgumentType")
        #expect(try text("sign", -7) == "-1")
        #expect(try text("sign", 0.0) == "0")
        #expect(try text("sign", 0.1) == "1")
        let krona = try #require(Currency("SEK"))
        let debt = Value.money(Money(units: -3, currency: krona))
        #expect(try text("sign", debt) == "-1")
        #expect(try text("abs", debt) == Value.money(Money(units: 3, currency: krona)).literalText)
    }

    @Test(
        "rounding to whole numbers takes the upper one of two that are equally near",
        arguments: [
            (3.5, "4.0"), (-1.5, "-1.0"), (2.4, "2.0"), (-2.6, "-3.0"), (5, "5.0"),
            (0.49999999999999994, "0.0"), (4503599627370497.5, "4503599627370498.0"),
            (.float(.infinity), "Infinity"), (.float(.nan), "NaN"), (1e300, "1e300"),
        ] as [(Value, String)])
    func rounding(number: Value, expected: String) throws {
        #expect(try text("round", number) == expected)
    }

    @Test(
        "rounding to decimal places works on the digits that people see",
        arguments: [
            (2.675, 2, "HALF_UP", "2.68"), (-2.5, 0, "HALF_UP", "-3.0"),
            (1.249, 1, "UP", "1.3"), (1.249, 1, "DOWN", "1.2"), (-1.251, 1, "UP", "-1.3"),
            (1.25, 1, "HALF_DOWN", "1.2"), (1.251, 1, "HALF_DOWN", "1.3"),
            (1.25, 1, "HALF_EVEN", "1.2"), (1.35, 1, "HALF_EVEN", "1.4"),
            (1.21, 1, "CEILING", "1.3"), (-1.29, 1, "CEILING", "-1.2"),
            (-1.21, 1, "FLOOR", "-1.3"), (0.004, 1, "UP", "0.1"), (0.004, 1, "HALF_UP", "0.0"),
            (0.06, 1, "half_up", "0.1"), (9.99, 1, "HALF_UP", "10.0"), (1e-300, 2, "UP", "0.01"),
            (123.456, 9, "HALF_UP", "123.456"), (0.5, 0, "HALF_EVEN", "0.0"),
            (0.5, 0, "HALF_UP", "1.0"), (1e300, 3, "UP", "1e300"), (7, 2, "UP", "7.0"),
        ] as [(Value, Value, Value, String)])
    func roundingToPlaces(number: Value, places: Value, mode: Value, expected: String) throws {
        #expect(try text("round", number, places, mode) == expected)
    }

    @Test("rounding refuses negative places and unknown modes")
    func wrongRounding() throws {
        #expect(try text("round", 1.25, 1) == "1.3")
        #expect(try failure("round", 1.2, -1) == "ArgumentError.NumberOutOfRange")
        #expect(try failure("round", 1.2, 1, "SIDEWAYS") == "ArgumentError.InvalidArgumentValue")
        #expect(try text("ceil", 0.1) == "1.0")
        #expect(try text("floor", -0.1) == "-1.0")
    }

    @Test("logarithms, powers, roots and their edges")
    func logarithms() throws {
        #expect(try text("sqrt", 12.96) == "3.6")
        #expect(try text("sqrt", -1) == "NaN")
        #expect(try text("log", 0) == "-Infinity")
        #expect(try text("ln", 1) == "0.0")
        #expect(try text("log10", 1000) == "3.0")
        #expect(try text("exp", 0) == "1.0")
        #expect(try text("isNaN", .float(.nan)) == "true")
        #expect(try text("isNaN", 1) == "false")
        #expect(try text("pi") == "3.141592653589793")
        #expect(try text("e") == "2.718281828459045")
    }

    @Test("angles")
    func angles() throws {
        #expect(try text("sin", 0) == "0.0")
        #expect(try text("cos", 0) == "1.0")
        #expect(try text("degrees", .float(.pi)) == "180.0")
        #expect(try text("radians", 180) == "3.141592653589793")
        #expect(try text("atan2", 1, 1) == "0.7853981633974483")
        #expect(try text("haversin", 0) == "0.0")
        #expect(try text("haversin", 1e-9) == "2.5e-19")
        for (there, back) in [("sin", "asin"), ("cos", "acos"), ("tan", "atan")] {
            guard case .float(let result) = try call(back, try call(there, 0.5)) else {
                Issue.record("\(back) gives no float")
                continue
            }
            #expect((result - 0.5).magnitude < 1e-12)
        }
        guard case .float(let cotangent) = try call("cot", 0.5),
            case .float(let tangent) = try call("tan", 0.5)
        else {
            Issue.record("cot and tan give no floats")
            return
        }
        #expect((cotangent * tangent - 1).magnitude < 1e-12)
    }

    @Test("every function of one number gives null for null and refuses strings")
    func kinds() throws {
        for name in [
            "ceil", "floor", "round", "exp", "log", "log10", "sqrt", "sin", "cos", "tan", "cot",
            "asin", "acos", "atan", "haversin", "degrees", "radians", "isNaN", "abs", "sign",
        ] {
            #expect(try call(name, .null).isNull)
            #expect(try failure(name, "1") == "TypeError.InvalidArgumentType")
        }
    }
}
