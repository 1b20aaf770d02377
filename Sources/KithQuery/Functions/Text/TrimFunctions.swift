import KithValues

/// Functions that remove scalars from the ends of a string: white space, or those given.
enum TrimFunctions {
    static let all: [ScalarFunction] = [
        function("trim", "both ends", fromStart: true, fromEnd: true),
        function("btrim", "both ends", fromStart: true, fromEnd: true),
        function("ltrim", "the start", fromStart: true, fromEnd: false),
        function("rtrim", "the end", fromStart: false, fromEnd: true),
    ]

    private static func function(
        _ name: String, _ place: String, fromStart: Bool, fromEnd: Bool
    ) -> ScalarFunction {
        ScalarFunction(
            name, [.init("text", .string), .init("characters", .string)], requiredCount: 1,
            result: .string,
            summary: "Removes white space, or the characters given, from \(place) of a string."
        ) { (arguments: [Value], _: any FunctionContext) throws(ValueError) -> Value in
            let text = try FunctionArguments.string(arguments[0], of: name)
            guard arguments.count > 1 else {
                return .string(
                    trimmed(text, fromStart: fromStart, fromEnd: fromEnd) {
                        $0.properties.isWhitespace
                    })
            }
            let characters = Set(
                try FunctionArguments.string(arguments[1], of: name).unicodeScalars)
            return .string(
                trimmed(text, fromStart: fromStart, fromEnd: fromEnd) { characters.contains($0) })
        }
    }

    /// `text` without white space at its ends.
    static func trimmed(_ text: String) -> String {
        trimmed(text, fromStart: true, fromEnd: true) { $0.properties.isWhitespace }
    }

    private static func trimmed(
        _ text: String, fromStart: Bool, fromEnd: Bool,
        _ isUnwanted: (Unicode.Scalar) -> Bool
    ) -> String {
        var rest = text.unicodeScalars[...]
        if fromStart { rest = rest.drop(while: isUnwanted) }
        if fromEnd {
            while let scalar = rest.last, isUnwanted(scalar) { rest.removeLast() }
        }
        return rest.count == text.unicodeScalars.count ? text : String(rest)
    }
}
