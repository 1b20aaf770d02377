import KithLanguage
import KithValues

/// Expressions: the way in, names, and what has parts but no rules of its own.
extension Binder {
    /// Binds an expression whose value is wanted.
    func expression(_ expression: Expression) throws(QueryError) -> BoundExpression {
        let mayBePattern = allowsPattern
        allowsPattern = false
        if let variable = projected(expression) {
            return BoundExpression(
                .variable(use(variable)), type: type(of: variable), span: expression.span)
        }
        let span = expression.span
        switch expression.kind {
        case .literal(let literal): return self.literal(literal, span)
        case .parameter(let name):
            note(parameter: name.text, at: name.span)
            return BoundExpression(.parameter(name.text), type: .any, span: span)
        case .variable(let name): return try variable(name)
        case .list(let elements): return try list(elements, span)
        case .map(let entries):
            let bound = try map(entries)
            return BoundExpression(.map(bound), type: .map, span: span)
        case .property(let base, let key): return try property(base, key, span)
        case .element(let base, let index): return try element(base, index, span)
        case .slice(let base, let from, let to): return try slice(base, from, to, span)
        case .not, .sign, .or, .xor, .and, .comparison, .arithmetic, .predicate, .nullCheck,
            .typeCheck, .hasLabels:
            return try operators(expression)
        case .functionCall(let call): return try functionCall(call, expression)
        case .countAll:
            return try aggregateCall("count", nil, expression)
        case .caseExpression, .listComprehension, .quantifier, .reduce, .mapProjection:
            return try construct(expression)
        case .patternPredicate(let path):
            guard mayBePattern else { throw misplacedPattern(expression) }
            return try patternPredicate(path, span)
        case .patternComprehension(let comprehension):
            return try patternComprehension(comprehension, span)
        case .shortestPath(let path): return try shortestPath(path, span)
        case .subquery(let subquery): return try subqueryExpression(subquery, span)
        }
    }

    /// Binds an expression that is a condition, where a pattern may stand.
    func condition(_ expression: Expression, _ what: String) throws(QueryError) -> BoundExpression {
        allowsPattern = true
        let bound = try self.expression(expression)
        allowsPattern = false
        try require(bound, .boolean, what)
        return bound
    }

    /// Binds the condition of a WHERE, if there is one.
    func filter(_ expression: Expression?) throws(QueryError) -> BoundExpression? {
        guard let expression else { return nil }
        return try condition(expression, "the condition of WHERE")
    }

    func misplacedPattern(_ expression: Expression) -> QueryError {
        .syntax(
            "UnexpectedSyntax", "a pattern cannot stand here as a value", expression.span,
            hint: "Use `EXISTS { … }`, `COUNT { … }` or a comprehension `[… | …]`.")
    }

    func note(parameter name: String, at span: SourceSpan?) {
        if parameterNames.insert(UTF8Key(name)).inserted {
            parameters.append(name)
            parameterSpans.append(span)
        }
    }

    /// Notes that a variable is read, which the subqueries around have to import.
    func use(_ variable: VariableID) -> VariableID {
        for index in frames.indices { frames[index].note(variable) }
        return variable
    }

    func literal(_ literal: Literal, _ span: SourceSpan?) -> BoundExpression {
        switch literal {
        case .null: BoundExpression(.literal(.null), type: .null, span: span)
        case .boolean(let value):
            BoundExpression(.literal(.boolean(value)), type: .boolean, span: span)
        case .integer(let value):
            BoundExpression(.literal(.integer(value)), type: .integer, span: span)
        case .float(let value): BoundExpression(.literal(.float(value)), type: .float, span: span)
        case .string(let value):
            BoundExpression(.literal(.string(value)), type: .string, span: span)
        }
    }

    func variable(_ name: Name) throws(QueryError) -> BoundExpression {
        let variable = try resolve(name)
        guard let variable else {
            // INF, INFINITY and NAN are numbers where no variable has the name.
            let value: Double = name.text.lowercased() == "nan" ? .nan : .infinity
            return BoundExpression(.literal(.float(value)), type: .float, span: name.span)
        }
        return BoundExpression(.variable(variable), type: type(of: variable), span: name.span)
    }

    /// Finds the variable of a name; nil for a name that stands for a number.
    private func resolve(_ name: Name) throws(QueryError) -> VariableID? {
        guard let variable = scope.variable(name) else {
            for grouping in groupings
            where grouping.place == .sortKey && grouping.hasCall && grouping.keys.mention(name) {
                throw ambiguous(name)
            }
            switch name.text.lowercased() {
            case "nan", "inf", "infinity": return nil
            default: throw undefined(name)
            }
        }
        for grouping in groupings where grouping.place == .item {
            if variable.index < grouping.firstLocal, grouping.before.isOwn(name),
                grouping.before.variable(name) == variable,
                grouping.keys.entry(
                    of: Expression(kind: .variable(name), span: name.span)) == nil
            {
                throw ambiguous(name)
            }
        }
        return use(variable)
    }

    private func ambiguous(_ name: Name) -> QueryError {
        .syntax(
            "AmbiguousAggregationExpression",
            "`\(name.text)` has many values for each group that is aggregated", name.span,
            hint: "Return it, or the property taken of it, as a column of its own as well.")
    }

    func map(_ entries: [MapEntry]) throws(QueryError) -> [BoundMapEntry] {
        var bound: [BoundMapEntry] = []
        for entry in entries {
            bound.append(
                BoundMapEntry(key: entry.key.text, value: try expression(entry.value)))
        }
        return bound
    }

    private func list(
        _ elements: [Expression], _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        var bound: [BoundExpression] = []
        var kinds: StaticType.Kinds = []
        for element in elements {
            let value = try expression(element)
            kinds.formUnion(value.type.kinds)
            bound.append(value)
        }
        return BoundExpression(.list(bound), type: StaticType(.list, elements: kinds), span: span)
    }

    /// The kinds of value that have properties or components.
    static let kindsWithProperties: StaticType.Kinds = [
        .node, .relationship, .map, .duration, .money, .instant,
    ]

    private func property(
        _ base: Expression, _ key: Name, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let bound = try expression(base)
        let isPath = bound.type.kinds == .path
        try require(
            bound, Self.kindsWithProperties, "what `.\(key.text)` is taken of",
            type: isPath ? "SyntaxError" : "TypeError")
        warnUnknownProperty(key, of: bound.type)
        warnUnknownComponent(key, of: bound.type)
        return BoundExpression(.property(bound, key: key.text), type: .any, span: span)
    }

    private func element(
        _ base: Expression, _ index: Expression, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let bound = try expression(base)
        let key = try expression(index)
        try require(
            bound, [.list, .map, .node, .relationship], "what `[…]` is taken of",
            type: "TypeError")
        let isList = bound.type.kinds == .list
        let type = isList ? StaticType(bound.type.elementKinds) : .any
        return BoundExpression(.subscripted(bound, key), type: type, span: span)
    }

    private func slice(
        _ base: Expression, _ from: Expression?, _ to: Expression?, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let bound = try expression(base)
        try require(bound, .list, "what `[..]` is taken of")
        let first = try from.map { (bound) throws(QueryError) in try expression(bound) }
        let last = try to.map { (bound) throws(QueryError) in try expression(bound) }
        for bound in [first, last] {
            if let bound { try require(bound, .integer, "the bound of `[..]`") }
        }
        return BoundExpression(
            .slice(bound, from: first, to: last),
            type: StaticType(.list, elements: bound.type.elementKinds), span: span)
    }
}
