import KithLanguage
import KithValues

/// Expressions with a syntax of their own, most of which name variables of their own.
extension Binder {
    func construct(_ expression: Expression) throws(QueryError) -> BoundExpression {
        let span = expression.span
        switch expression.kind {
        case .caseExpression(let expression): return try caseExpression(expression, span)
        case .listComprehension(let comprehension):
            return try listComprehension(comprehension, span)
        case .quantifier(let quantifier): return try self.quantifier(quantifier, span)
        case .reduce(let reduce): return try self.reduce(reduce, span)
        case .mapProjection(let projection): return try mapProjection(projection, span)
        default: preconditionFailure("called for these expressions only")
        }
    }

    private func caseExpression(
        _ expression: CaseExpression, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let subject = try expression.operand.map { (operand) throws(QueryError) in
            try self.expression(operand)
        }
        var branches: [BoundCaseBranch] = []
        var type: StaticType?
        for branch in expression.branches {
            var conditions: [BoundExpression] = []
            for condition in branch.conditions {
                conditions.append(
                    subject == nil
                        ? try self.condition(condition, "the condition of WHEN")
                        : try self.expression(condition))
            }
            let result = try self.expression(branch.result)
            type = type?.union(result.type) ?? result.type
            for condition in conditions {
                branches.append(BoundCaseBranch(condition: condition, result: result))
            }
        }
        let otherwise = try expression.otherwise.map { (other) throws(QueryError) in
            try self.expression(other)
        }
        if let otherwise { type = type?.union(otherwise.type) }
        return BoundExpression(
            .caseExpression(subject: subject, branches: branches, otherwise: otherwise),
            type: type ?? .any, span: span)
    }

    /// Runs `body` where the names of an expression's own variables hold, and where it cannot
    /// aggregate.
    func withLocals<Result>(
        _ locals: [(Name, VariableID)], _ body: () throws(QueryError) -> Result
    ) throws(QueryError) -> Result {
        let outerScope = scope
        let outerCount = localNames.count
        let outerMode = aggregation
        for (name, variable) in locals {
            scope.add(name, variable)
            localNames.append(name)
        }
        if case .grouped = aggregation { aggregation = .forbidden }
        defer {
            scope = outerScope
            localNames.removeLast(localNames.count - outerCount)
            aggregation = outerMode
        }
        return try body()
    }

    /// Binds the list that a variable runs over, and makes the variable.
    private func elements(
        _ list: Expression, _ name: Name
    ) throws(QueryError) -> (BoundExpression, VariableID) {
        let bound = try expression(list)
        try require(bound, .list, "what stands behind IN")
        return (bound, makeVariable(name.text, elementType(of: bound.type)))
    }

    /// What the elements of a value may be.
    func elementType(of type: StaticType) -> StaticType {
        type.kinds == .list ? StaticType(type.elementKinds) : .any
    }

    private func listComprehension(
        _ comprehension: ListComprehension, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let (list, variable) = try elements(comprehension.list, comprehension.variable)
        return try withLocals([(comprehension.variable, variable)]) {
            () throws(QueryError) in
            let predicate = try filter(comprehension.filter)
            let projection = try comprehension.projection.map { (item) throws(QueryError) in
                try expression(item)
            }
            let elements = projection?.type ?? type(of: variable)
            return BoundExpression(
                .listComprehension(
                    variable: variable, list: list, predicate: predicate,
                    projection: projection),
                type: StaticType(.list, elements: elements.kinds), span: span)
        }
    }

    private func quantifier(
        _ quantifier: QuantifierExpression, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let (list, variable) = try elements(quantifier.list, quantifier.variable)
        return try withLocals([(quantifier.variable, variable)]) { () throws(QueryError) in
            let predicate = try condition(quantifier.predicate, "the condition of WHERE")
            return BoundExpression(
                .quantifier(
                    quantifier.quantifier, variable: variable, list: list,
                    predicate: predicate), type: .boolean, span: span)
        }
    }

    private func reduce(
        _ reduce: ReduceExpression, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let initial = try expression(reduce.initial)
        let (list, variable) = try elements(reduce.list, reduce.variable)
        // The first value tells little of what later steps make of it.
        let accumulator = makeVariable(reduce.accumulator.text, .any)
        return try withLocals([(reduce.accumulator, accumulator), (reduce.variable, variable)]) {
            () throws(QueryError) in
            let step = try expression(reduce.step)
            return BoundExpression(
                .reduce(
                    accumulator: accumulator, initial: initial, variable: variable, list: list,
                    step: step), type: initial.type.union(step.type), span: span)
        }
    }

    private func mapProjection(
        _ projection: MapProjection, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let subject = try variable(projection.variable)
        try require(subject, [.node, .relationship, .map], "what a map is made of")
        var items: [BoundMapProjectionItem] = []
        for item in projection.items {
            switch item {
            case .property(let key):
                warnUnknownProperty(key, of: subject.type)
                items.append(.property(key.text))
            case .allProperties: items.append(.allProperties)
            case .variable(let name): items.append(.entry(name.text, try variable(name)))
            case .entry(let entry):
                items.append(.entry(entry.key.text, try expression(entry.value)))
            }
        }
        return BoundExpression(.mapProjection(subject, items), type: .map, span: span)
    }
}
