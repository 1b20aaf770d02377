import KithValues

/// Functions that turn values of one kind into another, in three forms each: `toInteger` refuses
/// kinds it cannot convert, `toIntegerOrNull` gives null for them, `toIntegerList` does that for
/// each element of a list.
enum ConversionFunctions {
    static let all: [ScalarFunction] = [
        Conversion(
            name: "toInteger", noun: "an integer",
            accepted: [.integer, .float, .string, .boolean], result: .integer,
            wanted: "a number, a string or a boolean", convert: toInteger),
        Conversion(
            name: "toFloat", noun: "a float", accepted: [.integer, .float, .string],
            result: .float, wanted: "a number or a string", convert: toFloat),
        Conversion(
            name: "toBoolean", noun: "a boolean", accepted: [.boolean, .string, .integer],
            result: .boolean, wanted: "a boolean, a string or an integer", convert: toBoolean),
        Conversion(
            name: "toString", noun: "a string",
            accepted: StaticType.Kinds([.boolean, .string, .duration, .money])
                .union(.number).union(.instant),
            result: .string, wanted: "a boolean, number, string, temporal value or money",
            convert: toString),
    ].flatMap { $0.functions }

    private static func toInteger(_ value: Value) throws(ValueError) -> Value? {
        switch value {
        case .integer: return value
        case .boolean(let known): return .integer(known ? 1 : 0)
        case .float(let number): return try truncate(number)
        case .string(let text):
            let trimmed = TrimFunctions.trimmed(text)
            if let number = NumberText.parseInteger(trimmed) { return .integer(number) }
            guard let number = NumberText.parseFloat(trimmed) else { return .null }
            return try truncate(number)
        default: return nil
        }
    }

    private static func truncate(_ number: Double) throws(ValueError) -> Value {
        guard let integer = Int64(exactly: number.rounded(.towardZero)) else {
            throw .integerOverflow
        }
        return .integer(integer)
    }

    private static func toFloat(_ value: Value) throws(ValueError) -> Value? {
        switch value {
        case .integer(let number): return .float(Double(number))
        case .float: return value
        case .string(let text):
            let trimmed = TrimFunctions.trimmed(text)
            guard let number = NumberText.parseFloat(trimmed) else { return .null }
            guard number.isFinite else { throw .floatOverflow }
            return .float(number)
        default: return nil
        }
    }

    private static func toBoolean(_ value: Value) -> Value? {
        switch value {
        case .boolean: return value
        case .integer(let number): return .boolean(number != 0)
        case .string(let text):
            switch TrimFunctions.trimmed(text).lowercased() {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: return .null
            }
        default: return nil
        }
    }

    private static func toString(_ value: Value) -> Value? {
        value.plainText.map { .string($0) }
    }
}

/// One conversion, from which its three functions are made.
private struct Conversion: Sendable {
    let name: String
    let noun: String
    let accepted: StaticType.Kinds
    let result: StaticType
    let wanted: String
    /// Gives nil for kinds that cannot be converted, null for contents that cannot.
    let convert: @Sendable (Value) throws(ValueError) -> Value?

    var functions: [ScalarFunction] {
        [strict, orNull, ofList]
    }

    private var strict: ScalarFunction {
        ScalarFunction(
            name, [.init("value", StaticType(accepted))], result: result,
            summary: "Converts a value to \(noun); null where its content cannot be converted."
        ) { (arguments: [Value], _: any FunctionContext) throws(ValueError) -> Value in
            guard let converted = try convert(arguments[0]) else {
                throw FunctionArguments.unusable(arguments[0], by: name, wanted: wanted)
            }
            return converted
        }
    }

    private var orNull: ScalarFunction {
        ScalarFunction(
            name + "OrNull", [.init("value", .any)], result: result,
            summary: "Converts a value to \(noun); null where it cannot be converted."
        ) { arguments, _ in
            (try? convert(arguments[0])) ?? .null
        }
    }

    private var ofList: ScalarFunction {
        ScalarFunction(
            name + "List", [.init("list", .list)],
            result: StaticType(.list, elements: result.kinds),
            summary: "Converts each element of a list to \(noun), or to null where it cannot be."
        ) { (arguments: [Value], _: any FunctionContext) throws(ValueError) -> Value in
            guard case .list(let elements) = arguments[0] else {
                throw FunctionArguments.wrongKind(
                    arguments[0], of: name + "List", wanted: "a list")
            }
            return .list(elements.map { (try? convert($0)) ?? .null })
        }
    }
}
