import KithValues

/// Functions of strings; positions and lengths count Unicode scalars.
enum StringFunctions {
    static let all: [ScalarFunction] = [
        ScalarFunction(
            "left", [.init("text", .string), .init("length", .integer)], result: .string,
            summary: "Gives the first characters of a string.", body: left),
        ScalarFunction(
            "right", [.init("text", .string), .init("length", .integer)], result: .string,
            summary: "Gives the last characters of a string.", body: right),
        ScalarFunction(
            "substring",
            [.init("text", .string), .init("start", .integer), .init("length", .integer)],
            requiredCount: 2, result: .string,
            summary: "Gives the part of a string from a position on, counted from 0.",
            body: substring),
        ScalarFunction(
            "split",
            [.init("text", .string), .init("delimiters", StaticType([.string, .list]))],
            result: StaticType(.list, elements: .string),
            summary: "Cuts a string at each of the delimiters.", body: split),
        ScalarFunction(
            "replace",
            [.init("text", .string), .init("search", .string), .init("replacement", .string)],
            result: .string, summary: "Replaces every occurrence of a part of a string.",
            body: replace),
        toUpper, toUpper.renamed("upper"), toLower, toLower.renamed("lower"),
        characterLength, characterLength.renamed("character_length"),
    ]

    private static let toUpper = ScalarFunction.ofString(
        "toUpper", result: .string, summary: "Gives a string in upper case."
    ) { .string(CaseMapping.uppercased($0)) }

    private static let toLower = ScalarFunction.ofString(
        "toLower", result: .string, summary: "Gives a string in lower case."
    ) { .string(CaseMapping.lowercased($0)) }

    private static let characterLength = ScalarFunction.ofString(
        "char_length", result: .integer, summary: "Gives the number of Unicode scalars of a string."
    ) { .integer(Int64(UTF8Text.scalarCount($0))) }

    private static func left(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        let text = try FunctionArguments.string(arguments[0], of: "left")
        let length = try FunctionArguments.count(arguments[1], of: "left", named: "length")
        return .string(
            UTF8Text.withBytes(text) { bytes in
                UTF8Text.text(bytes, 0..<UTF8Text.position(ofScalar: length, in: bytes))
            })
    }

    private static func right(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        let text = try FunctionArguments.string(arguments[0], of: "right")
        let length = try FunctionArguments.count(arguments[1], of: "right", named: "length")
        let skipped = max(0, UTF8Text.scalarCount(text) - length)
        return .string(
            UTF8Text.withBytes(text) { bytes in
                let start = UTF8Text.position(ofScalar: skipped, in: bytes)
                return UTF8Text.text(bytes, start..<bytes.count)
            })
    }

    private static func substring(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        let text = try FunctionArguments.string(arguments[0], of: "substring")
        let start = try FunctionArguments.count(arguments[1], of: "substring", named: "start")
        let length =
            arguments.count > 2
            ? try FunctionArguments.count(arguments[2], of: "substring", named: "length") : Int.max
        return .string(
            UTF8Text.withBytes(text) { bytes in
                let from = UTF8Text.position(ofScalar: start, in: bytes)
                let to = UTF8Text.position(ofScalar: length, in: bytes, from: from)
                return UTF8Text.text(bytes, from..<to)
            })
    }

    private static func split(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        let text = try FunctionArguments.string(arguments[0], of: "split")
        var delimiters: [String] = []
        if case .list(let elements) = arguments[1] {
            for element in elements {
                delimiters.append(try FunctionArguments.string(element, of: "split"))
            }
        } else {
            delimiters = [try FunctionArguments.string(arguments[1], of: "split")]
        }
        return .list(TextPieces.split(text, at: delimiters).map { .string($0) })
    }

    private static func replace(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        let text = try FunctionArguments.string(arguments[0], of: "replace")
        let search = try FunctionArguments.string(arguments[1], of: "replace")
        let replacement = try FunctionArguments.string(arguments[2], of: "replace")
        if search.isEmpty { return .string(text) }
        let pieces = TextPieces.split(text, at: [search])
        let (added, overflow) = (pieces.count - 1).multipliedReportingOverflow(
            by: replacement.utf8.count)
        try FunctionArguments.checkStringLength(overflow ? .max : added)
        return .string(pieces.joined(separator: replacement))
    }
}
