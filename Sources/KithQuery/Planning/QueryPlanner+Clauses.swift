import KithValues

extension QueryPlanner {
    /// Plans OPTIONAL MATCH.
    func planOptional(
        _ match: BoundMatch, from input: PlanNode, alive: VariableSet, weight: VariableID?
    ) throws(QueryError) -> PlanNode {
        let merged = MergedMatch(match)
        if weight != nil,
            let counted = PatternPlanner(merged, planner: self, alive: alive, weight: weight)
                .planOptionalFactor(on: input)
        {
            return counted
        }
        let outer = makeOuter()
        let number = makeVariable()
        let leaf = outerLeaf(outer, input.variables.union([number]))
        let inner = try PatternPlanner(
            merged, planner: self, alive: alive.union([number]), weight: weight
        ).plan(from: leaf)
        let added = match.pattern.newVariables.filter { alive.contains($0) }
        var kept = input.variables.intersection(alive)
        if let weight, input.variables.contains(weight) { kept.insert(weight) }
        // Rows without a match get the weight that the inner plan gives to those with one.
        let newWeight = weight.flatMap {
            inner.variables.contains($0) && !input.variables.contains($0) ? $0 : nil
        }
        return PlanNode(
            OptionalStep(
                inner: inner, outer: outer, rowNumber: number, added: added,
                kept: kept.sorted(), weight: newWeight), inputs: [input],
            estimatedRows: max(input.estimatedRows, 1) * max(inner.estimatedRows, 1),
            variables: kept.union(added).union([newWeight].compactMap { $0 }))
    }

    /// Plans WITH and RETURN.
    func plan(
        _ projection: BoundProjection, from input: PlanNode, alive: VariableSet,
        weight: VariableID? = nil
    ) throws(QueryError) -> PlanNode {
        var node = input
        note(projection.groupingKeys)
        note(projection.items)
        let carried = weight.flatMap { input.variables.contains($0) ? $0 : nil }
        var kept = alive.subtracting(projection.items.map { $0.variable })
            .intersection(input.variables)
        if projection.isAggregating {
            node = try planAggregation(projection, from: node, kept: kept, weight: carried)
        } else if let carried {
            kept.insert(carried)
        }
        try planSubqueries(in: projection.items.map { $0.expression })
        try planSubqueries(in: projection.sortKeys.map { $0.expression })
        var laterReads = projection.predicate?.freeVariables ?? []
        for key in projection.sortKeys { laterReads.formUnion(key.expression.freeVariables) }
        let items = projection.items.map { $0.variable }
        let stays = kept.union(laterReads.intersection(node.variables))
        node = PlanNode(
            ProjectStep(items: projection.items, kept: stays.sorted()), inputs: [node],
            estimatedRows: node.estimatedRows, variables: stays.union(items))
        if projection.isDistinct {
            let keys = items + kept.sorted()
            let rows = RowEstimates(selectivity: selectivity).distinctRows(
                node.estimatedRows, keys: keys.map { BoundExpression(.variable($0)) })
            node = PlanNode(
                DistinctStep(keys: keys), inputs: [node], estimatedRows: rows,
                variables: node.variables)
        }
        let skipped = projection.skip.map { $0.literalCount ?? 10 } ?? 0
        let limit = projection.limit.map { $0.literalCount ?? 100 } ?? .infinity
        if !projection.sortKeys.isEmpty {
            node = PlanNode(
                SortStep(
                    keys: projection.sortKeys, skip: projection.skip, limit: projection.limit),
                inputs: [node], estimatedRows: min(node.estimatedRows, skipped + limit),
                variables: node.variables)
        }
        if projection.skip != nil || projection.limit != nil {
            let rows = min(max(node.estimatedRows - skipped, 0), limit)
            node = PlanNode(
                LimitStep(
                    skip: projection.skip, limit: projection.limit, isAboveWriting: node.writes),
                inputs: [node],
                estimatedRows: rows, variables: node.variables)
        }
        node = try filtered(node, by: projection.predicate)
        let final = kept.union(items)
        if final != node.variables {
            node = PlanNode(
                KeepStep(kept: final.sorted()), inputs: [node], estimatedRows: node.estimatedRows,
                variables: final)
        }
        return node
    }

    private func planAggregation(
        _ projection: BoundProjection, from input: PlanNode, kept: VariableSet,
        weight: VariableID?
    ) throws(QueryError) -> PlanNode {
        try planSubqueries(in: projection.groupingKeys.map { $0.expression })
        try planSubqueries(in: projection.aggregates.flatMap { $0.arguments })
        var keys = projection.groupingKeys
        for variable in kept.sorted() {
            keys.append(
                BoundProjection.Item(
                    variable: variable, expression: BoundExpression(.variable(variable))))
        }
        let rows =
            keys.isEmpty
            ? 1
            : RowEstimates(selectivity: selectivity).distinctRows(
                max(input.estimatedRows, 1), keys: keys.map { $0.expression })
        return PlanNode(
            AggregateStep(keys: keys, aggregates: projection.aggregates, weight: weight),
            inputs: [input],
            estimatedRows: rows,
            variables: VariableSet(
                keys.map { $0.variable } + projection.aggregates.map { $0.variable }))
    }

    /// Plans MERGE: for each row the pattern is matched, and made where there is no match.
    func plan(_ merge: BoundMerge, from input: PlanNode) throws(QueryError) -> PlanNode {
        try planSubqueries(in: merge.pattern.expressions)
        try planSubqueries(in: (merge.onCreate + merge.onMatch).flatMap { $0.expressions })
        let outer = makeOuter()
        var pattern = merge.pattern
        pattern.paths = []
        let added = pattern.newVariables
        let match = BoundMatch(isOptional: false, pattern: pattern, predicate: nil)
        let search = try PatternPlanner(
            match: match, planner: self, alive: input.variables.union(added)
        ).plan(from: outerLeaf(outer, input.variables))
        let variables = input.variables.union(added)
        let step = MergeStep(
            merge: BoundMerge(pattern: pattern, onCreate: merge.onCreate, onMatch: merge.onMatch),
            search: search, outer: outer, result: variables.sorted())
        let node = PlanNode(
            step, inputs: [input], estimatedRows: input.estimatedRows, variables: variables)
        return buildingPaths(of: merge.pattern, on: node)
    }

    /// `node` with the named paths of a pattern whose nodes and relationships are all known.
    func buildingPaths(of pattern: BoundPattern, on node: PlanNode) -> PlanNode {
        pattern.paths.reduce(node) { node, path in
            let step = BuildPathStep(
                variable: path.variable, start: pattern.nodes[path.firstNode].variable,
                relationships: path.steps.map { pattern.relationships[$0.relationship].variable },
                isLength: isMeasured(path.variable))
            return PlanNode(
                step, inputs: [node], estimatedRows: node.estimatedRows,
                variables: node.variables.union([path.variable]))
        }
    }

    /// Plans CALL { … }: the query runs for each row.
    ///
    /// Where it writes, all rows before it are found first, and all rows of it before what follows:
    /// each clause sees the graph as the one before it left it.
    func plan(_ call: BoundCallSubquery, from input: PlanNode) throws(QueryError) -> PlanNode {
        let outer = makeOuter()
        let inner = try plan(call.query, from: outerLeaf(outer, VariableSet(call.imports)))
        let isBarrier = inner.writes && call.batching == nil
        var added = call.isUnit ? [] : call.query.columns.map { $0.variable }
        if let status = call.batching?.status { added.append(status) }
        let node = PlanNode(
            SubqueryStep(call: call, inner: inner, outer: outer),
            inputs: [isBarrier ? collected(input) : input],
            estimatedRows: input.estimatedRows * max(inner.estimatedRows, 1),
            variables: input.variables.union(added))
        return isBarrier ? collected(node) : node
    }

    /// `node` with a barrier above it: all of its rows are found before the first goes on.
    private func collected(_ node: PlanNode) -> PlanNode {
        PlanNode(
            EagerStep(), inputs: [node], estimatedRows: node.estimatedRows,
            variables: node.variables)
    }
}

extension BoundExpression {
    /// The number of a literal integer.
    var literalCount: Double? {
        if case .literal(.integer(let count)) = kind { return Double(count) }
        return nil
    }
}

extension BoundPattern {
    /// The variables that the pattern binds itself.
    var newVariables: [VariableID] {
        var found: [VariableID] = []
        for node in nodes where !node.isBound { found.append(node.variable) }
        for relationship in relationships where !relationship.isBound {
            found.append(relationship.variable)
            found += relationship.quantified?.groups.map { $0.outer } ?? []
        }
        found += paths.map { $0.variable }
        return found
    }

    /// The expressions written in the pattern.
    var expressions: [BoundExpression] {
        nodes.flatMap { $0.properties.map { $0.value } + [$0.propertyMap].compactMap { $0 } }
            + relationships.flatMap {
                $0.properties.map { $0.value } + [$0.propertyMap].compactMap { $0 }
            }
    }
}

extension BoundChange {
    /// The expressions of the change.
    var expressions: [BoundExpression] {
        switch self {
        case .setProperty(let entity, _, let value, _),
            .replaceProperties(let entity, let value, _),
            .mergeProperties(let entity, let value, _):
            [entity, value]
        case .setDynamicProperty(let entity, let key, let value, _): [entity, key, value]
        case .addLabels(let entity, _, _), .removeLabels(let entity, _, _),
            .removeProperty(let entity, _, _):
            [entity]
        case .removeDynamicProperty(let entity, let key, _): [entity, key]
        }
    }
}

extension BoundQuery {
    /// Whether each row of the result comes from one outer row and does not depend on the others,
    /// so that the query may run below many outer rows at once.
    var isRowwise: Bool {
        guard branches.count == 1, let branch = branches.first else { return false }
        return branch.clauses.allSatisfy { clause in
            switch clause {
            case .match, .unwind: true
            case .project(let projection):
                !projection.isAggregating && !projection.isDistinct && projection.skip == nil
                    && projection.limit == nil && projection.sortKeys.isEmpty
            default: false
            }
        }
    }
}

extension BoundQuery {
    /// Whether any of its clauses deletes.
    var deletes: Bool { branches.contains { Self.delete($0.clauses) } }

    private static func delete(_ clauses: [BoundClause]) -> Bool {
        clauses.contains { clause in
            switch clause {
            case .delete: true
            case .forEach(_, _, let inner): delete(inner)
            case .callSubquery(let call): call.query.deletes
            default: false
            }
        }
    }
}
