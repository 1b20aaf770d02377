/// Something that has a value.
///
/// Parentheses leave no trace but in spans; a chain of one operator level is one node, however long.
public struct Expression: Hashable, Sendable {
    /// What it is.
    public var kind: Kind
    /// Where it stands.
    @NotCompared public var span: SourceSpan

    /// Makes an expression.
    public init(kind: Kind, span: SourceSpan) {
        self.kind = kind
        self.span = span
    }

    /// All kinds of expression.
    public indirect enum Kind: Hashable, Sendable {
        /// `1`, `'a'`, `true`, `null`
        case literal(Literal)
        /// `$name`, `$1`
        case parameter(Name)
        /// `n`
        case variable(Name)
        /// `[1, 2]`
        case list([Expression])
        /// `{a: 1}`
        case map([MapEntry])

        /// `n.name`
        case property(Expression, Name)
        /// `list[0]`, `map['key']`, `node['key']`
        case element(Expression, Expression)
        /// `list[from..to]`
        case slice(Expression, from: Expression?, to: Expression?)

        /// `NOT a`
        case not(Expression)
        /// `-a`, `+a`
        case sign(Sign, Expression)
        /// `a OR b OR c`
        case or([Expression])
        /// `a XOR b XOR c`
        case xor([Expression])
        /// `a AND b AND c`
        case and([Expression])
        /// `a < b <= c`: each neighbouring pair compared, all joined by AND
        case comparison(Expression, [ComparisonLink])
        /// `a + b - c`, `a * b / c`, `a ^ b ^ c`: one level of precedence, applied from the left
        case arithmetic(Expression, [ArithmeticLink])
        /// `a IN b`, `a STARTS WITH b`, `a =~ b` …
        case predicate(PredicateOperator, Expression, Expression)
        /// `a IS NULL`, `a IS NOT NULL`
        case nullCheck(Expression, isNegated: Bool)
        /// `a IS :: INTEGER`, `a IS NOT :: STRING NOT NULL`
        case typeCheck(Expression, ValueType, isNegated: Bool)
        /// `n:Person`, `r:KNOWS|LIKES`
        case hasLabels(Expression, LabelExpression)

        /// `size(list)`, `count(DISTINCT n)`, `date.truncate('day', d)`
        case functionCall(FunctionCall)
        /// `count(*)`
        case countAll
        /// `CASE … END`
        case caseExpression(CaseExpression)
        /// `[x IN list WHERE x > 1 | x * 2]`
        case listComprehension(ListComprehension)
        /// `[p = (a)-->(b) WHERE b.age > 1 | b.name]`
        case patternComprehension(PatternComprehension)
        /// `all(x IN list WHERE x > 1)`
        case quantifier(QuantifierExpression)
        /// `reduce(total = 0, x IN list | total + x)`
        case reduce(ReduceExpression)
        /// `n {.name, .*, friends: 3}`
        case mapProjection(MapProjection)
        /// `(a)-[:KNOWS]->(b)` where a truth value may stand
        case patternPredicate(PathPattern)
        /// `shortestPath((a)-[*]->(b))`, `allShortestPaths(…)` as a value
        case shortestPath(PathPattern)
        /// `EXISTS { … }`, `COUNT { … }`, `COLLECT { … }`
        case subquery(SubqueryExpression)
    }
}

/// A value written out.
public enum Literal: Hashable, Sendable {
    /// `null`
    case null
    /// `true`, `false`
    case boolean(Bool)
    /// `1`, `0xff`, `0o17`, `-1`
    case integer(Int64)
    /// `1.5`, `1e9`
    case float(Double)
    /// `'text'`
    case string(String)

    /// Whether both are written as the same value: strings of the same bytes, floats of the same bits.
    ///
    /// Strings that look the same and differ, and zeros of either sign, make expressions differ too.
    public static func == (left: Literal, right: Literal) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.float(let left), .float(let right)): left.bitPattern == right.bitPattern
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }

    /// Hashes what is compared.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .boolean(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .float(let value): hasher.combine(value.bitPattern)
        case .string(let text):
            hasher.combine(text.utf8.count)
            for byte in text.utf8 { hasher.combine(byte) }
        }
    }
}

/// One `key: value` of a map.
public struct MapEntry: Hashable, Sendable {
    /// The key.
    public var key: Name
    /// Its value.
    public var value: Expression
}

/// `function(arguments)`
public struct FunctionCall: Hashable, Sendable {
    /// The function's name with its namespaces, as written.
    public var name: QualifiedName
    /// Whether `DISTINCT` stands before the arguments.
    public var isDistinct: Bool
    /// The arguments.
    public var arguments: [Expression]
}

/// `CASE [operand] WHEN … THEN … [ELSE …] END`
public struct CaseExpression: Hashable, Sendable {
    /// What is compared with each `WHEN`; without it each `WHEN` is a condition.
    public var operand: Expression?
    /// The branches in order, at least one.
    public var branches: [CaseBranch]
    /// The value when no branch applies.
    public var otherwise: Expression?
}

/// `WHEN a, b THEN result`
public struct CaseBranch: Hashable, Sendable {
    /// The conditions, or values to compare the operand with; at least one.
    public var conditions: [Expression]
    /// The value.
    public var result: Expression
}

/// `[variable IN list WHERE filter | projection]`
public struct ListComprehension: Hashable, Sendable {
    /// Stands for each element.
    public var variable: Name
    /// The elements.
    public var list: Expression
    /// Which elements to keep; all without it.
    public var filter: Expression?
    /// What to make of each; the element itself without it.
    public var projection: Expression?
}

/// `[path = pattern WHERE filter | projection]`
public struct PatternComprehension: Hashable, Sendable {
    /// The pattern, with its path variable if it has one.
    public var pattern: PathPattern
    /// Which matches to keep; all without it.
    public var filter: Expression?
    /// What to make of each match.
    public var projection: Expression
}

/// `all(variable IN list WHERE predicate)` and its like.
public struct QuantifierExpression: Hashable, Sendable {
    /// How many elements have to satisfy the predicate.
    public enum Quantifier: String, Hashable, Sendable, CaseIterable {
        /// Every one.
        case all = "ALL"
        /// At least one.
        case any = "ANY"
        /// Not one.
        case none = "NONE"
        /// Exactly one.
        case single = "SINGLE"
    }

    /// How many.
    public var quantifier: Quantifier
    /// Stands for each element.
    public var variable: Name
    /// The elements.
    public var list: Expression
    /// What they have to satisfy.
    public var predicate: Expression
}

/// `reduce(accumulator = initial, variable IN list | step)`
public struct ReduceExpression: Hashable, Sendable {
    /// Stands for the value so far.
    public var accumulator: Name
    /// Its first value.
    public var initial: Expression
    /// Stands for each element.
    public var variable: Name
    /// The elements.
    public var list: Expression
    /// The next value of the accumulator.
    public var step: Expression
}

/// `variable {.key, .*, other, key: value}`
public struct MapProjection: Hashable, Sendable {
    /// The map, node or relationship that is projected.
    public var variable: Name
    /// What is taken, in order.
    public var items: [MapProjectionItem]
}

/// One part of a map projection.
public enum MapProjectionItem: Hashable, Sendable {
    /// `.key`
    case property(Name)
    /// `.*`
    case allProperties
    /// `other`: the variable's value under the variable's name
    case variable(Name)
    /// `key: value`
    case entry(MapEntry)
}

/// `EXISTS { … }` and its like.
public struct SubqueryExpression: Hashable, Sendable {
    /// What is asked of the rows of the subquery.
    public enum Purpose: String, Hashable, Sendable, CaseIterable {
        /// Whether there is one.
        case exists = "EXISTS"
        /// How many there are.
        case count = "COUNT"
        /// The list of their only column.
        case collect = "COLLECT"
    }

    /// What stands between the braces.
    public enum Body: Hashable, Sendable {
        /// A pattern alone, with its `WHERE`.
        case pattern(GraphPattern)
        /// A whole query.
        case query(Query)
    }

    /// What is asked.
    public var purpose: Purpose
    /// The pattern or query.
    public var body: Body
}
