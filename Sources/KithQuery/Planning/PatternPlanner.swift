import KithLanguage

/// Plans one pattern: chooses the order of its steps and puts each condition as low as its variables
/// allow.
///
/// ``PatternFacts`` says what may be left out or counted, ``PatternOrder`` chooses the moves, and the
/// extensions make a plan step of each.
final class PatternPlanner {
    let match: BoundMatch
    let pattern: BoundPattern
    let planner: QueryPlanner
    let alive: VariableSet
    let conditions: PatternConditions
    let facts: PatternFacts
    var isApplied: [Bool]
    var remaining: [PlannedMove] = []
    /// The variables that there were when conditions were tested last.
    private var tested: VariableSet?
    /// What ``countedLater()`` says of the whole order.
    private var counted: [Int: [VariableID]] = [:]
    /// The relationships solved so far, in order, for the rule that they differ.
    var solved: [Int] = []

    /// `alive`: the variables that are read after the pattern. `weight`: the variable that carries how
    /// many rows a row stands for, where rows may be merged.
    init(
        _ merged: MergedMatch, planner: QueryPlanner, alive: VariableSet,
        weight: VariableID? = nil
    ) {
        match = merged.match
        pattern = match.pattern
        self.planner = planner
        self.alive = alive.union([weight].compactMap { $0 })
        conditions = PatternConditions(
            match, statistics: planner.statistics, origins: planner.origins)
        facts = PatternFacts(
            merged, conditions: conditions, alive: alive, weight: weight, planner: planner)
        isApplied = conditions.conditions.indices.map { [facts] in facts.implied.contains($0) }
        planner.assume(facts.assumptions)
    }

    /// Plans one MATCH by itself.
    convenience init(match: BoundMatch, planner: QueryPlanner, alive: VariableSet) {
        self.init(MergedMatch(match), planner: planner, alive: alive)
    }

    /// The plan of an OPTIONAL MATCH of which only the number of matches counts; nil where it takes
    /// more than a degree.
    func planOptionalFactor(on input: PlanNode) -> PlanNode? {
        guard let weight = facts.weight, pattern.relationships.count == 1,
            pattern.nodes.count == 2, pattern.paths.isEmpty,
            pattern.nodes.filter({ $0.isBound }).count == 1
        else { return nil }
        let relationship = pattern.relationships[0]
        let isLeft = pattern.nodes[relationship.from].isBound
        let near = isLeft ? relationship.from : relationship.to
        guard let factor = facts.factor(0, fromLeft: isLeft, BitSet([near]), BitSet()),
            conditions.conditions.indices.allSatisfy({ factor.satisfied.contains($0) })
        else { return nil }
        let kept = input.variables.intersection(alive)
        return PlanNode(
            DegreeFactorStep(
                from: pattern.nodes[near].variable,
                types: TypeCondition(expression: relationship.types),
                direction: isLeft ? relationship.direction : relationship.direction.reversed,
                excluded: factor.excluded, taken: [], connection: factor.connection,
                keepsUnmatched: true, weight: weight,
                isWeighted: input.variables.contains(weight), kept: kept.sorted()),
            inputs: [input], estimatedRows: input.estimatedRows,
            variables: kept.union([weight]))
    }

    /// The plan that finds the pattern for each row of `input`.
    func plan(from input: PlanNode) throws(QueryError) -> PlanNode {
        let order = PatternOrder(
            facts, statistics: planner.statistics, input: input.variables,
            inputRows: input.estimatedRows, mayGroup: mayGroup(input), options: planner.options,
            origins: planner.origins)
        planner.note(pattern) { [conditions] in conditions.labels(of: $0) }
        if let seed = planner.nextOrderSeed() {
            remaining = order.random(seed: seed)
        } else {
            remaining = try order.best { () throws(QueryError) in try planner.checkpoint() }
        }
        counted = countedLater()
        var node = try applyConditions(to: input)
        node = try refuseNullNodes(node)
        while !remaining.isEmpty {
            try planner.checkpoint()
            let next = remaining.removeFirst()
            let openCount = remaining.count
            node = try plan(next, on: node)
            // A step that took the next move with it gives that one's rows.
            let rows = remaining.count == openCount ? next.keptRows : nil
            node = try applyConditions(to: node, keeping: rows)
            planner.note(node.variables, rows: node.estimatedRows)
        }
        node = planner.buildingPaths(of: pattern, on: node)
        node = try applyConditions(to: node, includingAll: true)
        let kept = node.variables.intersection(alive)
        guard kept != node.variables else { return node }
        return PlanNode(
            KeepStep(kept: kept.sorted()), inputs: [node], estimatedRows: node.estimatedRows,
            variables: kept)
    }

    /// Whether rows may be merged: only on nodes and relationships, which are either the same or not.
    private func mayGroup(_ input: PlanNode) -> Bool {
        facts.weight != nil
            && needed().intersection(input.variables).allSatisfy { isEntity($0) }
    }

    /// Whether a variable holds nothing but nodes or relationships, or the rows' weight.
    func isEntity(_ variable: VariableID) -> Bool {
        variable == facts.weight
            || planner.type(of: variable).kinds.isSubset(of: [.node, .relationship])
    }

    /// A node bound to null by an OPTIONAL MATCH matches nothing, and neither does one that the
    /// statement has deleted.
    private func refuseNullNodes(_ input: PlanNode) throws(QueryError) -> PlanNode {
        var node = input
        for (index, entry) in pattern.nodes.enumerated() where entry.isBound {
            let isJoined = pattern.relationships.contains { $0.from == index || $0.to == index }
            if isJoined { continue }
            if planner.mayDelete {
                node = PlanNode(
                    LivingNodesStep(variable: entry.variable), inputs: [node],
                    estimatedRows: node.estimatedRows, variables: node.variables)
                continue
            }
            let variable = BoundExpression(.variable(entry.variable), type: .node)
            node = try planner.filtered(
                node, by: BoundExpression(.isNull(variable, negated: true), type: .boolean),
                selectivity: 1)
        }
        return node
    }

    /// Filters by the conditions whose variables are all there and that are not applied yet; `rows` is
    /// how many are expected to be left, where that is known.
    func applyConditions(
        to input: PlanNode, keeping rows: Double? = nil, includingAll: Bool = false
    ) throws(QueryError) -> PlanNode {
        var ready: [BoundExpression] = []
        var selectivity = 1.0
        for index in candidates(input.variables, includingAll: includingAll)
        where !isApplied[index]
            && (includingAll
                || conditions.conditions[index].variables.isSubset(of: input.variables))
        {
            isApplied[index] = true
            ready.append(conditions.conditions[index].expression)
            selectivity *= conditions.conditions[index].selectivity
        }
        if let rows, input.estimatedRows > 0 { selectivity = rows / input.estimatedRows }
        return try planner.filtered(
            input, by: BoundExpression.conjunction(ready), selectivity: selectivity)
    }

    /// The conditions of which the last variable may have come since they were tested last.
    private func candidates(_ variables: VariableSet, includingAll: Bool) -> [Int] {
        defer { tested = variables }
        guard let tested, !includingAll else { return Array(conditions.conditions.indices) }
        let added = variables.subtracting(tested).map { conditions.reading($0) }
        return added.count == 1 ? added[0] : Set(added.joined()).sorted()
    }

    /// The variables that later steps, conditions or clauses still read.
    func needed() -> VariableSet {
        var found = alive
        for (index, condition) in conditions.conditions.enumerated() where !isApplied[index] {
            found.formUnion(condition.variables)
        }
        for path in pattern.paths {
            found.insert(pattern.nodes[path.firstNode].variable)
            for step in path.steps {
                found.insert(pattern.relationships[step.relationship].variable)
            }
        }
        let done = BitSet(solved)
        // Relationships still to be solved that are compared with those solved before.
        var compared = BitSet()
        for index in pattern.relationships.indices where !done.contains(index) {
            let relationship = pattern.relationships[index]
            found.insert(pattern.nodes[relationship.from].variable)
            found.insert(pattern.nodes[relationship.to].variable)
            if relationship.isBound { found.insert(relationship.variable) }
            for property in relationship.properties {
                found.formUnion(property.value.freeVariables)
            }
            if let quantified = relationship.quantified {
                found.formUnion(Liveness.reads(of: quantified.pattern))
                found.formUnion(quantified.predicate?.freeVariables ?? [])
            }
            if let taken = counted[index] {
                found.formUnion(taken)
            } else {
                compared.insert(index)
            }
        }
        for index in solved where !facts.conflicts[index].isDisjoint(with: compared) {
            found.insert(pattern.relationships[index].variable)
        }
        return found
    }

    /// The relationships that a step counts or intersects, which compares them with no others, and what it
    /// reads instead.
    private func countedLater() -> [Int: [VariableID]] {
        var taken: [Int: [VariableID]] = [:]
        for planned in remaining {
            switch planned.move {
            case .factor(let index, _, let factor) where taken[index] == nil:
                taken[index] = factor.taken
            case .intersect(_, let relationships, _):
                for index in relationships where taken[index] == nil { taken[index] = [] }
            default: continue
            }
        }
        return taken
    }

    func uniqueness(of index: Int) -> RelationshipUniqueness {
        RelationshipUniqueness(
            others: solved.filter { facts.conflicts[index].contains($0) }.map {
                pattern.relationships[$0].variable
            })
    }

    private func plan(
        _ planned: PlannedMove, on input: PlanNode
    ) throws(QueryError) -> PlanNode {
        switch planned.move {
        case .start(let index, let access):
            return try planStart(index, access, input, planned.rows)
        case .count(let index): return planCount(index, input, planned.rows)
        case .expand(let index, let fromLeft):
            return try planExpand(index, fromLeft, input, planned.rows)
        case .factor(let index, let fromLeft, let factor):
            return planFactor(index, fromLeft, factor, input, planned.rows)
        case .into(let index): return try planInto(index, input, planned.rows)
        case .intersect(let node, let relationships, let intersection):
            return planIntersection(node, relationships, intersection, input, planned.rows)
        case .ends(let index): return try planEnds(index, input)
        case .shortest(let index): return try planShortest(index, input)
        case .group: return planGroup(input, planned.rows)
        }
    }

    func planEnds(_ index: Int, _ input: PlanNode) throws(QueryError) -> PlanNode {
        let relationship = pattern.relationships[index]
        let (left, right) = (pattern.nodes[relationship.from], pattern.nodes[relationship.to])
        // A loop, or an end that is known already, is found again under another name and compared.
        let from = input.variables.contains(left.variable) ? planner.makeVariable() : left.variable
        let isLoop = relationship.from == relationship.to
        let to =
            isLoop || input.variables.contains(right.variable)
            ? planner.makeVariable() : right.variable
        let step = RelationshipEndsStep(
            relationship: relationship.variable, from: from, to: to,
            direction: relationship.direction,
            types: TypeCondition(expression: relationship.types), length: relationship.length)
        var node = PlanNode(
            step, inputs: [input], estimatedRows: input.estimatedRows,
            variables: input.variables.union([from, to]))
        var checks: [BoundExpression] = []
        if from != left.variable { checks.append(Self.same(from, left.variable)) }
        if to != right.variable {
            checks.append(Self.same(to, isLoop ? from : right.variable))
        }
        for other in uniqueness(of: index).others {
            checks.append(Self.differs(relationship.variable, other))
        }
        solved.append(index)
        node = try planner.filtered(node, by: BoundExpression.conjunction(checks), selectivity: 1)
        return node
    }

    private static func same(_ left: VariableID, _ right: VariableID) -> BoundExpression {
        BoundExpression(
            .comparison(
                BoundExpression(.variable(left), type: .node),
                [ComparisonStep(.equal, BoundExpression(.variable(right), type: .node))]),
            type: .boolean)
    }

    private static func differs(_ left: VariableID, _ right: VariableID) -> BoundExpression {
        BoundExpression(
            .comparison(
                BoundExpression(.variable(left)),
                [ComparisonStep(.notEqual, BoundExpression(.variable(right)))]), type: .boolean)
    }
}
