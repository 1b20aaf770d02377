extension PatternPlanner {
    func planVariable(
        _ index: Int, near: VariableID, far: VariableID, isInto: Bool, isReversed: Bool,
        _ unique: RelationshipUniqueness, _ input: PlanNode, _ rows: Double
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
            estimatedRows: rows, variables: variables)
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
        let own = VariableSet(inner.newVariables + [node.variable])
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
}
