import KithValues

/// Functions of lists, some of which take strings as well.
enum ListFunctions {
    private static let sequence = StaticType([.list, .string])

    static let all: [ScalarFunction] = [
        ScalarFunction(
            "size", [.init("sequence", sequence)], result: .integer,
            summary: "Gives the number of elements of a list, or of Unicode scalars of a string.",
            body: size),
        ScalarFunction(
            "isEmpty", [.init("collection", StaticType([.list, .string, .map]))],
            result: .boolean, summary: "Tells whether a list, a string or a map is empty.",
            body: isEmpty),
        ScalarFunction(
            "head", [.init("list", .list)], result: .any,
            summary: "Gives the first element of a list.", body: head),
        ScalarFunction(
            "last", [.init("list", .list)], result: .any,
            summary: "Gives the last element of a list.", body: last),
        ScalarFunction(
            "tail", [.init("list", .list)], result: .list,
            summary: "Gives a list without its first element.", body: tail),
        ScalarFunction(
            "reverse", [.init("sequence", sequence)], result: sequence,
            summary: "Gives a list or a string in reverse order.", body: reverse),
        // The types of its arguments are an error when it runs, not before.
        ScalarFunction(
            "range", [.init("start", .any), .init("end", .any), .init("step", .any)],
            requiredCount: 2, result: StaticType(.list, elements: .integer),
            summary: "Gives the integers from start up to and with end, by steps.", body: range),
    ]

    private static func size(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        switch arguments[0] {
        case .list(let elements): return .integer(Int64(elements.count))
        case .string(let text): return .integer(Int64(UTF8Text.scalarCount(text)))
        default:
            throw FunctionArguments.wrongKind(
                arguments[0], of: "size", wanted: "a list or a string")
        }
    }

    private static func isEmpty(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        switch arguments[0] {
        case .list(let elements): return .boolean(elements.isEmpty)
        case .string(let text): return .boolean(text.isEmpty)
        case .map(let map): return .boolean(map.isEmpty)
        default:
            throw FunctionArguments.wrongKind(
                arguments[0], of: "isEmpty", wanted: "a list, a string or a map")
        }
    }

    private static func head(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        try list(arguments[0], "head").first ?? .null
    }

    private static func last(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        try list(arguments[0], "last").last ?? .null
    }

    private static func tail(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .list(Array(try list(arguments[0], "tail").dropFirst()))
    }

    private static func reverse(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        switch arguments[0] {
        case .list(let elements): return .list(elements.reversed())
        case .string(let text):
            var reversed = String.UnicodeScalarView()
            reversed.append(contentsOf: text.unicodeScalars.reversed())
            return .string(String(reversed))
        default:
            throw FunctionArguments.wrongKind(
                arguments[0], of: "reverse", wanted: "a list or a string")
        }
    }

    private static func range(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        let range = try IntegerRange(arguments)
        try FunctionArguments.checkListLength(Int(clamping: range.count))
        return .list((0..<range.count).map { .integer(range[$0]) })
    }

    private static func list(_ value: Value, _ function: String) throws(ValueError) -> [Value] {
        guard case .list(let elements) = value else {
            throw FunctionArguments.wrongKind(value, of: function, wanted: "a list")
        }
        return elements
    }
}
