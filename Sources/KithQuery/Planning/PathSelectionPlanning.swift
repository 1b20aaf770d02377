import KithLanguage

/// Plans the paths that SHORTEST, ANY and `shortestPath(…)` select between two known nodes.
extension PatternPlanner {
    /// The conditions of a selection, each where it can be tested first.
    private struct Conditions {
        /// Those that read nothing of the path.
        var before: [BoundExpression] = []
        /// Those on one node within the path, by its variable.
        var onNode: [VariableID: [BoundExpression]] = [:]
        /// Those on one single relationship, by its variable.
        var onRelationship: [VariableID: [BoundExpression]] = [:]
        /// Those on the path as a whole.
        var after: [BoundExpression] = []

        var all: [BoundExpression] {
            before + onNode.values.flatMap { $0 } + onRelationship.values.flatMap { $0 } + after
        }
    }

    func planShortest(_ index: Int, _ input: PlanNode) throws(QueryError) -> PlanNode {
        let selection = pattern.selections[index]
        guard let (first, last) = pattern.ends(of: selection) else {
            preconditionFailure("a selection has a relationship")
        }
        let inner = pattern.innerNodes(of: selection).map { pattern.nodes[$0].variable }
        let conditions = gather(selection, inner)
        try refuseUnknown(
            conditions.all, VariableSet(inner + made(by: selection)).union(input.variables))
        var parts: [SelectPathsStep.Part] = []
        for (position, relationship) in selection.relationships.enumerated() {
            let node = position < inner.count ? inner[position] : nil
            parts.append(
                try part(pattern.relationships[relationship], arrival: node, conditions, input))
        }
        let before = try planner.filtered(
            input, by: BoundExpression.conjunction(conditions.before))
        let predicate = BoundExpression.conjunction(conditions.after)
        try planner.planSubqueries(in: [predicate].compactMap { $0 })
        solved += selection.relationships
        let wanted = needed().intersection(inner + parts.flatMap { $0.variables })
        let step = SelectPathsStep(
            selector: selection.selector, isFunction: selection.isFunction,
            from: pattern.nodes[first].variable, to: pattern.nodes[last].variable, parts: parts,
            predicate: predicate, paths: selection.paths, wanted: wanted,
            plain: try plain(selection, predicate, conditions))
        return PlanNode(
            step, inputs: [before], estimatedRows: before.estimatedRows,
            variables: before.variables.union(wanted))
    }

    /// Takes the conditions on what is within the path; those of the pattern itself count as tested
    /// from here on.
    private func gather(_ selection: PathSelection, _ inner: [VariableID]) -> Conditions {
        var found = Conditions()
        let relationships = selection.relationships.map { pattern.relationships[$0] }
        let single = Set(relationships.filter { $0.length == nil }.map { $0.variable })
        let own = VariableSet(inner + made(by: selection))
        func add(_ condition: BoundExpression) {
            let read = condition.freeVariables.intersection(own)
            guard let variable = read.first, read.count == 1 else {
                if read.isEmpty { found.before.append(condition) }
                if !read.isEmpty { found.after.append(condition) }
                return
            }
            if inner.contains(variable) {
                found.onNode[variable, default: []].append(condition)
            } else if single.contains(variable) {
                found.onRelationship[variable, default: []].append(condition)
            } else {
                found.after.append(condition)
            }
        }
        let ofPattern = conditions.conditions.count - (match.predicate?.conjuncts.count ?? 0)
        for index in 0..<ofPattern where !isApplied[index] {
            let condition = conditions.conditions[index]
            guard !condition.variables.isDisjoint(with: inner + single) else { continue }
            isApplied[index] = true
            add(condition.expression)
        }
        for condition in selection.predicate?.conjuncts ?? [] { add(condition) }
        return found
    }

    /// The variables that a selection makes besides its nodes.
    private func made(by selection: PathSelection) -> [VariableID] {
        selection.paths
            + selection.relationships.flatMap { index in
                let relationship = pattern.relationships[index]
                return [relationship.variable]
                    + (relationship.quantified?.groups.map { $0.outer } ?? [])
            }
    }

    /// Refuses conditions within the path that read what may not be found yet.
    private func refuseUnknown(
        _ conditions: [BoundExpression], _ known: VariableSet
    ) throws(QueryError) {
        for condition in conditions where !condition.freeVariables.isSubset(of: known) {
            throw QueryError(
                type: "SyntaxError", detail: "InvalidClauseComposition", phase: .compile,
                message: "a condition within the path to be selected reads another part of the "
                    + "pattern", span: condition.span,
                hint: "Move it behind the pattern, into WHERE.")
        }
    }

    /// Plans one relationship or repeated part of the path, to be followed either way.
    private func part(
        _ relationship: PatternRelationship, arrival: VariableID?, _ conditions: Conditions,
        _ input: PlanNode
    ) throws(QueryError) -> SelectPathsStep.Part {
        var repeated = relationship.quantified?.pattern ?? BoundPattern()
        var predicate = relationship.quantified?.predicate
        var ends = (first: 0, last: 1)
        if let quantified = relationship.quantified {
            ends = (quantified.first, quantified.last)
        } else {
            let isSingle = relationship.length == nil
            for _ in 0..<2 {
                repeated.nodes.append(
                    PatternNode(
                        variable: planner.makeVariable(), isBound: false, labels: nil,
                        properties: []))
            }
            repeated.relationships = [
                PatternRelationship(
                    variable: isSingle ? relationship.variable : planner.makeVariable(),
                    isBound: false, from: 0, to: 1, direction: relationship.direction,
                    types: relationship.types,
                    properties: isSingle ? [] : relationship.properties)
            ]
            predicate = BoundExpression.conjunction(
                conditions.onRelationship[relationship.variable] ?? [])
        }
        let node = arrival.flatMap { variable in
            BoundExpression.conjunction(conditions.onNode[variable] ?? [])
        }
        try planner.planSubqueries(in: [node].compactMap { $0 })
        return SelectPathsStep.Part(
            relationship: relationship.variable, isList: relationship.length != nil,
            minimum: relationship.length?.minimum ?? 1,
            maximum: relationship.length.map { $0.maximum } ?? 1,
            innerRelationships: repeated.relationships.map { $0.variable },
            groups: relationship.quantified?.groups ?? [], arrival: arrival,
            arrivalCondition: node,
            forward: try repetition(repeated, from: ends.first, to: ends.last, predicate, input),
            backward: try repetition(repeated, from: ends.last, to: ends.first, predicate, input))
    }

    /// Plans one repetition of a part as a MATCH that begins at a known node.
    private func repetition(
        _ repeated: BoundPattern, from begin: Int, to end: Int, _ predicate: BoundExpression?,
        _ input: PlanNode
    ) throws(QueryError) -> SelectPathsStep.Repetition {
        var inner = repeated
        let node = inner.nodes[begin]
        inner.nodes[begin] = PatternNode(
            variable: node.variable, isBound: true, labels: node.labels,
            properties: node.properties, propertyMap: node.propertyMap, span: node.span)
        let own = VariableSet(inner.newVariables + [node.variable])
        let reads = Liveness.reads(of: inner).union(predicate?.freeVariables ?? [])
        let imports = reads.subtracting(own).intersection(input.variables)
        try refuseUnknown(
            [predicate].compactMap { $0 } + inner.expressions, own.union(input.variables))
        let number = planner.makeVariable()
        let outer = planner.makeOuter()
        let body = try PatternPlanner(
            match: BoundMatch(isOptional: false, pattern: inner, predicate: predicate),
            planner: planner, alive: own.union(imports).union([number])
        ).plan(from: planner.outerLeaf(outer, imports.union([node.variable, number])))
        return SelectPathsStep.Repetition(
            body: body, outer: outer, rowNumber: number, imports: imports.sorted(),
            start: node.variable, end: inner.nodes[end].variable)
    }

    /// What the search from both ends needs, where it can find what is asked for.
    private func plain(
        _ selection: PathSelection, _ predicate: BoundExpression?, _ conditions: Conditions
    ) throws(QueryError) -> SelectPathsStep.Plain? {
        let relationship = pattern.relationships[selection.relationships[0]]
        let length = relationship.length ?? LengthRange(minimum: 1, maximum: 1)
        let filters = conditions.onRelationship[relationship.variable]?.count ?? 0
        guard selection.relationships.count == 1, predicate == nil,
            relationship.quantified == nil, length.minimum <= 1,
            relationship.length != nil || filters == relationship.properties.count
        else { return nil }
        let findsAll: Bool
        switch selection.selector {
        case .anyShortest: findsAll = false
        case .allShortest: findsAll = true
        case .shortest, .shortestGroups: return nil
        }
        let (condition, element) = try elementPredicate(relationship)
        return SelectPathsStep.Plain(
            types: TypeCondition(expression: relationship.types),
            direction: relationship.direction, maximum: length.maximum, findsAll: findsAll,
            predicate: condition, elementVariable: element)
    }
}
