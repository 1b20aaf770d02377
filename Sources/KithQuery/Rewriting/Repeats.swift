/// What the steps of a plan make of equal rows.
enum Repeats {
    /// Whether a step gives the same however often equal rows come. `functions` tells which functions
    /// always give the same.
    static func areIgnored(by step: any PlanStep, _ functions: FunctionRegistry) -> Bool {
        if step is DistinctStep { return true }
        guard let aggregate = step as? AggregateStep,
            aggregate.keys.allSatisfy({ isSteady($0.expression, functions) }),
            aggregate.aggregates.flatMap({ $0.arguments })
                .allSatisfy({ isSteady($0, functions) })
        else { return false }
        return aggregate.aggregates.allSatisfy {
            $0.function == "min" || $0.function == "max"
                || ($0.isDistinct && $0.function == "count")
        }
    }

    /// Whether a step treats each row by itself, and equal rows alike.
    static func arePassed(by step: any PlanStep, _ functions: FunctionRegistry) -> Bool {
        switch step {
        case let filter as FilterStep: isSteady(filter.predicate, functions)
        case let project as ProjectStep:
            project.items.allSatisfy { isSteady($0.expression, functions) }
        case is KeepStep, is ExpandStep: true
        default: false
        }
    }

    /// Whether an expression gives the same for the same row.
    private static func isSteady(
        _ expression: BoundExpression, _ functions: FunctionRegistry
    ) -> Bool {
        switch expression.kind {
        case .function(let name, _):
            guard functions.scalar(name)?.isDeterministic ?? false || name == "coalesce" else {
                return false
            }
        case .exists, .count, .collect: return false
        default: break
        }
        return expression.children.allSatisfy { isSteady($0, functions) }
    }
}
