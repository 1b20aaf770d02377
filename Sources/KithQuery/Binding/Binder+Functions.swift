import KithLanguage
import KithValues

/// Calls of functions, scalar and aggregating.
extension Binder {
    func functionCall(
        _ call: FunctionCall, _ expression: Expression
    ) throws(QueryError) -> BoundExpression {
        let name = call.name.text
        if environment.functions.aggregate(name) != nil {
            return try aggregateCall(name, call, expression)
        }
        if name.lowercased() == "exists", call.arguments.count == 1, !call.isDistinct {
            return try existsCall(call.arguments[0], expression.span)
        }
        guard let function = environment.functions.scalar(name) else {
            let foreign = ForeignFunctions.hint(for: name)
            throw .syntax(
                "UnknownFunction", "there is no function `\(name)`", call.name.span,
                hint: foreign,
                suggestions: foreign == nil
                    ? Suggestions.nearest(to: name, among: environment.functions.names) : [])
        }
        guard !call.isDistinct else {
            throw .syntax(
                "InvalidAggregation",
                "`\(function.name)` does not aggregate, so it takes no DISTINCT",
                call.name.span)
        }
        let countMax = function.isVariadic ? Int.max : function.parameters.count
        guard call.arguments.count >= function.requiredCount, call.arguments.count <= countMax
        else { throw wrongCount(function.name, function.parameters, expression.span) }
        var arguments: [BoundExpression] = []
        for (index, argument) in call.arguments.enumerated() {
            let bound = try self.expression(argument)
            if let parameter = function.parameters.indices.contains(index)
                ? function.parameters[index] : function.parameters.last
            {
                try require(
                    bound, parameter.type.kinds,
                    "the argument `\(parameter.name)` of `\(function.name)`")
            }
            arguments.append(bound)
        }
        return BoundExpression(
            .function(name: function.name.lowercased(), arguments: arguments),
            type: resultType(function, arguments), span: expression.span)
    }

    private func wrongCount(
        _ name: String, _ parameters: [ScalarFunction.Parameter], _ span: SourceSpan
    ) -> QueryError {
        let signature = parameters.map(\.name).joined(separator: ", ")
        return .syntax(
            "InvalidNumberOfArguments", "`\(name)` takes other arguments", span,
            hint: "It is called as `\(name)(\(signature))`.")
    }

    /// Narrows what a function says of its result by what is known of the arguments.
    private func resultType(
        _ function: ScalarFunction, _ arguments: [BoundExpression]
    ) -> StaticType {
        switch function.name.lowercased() {
        case "coalesce":
            return arguments.dropFirst().reduce(arguments.first?.type ?? .any) {
                $0.union($1.type)
            }
        case "head", "last":
            guard let list = arguments.first, list.type.kinds == .list else { break }
            return StaticType(list.type.elementKinds)
        case "tail", "reverse":
            guard let list = arguments.first, list.type.kinds == .list else { break }
            return list.type
        default: break
        }
        return function.result
    }

    /// `exists(n.name)` and `exists((a)-->(b))`, which later became IS NOT NULL and EXISTS { }.
    private func existsCall(
        _ argument: Expression, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        if case .patternPredicate(let path) = argument.kind {
            return try patternPredicate(path, span)
        }
        let bound = try expression(argument)
        return BoundExpression(.isNull(bound, negated: true), type: .boolean, span: span)
    }

    /// Binds a call of an aggregating function; `call` is nil for `count(*)`.
    func aggregateCall(
        _ name: String, _ call: FunctionCall?, _ expression: Expression
    ) throws(QueryError) -> BoundExpression {
        guard let function = environment.functions.aggregate(name) else {
            throw .syntax(
                "UnknownFunction", "there is no function `\(name)`", expression.span)
        }
        let grouping: Grouping
        switch aggregation {
        case .forbidden:
            throw .syntax(
                "InvalidAggregation", "`\(function.name)` cannot aggregate here",
                call?.name.span ?? expression.span,
                hint: "Aggregate in WITH or RETURN, and use the result after it.")
        case .inArgument:
            throw .syntax(
                "NestedAggregation", "an aggregate cannot be taken of an aggregate",
                expression.span, hint: "Put the inner one into a WITH before.")
        case .grouped(let current): grouping = current
        }
        let arguments = try aggregateArguments(function, call, expression, grouping)
        guard grouping.place == .item else {
            throw .syntax(
                "InvalidAggregation", "ORDER BY can only use aggregates that are returned",
                expression.span)
        }
        let type = aggregateType(function, arguments)
        let variable = makeUnnamed(type)
        grouping.add(
            BoundProjection.Aggregate(
                variable: variable, function: function.name.lowercased(),
                isDistinct: call?.isDistinct ?? false, arguments: arguments,
                span: expression.span),
            for: expression)
        return BoundExpression(.variable(variable), type: type, span: expression.span)
    }

    private func aggregateArguments(
        _ function: AggregateFunction, _ call: FunctionCall?, _ expression: Expression,
        _ grouping: Grouping
    ) throws(QueryError) -> [BoundExpression] {
        guard let call else { return [] }
        guard call.arguments.count == function.parameters.count else {
            throw wrongCount(function.name, function.parameters, expression.span)
        }
        let outerMode = aggregation
        let outerGroupings = groupings
        aggregation = .inArgument
        // Within its arguments all variables of the rows can be used again.
        groupings.removeAll { $0 === grouping && grouping.place == .item }
        if grouping.place == .sortKey { grouping.hasCall = false }
        defer {
            aggregation = outerMode
            groupings = outerGroupings
            if grouping.place == .sortKey { grouping.hasCall = true }
        }
        var arguments: [BoundExpression] = []
        for (index, argument) in call.arguments.enumerated() {
            if let part = nonConstant(argument) {
                throw .syntax(
                    "NonConstantExpression", "an aggregate cannot be taken of random values",
                    part.span)
            }
            let bound = try self.expression(argument)
            let parameter = function.parameters[index]
            try require(
                bound, parameter.type.kinds,
                "the argument `\(parameter.name)` of `\(function.name)`")
            arguments.append(bound)
        }
        return arguments
    }

    /// The first call in the expression of a function that gives other results each time.
    private func nonConstant(_ expression: Expression) -> Expression? {
        var found: Expression?
        _ = ExpressionSearch.contains(expression) {
            // `date(…)` and its kin ask the clock only without arguments, and then it is fixed for the
            // statement; what takes no argument at all, such as `rand()`, differs from row to row.
            guard case .functionCall(let call) = $0.kind,
                let function = environment.functions.scalar(call.name.text),
                !function.isDeterministic, function.parameters.isEmpty
            else { return false }
            found = $0
            return true
        }
        return found
    }

    private func aggregateType(
        _ function: AggregateFunction, _ arguments: [BoundExpression]
    ) -> StaticType {
        guard let argument = arguments.first else { return function.result }
        switch function.name.lowercased() {
        case "collect": return StaticType(.list, elements: argument.type.kinds)
        case "min", "max": return argument.type
        default: return function.result
        }
    }

    /// Whether the expression calls an aggregating function outside queries of its own.
    func aggregates(_ expression: Expression) -> Bool {
        ExpressionSearch.contains(expression) {
            switch $0.kind {
            case .countAll: true
            case .functionCall(let call):
                environment.functions.aggregate(call.name.text) != nil
            default: false
            }
        }
    }
}
