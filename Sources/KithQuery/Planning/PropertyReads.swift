/// How many properties of each variable a query reads, for the cost of reaching its nodes: a group of
/// rows by a variable counts as one property for each aggregate, whose state is found as a property is;
/// as one for all of them where they keep numbers that nodes have places for.
struct PropertyReads {
    private var keys: [VariableID: Set<String>] = [:]
    /// The variables by which rows were grouped: what is read of them later is read once for a group,
    /// after the rows that led to it.
    private var grouped: VariableSet = []

    init(_ query: BoundQuery) {
        for branch in query.branches {
            grouped = []
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
            add(projection.groupingKeys.map { $0.expression })
            add(projection.aggregates.flatMap { $0.arguments })
            for key in projection.groupingKeys {
                guard case .variable(let variable) = key.expression.kind else { continue }
                for (number, call) in projection.aggregates.enumerated() {
                    let keepsNumbers = NodePlaces.keepsNumbers(
                        call.function, isDistinct: call.isDistinct)
                    keys[variable, default: []].insert(
                        "aggregate \(keepsNumbers ? -1 : number)")
                }
            }
            if projection.isAggregating {
                for key in projection.groupingKeys {
                    grouped.insert(key.variable)
                    grouped.formUnion(key.expression.freeVariables)
                }
            }
            add(projection.items.map { $0.expression })
            add(projection.sortKeys.map { $0.expression })
            add([projection.predicate].compactMap { $0 })
        default: break
        }
    }

    private mutating func add(_ expressions: [BoundExpression]) {
        for expression in expressions {
            if case .property(let subject, let key) = expression.kind,
                case .variable(let variable) = subject.kind, !grouped.contains(variable)
            {
                keys[variable, default: []].insert(key)
            }
            add(expression.children)
        }
    }
}
