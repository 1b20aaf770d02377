import KithGraph
import KithValues

/// A plan that finds one node by the key of a unique index and reads properties of it: no batch, no
/// vector and no operator is needed to run it.
///
/// The plan's steps are the same as ever, and PROFILE runs them; this is what they come to.
struct PointLookup: Sendable {
    /// What a column holds.
    enum Column {
        case node
        /// nil where no entity has such a property.
        case property(PropertyKeyID?)
        case known(KnownValue)
    }

    let index: IndexID
    let key: KnownValue
    let columns: [Column]

    /// The lookup that a plan comes to; nil where it does more.
    init?(
        _ plan: Plan, columns: [VariableID], parameters: ParameterPositions, catalog: Catalog
    ) {
        var projections: [[BoundProjection.Item]] = []
        var node = plan.root
        while true {
            switch node.step {
            case let project as ProjectStep: projections.append(project.items)
            case is KeepStep: break
            case let seek as IndexSeekStep:
                guard let found = seek.onlyKey(parameters), node.inputs.count == 1,
                    node.inputs[0].step is UnitRowStep
                else { return nil }
                var known: [VariableID: Column] = [seek.variable: .node]
                for items in projections.reversed() {
                    for item in items {
                        known[item.variable] = Self.column(
                            item.expression, known, parameters, catalog)
                    }
                }
                index = seek.index.id
                key = found
                self.columns = columns.compactMap { known[$0] }
                guard self.columns.count == columns.count, !columns.isEmpty else { return nil }
                return
            default: return nil
            }
            guard node.inputs.count == 1 else { return nil }
            node = node.inputs[0]
        }
    }

    private static func column(
        _ expression: BoundExpression, _ known: [VariableID: Column],
        _ parameters: ParameterPositions,
        _ catalog: Catalog
    ) -> Column? {
        switch expression.kind {
        case .variable(let variable): return known[variable]
        case .property(let subject, let key):
            guard case .variable(let variable) = subject.kind, case .node = known[variable] else {
                return nil
            }
            return .property(catalog.propertyKey(key))
        default: return KnownValue(expression, parameters).map { .known($0) }
        }
    }

    /// The values of the row found; nil where there is none. `parameters` are the values of the
    /// statement's parameters.
    func run(_ graph: GraphReader, _ parameters: [Value]) throws(QueryError) -> [Value]? {
        let key = key.value(parameters)
        do {
            guard let id = try graph.indexLookupUnique(index, key: key) else { return nil }
            var values: [Value] = []
            values.reserveCapacity(columns.count)
            for column in columns {
                switch column {
                case .node: values.append(.node(NodeID(rawValue: id)))
                case .property(let key):
                    values.append(
                        try key.map { key throws(GraphError) in
                            try graph.property(key, of: NodeID(rawValue: id))
                        } ?? .null)
                case .known(let known): values.append(known.value(parameters))
                }
            }
            return values
        } catch {
            throw QueryError(graphError: error, span: nil)
        }
    }
}
