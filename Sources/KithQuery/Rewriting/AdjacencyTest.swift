/// A subquery that only asks whether, or how often, one relationship leads from a known node: to
/// another known node, or to any.
///
/// Such a subquery is not planned; the adjacency answers it for a whole batch. It is one MATCH of one
/// relationship of which nothing is asked but its type and direction, and of its far end nothing but
/// a label that all ends have.
struct AdjacencyTest: Sendable {
    let near: VariableID
    /// The node at the other end; nil for any.
    let far: VariableID?
    let types: TypeCondition
    let direction: PatternDirection

    /// The test that a subquery is; nil where it is more.
    init?(_ subquery: BoundSubquery, _ planner: QueryPlanner) {
        guard planner.rules.contains(.adjacencyTests), subquery.query.branches.count == 1,
            let clauses = subquery.query.branches.first?.clauses, clauses.count == 1,
            case .match(let match) = clauses[0], !match.isOptional, match.predicate == nil
        else { return nil }
        let pattern = match.pattern
        guard pattern.relationships.count == 1, pattern.nodes.count == 2, pattern.paths.isEmpty,
            pattern.selections.isEmpty
        else { return nil }
        let relationship = pattern.relationships[0]
        guard relationship.length == nil, relationship.quantified == nil, !relationship.isBound,
            relationship.properties.isEmpty, relationship.propertyMap == nil,
            pattern.nodes.allSatisfy({ $0.properties.isEmpty && $0.propertyMap == nil })
        else { return nil }
        let (left, right) = (pattern.nodes[relationship.from], pattern.nodes[relationship.to])
        let isFromLeft = left.isBound
        let (nearNode, farNode) = isFromLeft ? (left, right) : (right, left)
        guard nearNode.isBound, nearNode.labels == nil else { return nil }
        direction = isFromLeft ? relationship.direction : relationship.direction.reversed
        types = TypeCondition(expression: relationship.types)
        near = nearNode.variable
        far = farNode.isBound ? farNode.variable : nil
        guard let labels = farNode.labels else { return }
        guard !farNode.isBound, case .label(let label) = labels,
            let names = relationship.typeNames, !names.isEmpty, direction != .either,
            planner.canAssume, planner.rules.contains(.impliedLabels)
        else { return nil }
        let assumption = PlanAssumption.endsHaveLabel(
            types: names, label: label, isSource: direction == .incoming)
        guard assumption.holds(planner.statistics) else { return nil }
        planner.assume([assumption])
    }
}
