/// Why an operation on values could not be done.
///
/// ``type`` and ``detail`` are openCypher's own names, so that layers above pass them on unchanged;
/// where in the statement it happened is added there too. Messages never contain stored values of
/// strings; they name kinds and limits.
public struct ValueError: Error, Hashable, Sendable {
    /// The family of an error, under openCypher's name.
    public enum ErrorType: String, Sendable {
        /// A value has a kind that the operation does not take.
        case typeError = "TypeError"
        /// A calculation has no result: division by zero, overflow.
        case arithmeticError = "ArithmeticError"
        /// An argument has the right kind but cannot be used.
        case argumentError = "ArgumentError"
        /// A map or an entity was asked for something it cannot have.
        case propertyError = "PropertyError"
        /// An entity that the value refers to is gone.
        case entityNotFound = "EntityNotFound"
        /// A limit of memory, size or steps was met.
        case resourceError = "ResourceError"
        /// Stored bytes do not form a value.
        case corruptValue = "CorruptValue"
    }

    /// The family of the error.
    public let type: ErrorType
    /// What exactly is wrong, in openCypher's words where it has any, such as `InvalidArgumentValue`.
    public let detail: String
    /// One sentence for people.
    public let message: String

    /// Makes an error from its three parts.
    public init(_ type: ErrorType, _ detail: String, _ message: String) {
        self.type = type
        self.detail = detail
        self.message = message
    }
}

extension ValueError {
    /// A value has a kind that the operation does not take.
    public static func invalidType(_ message: String) -> ValueError {
        ValueError(.typeError, "InvalidArgumentType", message)
    }

    /// A value has the right kind but a content that cannot be used.
    public static func invalidArgument(_ message: String) -> ValueError {
        ValueError(.argumentError, "InvalidArgumentValue", message)
    }

    /// An integer result does not fit in 64 bits.
    public static let integerOverflow = ValueError(
        .arithmeticError, "IntegerOverflow", "the result is outside the range of 64-bit integers")

    /// A number in a text is beyond the range of floats.
    public static let floatOverflow = ValueError(
        .arithmeticError, "FloatingPointOverflow",
        "the number is outside the range of 64-bit floats")

    /// An integer or an amount was divided by zero.
    public static let divisionByZero = ValueError(
        .arithmeticError, "DivisionByZero", "division by zero")

    /// Stored bytes do not form a value.
    public static func corrupt(_ message: String) -> ValueError {
        ValueError(.corruptValue, "CorruptValue", message)
    }
}
