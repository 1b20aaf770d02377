/// The sign before an operand.
public enum Sign: String, Hashable, Sendable, CaseIterable {
    /// Leaves a number as it is.
    case plus = "+"
    /// Negates it.
    case minus = "-"
}

/// The operators that compare.
public enum ComparisonOperator: String, Hashable, Sendable, CaseIterable {
    /// Equal.
    case equal = "="
    /// Not equal.
    case notEqual = "<>"
    /// Less.
    case less = "<"
    /// Less or equal.
    case lessOrEqual = "<="
    /// Greater.
    case greater = ">"
    /// Greater or equal.
    case greaterOrEqual = ">="
}

/// One further operand of a comparison: `< b`.
public struct ComparisonLink: Hashable, Sendable {
    /// How the operand to the left is compared with `operand`.
    public var comparison: ComparisonOperator
    /// The operand to the right.
    public var operand: Expression
    /// Where the operator stands.
    @NotCompared public var operatorSpan: SourceSpan
}

/// The operators that calculate.
public enum ArithmeticOperator: String, Hashable, Sendable, CaseIterable {
    /// Sum; also joins strings and lists.
    case add = "+"
    /// Difference.
    case subtract = "-"
    /// Joins strings or lists.
    case concatenate = "||"
    /// Product.
    case multiply = "*"
    /// Quotient.
    case divide = "/"
    /// Remainder.
    case modulo = "%"
    /// Power.
    case power = "^"
}

/// One further operand of a calculation: `+ b`.
public struct ArithmeticLink: Hashable, Sendable {
    /// What is done to the value so far.
    public var arithmetic: ArithmeticOperator
    /// The operand to the right.
    public var operand: Expression
    /// Where the operator stands.
    @NotCompared public var operatorSpan: SourceSpan
}

/// The operators of two operands that yield truth values but do not compare.
public enum PredicateOperator: String, Hashable, Sendable, CaseIterable {
    /// Whether a list holds a value.
    case isIn = "IN"
    /// Whether a string begins with another.
    case startsWith = "STARTS WITH"
    /// Whether a string ends with another.
    case endsWith = "ENDS WITH"
    /// Whether a string holds another.
    case contains = "CONTAINS"
    /// Whether a regular expression matches the whole string.
    case matches = "=~"
}
