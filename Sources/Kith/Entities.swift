import KithGraph
import KithQuery
import KithValues

/// A node of a result, with its labels and properties as they were when the row was read.
public struct Node: Sendable {
    /// Its number, stable while it exists.
    public let id: NodeID
    /// The names of its labels, in alphabetical order.
    public let labels: [String]
    /// Its properties.
    public let properties: ValueMap
}

/// A relationship of a result, with its properties as they were when the row was read.
public struct Relationship: Sendable {
    /// Its number, stable while it exists.
    public let id: RelationshipID
    /// The name of its type.
    public let type: String
    /// The node it leads from.
    public let start: NodeID
    /// The node it leads to.
    public let end: NodeID
    /// Its properties.
    public let properties: ValueMap
}

/// A path of a result: nodes and the relationships between them, in order.
public struct Path: Sendable {
    /// The nodes; one more than relationships.
    public let nodes: [Node]
    /// The relationships.
    public let relationships: [Relationship]
}

/// The nodes and relationships that the values of some rows refer to.
public struct EntityTable: Sendable {
    private var nodes: [NodeID: Node] = [:]
    private var relationships: [RelationshipID: Relationship] = [:]

    /// The node of a value; nil when no row of the result refers to it.
    public func node(_ id: NodeID) -> Node? { nodes[id] }

    /// The relationship of a value; nil when no row of the result refers to it.
    public func relationship(_ id: RelationshipID) -> Relationship? { relationships[id] }

    /// The path of a value.
    public func path(_ value: PathValue) -> Path {
        Path(
            nodes: value.nodes.compactMap { nodes[$0] },
            relationships: value.relationships.compactMap { relationships[$0] })
    }

    /// Reads everything that `value` refers to.
    mutating func collect(_ value: Value, from graph: GraphReader) throws(GraphError) {
        switch value {
        case .node(let id): try add(id, graph)
        case .relationship(let id): try add(id, graph)
        case .path(let path):
            for id in path.nodes { try add(id, graph) }
            for id in path.relationships { try add(id, graph) }
        case .list(let elements):
            for element in elements { try collect(element, from: graph) }
        case .map(let map):
            for entry in map.entries { try collect(entry.value, from: graph) }
        default: break
        }
    }

    private mutating func add(_ id: NodeID, _ graph: GraphReader) throws(GraphError) {
        guard nodes[id] == nil else { return }
        let catalog = graph.catalog
        let names = try graph.labels(of: id).map { catalog.name(of: $0) }
        let properties = try graph.properties(of: id).map { (catalog.name(of: $0.key), $0.value) }
        nodes[id] = Node(id: id, labels: names.sorted(), properties: ValueMap(properties))
    }

    private mutating func add(_ id: RelationshipID, _ graph: GraphReader) throws(GraphError) {
        guard relationships[id] == nil else { return }
        let catalog = graph.catalog
        guard let record = try graph.record(of: id) else {
            // The statement deleted it and returns it all the same.
            let (type, ends) = try graph.recordOfDeleted(id)
            relationships[id] = Relationship(
                id: id, type: catalog.name(of: type), start: NodeID(rawValue: ends?.source ?? 0),
                end: NodeID(rawValue: ends?.target ?? 0), properties: ValueMap())
            return
        }
        let properties = try graph.properties(of: id).map { (catalog.name(of: $0.key), $0.value) }
        relationships[id] = Relationship(
            id: id, type: catalog.name(of: record.type), start: NodeID(rawValue: record.source),
            end: NodeID(rawValue: record.target), properties: ValueMap(properties))
    }
}
