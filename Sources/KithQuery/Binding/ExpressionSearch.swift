import KithLanguage

/// Questions about expressions as they were written.
enum ExpressionSearch {
    /// The direct parts of an expression; a query within it has no parts here.
    static func parts(of expression: Expression) -> [Expression] {
        switch expression.kind {
        case .literal, .parameter, .variable, .countAll, .patternPredicate, .shortestPath,
            .subquery:
            return []
        case .list(let elements), .or(let elements), .xor(let elements), .and(let elements):
            return elements
        case .map(let entries): return entries.map(\.value)
        case .property(let base, _), .not(let base), .sign(_, let base),
            .nullCheck(let base, _), .typeCheck(let base, _, _), .hasLabels(let base, _):
            return [base]
        case .element(let base, let index): return [base, index]
        case .slice(let base, let from, let to): return [base] + [from, to].compactMap { $0 }
        case .comparison(let first, let links): return [first] + links.map(\.operand)
        case .arithmetic(let first, let links): return [first] + links.map(\.operand)
        case .predicate(_, let left, let right): return [left, right]
        case .functionCall(let call): return call.arguments
        case .caseExpression(let expression):
            return [expression.operand, expression.otherwise].compactMap { $0 }
                + expression.branches.flatMap { $0.conditions + [$0.result] }
        case .listComprehension(let comprehension):
            return [comprehension.list]
                + [comprehension.filter, comprehension.projection]
                .compactMap { $0 }
        case .patternComprehension(let comprehension):
            return [comprehension.filter, comprehension.projection].compactMap { $0 }
        case .quantifier(let quantifier): return [quantifier.list, quantifier.predicate]
        case .reduce(let reduce): return [reduce.initial, reduce.list, reduce.step]
        case .mapProjection(let projection):
            return projection.items.compactMap {
                if case .entry(let entry) = $0 { entry.value } else { nil }
            }
        }
    }

    /// Whether `test` holds for the expression or anything in it.
    static func contains(_ expression: Expression, where test: (Expression) -> Bool) -> Bool {
        if test(expression) { return true }
        return parts(of: expression).contains { contains($0, where: test) }
    }

    /// Whether the expression uses a variable of this name.
    static func mentions(_ name: Name, in expression: Expression) -> Bool {
        contains(expression) {
            switch $0.kind {
            case .variable(let variable): variable == name
            case .mapProjection(let projection): projection.variable == name
            default: false
            }
        }
    }
}
