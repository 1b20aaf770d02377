/// Aggregates without a table where most nodes with a label have a group of rows.
///
/// The rule: an aggregation by a node, and by nothing that does not follow from that node, whose
/// aggregates keep numbers only, gives every node of the label a place (``NodePlaces``) where it has
/// many rows and not many fewer than there are nodes.
///
/// Why it is sound. A node's place is its id, counted from the first chunk of the label: two rows have
/// one place if they have one node. That the nodes have the label is only expected: rows with another
/// node, or with none, are noticed, and everything is then grouped by a table instead.
///
/// Groups come in the order of their nodes. The rule is not applied in a statement that writes, in
/// which reading all rows twice might read what was written in between.
struct GroupPlaces {
    private let origins: VariableOrigins
    private let statistics: PlanningStatistics
    private let isForced: Bool

    /// Fewer rows than this are grouped soon enough by a table.
    private static let fewRows = 16_384.0
    /// For every row there are at most so many nodes.
    private static let nodesPerRow = 2.0

    init(_ planner: QueryPlanner) {
        origins = planner.origins
        statistics = planner.statistics
        isForced = planner.options.parallelRowsMin == 0
    }

    /// `root` with the rule applied wherever it holds.
    func applied(to root: PlanNode) -> PlanNode {
        root.replacingAggregations { aggregate, input in
            guard let places = places(of: aggregate, input) else { return nil }
            var result = aggregate
            result.places = places
            return result
        }
    }

    private func places(of aggregate: AggregateStep, _ input: PlanNode) -> NodePlaces? {
        guard
            aggregate.aggregates.allSatisfy({
                NodePlaces.keepsNumbers($0.function, isDistinct: $0.isDistinct)
            })
        else { return nil }
        let keys = aggregate.keys.map { $0.expression }
        for case .variable(let node) in keys.map({ $0.kind }) {
            let labels = origins.labels(of: node)
            guard let label = labels.min(by: { count($0) < count($1) }),
                keys.allSatisfy({ $0.follows(from: node) }), input.variables.contains(node)
            else { continue }
            let rows = input.estimatedRows
            if isForced || (rows >= Self.fewRows && rows * Self.nodesPerRow >= count(label)) {
                return NodePlaces(node: node, label: label)
            }
        }
        return nil
    }

    private func count(_ label: String) -> Double { statistics.nodeCount(labels: [label]) }
}
