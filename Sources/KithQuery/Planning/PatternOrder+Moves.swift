/// The steps that are possible where a pattern is solved in part.
extension PatternOrder {
    /// The steps that are possible from a state, about `countMax` at most: of relationships the first, of
    /// nodes those that are found in the fewest rows.
    func moves(from state: State, upTo countMax: Int = .max) -> [PatternMove] {
        let pattern = pattern
        var moves: [PatternMove] = []
        for (index, relationship) in pattern.relationships.enumerated()
        where !state.relationships.contains(index) && !isSelected(index) {
            let hasLeft = state.nodes.contains(relationship.from)
            let hasRight = state.nodes.contains(relationship.to)
            if relationship.isBound {
                moves.append(.ends(relationship: index))
            } else if hasLeft && hasRight {
                moves.append(.into(relationship: index))
            } else if hasLeft || hasRight {
                moves.append(following(index, fromLeft: hasLeft, state))
                moves += intersections(index, state)
            }
            if moves.count >= countMax { break }
        }
        for (index, selection) in pattern.selections.enumerated() {
            guard let (first, last) = pattern.ends(of: selection),
                !state.relationships.contains(selection.relationships[0])
            else { continue }
            if state.nodes.contains(first), state.nodes.contains(last) {
                moves.append(.shortest(selection: index))
            }
        }
        return moves + starts(from: state, isStuck: moves.isEmpty, upTo: countMax)
    }

    /// The ways to find a node by itself: straight to it, or any where nothing else can be done.
    private func starts(
        from state: State, isStuck: Bool, upTo countMax: Int
    ) -> [PatternMove] {
        let pattern = pattern
        let open =
            isStuck
            ? BitSet(pattern.nodes.indices).subtracting(state.nodes)
            : startable.subtracting(state.nodes)
        guard !open.isEmpty else { return [] }
        let inner = pattern.innerNodesOfSelections
        let known = known(state)
        var moves: [PatternMove] = []
        var found: [(node: Int, access: NodeAccess)] = []
        for index in open.elements where !inner.contains(index) {
            if let move = counting(index) {
                moves.append(move)
                if moves.count >= countMax { return moves }
                continue
            }
            let access = access[index] ?? finder.best(pattern.nodes[index].variable, known: known)
            if isStuck || (access.isExact && access.rows <= Self.startRowsMax) {
                found.append((index, access))
            }
        }
        if found.count > countMax {
            found.sort { ($0.access.rows, $0.node) < ($1.access.rows, $1.node) }
            found.removeLast(found.count - countMax)
        }
        return moves + found.map { .start(node: $0.node, $0.access) }
    }

    private func isSelected(_ relationship: Int) -> Bool {
        pattern.selections.contains { $0.relationships.contains(relationship) }
    }

    private func following(_ index: Int, fromLeft: Bool, _ state: State) -> PatternMove {
        if let factor = facts.factor(
            index, fromLeft: fromLeft, state.nodes, state.relationships)
        {
            return .factor(relationship: index, fromLeft: fromLeft, factor)
        }
        return .expand(relationship: index, fromLeft: fromLeft)
    }

    /// The ways to close a cycle at the unknown end of a relationship.
    private func intersections(_ index: Int, _ state: State) -> [PatternMove] {
        let relationship = pattern.relationships[index]
        let node =
            state.nodes.contains(relationship.from) ? relationship.to : relationship.from
        return facts.incident[node].elements.compactMap { other in
            guard other > index, !state.relationships.contains(other),
                let intersection = facts.intersection(
                    of: node, index, other, state.nodes, state.relationships)
            else { return nil }
            return .intersect(node: node, relationships: [index, other], intersection)
        }
    }

    /// Counting the nodes of a label, where only their number matters.
    private func counting(_ node: Int) -> PatternMove? {
        guard facts.weight != nil, facts.rules.contains(.degreeFactors), !facts.readsNode[node],
            facts.incident[node].isEmpty, facts.nodeLabels[node].count <= 1,
            facts.conditionsOfNode[node].allSatisfy({ isLabelOnly($0, node) })
        else { return nil }
        return .count(node: node)
    }

    private func isLabelOnly(_ condition: Int, _ node: Int) -> Bool {
        conditions.labelConditions(
            of: pattern.nodes[node].variable, facts.nodeLabels[node]
        ).contains(condition)
    }

    var finder: NodeAccessFinder {
        NodeAccessFinder(
            statistics: statistics, conditions: conditions, usesIndexes: options.usesIndexes)
    }

    /// The variables that are known in a state.
    func known(_ state: State) -> VariableSet {
        let pattern = pattern
        var known = input
        for index in state.nodes.elements { known.insert(pattern.nodes[index].variable) }
        for index in state.relationships.elements {
            known.insert(pattern.relationships[index].variable)
        }
        return known
    }
}
