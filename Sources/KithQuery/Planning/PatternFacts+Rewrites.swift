import KithValues

extension PatternFacts {
    /// An expansion that only counts: what must be left out of the degree.
    struct Factor {
        /// The nodes that the far end must not be.
        var excluded: [VariableID] = []
        /// The far ends of relationships at the near node that were matched before and would be counted
        /// once more.
        var taken: [VariableID] = []
        /// The node that the far end must not be connected to, or must be.
        var connection: DegreeFactorStep.Connection?
        /// The conditions that it makes true by itself.
        var satisfied: [Int] = []
    }

    /// How the expansion along a relationship may be replaced by a multiplication; nil where it may
    /// not.
    ///
    /// Nothing may read the relationship or its far end, and that the relationship differs from others
    /// must be certain, or be had by subtracting those that surely are among the counted ones.
    func factor(
        _ index: Int, fromLeft: Bool, _ nodes: BitSet, _ relationships: BitSet
    ) -> Factor? {
        let relationship = pattern.relationships[index]
        let near = fromLeft ? relationship.from : relationship.to
        let far = fromLeft ? relationship.to : relationship.from
        guard weight != nil, rules.contains(.degreeFactors), near != far, isSilent(index),
            !readsNode[far], !pattern.nodes[far].isBound, incident[far].count == 1,
            !isSelected(far)
        else { return nil }
        var factor = Factor()
        guard conflicts[index].isSubset(of: relationships) else { return nil }
        for condition in conditionsOfNode[far] {
            if implied.contains(condition) {
                factor.satisfied.append(condition)
                continue
            }
            let farVariable = pattern.nodes[far].variable
            let other: VariableID
            if let inequality = inequalities.first(where: { $0.condition == condition }) {
                other = inequality.left == farVariable ? inequality.right : inequality.left
                factor.excluded.append(other)
            } else if factor.connection == nil, let connection = connections[condition],
                let (node, direction) = connection.seenFrom(otherThan: farVariable)
            {
                other = node
                factor.connection = DegreeFactorStep.Connection(
                    node: node, types: connection.test.types, direction: direction,
                    isNegated: connection.isNegated)
            } else {
                return nil
            }
            if let place = pattern.nodes.firstIndex(where: { $0.variable == other }) {
                guard place != far, nodes.contains(place) else { return nil }
            }
            factor.satisfied.append(condition)
        }
        let direction = fromLeft ? relationship.direction : relationship.direction.reversed
        for other in conflicts[index].elements {
            guard let end = certainEnd(other, at: near, direction, like: relationship)
            else { return nil }
            factor.taken.append(pattern.nodes[end].variable)
        }
        return factor
    }

    private func isSelected(_ node: Int) -> Bool {
        pattern.selections.contains { selection in
            selection.relationships.contains {
                pattern.relationships[$0].from == node || pattern.relationships[$0].to == node
            }
        }
    }

    /// The far end of a matched relationship that is surely among those counted by following `like`
    /// from `near`; nil where that is not certain.
    private func certainEnd(
        _ index: Int, at near: Int, _ direction: PatternDirection, like: PatternRelationship
    ) -> Int? {
        let matched = pattern.relationships[index]
        guard matched.length == nil, matched.quantified == nil, let types = matched.typeNames,
            let counted = like.typeNames
        else { return nil }
        guard counted.isEmpty || (!types.isEmpty && types.nameSet.isSubset(of: counted.nameSet))
        else {
            return nil
        }
        if matched.from == near, direction == .either || direction == matched.direction {
            return matched.to
        }
        if matched.to == near, direction == .either || direction == matched.direction.reversed {
            return matched.from
        }
        return nil
    }

    /// An intersection that finds a node over two relationships.
    struct Intersection {
        /// The near ends.
        let first: Int
        let second: Int
        /// The relationship between the near ends from which both must differ; nil where neither can
        /// be any other.
        let closing: Int?
    }

    /// Whether a node may be found as a common neighbour over two relationships; nil where it may not.
    ///
    /// Relationships that could be the same are allowed only in a triangle of three alike: there two of
    /// them are the same only next to an edge from a node to itself, which ``IntersectStep`` counts
    /// apart.
    func intersection(
        of node: Int, _ one: Int, _ other: Int, _ nodes: BitSet, _ relationships: BitSet
    ) -> Intersection? {
        let (left, right) = (pattern.relationships[one], pattern.relationships[other])
        guard rules.contains(.intersect), isSilent(one), isSilent(other) else { return nil }
        let first = left.from == node ? left.to : left.from
        let second = right.from == node ? right.to : right.from
        guard first != node, second != node, first != second, nodes.contains(first),
            nodes.contains(second)
        else { return nil }
        var union = conflicts[one]
        union.formUnion(conflicts[other])
        guard union.count <= 3 else { return nil }
        let others = union.elements.filter { $0 != one && $0 != other }
        if others.isEmpty, !conflicts[one].contains(other) {
            return Intersection(first: first, second: second, closing: nil)
        }
        guard let closing = others.first, others.allSatisfy({ $0 == closing }),
            relationships.contains(closing), isSilent(closing),
            Set(conflicts[closing].elements).isSubset(of: [one, other])
        else { return nil }
        let base = pattern.relationships[closing]
        guard Set([base.from, base.to]) == Set([first, second]), base.typeNames != nil,
            isAlike(left, base), isAlike(right, base)
        else { return nil }
        return Intersection(first: first, second: second, closing: closing)
    }

    private func isAlike(_ one: PatternRelationship, _ other: PatternRelationship) -> Bool {
        guard let types = one.typeNames, let others = other.typeNames else { return false }
        return types.nameSet == others.nameSet
            && (one.direction == .either) == (other.direction == .either)
    }
}
