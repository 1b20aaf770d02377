/// How many properties of each variable a query reads, for the cost of reaching its nodes: a group of
/// rows by a variable counts as one property for each aggregate, whose state is found as a property is.
struct PropertyReads {
    private var keys: [VariableID: Set<String>] = [:]

    init(_ query: BoundQuery) {
        for branch in query.branches {
            for clause in branch.clauses { add(clause) }
        }
    }

    /// The number of different properties read of a variable.
    func count(_ variable: VariableID) -> Int { keys[variable]?.count ?? 0 }

    private mutating func add(_ clause: BoundClause) {
        switch clause {
        case .match(let match): add([match.predicate].compactMap { $0 })
        case .unwind(let list, _): add([list])
        case .project(let projection):
            add(projection.items.map { $0.expression })
            add(projection.groupingKeys.map { $0.expression })
            add(projection.aggregates.flatMap { $0.arguments })
            add(projection.sortKeys.map { $0.expression })
            add([projection.predicate].compactMap { $0 })
            for key in projection.groupingKeys {
                guard case .variable(let variable) = key.expression.kind else { continue }
                for number in projection.aggregates.indices {
                    keys[variable, default: []].insert("aggregate \(number)")
                }
            }
        default: break
        }
    }

    private mutating func add(_ expressions: [BoundExpression]) {
        for expression in expressions {
            if case .property(let subject, let key) = expression.kind,
                case .variable(let variable) = subject.kind
            {
                keys[variable, default: []].insert(key)
            }
            add(expression.children)
        }
    }
}
