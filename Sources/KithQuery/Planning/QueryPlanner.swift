import KithLanguage
import KithValues

/// Plans a bound statement clause by clause; the order of a pattern's steps is chosen by cost.
///
/// ``PatternPlanner`` plans MATCH; the other clauses have one way to run each.
final class QueryPlanner {
    let statistics: PlanningStatistics
    let options: ExecutionOptions
    /// Whether the statement deletes, so that variables may hold what is there no more.
    let mayDelete: Bool
    /// The rewrites that may be applied.
    let rules: Set<RewriteRule>
    /// Whether the plan may rely on the graph's counts: not where the statement itself changes them.
    let canAssume: Bool
    /// The properties that the statement reads.
    let propertyReads: PropertyReads
    private let functions: FunctionRegistry
    private let control: StatementControl
    private let limits: StatementLimits
    /// What is known of the variables so far.
    private(set) var origins = VariableOrigins()
    private(set) var assumptions: Set<PlanAssumption> = []
    private(set) var variableCount: Int
    /// The paths that stand for their lengths.
    private var measuredPaths: VariableSet = []
    private var outerCount = 0
    private let subplans = SubplanTable()
    private var places = ClausePlaces()
    private let names: VariableNames
    private var orderSeeds: SplitMix?

    init(
        statement: BoundStatement, statistics: PlanningStatistics, functions: FunctionRegistry,
        options: ExecutionOptions, control: StatementControl = StatementControl(),
        limits: StatementLimits = .standard
    ) {
        self.control = control
        self.limits = limits
        self.statistics = statistics
        self.options = options
        mayDelete = statement.isWriting && statement.query.deletes
        self.functions = functions
        propertyReads = PropertyReads(statement.query)
        orderSeeds = options.joinOrderSeed.map { SplitMix(seed: $0) }
        rules = Set(RewriteRule.allCases.filter { options.allowsRule($0.rawValue) })
        canAssume = !statement.isWriting
        variableCount = statement.variables.count
        names = VariableNames(infos: statement.variables)
    }

    /// Plans a whole statement; `control` and `limits` stop it as they stop one that runs.
    static func plan(
        _ statement: BoundStatement, statistics: PlanningStatistics, functions: FunctionRegistry,
        options: ExecutionOptions, control: StatementControl = StatementControl(),
        limits: StatementLimits = .standard
    ) throws(QueryError) -> Plan {
        let planner = QueryPlanner(
            statement: statement, statistics: statistics, functions: functions, options: options,
            control: control, limits: limits)
        let start = PlanNode(UnitRowStep(), inputs: [], estimatedRows: 1, variables: [])
        var root = try planner.plan(statement.query, from: start)
        if planner.rules.contains(.reachableEnds) {
            let rewritten = ReachableEnds.applied(to: root, functions, planner.statistics)
            planner.places.carry(from: root, to: rewritten)
            root = rewritten
        }
        if !planner.measuredPaths.isEmpty {
            let rewritten = PathLengths.applied(to: root, planner.names)
            planner.places.carry(from: root, to: rewritten)
            root = rewritten
        }
        if planner.rules.contains(.groupByNode), !statement.isWriting {
            let rewritten = GroupByNode(planner).applied(to: root)
            planner.places.carry(from: root, to: rewritten)
            root = rewritten
        }
        if planner.rules.contains(.distinctRows) {
            let rewritten = DistinctRows.applied(to: root, functions)
            planner.places.carry(from: root, to: rewritten)
            root = rewritten
        }
        if planner.rules.contains(.groupRuns), !statement.isWriting {
            let rewritten = GroupRuns.applied(to: root)
            planner.places.carry(from: root, to: rewritten)
            root = rewritten
        }
        if planner.rules.contains(.groupPlaces), !statement.isWriting {
            let rewritten = GroupPlaces(planner).applied(to: root)
            planner.places.carry(from: root, to: rewritten)
            root = rewritten
        }
        return Plan(
            root: root, variableCount: planner.variableCount, names: planner.names,
            measuredPaths: planner.measuredPaths, subplans: planner.subplans,
            assumptions: planner.assumptions, places: planner.places)
    }

    /// Stops planning where the statement was cancelled or its time is over.
    func checkpoint() throws(QueryError) { try control.checkpoint(limits) }

    /// Notes what the graph must be like for the plan to be right.
    func assume(_ facts: Set<PlanAssumption>) { assumptions.formUnion(facts) }

    /// Notes what a pattern says of its variables.
    func note(_ pattern: BoundPattern, labels: (VariableID) -> [String]) {
        origins.add(pattern, labels: labels)
    }

    /// Notes that variables get the values of expressions.
    func note(_ items: [BoundProjection.Item]) {
        for item in items { origins.add(item.variable, item.expression) }
    }

    /// Notes that a step with these variables gives so many rows.
    func note(_ variables: VariableSet, rows: Double) { origins.limit(variables, to: rows) }

    /// What conditions keep, by what is known of the variables.
    var selectivity: ConditionSelectivity {
        ConditionSelectivity(statistics: statistics, origins: origins)
    }

    /// What a variable may hold, as far as the text tells.
    func type(of variable: VariableID) -> StaticType {
        variable.index < names.infos.count ? names.infos[variable.index].type : .any
    }

    /// A variable of the planner's own.
    func makeVariable() -> VariableID {
        defer { variableCount += 1 }
        return VariableID(variableCount)
    }

    /// From what the order of the next pattern is drawn; nil for the best order.
    func nextOrderSeed() -> UInt64? { orderSeeds?.next() }

    /// A number for the outer rows of a nested plan.
    func makeOuter() -> Int {
        defer { outerCount += 1 }
        return outerCount
    }

    /// Plans a query whose branches each start from the rows of `start`, a leaf.
    ///
    /// `carried`: variables of the start that must be alive in the result besides the
    ///   query's columns.
    func plan(
        _ query: BoundQuery, from start: PlanNode, carrying carried: VariableSet = []
    ) throws(QueryError) -> PlanNode {
        var branches: [PlanNode] = []
        for branch in query.branches {
            branches.append(
                try plan(
                    branch.clauses, branch.clauseSpans, from: start,
                    alive: carried.union(branch.columns)))
        }
        guard branches.count > 1 else {
            guard let only = branches.first else { return start }
            let columns = query.columns.map { $0.variable }
            let single = query.branches[0].columns
            if columns == single { return only }
            let step = UnionStep(sources: [single], columns: columns, carried: carried.sorted())
            return PlanNode(
                step, inputs: [only], estimatedRows: only.estimatedRows,
                variables: carried.union(columns))
        }
        let columns = query.columns.map { $0.variable }
        let rows = branches.reduce(0) { $0 + $1.estimatedRows }
        let union = PlanNode(
            UnionStep(
                sources: query.branches.map { $0.columns }, columns: columns,
                carried: carried.sorted()), inputs: branches, estimatedRows: rows,
            variables: carried.union(columns))
        if query.keepsDuplicates { return union }
        return PlanNode(
            DistinctStep(keys: columns), inputs: [union], estimatedRows: rows,
            variables: union.variables)
    }

    /// Plans a chain of clauses; `spans` tells where they stand, if the text writes them.
    func plan(
        _ clauses: [BoundClause], _ spans: [SourceSpan] = [], from start: PlanNode,
        alive final: VariableSet
    ) throws(QueryError) -> PlanNode {
        let alive = Liveness.after(clauses, final: final).map { $0.union(final) }
        var node = start
        var weights = WeightSegments(clauses, functions)
        var index = 0
        while index < clauses.count {
            let first = index
            weights.move(to: index, self)
            noteMeasuredPaths(clauses, at: index)
            do throws(QueryError) {
                try checkpoint()
                node = try plan(clauses, at: &index, from: node, alive: alive, weights.weight)
            } catch {
                guard error.span == nil, index < spans.count else { throw error }
                var placed = error
                placed.span = spans[first].joined(with: spans[index])
                throw placed
            }
            weights.move(past: clauses[index])
            if index < spans.count { places.note(node, spans[first].joined(with: spans[index])) }
            index += 1
        }
        return node
    }

    private func noteMeasuredPaths(_ clauses: [BoundClause], at index: Int) {
        guard rules.contains(.pathLengths) else { return }
        measuredPaths.formUnion(PathLengths.measured(clauses, at: index))
    }

    /// Whether a path variable is to hold the length of its path.
    func isMeasured(_ path: VariableID) -> Bool { measuredPaths.contains(path) }

    /// Plans the clause at `index`, or several at once: `index` is then moved to the last of these.
    private func plan(
        _ clauses: [BoundClause], at index: inout Int, from input: PlanNode, alive: [VariableSet],
        _ weight: VariableID?
    ) throws(QueryError) -> PlanNode {
        guard case .match(let match) = clauses[index], !match.isOptional else {
            return try plan(clauses[index], from: input, alive: alive[index], weight: weight)
        }
        let (merged, last) = merging(match, at: index, clauses)
        index = last
        return try PatternPlanner(merged, planner: self, alive: alive[index], weight: weight)
            .plan(from: input)
    }

    /// A pattern of so many nodes or relationships takes no further MATCH into it: each step of a pattern
    /// looks at all of it.
    private static let mergedMax = 64

    /// The pattern of a MATCH and of those after it that may be solved with it, and the place of the
    /// last.
    private func merging(
        _ match: BoundMatch, at index: Int, _ clauses: [BoundClause]
    ) -> (MergedMatch, last: Int) {
        var merged = MergedMatch(match)
        var last = index
        while rules.contains(.mergeMatches), last + 1 < clauses.count,
            merged.match.pattern.relationships.count < Self.mergedMax,
            merged.match.pattern.nodes.count < Self.mergedMax,
            case .match(let next) = clauses[last + 1], let joined = merged.merged(with: next)
        {
            merged = joined
            last += 1
        }
        return (merged, last)
    }

    private func plan(
        _ clause: BoundClause, from input: PlanNode, alive: VariableSet, weight: VariableID?
    ) throws(QueryError) -> PlanNode {
        switch clause {
        case .match(let match):
            return try planOptional(match, from: input, alive: alive, weight: weight)
        case .unwind(let list, let variable):
            try planSubqueries(in: [list])
            return PlanNode(
                UnwindStep(list: list, variable: variable), inputs: [input],
                estimatedRows: input.estimatedRows * 10,
                variables: input.variables.union([variable]))
        case .project(let projection):
            return try plan(projection, from: input, alive: alive, weight: weight)
        case .create, .merge, .set, .delete, .forEach:
            return try planWriting(clause, from: input)
        case .callProcedure(let call):
            try planSubqueries(in: call.arguments + [call.predicate].compactMap { $0 })
            let node = PlanNode(
                ProcedureCallStep(call: call), inputs: [input],
                estimatedRows: input.estimatedRows * 10,
                variables: input.variables.union(call.yields.map { $0.variable }))
            return try filtered(node, by: call.isOptional ? nil : call.predicate)
        case .callSubquery(let call): return try plan(call, from: input)
        case .loadCSV(let load):
            return PlanNode(
                LoadCSVStep(load: load), inputs: [input],
                estimatedRows: input.estimatedRows * 1_000,
                variables: input.variables.union([load.variable]))
        }
    }

    private func planWriting(
        _ clause: BoundClause, from input: PlanNode
    ) throws(QueryError) -> PlanNode {
        switch clause {
        case .create(let pattern):
            try planSubqueries(in: pattern.expressions)
            var plain = pattern
            plain.paths = []
            let node = writing(CreateStep(pattern: plain), input, adding: plain.newVariables)
            return buildingPaths(of: pattern, on: node)
        case .merge(let merge): return try plan(merge, from: input)
        case .set(let changes):
            try planSubqueries(in: changes.flatMap { $0.expressions })
            return writing(SetStep(changes: changes), input, adding: [])
        case .delete(let entities, let detach):
            try planSubqueries(in: entities)
            return writing(DeleteStep(entities: entities, isDetaching: detach), input, adding: [])
        case .forEach(let variable, let list, let clauses):
            try planSubqueries(in: [list])
            let outer = makeOuter()
            let start = outerLeaf(outer, input.variables.union([variable]))
            let body = try plan(clauses, from: start, alive: [])
            return writing(
                ForEachStep(variable: variable, list: list, body: body, outer: outer), input,
                adding: [])
        default: preconditionFailure("a clause that does not write")
        }
    }

    private func writing(
        _ step: any PlanStep, _ input: PlanNode, adding variables: [VariableID]
    ) -> PlanNode {
        PlanNode(
            step, inputs: [input], estimatedRows: input.estimatedRows,
            variables: input.variables.union(variables))
    }

    /// The leaf of a nested plan that gives its outer rows.
    func outerLeaf(_ outer: Int, _ variables: VariableSet) -> PlanNode {
        PlanNode(OuterRowsStep(outer: outer), inputs: [], estimatedRows: 1, variables: variables)
    }

    /// `node` with the rows on which `predicate` is not true left out.
    func filtered(
        _ node: PlanNode, by predicate: BoundExpression?, selectivity: Double? = nil
    ) throws(QueryError) -> PlanNode {
        guard let predicate else { return node }
        try planSubqueries(in: [predicate])
        let share =
            selectivity
            ?? predicate.conjuncts.reduce(1) { $0 * self.selectivity.share(of: $1) }
        return PlanNode(
            FilterStep(predicate: predicate), inputs: [node],
            estimatedRows: node.estimatedRows * share, variables: node.variables)
    }

    /// Plans the subqueries within `expressions`, so that they are ready when the expressions are
    /// compiled.
    func planSubqueries(in expressions: [BoundExpression]) throws(QueryError) {
        for expression in expressions {
            switch expression.kind {
            case .exists(let subquery), .count(let subquery):
                if let test = AdjacencyTest(subquery, self) {
                    subplans.add(test, for: expression)
                } else {
                    try planSubquery(subquery, of: expression)
                }
            case .collect(let subquery): try planSubquery(subquery, of: expression)
            default: try planSubqueries(in: expression.children)
            }
        }
    }

    private func planSubquery(
        _ subquery: BoundSubquery, of expression: BoundExpression
    ) throws(QueryError) {
        let outer = makeOuter()
        let number = makeVariable()
        let isBatched = subquery.query.isRowwise
        var leaf = VariableSet(subquery.imports)
        if isBatched { leaf.insert(number) }
        let root = try plan(
            subquery.query, from: outerLeaf(outer, leaf),
            carrying: isBatched ? [number] : [])
        subplans.add(
            NestedPlan(
                root: root, outer: outer, isBatched: isBatched, rowNumber: number),
            for: expression)
    }
}
