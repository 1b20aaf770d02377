/// Aggregates without a table where the rows of each group follow each other.
///
/// The rule: an aggregation by a node, and by nothing that does not follow from that node, becomes an
/// ``AggregateRunsStep`` where a scan at the bottom of the plan gives the node, and every step between
/// gives, for each row of its input in turn, rows that still have the node.
///
/// Why it is sound. A scan gives a node once. A step that takes its rows in order, and gives for each
/// one the rows that come of it before those of the next, leaves the rows of a node together. So a group
/// has ended when another node follows, and groups come in the order of their first rows, as they do
/// from ``AggregateStep``.
///
/// It is not applied where a scan of few nodes gives very many rows: threads then could share out the
/// rows, but not the nodes. Nor in a statement that writes, in which an aggregation also keeps what is
/// read below it apart from what is written above it.
enum GroupRuns {
    /// Below as many nodes, and above as many rows, the table is better.
    private static let fewNodes = 16.0
    private static let manyRows = 16_384.0

    /// `root` with the rule applied wherever it holds.
    static func applied(to root: PlanNode) -> PlanNode {
        root.replacingAggregations { aggregate, input in
            guard let node = groupingNode(of: aggregate, input) else { return nil }
            var plain = aggregate
            plain.groups = nil
            return AggregateRunsStep(aggregate: plain, node: node)
        }
    }

    private static func groupingNode(
        of aggregate: AggregateStep, _ input: PlanNode
    ) -> VariableID? {
        var node = input
        while keepsTogether(node.step), node.inputs.count == 1 { node = node.inputs[0] }
        guard let scan = node.step as? NodeScanStep, node.inputs.count == 1,
            node.inputs[0].step is UnitRowStep,
            node.estimatedRows >= fewNodes || input.estimatedRows < manyRows,
            input.variables.contains(scan.variable)
        else { return nil }
        let variable = scan.variable
        let keys = aggregate.keys.map { $0.expression }
        return keys.allSatisfy({ $0.follows(from: variable) })
            && keys.contains(where: { $0.isVariable(variable) }) ? variable : nil
    }

    /// Whether a step gives, for each row in turn, the rows that come of it.
    private static func keepsTogether(_ step: any PlanStep) -> Bool {
        switch step {
        case is FilterStep, is ProjectStep, is KeepStep, is ExpandStep, is ExpandIntoStep,
            is DegreeFactorStep, is UnwindStep:
            true
        default: false
        }
    }
}

extension BoundExpression {
    /// Whether it is a variable.
    func isVariable(_ variable: VariableID) -> Bool {
        if case .variable(variable) = kind { return true }
        return false
    }

    /// Whether it is a node, or one of its properties.
    func follows(from node: VariableID) -> Bool {
        if case .property(let base, _) = kind { return base.isVariable(node) }
        return isVariable(node)
    }
}
