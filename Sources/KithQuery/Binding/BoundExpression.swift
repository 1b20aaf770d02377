import KithLanguage
import KithValues

/// A variable of one statement: its number, unique within the statement.
///
/// A batch of rows keeps the vector of a variable at this index, so that operators need no
/// renaming between them.
public struct VariableID: Hashable, Comparable, Sendable {
    /// The position among the statement's variables, from 0.
    public let index: Int

    /// Makes the identifier of the variable at `index`.
    public init(_ index: Int) { self.index = index }

    /// Orders by position.
    public static func < (left: VariableID, right: VariableID) -> Bool { left.index < right.index }
}

/// What the binder knows of one variable.
public struct VariableInfo: Hashable, Sendable {
    /// The name in the text, or a made-up one that no text can contain for an unnamed entity.
    public let name: String
    /// Whether the text names it.
    public let isNamed: Bool
    /// What it may hold.
    public let type: StaticType

    /// Describes a variable.
    public init(name: String, isNamed: Bool, type: StaticType) {
        self.name = name
        self.isNamed = isNamed
        self.type = type
    }
}

/// An expression whose names are resolved and whose types have been checked.
///
/// Immutable, shared freely between plans and threads.
public final class BoundExpression: Sendable {
    /// What it computes.
    public let kind: Kind
    /// What it may give.
    public let type: StaticType
    /// Where it stands in the statement's text; nil for expressions the binder or a rewrite made.
    public let span: SourceSpan?

    /// Makes an expression.
    public init(_ kind: Kind, type: StaticType = .any, span: SourceSpan? = nil) {
        self.kind = kind
        self.type = type
        self.span = span
    }

    /// The forms of expression.
    public enum Kind: Sendable {
        /// A value written in the text, or folded from such.
        case literal(Value)
        /// A parameter, by its name without the `$`.
        case parameter(String)
        /// A variable of the row.
        case variable(VariableID)
        /// `subject.key` on a node, relationship, map, or temporal value.
        case property(BoundExpression, key: String)
        /// `subject[index]` on a list, or with a string on a map, node or relationship.
        case subscripted(BoundExpression, BoundExpression)
        /// `subject[from..to]`.
        case slice(BoundExpression, from: BoundExpression?, to: BoundExpression?)
        /// `[a, b]`.
        case list([BoundExpression])
        /// `{a: x, b: y}`, in the text's order.
        case map([BoundMapEntry])
        /// `a AND b AND c`; operands are evaluated left to right, later ones only on rows that
        /// earlier ones leave undecided.
        case and([BoundExpression])
        /// `a OR b OR c`, evaluated like ``and``.
        case or([BoundExpression])
        /// `a XOR b`.
        case xor(BoundExpression, BoundExpression)
        /// `NOT a`.
        case not(BoundExpression)
        /// `a < b <= c`: true when every neighbouring pair compares so; each operand is evaluated
        /// once. A single comparison is a chain of one.
        case comparison(BoundExpression, [ComparisonStep])
        /// `a + b` and the like.
        case binary(BinaryOperator, BoundExpression, BoundExpression)
        /// `a + b - c …`: operators of one level applied from the left, where there are so many
        /// that ``binary`` within ``binary`` would nest deep.
        case arithmeticChain(BoundExpression, [ArithmeticStep])
        /// `-a`.
        case negate(BoundExpression)
        /// `a IS NULL`, or `a IS NOT NULL` when negated.
        case isNull(BoundExpression, negated: Bool)
        /// `n:A&!B`: whether a node has such labels, or a relationship such a type.
        case hasLabels(BoundExpression, BoundLabelExpression)
        /// `a IS :: INTEGER`, or `IS NOT ::` when negated. Null is of every type that is not
        /// `NOT NULL`.
        case isOfType(BoundExpression, BoundValueType, negated: Bool)
        /// A call of a scalar function, by its canonical lower-case name.
        case function(name: String, arguments: [BoundExpression])
        /// `CASE WHEN … THEN … ELSE … END`. The simple form `CASE x WHEN y` keeps `x` as subject and
        /// compares by `=`.
        case caseExpression(
            subject: BoundExpression?, branches: [BoundCaseBranch], otherwise: BoundExpression?)
        /// `[x IN list WHERE predicate | projection]`.
        case listComprehension(
            variable: VariableID, list: BoundExpression, predicate: BoundExpression?,
            projection: BoundExpression?)
        /// `all(x IN list WHERE predicate)` and its kin.
        case quantifier(
            QuantifierExpression.Quantifier, variable: VariableID, list: BoundExpression,
            predicate: BoundExpression)
        /// `reduce(accumulator = initial, x IN list | step)`.
        case reduce(
            accumulator: VariableID, initial: BoundExpression, variable: VariableID,
            list: BoundExpression, step: BoundExpression)
        /// `n {.a, .*, b: x}`.
        case mapProjection(BoundExpression, [BoundMapProjectionItem])
        /// `EXISTS { … }`, and a pattern used as a predicate.
        case exists(BoundSubquery)
        /// `COUNT { … }`.
        case count(BoundSubquery)
        /// `COLLECT { … }` and a pattern comprehension: the list of the subquery's only column.
        case collect(BoundSubquery)
    }
}

/// One entry of a map expression.
public struct BoundMapEntry: Sendable {
    /// The key.
    public let key: String
    /// Its value.
    public let value: BoundExpression

    /// Makes an entry.
    public init(key: String, value: BoundExpression) {
        self.key = key
        self.value = value
    }
}

/// One step of a chain of comparisons.
public struct ComparisonStep: Sendable {
    /// How the operand before is compared with this one.
    public let comparison: ComparisonOperator
    /// The operand.
    public let operand: BoundExpression

    /// Makes a step.
    public init(_ comparison: ComparisonOperator, _ operand: BoundExpression) {
        self.comparison = comparison
        self.operand = operand
    }
}

/// One step of a chain of calculations.
public struct ArithmeticStep: Sendable {
    /// What is done to the value so far; one of the calculating operators.
    public let arithmetic: BinaryOperator
    /// The operand to the right.
    public let operand: BoundExpression
    /// From the beginning of the chain to the operand.
    public let span: SourceSpan?

    /// Makes a step.
    public init(_ arithmetic: BinaryOperator, _ operand: BoundExpression, span: SourceSpan?) {
        self.arithmetic = arithmetic
        self.operand = operand
        self.span = span
    }
}

/// The operators with two operands that are neither logical nor comparisons.
public enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case concatenate = "||"
    case isIn = "IN"
    case startsWith = "STARTS WITH"
    case endsWith = "ENDS WITH"
    case contains = "CONTAINS"
    case matches = "=~"
}

/// One branch of a CASE expression.
public struct BoundCaseBranch: Sendable {
    /// The condition, or in the simple form the value compared with the subject.
    public let condition: BoundExpression
    /// What the branch gives.
    public let result: BoundExpression

    /// Makes a branch.
    public init(condition: BoundExpression, result: BoundExpression) {
        self.condition = condition
        self.result = result
    }
}

/// One item of a map projection.
public enum BoundMapProjectionItem: Sendable {
    /// `.key`
    case property(String)
    /// `.*`
    case allProperties
    /// `key: expression`, and `variable` as shorthand.
    case entry(String, BoundExpression)
}

/// A condition on labels or on a relationship's type.
public indirect enum BoundLabelExpression: Hashable, Sendable {
    /// Has this label or type.
    case label(String)
    /// Has any label at all (`%`).
    case wildcard
    /// `A&B`, and `:A:B`.
    case and([BoundLabelExpression])
    /// `A|B`.
    case or([BoundLabelExpression])
    /// `!A`.
    case not(BoundLabelExpression)
}

/// A type named in the text, as in `IS :: LIST<INTEGER NOT NULL>`.
public indirect enum BoundValueType: Hashable, Sendable {
    /// Any of these kinds; null as well unless `isNotNull`.
    case kinds(StaticType.Kinds, isNotNull: Bool)
    /// A list whose elements are all of the inner type.
    case list(BoundValueType, isNotNull: Bool)
    /// Any of these types.
    case union([BoundValueType])
    /// `NOTHING` and `NULL`.
    case null
}

/// A query within an expression.
///
/// It sees the variables of the row it is evaluated for, under their own identifiers.
public struct BoundSubquery: Sendable {
    /// The query. Within ``BoundExpression/Kind/exists(_:)`` and ``BoundExpression/Kind/count(_:)``
    /// its columns do not matter; within ``BoundExpression/Kind/collect(_:)`` it has exactly one.
    public let query: BoundQuery
    /// The outer variables that it reads.
    public let imports: [VariableID]

    /// Makes a subquery.
    public init(query: BoundQuery, imports: [VariableID]) {
        self.query = query
        self.imports = imports
    }
}
