import KithGraph

/// A fact about the graph's exact counts that a plan relies on; where it does not hold any more, the
/// statement is planned again.
enum PlanAssumption: Hashable, Sendable {
    /// Every relationship of the types comes from (or leads to) a node with the label.
    case endsHaveLabel(types: [String], label: String, isSource: Bool)
    /// No node has both labels.
    case noNodeHasBoth(String, String)

    /// Whether the graph is so.
    func holds(_ statistics: PlanningStatistics) -> Bool {
        switch self {
        case .endsHaveLabel(let types, let label, let isSource):
            let all = statistics.relationshipCount(types: types, from: [], to: [])
            let labelled = statistics.relationshipCount(
                types: types, from: isSource ? [label] : [], to: isSource ? [] : [label])
            return all == labelled
        case .noNodeHasBoth(let first, let second):
            return statistics.nodeCountExactly(labels: [first, second]) == 0
        }
    }
}
