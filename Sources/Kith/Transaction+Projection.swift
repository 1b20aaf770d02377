import KithGraph
import KithQuery

/// Which part of a graph a projection shows.
public typealias ProjectionDefinition = KithGraph.ProjectionDefinition
/// A part of a graph as arrays, for algorithms of the program's own.
public typealias GraphProjection = KithGraph.GraphProjection
/// The nodes of a projection, numbered from 0.
public typealias ProjectedNodes = KithGraph.ProjectedNodes
/// The neighbours of every node of a projection.
public typealias ProjectedLists = KithGraph.ProjectedLists
/// Which ends of relationships are followed.
public typealias Direction = KithGraph.Direction

extension Transaction {
    /// A part of the graph, as this transaction sees it, as arrays.
    ///
    /// ```swift
    /// var definition = ProjectionDefinition()
    /// definition.labels = ["Customer"]
    /// definition.types = ["FRIEND"]
    /// definition.direction = .both
    /// let friends = try database.read { try $0.projection(definition) }
    /// let lists = friends.lists
    /// for node in 0..<friends.nodes.count {
    ///     for edge in lists.range(of: node) {
    ///         print(friends.nodes.node(at: node), friends.nodes.node(at: Int(lists.targets[edge])))
    ///     }
    /// }
    /// ```
    ///
    /// The projection never changes and may outlive the transaction. `ways` says which lists it has:
    /// those of the definition's direction, those of the opposite direction, or both.
    ///
    /// - Throws: ``KithError`` when the definition names what the graph does not have, or a weight is
    ///   missing, no number, or not finite.
    public func projection(
        _ definition: ProjectionDefinition, ways: GraphProjection.Ways = .forward
    ) throws(KithError) -> GraphProjection {
        do {
            return try graph.projection(definition, ways: ways)
        } catch {
            throw KithError(QueryError(projectionError: error, graph.catalog), in: "")
        }
    }
}
