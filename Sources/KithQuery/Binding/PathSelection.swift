/// A part of a pattern of which only selected paths match.
///
/// The nodes between the first and the last are known to no other part of the pattern.
public struct PathSelection: Sendable {
    /// How paths are selected for each pair of end nodes.
    public enum Selector: Sendable {
        /// One shortest path: `shortestPath(…)`, `ANY SHORTEST`.
        case anyShortest
        /// Every shortest path: `allShortestPaths(…)`, `ALL SHORTEST`.
        case allShortest
        /// The `count` shortest paths: `SHORTEST k`, and `ANY k`, which may give any.
        case shortest(count: BoundExpression)
        /// The paths of the `count` smallest lengths: `SHORTEST k GROUPS`.
        case shortestGroups(count: BoundExpression)
    }

    /// How paths are selected.
    public let selector: Selector
    /// Whether it is written `shortestPath(…)` or `allShortestPaths(…)`; these find no way from a
    /// node back to itself.
    public let isFunction: Bool
    /// The indexes of the relationships that form the path, in order; at least one.
    public let relationships: [Int]
    /// The variables that hold the whole path.
    public let paths: [VariableID]
    /// The condition within the selected path, which decides before it is selected.
    public var predicate: BoundExpression?

    /// Makes a selection.
    public init(
        selector: Selector, isFunction: Bool = false, relationships: [Int],
        paths: [VariableID] = [], predicate: BoundExpression?
    ) {
        self.selector = selector
        self.isFunction = isFunction
        self.relationships = relationships
        self.paths = paths
        self.predicate = predicate
    }
}

extension BoundPattern {
    /// The indexes of the nodes at which the path of a selection begins and ends.
    func ends(of selection: PathSelection) -> (first: Int, last: Int)? {
        guard let first = selection.relationships.first, let last = selection.relationships.last
        else { return nil }
        return (relationships[first].from, relationships[last].to)
    }

    /// The indexes of the nodes between the first and the last of a selection's path, in order.
    func innerNodes(of selection: PathSelection) -> [Int] {
        selection.relationships.dropLast().map { relationships[$0].to }
    }

    /// The nodes that only selections find.
    var innerNodesOfSelections: Set<Int> {
        selections.isEmpty ? [] : Set(selections.flatMap { innerNodes(of: $0) })
    }
}
