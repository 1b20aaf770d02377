/// The steps that find nodes and single relationships.
extension PatternPlanner {
    func planStart(
        _ index: Int, _ access: NodeAccess, _ input: PlanNode, _ rows: Double
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
            step, inputs: [input], estimatedRows: rows,
            variables: input.variables.union([variable]))
    }

    func planExpand(
        _ index: Int, _ fromLeft: Bool, _ input: PlanNode, _ rows: Double
    ) throws(QueryError) -> PlanNode {
        let relationship = pattern.relationships[index]
        let near = pattern.nodes[fromLeft ? relationship.from : relationship.to].variable
        let far = pattern.nodes[fromLeft ? relationship.to : relationship.from].variable
        let unique = uniqueness(of: index)
        solved.append(index)
        var needed = needed()
        if relationship.length != nil {
            return try planVariable(
                index, near: near, far: far, isInto: false, isReversed: !fromLeft, unique, input,
                rows)
        }
        let direction = fromLeft ? relationship.direction : relationship.direction.reversed
        let isWanted = needed.contains(relationship.variable)
        if let spread = planSpread(
            near, far, relationship, direction, input, edges: rows,
            isPlain: !isWanted && unique.others.isEmpty, needed)
        {
            return spread
        }
        needed.formUnion(unique.others)
        let kept = input.variables.intersection(needed)
        let step = ExpandStep(
            from: near, to: far, relationship: isWanted ? relationship.variable : nil,
            types: TypeCondition(expression: relationship.types), direction: direction,
            uniqueness: unique, kept: kept.sorted())
        return PlanNode(
            step, inputs: [input], estimatedRows: rows,
            variables: kept.union([far]).union(isWanted ? [relationship.variable] : []))
    }

    /// An expansion whose rows are merged at once, where nothing but the far end is read later; nil
    /// where that is not so. Takes the move that merges off the list.
    private func planSpread(
        _ near: VariableID, _ far: VariableID, _ relationship: PatternRelationship,
        _ direction: PatternDirection, _ input: PlanNode, edges: Double, isPlain: Bool,
        _ needed: VariableSet
    ) -> PlanNode? {
        guard isPlain, let weight = facts.weight, case .group? = remaining.first?.move,
            let rows = remaining.first?.rows
        else { return nil }
        let known = input.variables.union([far])
        // Conditions that are tested next read the rows as they are after the expansion.
        for (index, condition) in conditions.conditions.enumerated() where !isApplied[index] {
            if condition.variables.isSubset(of: known), !condition.variables.isSubset(of: [far]) {
                return nil
            }
        }
        guard known.intersection(needed).subtracting([weight]) == [far] else { return nil }
        remaining.removeFirst()
        return PlanNode(
            SpreadStep(
                from: near, to: far, types: TypeCondition(expression: relationship.types),
                direction: direction, weight: weight,
                isWeighted: input.variables.contains(weight), estimatedEdges: edges),
            inputs: [input], estimatedRows: rows, variables: [far, weight])
    }

    func planInto(
        _ index: Int, _ input: PlanNode, _ rows: Double
    ) throws(QueryError) -> PlanNode {
        let relationship = pattern.relationships[index]
        let from = pattern.nodes[relationship.from].variable
        let to = pattern.nodes[relationship.to].variable
        let unique = uniqueness(of: index)
        solved.append(index)
        if relationship.length != nil {
            return try planVariable(
                index, near: from, far: to, isInto: true, isReversed: false, unique, input, rows)
        }
        var needed = needed()
        let isWanted = needed.contains(relationship.variable)
        needed.formUnion(unique.others)
        let kept = input.variables.intersection(needed)
        let isCounted = !isWanted && unique.others.isEmpty
        let weight = isCounted ? facts.weight : nil
        let step = ExpandIntoStep(
            from: from, to: to, relationship: isWanted ? relationship.variable : nil,
            types: TypeCondition(expression: relationship.types),
            direction: relationship.direction, uniqueness: unique, kept: kept.sorted(),
            weight: weight, isWeighted: weight.map { input.variables.contains($0) } ?? false)
        return PlanNode(
            step, inputs: [input], estimatedRows: rows,
            variables: kept.union(isWanted ? [relationship.variable] : [])
                .union([weight].compactMap { $0 }))
    }
}

/// The steps that count, merge and intersect.
extension PatternPlanner {
    func planCount(_ index: Int, _ input: PlanNode, _ rows: Double) -> PlanNode {
        guard let weight = facts.weight else { return input }
        let variable = pattern.nodes[index].variable
        let labels = conditions.labels(of: variable)
        for condition in conditions.labelConditions(of: variable, labels) {
            isApplied[condition] = true
        }
        return PlanNode(
            NodeCountStep(
                label: labels.first, weight: weight,
                isWeighted: input.variables.contains(weight)), inputs: [input],
            estimatedRows: rows, variables: input.variables.union([weight]))
    }

    func planFactor(
        _ index: Int, _ fromLeft: Bool, _ factor: PatternFacts.Factor, _ input: PlanNode,
        _ rows: Double
    ) -> PlanNode {
        guard let weight = facts.weight else { return input }
        let relationship = pattern.relationships[index]
        let near = pattern.nodes[fromLeft ? relationship.from : relationship.to].variable
        for condition in factor.satisfied { isApplied[condition] = true }
        solved.append(index)
        let kept = input.variables.intersection(needed())
        let step = DegreeFactorStep(
            from: near, types: TypeCondition(expression: relationship.types),
            direction: fromLeft ? relationship.direction : relationship.direction.reversed,
            excluded: factor.excluded, taken: factor.taken, connection: factor.connection,
            keepsUnmatched: false, weight: weight,
            isWeighted: input.variables.contains(weight), kept: kept.sorted())
        return PlanNode(
            step, inputs: [input], estimatedRows: rows, variables: kept.union([weight]))
    }

    func planGroup(_ input: PlanNode, _ rows: Double) -> PlanNode {
        guard let weight = facts.weight else { return input }
        let keys = input.variables.intersection(needed()).subtracting([weight])
        guard keys.allSatisfy({ isEntity($0) }) else { return input }
        return PlanNode(
            GroupWeightsStep(
                keys: keys.sorted(), weight: weight,
                isWeighted: input.variables.contains(weight)), inputs: [input],
            estimatedRows: rows, variables: keys.union([weight]))
    }

    func planIntersection(
        _ node: Int, _ relationships: [Int], _ intersection: PatternFacts.Intersection,
        _ input: PlanNode, _ rows: Double
    ) -> PlanNode {
        let sides = zip(relationships, [intersection.first, intersection.second]).map {
            index, near in
            let relationship = pattern.relationships[index]
            return IntersectStep.Side(
                node: pattern.nodes[near].variable,
                types: TypeCondition(expression: relationship.types),
                direction: relationship.from == near
                    ? relationship.direction : relationship.direction.reversed)
        }
        let closing = intersection.closing.map { index in
            let relationship = pattern.relationships[index]
            return relationship.from == intersection.first
                ? relationship.direction : relationship.direction.reversed
        }
        solved += relationships
        let needed = needed()
        let variable = pattern.nodes[node].variable
        // A node that only labels speak of, all of them implied, is counted and not found.
        let isWanted =
            needed.contains(variable)
            || conditions.reading(variable).contains { !isApplied[$0] }
        let kept = input.variables.intersection(needed)
        let step = IntersectStep(
            first: sides[0], second: sides[1], closing: closing,
            node: isWanted ? variable : nil, kept: kept.sorted(), weight: facts.weight,
            isWeighted: facts.weight.map { input.variables.contains($0) } ?? false)
        return PlanNode(
            step, inputs: [input], estimatedRows: rows,
            variables: kept.union(isWanted ? [variable] : [])
                .union([facts.weight].compactMap { $0 }))
    }
}
