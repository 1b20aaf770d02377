/// Finds the ends of paths once where a plan walks every path only to look at the different ends.
///
/// The rule: below an operator to which equal rows are as good as one (DISTINCT, or an aggregation of
/// nothing but DISTINCT aggregates, `min` and `max`), with nothing between but steps that treat each
/// row by itself and always alike, a ``VariableExpandStep`` of 0 or 1 to any number of steps, of which
/// nobody reads the relationships or the path, and which need not differ from other relationships,
/// becomes a ``ReachableExpandStep``.
///
/// Why it is sound. A path uses no relationship twice; a walk may. Let the minimum be 0 or 1.
///
/// 1. A node other than the start that some path within the maximum reaches is reached by a walk, so
///    its distance is within the maximum; and a shortest walk to a node visits no node twice, so it
///    uses no relationship twice: it is such a path, of at least one step. So these ends are the nodes
///    whose distance is between 1 and the maximum.
/// 2. The start is an end with minimum 0, by the path of no steps. With minimum 1 it is one exactly
///    where a path leads back to it, which ``KithGraph/Reachability`` finds out by itself: a breadth-
///    first search cannot tell it from going back along the relationship that it came by.
///
/// A longer minimum would be another matter: that a node is near does not say whether there is a longer
/// path to it.
enum ReachableEnds {
    /// `root` with the rule applied wherever it holds. `functions` tells which functions always give
    /// the same.
    static func applied(
        to root: PlanNode, _ functions: FunctionRegistry, _ statistics: PlanningStatistics
    ) -> PlanNode {
        let inputs = root.inputs.map { input -> PlanNode in
            let input = applied(to: input, functions, statistics)
            return Repeats.areIgnored(by: root.step, functions)
                ? rewritten(input, functions, statistics) ?? input : input
        }
        if let plain = withoutWeights(root, inputs, functions, statistics) { return plain }
        if zip(inputs, root.inputs).allSatisfy({ $0 === $1 }) { return root }
        return copy(root, inputs)
    }

    /// An aggregation to which repeats do not matter needs no rows merged before it, either: what would
    /// merge them is left out where the rows then come without repeats.
    private static func withoutWeights(
        _ root: PlanNode, _ inputs: [PlanNode], _ functions: FunctionRegistry,
        _ statistics: PlanningStatistics
    ) -> PlanNode? {
        guard let aggregate = root.step as? AggregateStep,
            Repeats.areIgnored(by: aggregate, functions),
            inputs.count == 1, let merging = inputs[0].step as? GroupWeightsStep,
            !merging.isWeighted, aggregate.weight == merging.weight,
            let input = rewritten(inputs[0].inputs[0], functions, statistics)
        else { return nil }
        return PlanNode(
            AggregateStep(keys: aggregate.keys, aggregates: aggregate.aggregates, weight: nil),
            inputs: [input], estimatedRows: root.estimatedRows, variables: root.variables)
    }

    private static func copy(
        _ node: PlanNode, _ inputs: [PlanNode], rows: Double? = nil
    ) -> PlanNode {
        PlanNode(
            node.step, inputs: inputs, estimatedRows: rows ?? node.estimatedRows,
            variables: node.variables)
    }

    /// The plan of the rows of `node` without some repeats; nil where there is nothing to gain.
    private static func rewritten(
        _ node: PlanNode, _ functions: FunctionRegistry, _ statistics: PlanningStatistics
    ) -> PlanNode? {
        if let expand = node.step as? VariableExpandStep {
            guard let step = reachable(expand) else { return nil }
            // Each end comes once for a start, however many paths lead there.
            let starts = max(node.inputs[0].estimatedRows, 1)
            let ends = statistics.endCount(of: step.types, step.direction)
            let rows = starts * RowEstimates.drawn(node.estimatedRows / starts, from: ends)
            return PlanNode(
                step, inputs: node.inputs, estimatedRows: rows, variables: node.variables)
        }
        guard Repeats.arePassed(by: node.step, functions), node.inputs.count == 1,
            let input = rewritten(node.inputs[0], functions, statistics)
        else { return nil }
        let share = input.estimatedRows / max(node.inputs[0].estimatedRows, 1e-9)
        return copy(node, [input], rows: node.estimatedRows * share)
    }

    private static func reachable(_ step: VariableExpandStep) -> ReachableExpandStep? {
        guard !step.isInto, step.relationships == nil, step.predicate == nil,
            step.uniqueness.others.isEmpty, step.minimum <= 1,
            step.maximum.map({ $0 >= step.minimum }) ?? true
        else { return nil }
        return ReachableExpandStep(
            from: step.from, to: step.to, types: step.types, direction: step.direction,
            minimum: step.minimum, maximum: step.maximum, kept: step.kept)
    }
}
