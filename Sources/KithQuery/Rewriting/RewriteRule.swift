/// What the planner may do to a statement besides choosing the order of its steps.
///
/// Each rule keeps the rows that a statement gives, and each can be switched off by name, so that
/// tests compare plans with and without it.
enum RewriteRule: String, CaseIterable, Sendable {
    /// MATCH clauses that follow each other are solved as one pattern. Relationships must still
    /// differ only within a clause. See ``MatchMerging``.
    case mergeMatches
    /// A label is not tested where every relationship of a type that the pattern has leads to it.
    /// See ``PatternFacts``.
    case impliedLabels
    /// Relationships that cannot be the same, by the conditions on their ends, are not compared.
    /// See ``PatternFacts``.
    case distinctEnds
    /// Where only the number of rows matters later, an expansion whose far end nobody looks at
    /// multiplies by the degree. See ``DegreeFactorStep``.
    case degreeFactors
    /// Where only the number of rows matters later, rows that have become equal are merged, and
    /// carry how many they were. See ``GroupWeightsStep``.
    case groupRows
    /// The far end of two relationships is found by intersecting the neighbours of their near ends.
    /// See ``IntersectStep``.
    case intersect
    /// Whether two known nodes are connected, and a node's degree, are asked of the adjacency
    /// without running a subquery. See ``AdjacencyTest``.
    case adjacencyTests
    /// Where only the different ends of paths matter, they are found once each instead of walking
    /// every path. See ``ReachableEnds``.
    case reachableEnds
    /// Rows are made distinct as soon as one node is all that is left of them and repeats do not matter
    /// later; where rows differ anyway, DISTINCT aggregates count all. See ``DistinctRows``.
    case distinctRows
    /// A path of which only the length is read is not built. See ``PathLengths``.
    case pathLengths
    /// Where keys are properties of a node by which nodes differ, groups are made by the node. See
    /// ``GroupByNode``.
    case groupByNode
    /// Groups whose rows follow each other are aggregated one after the other. See ``GroupRuns``.
    case groupRuns
    /// Where most nodes with a label have a group of rows, each has a place of its own. See
    /// ``GroupPlaces``.
    case groupPlaces
}

extension Set<RewriteRule> {
    /// Every rule.
    static let all = Set(RewriteRule.allCases)
}
