import KithGraph

/// The node that an aggregation groups by instead of its keys.
struct NodeGroups: Sendable {
    let node: VariableID
    /// The aggregates, as they may be where every group is of one node.
    var aggregates: [BoundProjection.Aggregate]
}

/// Groups by a node where the keys are its properties, and reads these once a group.
///
/// The rule: an aggregation whose keys all follow from one node, with the node among them or a property
/// by which nodes of its label are known to differ, groups by the node (``NodeGroups``).
///
/// Why it is sound. Rows with one node have the same keys. Rows with two nodes have different keys where
/// the node is one of them; else this is only expected, and looked at when all rows are in: where two
/// groups turn out to have the same keys, such as none, the rows are grouped again by the keys. Groups
/// come in the order of their first rows either way.
///
/// The rule is not applied in a statement that writes, in which reading all rows twice might read what
/// was written in between.
struct GroupByNode {
    private let origins: VariableOrigins
    private let statistics: PlanningStatistics
    private let isForced: Bool

    init(_ planner: QueryPlanner) {
        origins = planner.origins
        statistics = planner.statistics
        isForced = planner.options.parallelRowsMin == 0
    }

    /// `root` with the rule applied wherever it holds.
    func applied(to root: PlanNode) -> PlanNode {
        root.replacingAggregations { aggregate, input in
            guard let node = node(of: aggregate, input) else { return nil }
            var result = aggregate
            result.groups = NodeGroups(node: node, aggregates: aggregate.aggregates)
            return result
        }
    }

    private func node(of aggregate: AggregateStep, _ input: PlanNode) -> VariableID? {
        let keys = aggregate.keys.map { $0.expression }
        let variables = input.variables
        // There may be thousands of keys, all of one node.
        var fitting: [VariableID: Bool] = [:]
        for key in keys {
            guard case .property(let subject, let property) = key.kind,
                case .variable(let node) = subject.kind
            else { continue }
            let isFitting =
                fitting[node]
                ?? (variables.contains(node) && keys.allSatisfy { $0.follows(from: node) })
            if isFitting, fitting[node] == nil, keys.contains(where: { $0.isVariable(node) }) {
                return node
            }
            fitting[node] = isFitting
            if isFitting, differ(node, property) { return node }
        }
        return nil
    }

    /// Whether nodes of some label that the node is expected to have differ by a property.
    private func differ(_ node: VariableID, _ property: String) -> Bool {
        isForced || origins.labels(of: node).contains { statistics.isUnique(property, label: $0) }
    }
}
