import KithLanguage

/// Plans one MATCH: chooses the order of its steps and puts each condition as low as its variables
/// allow.
final class PatternPlanner {
    let match: BoundMatch
    let pattern: BoundPattern
    let planner: QueryPlanner
    private let alive: Set<VariableID>
    let conditions: PatternConditions
    var isApplied: [Bool]
    private var remaining: [PatternMove] = []
    /// The relationships solved so far, in order, for the rule that they differ.
    var solved: [Int] = []

    /// `alive`: the variables that are read after the MATCH.
    init(match: BoundMatch, planner: QueryPlanner, alive: Set<VariableID>) {
        self.match = match
        pattern = match.pattern
        self.planner = planner
        self.alive = alive
        conditions = PatternConditions(match)
        isApplied = Array(repeating: false, count: conditions.conditions.count)
    }

    /// The plan that finds the pattern for each row of `input`.
    func plan(from input: PlanNode) throws(QueryError) -> PlanNode {
        let order = order(from: input)
        remaining = (planner.nextOrderSeed().map { order.random(seed: $0) } ?? order.best()).moves
        var node = try applyConditions(to: input)
        node = try refuseNullNodes(node)
        while !remaining.isEmpty {
            let move = remaining.removeFirst()
            node = try plan(move, on: node)
            node = try applyConditions(to: node)
        }
        node = planner.buildingPaths(of: pattern, on: node)
        node = try applyConditions(to: node, includingAll: true)
        let kept = node.variables.intersection(alive)
        guard kept != node.variables else { return node }
        return PlanNode(
            KeepStep(kept: kept.sorted()), inputs: [node], estimatedRows: node.estimatedRows,
            variables: kept)
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

    /// Filters by the conditions whose variables are all there and that are not applied yet.
    private func applyConditions(
        to input: PlanNode, includingAll: Bool = false
    ) throws(QueryError) -> PlanNode {
        var ready: [BoundExpression] = []
        var selectivity = 1.0
        for (index, condition) in conditions.conditions.enumerated()
        where !isApplied[index]
            && (includingAll || condition.variables.isSubset(of: input.variables))
        {
            isApplied[index] = true
            ready.append(condition.expression)
            selectivity *= condition.selectivity
        }
        return try planner.filtered(
            input, by: BoundExpression.conjunction(ready), selectivity: selectivity)
    }

    /// The variables that later steps, conditions or clauses still read.
    func needed() -> Set<VariableID> {
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
        let open = pattern.relationships.indices.filter { !solved.contains($0) }
        for index in open {
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
            for other in solved where mayMeet(index, other) {
                found.insert(pattern.relationships[other].variable)
            }
        }
        return found
    }

    /// Whether two relationships of the pattern could be the same one, by their types.
    private func mayMeet(_ first: Int, _ second: Int) -> Bool {
        let selected = pattern.selections.flatMap { $0.relationships }
        if selected.contains(first) || selected.contains(second) { return false }
        let (one, other) = (pattern.relationships[first], pattern.relationships[second])
        guard let oneNames = one.typeNames, let otherNames = other.typeNames,
            !oneNames.isEmpty, !otherNames.isEmpty
        else { return true }
        return !Set(oneNames).isDisjoint(with: otherNames)
    }

    private func uniqueness(of index: Int) -> RelationshipUniqueness {
        RelationshipUniqueness(
            others: solved.filter { mayMeet($0, index) }.map {
                pattern.relationships[$0].variable
            })
    }

    private func plan(_ move: PatternMove, on input: PlanNode) throws(QueryError) -> PlanNode {
        switch move {
        case .start(let index, let access): return try planStart(index, access, input)
        case .expand(let index, let fromLeft): return try planExpand(index, fromLeft, input)
        case .into(let index): return try planInto(index, input)
        case .ends(let index): return try planEnds(index, input)
        case .shortest(let index): return try planShortest(index, input)
        }
    }

    private func planStart(
        _ index: Int, _ access: NodeAccess, _ input: PlanNode
    ) throws(QueryError) -> PlanNode {
        let variable = pattern.nodes[index].variable
        for condition in access.satisfied { isApplied[condition] = true }
        let step: any PlanStep
        switch access.kind {
        case .scan(let labels): step = NodeScanStep(variable: variable, labels: labels)
        case .index(let index, let condition):
            step = IndexSeekStep(variable: variable, index: index, condition: condition)
        case .id(let value): step = IDSeekStep(variable: variable, isNode: true, id: value)
        }
        return PlanNode(
            step, inputs: [input], estimatedRows: max(input.estimatedRows, 1) * access.rows,
            variables: input.variables.union([variable]))
    }

    private func planExpand(
        _ index: Int, _ fromLeft: Bool, _ input: PlanNode
    ) throws(QueryError) -> PlanNode {
        let relationship = pattern.relationships[index]
        let near = pattern.nodes[fromLeft ? relationship.from : relationship.to].variable
        let far = pattern.nodes[fromLeft ? relationship.to : relationship.from].variable
        let unique = uniqueness(of: index)
        solved.append(index)
        var needed = needed()
        if relationship.length != nil {
            return try planVariable(
                index, near: near, far: far, isInto: false, isReversed: !fromLeft, unique, input)
        }
        let isWanted = needed.contains(relationship.variable)
        needed.formUnion(unique.others)
        let kept = input.variables.intersection(needed)
        let step = ExpandStep(
            from: near, to: far, relationship: isWanted ? relationship.variable : nil,
            types: TypeCondition(expression: relationship.types),
            direction: fromLeft ? relationship.direction : relationship.direction.reversed,
            uniqueness: unique, kept: kept.sorted())
        return PlanNode(
            step, inputs: [input], estimatedRows: estimate(index, fromLeft, input),
            variables: kept.union([far]).union(isWanted ? [relationship.variable] : []))
    }

    private func order(from input: PlanNode) -> PatternOrder {
        PatternOrder(
            pattern: pattern, conditions: conditions, statistics: planner.statistics,
            input: input.variables, inputRows: input.estimatedRows, options: planner.options)
    }

    private func estimate(_ index: Int, _ fromLeft: Bool, _ input: PlanNode) -> Double {
        max(input.estimatedRows, 1)
            * order(from: input).fanOut(
                pattern.relationships[index],
                from: fromLeft
                    ? pattern.relationships[index].from : pattern.relationships[index].to,
                to: fromLeft ? pattern.relationships[index].to : pattern.relationships[index].from,
                fromLeft: fromLeft)
    }

    private func planInto(_ index: Int, _ input: PlanNode) throws(QueryError) -> PlanNode {
        let relationship = pattern.relationships[index]
        let from = pattern.nodes[relationship.from].variable
        let to = pattern.nodes[relationship.to].variable
        let unique = uniqueness(of: index)
        solved.append(index)
        if relationship.length != nil {
            return try planVariable(
                index, near: from, far: to, isInto: true, isReversed: false, unique, input)
        }
        var needed = needed()
        let isWanted = needed.contains(relationship.variable)
        needed.formUnion(unique.others)
        let kept = input.variables.intersection(needed)
        let step = ExpandIntoStep(
            from: from, to: to, relationship: isWanted ? relationship.variable : nil,
            types: TypeCondition(expression: relationship.types),
            direction: relationship.direction, uniqueness: unique, kept: kept.sorted())
        return PlanNode(
            step, inputs: [input], estimatedRows: input.estimatedRows,
            variables: kept.union(isWanted ? [relationship.variable] : []))
    }

    private func planVariable(
        _ index: Int, near: VariableID, far: VariableID, isInto: Bool, isReversed: Bool,
        _ unique: RelationshipUniqueness, _ input: PlanNode
    ) throws(QueryError) -> PlanNode {
        let relationship = pattern.relationships[index]
        if let quantified = relationship.quantified {
            return try planQuantified(
                relationship, quantified, near: near, far: far, isInto: isInto,
                isReversed: isReversed, unique, input)
        }
        let (predicate, element) = try elementPredicate(relationship)
        let needed = needed()
        let isWanted = needed.contains(relationship.variable)
        let kept = input.variables.intersection(needed)
        let step = VariableExpandStep(
            from: near, to: far, isInto: isInto,
            relationships: isWanted ? relationship.variable : nil,
            types: TypeCondition(expression: relationship.types),
            direction: isReversed ? relationship.direction.reversed : relationship.direction,
            isReversed: isReversed, minimum: relationship.length?.minimum ?? 1,
            maximum: relationship.length?.maximum, predicate: predicate, elementVariable: element,
            uniqueness: unique, kept: kept.sorted())
        var variables = kept
        if !isInto { variables.insert(far) }
        if isWanted { variables.insert(relationship.variable) }
        return PlanNode(
            step, inputs: [input],
            estimatedRows: isInto
                ? input.estimatedRows : estimate(index, !isReversed, input),
            variables: variables)
    }

    /// Plans a repeated pattern: one repetition is planned as a MATCH that begins at a known node.
    private func planQuantified(
        _ relationship: PatternRelationship, _ quantified: QuantifiedPattern, near: VariableID,
        far: VariableID, isInto: Bool, isReversed: Bool, _ unique: RelationshipUniqueness,
        _ input: PlanNode
    ) throws(QueryError) -> PlanNode {
        var inner = quantified.pattern
        let begin = isReversed ? quantified.last : quantified.first
        let end = isReversed ? quantified.first : quantified.last
        let node = inner.nodes[begin]
        inner.nodes[begin] = PatternNode(
            variable: node.variable, isBound: true, labels: node.labels,
            properties: node.properties, propertyMap: node.propertyMap, span: node.span)
        let own = Set(inner.newVariables + [node.variable])
        let reads = Liveness.reads(of: inner).union(quantified.predicate?.freeVariables ?? [])
        let imports = reads.subtracting(own).intersection(input.variables)
        let number = planner.makeVariable()
        let outer = planner.makeOuter()
        let body = try PatternPlanner(
            match: BoundMatch(
                isOptional: false, pattern: inner, predicate: quantified.predicate),
            planner: planner, alive: own.union(imports).union([number])
        ).plan(from: planner.outerLeaf(outer, imports.union([node.variable, number])))
        let kept = input.variables.intersection(needed())
        let step = QuantifiedExpandStep(
            from: near, to: far, isInto: isInto, relationships: relationship.variable,
            isReversed: isReversed, minimum: relationship.length?.minimum ?? 1,
            maximum: relationship.length?.maximum, body: body, outer: outer, rowNumber: number,
            imports: imports.sorted(), innerStart: node.variable,
            innerEnd: inner.nodes[end].variable,
            innerRelationships: inner.relationships.map { $0.variable },
            groups: quantified.groups, uniqueness: unique, kept: kept.sorted())
        var variables = kept.union([relationship.variable])
        variables.formUnion(quantified.groups.map { $0.outer })
        if !isInto { variables.insert(far) }
        return PlanNode(
            step, inputs: [input], estimatedRows: input.estimatedRows * 10, variables: variables)
    }

    /// The condition on each relationship of a variable-length step.
    func elementPredicate(
        _ relationship: PatternRelationship
    ) throws(QueryError) -> (BoundExpression?, VariableID?) {
        guard !relationship.properties.isEmpty else { return (nil, nil) }
        let element = planner.makeVariable()
        let variable = BoundExpression(.variable(element), type: .relationship)
        let parts = relationship.properties.map { PatternConditions.equality(variable, $0) }
        try planner.planSubqueries(in: parts)
        return (BoundExpression.conjunction(parts), element)
    }

    private func planEnds(_ index: Int, _ input: PlanNode) throws(QueryError) -> PlanNode {
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
