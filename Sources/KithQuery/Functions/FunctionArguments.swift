import KithValues

/// Reads the arguments of a function, with the error that says which function wanted what.
enum FunctionArguments {
    /// A string.
    static func string(_ value: Value, of function: String) throws(ValueError) -> String {
        guard case .string(let text) = value else {
            throw wrongKind(value, of: function, wanted: "a string")
        }
        return text
    }

    /// An integer.
    static func integer(_ value: Value, of function: String) throws(ValueError) -> Int64 {
        guard case .integer(let number) = value else {
            throw wrongKind(value, of: function, wanted: "an integer")
        }
        return number
    }

    /// An integer or a float, as a float.
    static func number(_ value: Value, of function: String) throws(ValueError) -> Double {
        switch value {
        case .integer(let number): return Double(number)
        case .float(let number): return number
        default: throw wrongKind(value, of: function, wanted: "a number")
        }
    }

    /// An integer that is a count or a position, cut to what a string or list can have.
    static func count(
        _ value: Value, of function: String, named name: String
    ) throws(ValueError) -> Int {
        let number = try integer(value, of: function)
        guard number >= 0 else {
            throw ValueError(
                .argumentError, "NumberOutOfRange",
                "\(function)() takes a \(name) of 0 or more")
        }
        return Int(clamping: number)
    }

    /// The error for a value of a kind that `function` does not take.
    static func wrongKind(_ value: Value, of function: String, wanted: String) -> ValueError {
        .invalidType("\(function)() takes \(wanted), not \(value.kind.name)")
    }

    /// The error for a value of a kind that `function` never takes, in the functions where
    /// openCypher calls the value invalid rather than its type.
    static func unusable(_ value: Value, by function: String, wanted: String) -> ValueError {
        ValueError(
            .typeError, "InvalidArgumentValue",
            "\(function)() takes \(wanted), not \(value.kind.name)")
    }

    /// Refuses a list longer than the limit.
    static func checkListLength(_ count: Int) throws(ValueError) {
        guard count <= FunctionLimits.listLengthMax else {
            throw ValueError(
                .resourceError, "ListTooLong",
                "a list can have \(FunctionLimits.listLengthMax) elements")
        }
    }

    /// Refuses a string of more bytes than the limit.
    static func checkStringLength(_ count: Int) throws(ValueError) {
        guard count <= FunctionLimits.stringLengthMaxInBytes else {
            throw ValueError(
                .resourceError, "StringTooLong",
                "a string can have \(FunctionLimits.stringLengthMaxInBytes) bytes")
        }
    }
}

extension ScalarFunction {
    /// The same function under another name.
    func renamed(_ name: String) -> ScalarFunction {
        ScalarFunction(
            name, parameters, requiredCount: requiredCount, isVariadic: isVariadic,
            result: result, isDeterministic: isDeterministic, propagatesNull: propagatesNull,
            summary: summary, body: body)
    }

    /// A function of one string.
    static func ofString(
        _ name: String, result: StaticType, summary: String,
        compute: @escaping @Sendable (String) -> Value
    ) -> ScalarFunction {
        ScalarFunction(name, [Parameter("text", .string)], result: result, summary: summary) {
            (arguments: [Value], _: any FunctionContext) throws(ValueError) -> Value in
            compute(try FunctionArguments.string(arguments[0], of: name))
        }
    }

    /// A function of one number, computed in floats.
    static func ofFloat(
        _ name: String, summary: String, compute: @escaping @Sendable (Double) -> Double
    ) -> ScalarFunction {
        ScalarFunction(name, [Parameter("number", .number)], result: .float, summary: summary) {
            (arguments: [Value], _: any FunctionContext) throws(ValueError) -> Value in
            .float(compute(try FunctionArguments.number(arguments[0], of: name)))
        }
    }
}
