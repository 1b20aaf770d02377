/// What MATCH looks for: paths that have to hold together, and a condition on them.
public struct GraphPattern: Hashable, Sendable {
    /// The paths, at least one.
    public var paths: [PathPattern]
    /// The condition after `WHERE`.
    public var filter: Expression?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `p = ANY SHORTEST (a)-[:R]->+(b)`
public struct PathPattern: Hashable, Sendable {
    /// The variable that stands for the whole path.
    public var variable: Name?
    /// Which of the paths that match are wanted.
    public var selector: PathSelector
    /// Nodes, relationships and groups from left to right.
    ///
    /// A path begins and ends with a node or a group. A relationship stands between two nodes; a
    /// group touches nodes or groups only.
    public var elements: [PathElement]
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// Which of the paths that match are wanted, for each pair of end nodes.
public enum PathSelector: Hashable, Sendable {
    /// Every one.
    case all
    /// `ANY k`: any `k` of them.
    case any(count: PathCount)
    /// `ANY SHORTEST` and `SHORTEST k`: the `k` shortest.
    case shortest(count: PathCount)
    /// `ALL SHORTEST`: all of the least length.
    case allShortest
    /// `SHORTEST k GROUPS`: all of the `k` least lengths.
    case shortestGroups(count: PathCount)
    /// `shortestPath(…)`: one of the least length, of one relationship pattern.
    case shortestPathFunction
    /// `allShortestPaths(…)`: all of the least length, of one relationship pattern.
    case allShortestPathsFunction
}

/// A number of paths, given or awaited as a parameter.
public enum PathCount: Hashable, Sendable {
    /// A number above zero.
    case number(Int64)
    /// `$k`
    case parameter(Name)
}

/// One part of a path.
public indirect enum PathElement: Hashable, Sendable {
    /// `(n:Person)`
    case node(NodePattern)
    /// `-[r:KNOWS]->`
    case relationship(RelationshipPattern)
    /// `((a)-[r]->(b) WHERE a.x < b.x){1,3}`
    case group(PathGroup)

    /// Where it stands.
    public var span: SourceSpan {
        switch self {
        case .node(let node): node.span
        case .relationship(let relationship): relationship.span
        case .group(let group): group.span
        }
    }
}

/// `(variable:Labels {key: value} WHERE condition)`
public struct NodePattern: Hashable, Sendable {
    /// The variable that stands for the node.
    public var variable: Name?
    /// What its labels have to be.
    public var labels: LabelExpression?
    /// A map or a parameter: what its properties have to be.
    public var properties: Expression?
    /// The condition after `WHERE`.
    public var filter: Expression?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `-[variable:TYPE*1..3 {key: value} WHERE condition]->{1,3}`
public struct RelationshipPattern: Hashable, Sendable {
    /// The ways a relationship may point, seen from left to right.
    public enum Direction: Hashable, Sendable {
        /// `-[]->`
        case rightward
        /// `<-[]-`
        case leftward
        /// `-[]-` and `<-[]->`
        case either
    }

    /// The variable that stands for the relationship, or for the list of them.
    public var variable: Name?
    /// Which way it points.
    public var direction: Direction
    /// What its type has to be.
    public var types: LabelExpression?
    /// `*`, `*2`, `*1..3`: how many relationships in a row.
    public var length: VariableLength?
    /// A map or a parameter: what its properties have to be.
    public var properties: Expression?
    /// The condition after `WHERE`.
    public var filter: Expression?
    /// `+`, `*`, `{1,3}` behind the arrow; never together with `length`.
    public var quantifier: PathQuantifier?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `*`, `*2`, `*1..3`, `*..3`, `*1..`
public struct VariableLength: Hashable, Sendable {
    /// The least number of relationships; 1 where nil.
    public var lowerBound: Int64?
    /// The greatest number; no bound where nil.
    public var upperBound: Int64?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `+`, `*`, `{2}`, `{1,3}`, `{,3}`, `{1,}`
public struct PathQuantifier: Hashable, Sendable {
    /// The least number of repetitions.
    public var lowerBound: Int64
    /// The greatest number; no bound where nil.
    public var upperBound: Int64?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// A part of a path in parentheses, repeated if a quantifier follows.
public struct PathGroup: Hashable, Sendable {
    /// The variable that stands for the part.
    public var variable: Name?
    /// Nodes, relationships and groups from left to right, as in ``PathPattern/elements``.
    public var elements: [PathElement]
    /// The condition after `WHERE`.
    public var filter: Expression?
    /// How often it repeats; exactly once where nil.
    public var quantifier: PathQuantifier?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// What the labels of a node, or the type of a relationship, have to be.
public struct LabelExpression: Hashable, Sendable {
    /// What it is.
    public var kind: Kind
    /// Where it stands.
    @NotCompared public var span: SourceSpan

    /// All kinds of label expression.
    public indirect enum Kind: Hashable, Sendable {
        /// `A`
        case name(Name)
        /// `%`: any label at all
        case wildcard
        /// `!A`
        case negation(LabelExpression)
        /// `A&B&C` and `A:B:C`
        case conjunction([LabelExpression])
        /// `A|B|C` and `A|:B|:C`
        case disjunction([LabelExpression])
    }
}
