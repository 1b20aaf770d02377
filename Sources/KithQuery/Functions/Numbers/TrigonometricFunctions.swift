import Glibc
import KithValues

/// Functions of angles, in radians.
enum TrigonometricFunctions {
    static let all: [ScalarFunction] = [
        .ofFloat("sin", summary: "Gives the sine of an angle.") { Glibc.sin($0) },
        .ofFloat("cos", summary: "Gives the cosine of an angle.") { Glibc.cos($0) },
        .ofFloat("tan", summary: "Gives the tangent of an angle.") { Glibc.tan($0) },
        .ofFloat("cot", summary: "Gives the cotangent of an angle.") { 1 / Glibc.tan($0) },
        .ofFloat("asin", summary: "Gives the angle whose sine is a number.") { Glibc.asin($0) },
        .ofFloat("acos", summary: "Gives the angle whose cosine is a number.") { Glibc.acos($0) },
        .ofFloat("atan", summary: "Gives the angle whose tangent is a number.") { Glibc.atan($0) },
        ScalarFunction(
            "atan2", [.init("y", .number), .init("x", .number)], result: .float,
            summary: "Gives the angle of the point (x, y).", body: atan2),
        .ofFloat("haversin", summary: "Gives half of one less the cosine of an angle.") {
            // Not (1 - cos) / 2, which loses all digits of small angles.
            let sine = Glibc.sin($0 / 2)
            return sine * sine
        },
        .ofFloat("degrees", summary: "Converts radians to degrees.") { $0 * 180 / .pi },
        .ofFloat("radians", summary: "Converts degrees to radians.") { $0 * .pi / 180 },
    ]

    private static func atan2(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .float(
            Glibc.atan2(
                try FunctionArguments.number(arguments[0], of: "atan2"),
                try FunctionArguments.number(arguments[1], of: "atan2")))
    }
}
