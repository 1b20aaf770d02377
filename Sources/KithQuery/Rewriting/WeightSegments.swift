/// Finds where a statement may carry how many rows a row stands for, instead of the rows.
///
/// From the first MATCH to the aggregation that takes its rows, nothing may look at single rows:
/// only MATCH, OPTIONAL MATCH, UNWIND and plain projections stand between, and no expression there
/// draws random numbers. Every aggregate can take a row several times (``AggregateState``); `collect`
/// would show that equal rows come together, so it takes plain rows.
struct WeightSegments {
    private let clauses: [BoundClause]
    private let functions: FunctionRegistry
    /// The variable that carries the weights where the planner is; nil where rows are rows.
    private(set) var weight: VariableID?
    /// No segment begins before this clause: the one before it would end each without success.
    private var nextStart = 0

    init(_ clauses: [BoundClause], _ functions: FunctionRegistry) {
        self.clauses = clauses
        self.functions = functions
    }

    /// Begins a segment at a clause where one can.
    mutating func move(to index: Int, _ planner: QueryPlanner) {
        guard weight == nil, index >= nextStart, case .match = clauses[index] else { return }
        if let obstacle = obstacle(from: index) {
            nextStart = obstacle + 1
        } else {
            weight = planner.makeVariable()
        }
    }

    /// Ends the segment behind the aggregation that takes its rows.
    mutating func move(past clause: BoundClause) {
        if case .project(let projection) = clause, projection.isAggregating { weight = nil }
    }

    /// The clause that keeps rows from carrying weights from the clause at `start` on, up to an
    /// aggregation; nil where none does.
    private func obstacle(from start: Int) -> Int? {
        for index in start..<clauses.count {
            let clause = clauses[index]
            if Self.expressions(of: clause).contains(where: { Self.isVolatile($0, functions) }) {
                return index
            }
            switch clause {
            case .match(let match):
                guard match.pattern.selections.isEmpty else { return index }
            case .unwind: continue
            case .project(let projection):
                if projection.isAggregating {
                    // A collected list shows in what order its rows came.
                    return projection.aggregates.contains { $0.function == "collect" } ? index : nil
                }
                guard !projection.isDistinct, projection.sortKeys.isEmpty,
                    projection.skip == nil, projection.limit == nil
                else { return index }
            default: return index
            }
        }
        return clauses.count
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
