import KithValues

/// Functions that make numbers shorter.
enum RoundingFunctions {
    static let all: [ScalarFunction] = [
        .ofFloat("ceil", summary: "Gives the smallest whole number not below a number.") {
            $0.rounded(.up)
        },
        .ofFloat("floor", summary: "Gives the largest whole number not above a number.") {
            $0.rounded(.down)
        },
        ScalarFunction(
            "round",
            [.init("number", .number), .init("precision", .integer), .init("mode", .string)],
            requiredCount: 1, result: .float,
            summary: "Rounds a number, to decimal places and in a manner if given.", body: round),
    ]

    /// With the number alone, a half is rounded up; with a precision, away from zero unless a mode
    /// says otherwise.
    private static func round(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        let number = try FunctionArguments.number(arguments[0], of: "round")
        guard arguments.count > 1 else {
            let below = number.rounded(.down)
            return .float(number - below >= 0.5 ? below + 1 : below)
        }
        let places = try FunctionArguments.count(arguments[1], of: "round", named: "precision")
        let mode =
            arguments.count > 2
            ? try mode(FunctionArguments.string(arguments[2], of: "round")) : .halfUp
        return .float(DecimalRounding.round(number, places: places, mode))
    }

    private static func mode(_ name: String) throws(ValueError) -> DecimalRounding.Mode {
        guard let mode = DecimalRounding.Mode(rawValue: CaseMapping.uppercased(name)) else {
            throw .invalidArgument(
                "round() takes one of the modes "
                    + DecimalRounding.Mode.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return mode
    }
}
