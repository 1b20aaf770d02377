import Glibc
import KithValues

/// Functions of numbers: signs, exponents, logarithms, constants.
enum NumberFunctions {
    static let all: [ScalarFunction] = [
        ScalarFunction(
            "abs", [.init("number", StaticType([.integer, .float, .money]))],
            result: StaticType([.integer, .float, .money]),
            summary: "Gives a number or an amount of money without its sign.", body: abs),
        ScalarFunction(
            "sign", [.init("number", StaticType([.integer, .float, .money]))], result: .integer,
            summary: "Gives 1, 0 or -1 as a number is above, at or below zero.", body: sign),
        ScalarFunction(
            "isNaN", [.init("number", .number)], result: .boolean,
            summary: "Tells whether a number is NaN.", body: isNaN),
        .ofFloat("exp", summary: "Gives e to the power of a number.") { Glibc.exp($0) },
        naturalLogarithm, naturalLogarithm.renamed("ln"),
        .ofFloat("log10", summary: "Gives the logarithm of a number to base 10.") {
            Glibc.log10($0)
        },
        .ofFloat("sqrt", summary: "Gives the square root of a number.") { $0.squareRoot() },
        ScalarFunction("e", [], result: .float, summary: "Gives the base of natural logarithms.") {
            _, _ in .float(M_E)
        },
        ScalarFunction("pi", [], result: .float, summary: "Gives the ratio of circles.") {
            _, _ in .float(.pi)
        },
    ]

    private static let naturalLogarithm = ScalarFunction.ofFloat(
        "log", summary: "Gives the natural logarithm of a number."
    ) { Glibc.log($0) }

    private static func abs(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        switch arguments[0] {
        case .integer(let number):
            guard number != .min else { throw .integerOverflow }
            return .integer(Swift.abs(number))
        case .float(let number): return .float(number.magnitude)
        case .money(let money): return .money(money.parts < 0 ? try money.negated() : money)
        default:
            throw FunctionArguments.wrongKind(
                arguments[0], of: "abs", wanted: "a number or money")
        }
    }

    private static func sign(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        switch arguments[0] {
        case .integer(let number): return .integer(number.signum())
        case .float(let number): return .integer(number > 0 ? 1 : number < 0 ? -1 : 0)
        case .money(let money): return .integer(Int64(money.parts.signum()))
        default:
            throw FunctionArguments.wrongKind(
                arguments[0], of: "sign", wanted: "a number or money")
        }
    }

    private static func isNaN(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .boolean(try FunctionArguments.number(arguments[0], of: "isNaN").isNaN)
    }
}
