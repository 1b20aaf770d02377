import KithGraph
import KithValues

/// What the planner asks the graph: counts and schema, by the names the statement uses.
struct PlanningStatistics {
    let graph: GraphReader
    private var catalog: Catalog { graph.catalog }

    init(graph: GraphReader) { self.graph = graph }

    /// The number of nodes, at least 1.
    var nodeCount: Double { Double(max(graph.nodeCount, 1)) }

    /// The number of nodes with all of some labels, judged by the rarest.
    func nodeCount(labels: [String]) -> Double {
        labels.map { name in
            catalog.label(name).map { Double(graph.nodeCount(label: $0)) } ?? 0
        }.min() ?? nodeCount
    }

    /// The exact number of nodes with all of some labels.
    func nodeCountExactly(labels: [String]) -> Int {
        let known = labels.compactMap { catalog.label($0) }
        return known.count == labels.count ? graph.nodeCount(labels: known) : 0
    }

    /// The number of relationships of some types between nodes with some labels; nil types stand
    /// for all.
    func relationshipCount(types: [String]?, from: [String], to: [String]) -> Double {
        let source = rarest(from)
        let target = rarest(to)
        if (source == nil && !from.isEmpty) || (target == nil && !to.isEmpty) { return 0 }
        guard let types, !types.isEmpty else {
            return Double(graph.relationshipCount(type: nil, from: source, to: target))
        }
        return types.reduce(0) { sum, name in
            guard let type = catalog.relationshipType(name) else { return sum }
            return sum + Double(graph.relationshipCount(type: type, from: source, to: target))
        }
    }

    private func rarest(_ labels: [String]) -> LabelID? {
        let known = labels.compactMap { catalog.label($0) }
        guard known.count == labels.count else { return nil }
        return known.min { graph.nodeCount(label: $0) < graph.nodeCount(label: $1) }
    }

    /// The indexes over nodes with a label, with their properties' names.
    func indexes(label: String) -> [(index: IndexDefinition, properties: [String])] {
        guard let label = catalog.label(label) else { return [] }
        return catalog.indexes(label: label).map { index in
            (index, index.properties.map { catalog.name(of: $0) })
        }
    }

    /// Whether a constraint says that all nodes with a label have a property.
    func isRequired(_ property: String, ofNodesWith label: String) -> Bool {
        guard let label = catalog.label(label), let key = catalog.propertyKey(property) else {
            return false
        }
        return catalog.constraints.contains { constraint in
            constraint.entity == .node && constraint.token == label.rawValue
                && (constraint.kind == .exists || constraint.kind == .key)
                && constraint.properties.contains(key)
        }
    }

    /// Whether an index keeps nodes with a label different by a property.
    func isUnique(_ property: String, label: String) -> Bool {
        indexes(label: label).contains {
            $0.index.isUnique && $0.properties.count == 1
                && $0.properties.contains(name: property)
        }
    }

    /// How many entries an index has for one value of its first `count` properties.
    func rowsPerValue(_ index: IndexDefinition, count: Int) -> Double {
        if index.isUnique && count == index.properties.count { return 1 }
        guard let entries = try? graph.entryCount(of: index.id),
            let distinct = try? graph.distinctEstimate(of: index.id, propertyCount: count)
        else { return 10 }
        return Double(entries) / Double(max(distinct, 1))
    }

    /// How many entries an index has.
    func entryCount(_ index: IndexDefinition) -> Double {
        Double((try? graph.entryCount(of: index.id)) ?? 1_000)
    }
}
