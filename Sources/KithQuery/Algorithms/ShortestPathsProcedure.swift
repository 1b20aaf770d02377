import KithGraph
import KithValues

extension AlgorithmProcedure {
    /// `algo.shortestPaths`.
    static let shortestPaths = AlgorithmProcedure(
        "shortestPaths", "The distances from one node to another or all, and the paths.",
        options: ["source", "target"], direction: .outgoing, isWeighted: true,
        outputs: [
            .init("node", .node), .init("distance", .float), .init("predecessor", .node),
            .init("path", .path),
        ]
    ) { (call) throws(QueryError) in
        guard let source = try call.options.node("source") else {
            throw call.options.invalid("source", "must be given")
        }
        let target = try call.options.node("target")
        let projection = try call.projectionWithoutNegativeWeights(.forward)
        let start = try call.position(of: source, "source", in: projection)
        var end: Int?
        if let target { end = try call.position(of: target, "target", in: projection) }
        try call.reserve(projection.nodes.count * 56)
        let search = ShortestPaths(source: start, target: end)
        let tree = try call.computing { (team) throws(WorkStopped) in
            try search.tree(projection.lists, team)
        }
        let paths = PathBuilder(call.execution, projection, tree.predecessors)
        let count = projection.nodes.count
        if end == nil, tree.reachedCount == count {
            return AlgorithmRows(
                count: count,
                columns: [
                    .nodes(projection.nodes), .floats(tree.distances),
                    .nodesAt(projection.nodes, tree.predecessors),
                    .made { (row) throws(QueryError) in
                        try paths.path(to: UInt32(truncatingIfNeeded: row))
                    },
                ])
        }
        let rows: PathTree.Rows
        if let end {
            rows = tree.row(of: end)
        } else {
            rows = try call.computing { (team) throws(WorkStopped) in
                try tree.rows(
                    withDistances: call.wants(1), withPredecessors: call.wants(2), team)
            }
        }
        return AlgorithmRows(
            count: rows.nodes.count,
            columns: [
                .nodesAt(projection.nodes, rows.nodes),
                call.wants(1) ? .floats(rows.distances) : .constant(.null),
                call.wants(2)
                    ? .nodesAt(projection.nodes, rows.predecessors) : .constant(.null),
                .made { (row) throws(QueryError) in try paths.path(to: rows.nodes[row]) },
            ])
    }
}

/// Makes paths of a tree of predecessors.
final class PathBuilder {
    private let context: ExecutionContext
    private let nodes: ProjectedNodes
    private let predecessors: [UInt32]
    private let types: [RelationshipTypeID]
    private let direction: Direction
    private let weight: PropertyKeyID?
    private let defaultWeight: Double

    init(_ context: ExecutionContext, _ projection: GraphProjection, _ predecessors: [UInt32]) {
        self.context = context
        self.predecessors = predecessors
        nodes = projection.nodes
        let catalog = context.graph.catalog
        let definition = projection.definition
        let names =
            definition.types.isEmpty ? catalog.relationshipTypeNames : definition.types
        types = names.compactMap { catalog.relationshipType($0) }
        direction = definition.direction
        weight = definition.weight.flatMap { catalog.propertyKey($0) }
        defaultWeight = definition.defaultWeight ?? .infinity
    }

    /// The path from the source to a node.
    func path(to end: UInt32) throws(QueryError) -> Value {
        var way = [nodes.ids[Int(end)]]
        var position = end
        while predecessors[Int(position)] != ProjectedNodes.missing {
            position = predecessors[Int(position)]
            way.append(nodes.ids[Int(position)])
        }
        way.reverse()
        var relationships: [RelationshipID] = []
        for index in 1..<max(way.count, 1) {
            relationships.append(try relationship(from: way[index - 1], to: way[index]))
        }
        return .path(
            PathValue(nodes: way.map(NodeID.init(rawValue:)), relationships: relationships))
    }

    /// The lightest relationship from one node to the next; of equally light ones that of the smallest
    /// id.
    private func relationship(
        from source: UInt64, to target: UInt64
    ) throws(QueryError) -> RelationshipID {
        let graph = context.graph
        return try context.onGraph { () throws(GraphError) in
            var found: [UInt64] = []
            for type in types {
                if direction != .incoming {
                    try graph.relationships(from: source, to: target, type: type, into: &found)
                }
                if direction != .outgoing {
                    try graph.relationships(from: target, to: source, type: type, into: &found)
                }
            }
            var best: (weight: Double, id: UInt64)?
            for id in found.sorted() {
                var own = 1.0
                if let weight {
                    switch try graph.property(weight, of: RelationshipID(rawValue: id)) {
                    case .float(let value): own = value
                    case .integer(let value): own = Double(value)
                    default: own = defaultWeight
                    }
                }
                if best.map({ own < $0.weight }) ?? true { best = (own, id) }
            }
            guard let best else {
                throw GraphError.corrupt("node \(source) has no relationship to \(target)")
            }
            return RelationshipID(rawValue: best.id)
        }
    }
}
