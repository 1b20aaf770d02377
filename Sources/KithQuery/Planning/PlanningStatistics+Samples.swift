import KithGraph
import KithValues

/// What is sampled from the graph; nil where it cannot be read, which the statement itself will tell.
extension PlanningStatistics {
    /// What is known of a property of nodes with labels, by the rarest of them, or of relationships.
    func propertyStatistics(_ origin: VariableOrigin, _ property: String) -> PropertyStatistics? {
        guard let key = graph.catalog.propertyKey(property) else { return .ofNoValues }
        switch origin {
        case .node(let labels):
            guard let label = rarestLabel(labels) else { return nil }
            return try? graph.propertyStatistics(of: key, label: label.id)
        case .relationship(let types):
            guard types.count <= 1 else { return nil }
            let type = types.first.flatMap { graph.catalog.relationshipType($0) }
            if type == nil, !types.isEmpty { return nil }
            return try? graph.propertyStatistics(of: key, type: type)
        case .property: return nil
        }
    }

    /// How many relationships nodes have, also where they are reached over others.
    func degrees(
        labels: [String], reaching: WalkStep?, counted: WalkStep
    ) -> DegreeStatistics? {
        guard let label = rarestLabel(labels) else { return nil }
        return try? graph.degreeStatistics(
            label: label.id, reaching: reaching, counted: counted)
    }

    /// How often the ends of walks are joined that lead from nodes with labels `back` and `forth`.
    func closure(
        labels: [String], back: [WalkStep], forth: [WalkStep], closing: WalkStep
    ) -> ClosureStatistics? {
        guard let label = rarestLabel(labels) else { return nil }
        return try? graph.closureStatistics(
            WalkShape(label: label.id, back: back, forth: forth), closing: closing)
    }

    /// The step along a relationship of some types to a node with labels; nil where the graph has none
    /// of them.
    func step(
        types: [String]?, _ direction: PatternDirection, to labels: [String]
    ) -> WalkStep? {
        guard let types, let label = rarestLabel(labels) else { return nil }
        let known = types.compactMap { graph.catalog.relationshipType($0) }
        guard known.count == types.count else { return nil }
        let way: Direction =
            switch direction {
            case .outgoing: .outgoing
            case .incoming: .incoming
            case .either: .both
            }
        return WalkStep(types: known, direction: way, label: label.id)
    }

    /// The label of fewest nodes, whose id is nil for no labels; nil where the graph lacks one.
    private func rarestLabel(_ labels: [String]) -> (id: LabelID?, name: String?)? {
        let known = labels.compactMap { name in graph.catalog.label(name).map { ($0, name) } }
        guard known.count == labels.count else { return nil }
        let rarest = known.min { graph.nodeCount(label: $0.0) < graph.nodeCount(label: $1.0) }
        return (rarest?.0, rarest?.1)
    }

    /// How many nodes there are at the ends of relationships of some types, at most.
    func endCount(of types: TypeCondition, _ direction: PatternDirection) -> Double {
        guard let expression = types.expression else { return nodeCount }
        let known = graph.catalog.relationshipTypeNames.filter { name in
            expression.holds {
                UTF8Order.areEqual($0, name)
            } hasAny: {
                true
            }
        }.compactMap { graph.catalog.relationshipType($0) }
        return Double(
            graph.endCount(
                of: known, sources: direction != .outgoing, targets: direction != .incoming))
    }
}
