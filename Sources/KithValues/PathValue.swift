/// A path: n + 1 nodes joined by n relationships, in the order of the walk.
public final class PathValue: Sendable {
    /// The nodes, at least one.
    public let nodes: [NodeID]
    /// The relationships between neighbouring nodes.
    public let relationships: [RelationshipID]

    /// Makes a path.
    ///
    /// There must be exactly one node more than relationships.
    public init(nodes: [NodeID], relationships: [RelationshipID]) {
        precondition(
            nodes.count == relationships.count + 1, "a path has one node more than relationships")
        self.nodes = nodes
        self.relationships = relationships
    }

    /// The number of relationships.
    public var length: Int { relationships.count }
}
