import KithLanguage
import KithValues

/// What SHORTEST, ANY and `shortestPath(…)` select from.
extension Binder {
    /// Gathers the conditions that decide before a path is selected, and refuses what cannot be
    /// selected.
    func settleSelections(of draft: PatternDraft) throws(QueryError) {
        for index in draft.selections.indices {
            let chain = draft.selections[index].chain
            let inner = chain.steps.dropLast().map { draft.resolved($0.node) }
            for node in inner {
                try refuseShared(node, by: chain, in: draft)
                draft.selections[index].filters += draft.nodes[node].filters
                draft.nodes[node].filters = []
            }
            for step in chain.steps {
                let relationship = draft.relationships[step.relationship]
                guard !relationship.isBound else {
                    throw selectedElsewhere(relationship.variable, relationship.span)
                }
                draft.selections[index].filters += [relationship.filter].compactMap { $0 }
                draft.relationships[step.relationship].filter = nil
                draft.relationships[step.relationship].isSelected = true
            }
        }
    }

    /// Refuses a node within a selected path that anything else of the statement knows.
    private func refuseShared(
        _ node: Int, by chain: PatternDraft.Chain, in draft: PatternDraft
    ) throws(QueryError) {
        let own = Set(chain.steps.map(\.relationship))
        let meetings = draft.relationships.indices.reduce(0) { count, index in
            let relationship = draft.relationships[index]
            let ends = [relationship.from, relationship.to].map { draft.resolved($0) }
            let hits = ends.count { $0 == node }
            return count + (own.contains(index) ? hits : hits * 3)
        }
        let isEnd = draft.resolved(chain.first) == node || draft.resolved(chain.last) == node
        guard meetings == 2, !isEnd, !draft.nodes[node].isBound else {
            throw selectedElsewhere(draft.nodes[node].variable, draft.nodes[node].span)
        }
    }

    private func selectedElsewhere(_ variable: VariableID, _ span: SourceSpan) -> QueryError {
        let name = variables[variable.index].name
        return .syntax(
            "InvalidClauseComposition",
            "`\(name)` stands within a path to be selected, and elsewhere as well", span,
            hint: "Only the first and the last node of such a path may; compare afterwards with "
                + "WHERE.")
    }

    /// Binds a selection; the names of the pattern are known.
    func finish(_ selection: PatternDraft.Selection) throws(QueryError) -> PathSelection {
        var predicates: [BoundExpression] = []
        for filter in selection.filters {
            predicates.append(try condition(filter, "the condition of WHERE"))
        }
        let isFunction =
            switch selection.selector {
            case .shortestPathFunction, .allShortestPathsFunction: true
            default: false
            }
        return PathSelection(
            selector: boundSelector(selection.selector),
            isFunction: isFunction, relationships: selection.chain.steps.map(\.relationship),
            paths: selection.paths, predicate: conjunction(predicates))
    }

    private func boundSelector(_ selector: PathSelector) -> PathSelection.Selector {
        switch selector {
        case .all, .shortest(.number(1)), .any(.number(1)), .shortestPathFunction: .anyShortest
        case .allShortest, .allShortestPathsFunction, .shortestGroups(.number(1)): .allShortest
        case .any(let count), .shortest(let count): .shortest(count: pathCount(count))
        case .shortestGroups(let count): .shortestGroups(count: pathCount(count))
        }
    }

    private func pathCount(_ count: PathCount) -> BoundExpression {
        switch count {
        case .number(let number):
            return BoundExpression(.literal(.integer(number)), type: .integer)
        case .parameter(let name):
            note(parameter: name.text, at: name.span)
            return BoundExpression(.parameter(name.text), span: name.span)
        }
    }

    /// Moves the conditions of WHERE on the path of `shortestPath(…)` into it: the shortest path
    /// that meets them is found, not the shortest of all, which is then dropped. Returns the others.
    func moveConditions(
        _ conditions: [BoundExpression], into pattern: inout BoundPattern
    ) -> [BoundExpression] {
        guard pattern.selections.contains(where: \.isFunction) else { return conditions }
        let made = VariableSet(pattern.newVariables)
        return conditions.filter { condition in
            let read = condition.freeVariables.intersection(made)
            for (index, selection) in pattern.selections.enumerated() where selection.isFunction {
                guard let (first, last) = pattern.ends(of: selection) else { continue }
                let own = VariableSet(
                    selection.paths
                        + selection.relationships.map {
                            pattern.relationships[$0].variable
                        })
                let ends = VariableSet([
                    pattern.nodes[first].variable, pattern.nodes[last].variable,
                ])
                guard !read.isDisjoint(with: own), read.isSubset(of: own.union(ends)) else {
                    continue
                }
                pattern.selections[index].predicate = conjunction(
                    [selection.predicate].compactMap { $0 } + [condition])
                return false
            }
            return true
        }
    }
}
