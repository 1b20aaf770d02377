/// A JSON document in memory: what manifests are read into.
///
/// Numbers without fraction and exponent are integers; all others are floats. The members of an object
/// keep their order.
package enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number without fraction and exponent.
    case integer(Int64)
    /// Any other number.
    case float(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object, in the order of the text.
    case object([Member])

    /// One member of an object.
    package struct Member: Sendable {
        /// The name.
        package let name: String
        /// The value.
        package let value: JSONValue

        /// Makes a member.
        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The last member with this name, where this is an object that has one.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The text, where this is a string.
    package var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The elements, where this is an array.
    package var elements: [JSONValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }

    /// The members, where this is an object.
    package var members: [Member]? {
        if case .object(let members) = self { return members }
        return nil
    }

    /// The number, where this is an integer.
    package var integer: Int64? {
        if case .integer(let number) = self { return number }
        return nil
    }

    /// The truth value, where this is one.
    package var boolean: Bool? {
        if case .boolean(let flag) = self { return flag }
        return nil
    }

    /// What this is, in a word for messages.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer, .float: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Why a text is no JSON.
package struct JSONError: Error, Sendable {
    /// One sentence.
    package let message: String
    /// The offset in bytes.
    package let offset: Int
}
