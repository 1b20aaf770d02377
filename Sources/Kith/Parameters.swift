import KithValues

/// A Swift value that can be passed to a statement.
public protocol ParameterConvertible {
    /// The value as the language sees it.
    var parameterValue: Value { get }
}

extension Value: ParameterConvertible {
    /// The value itself.
    public var parameterValue: Value { self }
}

extension Bool: ParameterConvertible {
    /// A truth value.
    public var parameterValue: Value { .boolean(self) }
}

extension Int: ParameterConvertible {
    /// An integer.
    public var parameterValue: Value { .integer(Int64(self)) }
}

extension Int64: ParameterConvertible {
    /// An integer.
    public var parameterValue: Value { .integer(self) }
}

extension Double: ParameterConvertible {
    /// A float.
    public var parameterValue: Value { .float(self) }
}

extension String: ParameterConvertible {
    /// A string.
    public var parameterValue: Value { .string(self) }
}

extension Money: ParameterConvertible {
    /// An amount of money.
    public var parameterValue: Value { .money(self) }
}

extension CalendarDate: ParameterConvertible {
    /// A date.
    public var parameterValue: Value { .date(self) }
}

extension Optional: ParameterConvertible where Wrapped: ParameterConvertible {
    /// The wrapped value, or null.
    public var parameterValue: Value { self?.parameterValue ?? .null }
}

extension Array: ParameterConvertible where Element: ParameterConvertible {
    /// A list.
    public var parameterValue: Value { .list(map { $0.parameterValue }) }
}

extension Dictionary: ParameterConvertible where Key == String, Value: ParameterConvertible {
    /// A map, its keys in alphabetical order.
    public var parameterValue: KithValues.Value {
        .map(ValueMap(sorted { $0.key < $1.key }.map { ($0.key, $0.value.parameterValue) }))
    }
}

/// A statement's text with the values it binds.
///
/// Interpolated values become parameters, never text, so that data cannot change what a statement
/// does: `"MATCH (c:Customer {email: \(email)}) RETURN c"`.
public struct Query: ExpressibleByStringInterpolation, Sendable {
    /// The statement, with a parameter for each interpolated value.
    public let text: String
    /// The parameters.
    public var parameters: [String: Value]

    /// Makes a query of a text and its parameters.
    public init(_ text: String, _ parameters: [String: any ParameterConvertible] = [:]) {
        self.text = text
        self.parameters = parameters.mapValues { $0.parameterValue }
    }

    /// Makes a query without parameters.
    public init(stringLiteral text: String) {
        self.text = text
        parameters = [:]
    }

    /// Makes a query whose interpolated values are parameters.
    public init(stringInterpolation: Interpolation) {
        text = stringInterpolation.text
        parameters = stringInterpolation.parameters
    }

    /// Collects the text and the values of an interpolated query.
    public struct Interpolation: StringInterpolationProtocol {
        var text = ""
        var parameters: [String: Value] = [:]

        /// Makes an empty interpolation.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 4)
        }

        /// Adds text of the statement.
        public mutating func appendLiteral(_ literal: String) { text += literal }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some ParameterConvertible) {
            let name = "_\(parameters.count)"
            parameters[name] = value.parameterValue
            text += "$\(name)"
        }
    }
}
