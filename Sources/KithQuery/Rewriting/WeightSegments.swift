/// Finds where a statement may carry how many rows a row stands for, instead of the rows.
///
/// From the first MATCH to the aggregation that takes its rows, nothing may look at single rows:
/// only MATCH, OPTIONAL MATCH, UNWIND and plain projections stand between, and no expression there
/// draws random numbers. Every aggregate can take a row several times (``AggregateState``); `collect`
/// would show that equal rows come together, so it takes plain rows.
enum WeightSegments {
    /// Whether rows may carry weights from the clause at `start` on, up to an aggregation.
    static func begins(
        at start: Int, _ clauses: [BoundClause], _ functions: FunctionRegistry
    ) -> Bool {
        guard case .match = clauses[start] else { return false }
        for clause in clauses[start...] {
            if expressions(of: clause).contains(where: { isVolatile($0, functions) }) {
                return false
            }
            switch clause {
            case .match(let match):
                guard match.pattern.selections.isEmpty else { return false }
            case .unwind: continue
            case .project(let projection):
                if projection.isAggregating {
                    // A collected list shows in what order its rows came.
                    return !projection.aggregates.contains { $0.function == "collect" }
                }
                guard !projection.isDistinct, projection.sortKeys.isEmpty,
                    projection.skip == nil, projection.limit == nil
                else { return false }
            default: return false
            }
        }
        return false
    }

    private static func expressions(of clause: BoundClause) -> [BoundExpression] {
        switch clause {
        case .match(let match):
            return match.pattern.expressions + [match.predicate].compactMap { $0 }
        case .unwind(let list, _): return [list]
        case .project(let projection):
            return projection.items.map { $0.expression }
                + projection.groupingKeys.map { $0.expression }
                + projection.aggregates.flatMap { $0.arguments }
                + [projection.predicate].compactMap { $0 }
        default: return []
        }
    }

    /// Whether an expression may give another value each time.
    private static func isVolatile(
        _ expression: BoundExpression, _ functions: FunctionRegistry
    ) -> Bool {
        expression.contains { part in
            switch part.kind {
            case .function(let name, _): functions.scalar(name)?.isDeterministic == false
            case .exists(let subquery), .count(let subquery), .collect(let subquery):
                subquery.query.branches.contains {
                    $0.clauses.contains {
                        expressions(of: $0).contains { isVolatile($0, functions) }
                    }
                }
            default: false
            }
        }
    }
}
