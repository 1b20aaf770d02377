/// Makes rows differ as soon as nothing but one node is left of them, and leaves DISTINCT out where rows
/// differ anyway.
///
/// Two rules, both for plans in which repeats do not matter later (see ``Repeats``):
///
/// 1. *Early*: below an operator to which equal rows are as good as one, with nothing between but steps
///    that treat each row by itself and equal rows alike, of which one at least follows relationships,
///    the rows of an expansion of which only the far end is left are made distinct at once. What is then
///    above works on fewer rows; a set of nodes takes a bit for each. An expansion along the lists of one
///    type in one direction, which are sorted, then gives each neighbour of a node once.
/// 2. *Idle*: an aggregate of the DISTINCT values of a variable, where no two rows agree in that
///    variable and the grouping keys (see ``RowKeys``), aggregates all rows.
///
/// Why they are sound. A step that gives the same for equal rows gives nothing new for the second of them,
/// and to the operator above a repeat is nothing. Within a group rows agree in the keys; if they also
/// agreed in the variable they would be one row.
enum DistinctRows {
    /// `root` with the rules applied wherever they hold.
    static func applied(to root: PlanNode, _ functions: FunctionRegistry) -> PlanNode {
        var inputs = root.inputs.map { applied(to: $0, functions) }
        if inputs.count == 1, Repeats.areIgnored(by: root.step, functions) {
            inputs[0] = thinned(inputs[0], functions, isFollowed: false) ?? inputs[0]
        }
        var step = root.step
        if let aggregate = step as? AggregateStep,
            let plain = withoutIdleDistinct(aggregate, inputs)
        {
            step = plain
        } else if zip(inputs, root.inputs).allSatisfy({ $0 === $1 }) {
            return root
        }
        return PlanNode(
            step, inputs: inputs, estimatedRows: root.estimatedRows, variables: root.variables)
    }

    /// The plan of the rows of `node` without some repeats; nil where there are none to leave out.
    ///
    /// `isFollowed`: whether relationships are followed between `node` and the operator that repeats do not
    /// matter to.
    private static func thinned(
        _ node: PlanNode, _ functions: FunctionRegistry, isFollowed: Bool
    ) -> PlanNode? {
        let expand = node.step as? ExpandStep
        let reachable = node.step as? ReachableExpandStep
        guard node.inputs.count == 1,
            reachable != nil || Repeats.arePassed(by: node.step, functions)
        else { return nil }
        let input = thinned(
            node.inputs[0], functions, isFollowed: isFollowed || expand != nil || reachable != nil)
        var step = node.step
        if let once = expand?.givingEachNeighbourOnce { step = once }
        let plain = PlanNode(
            step, inputs: [input ?? node.inputs[0]], estimatedRows: node.estimatedRows,
            variables: node.variables)
        if let end = expand?.to ?? reachable?.to, isFollowed, node.variables == [end],
            RowKeys.key(of: plain) == nil
        {
            return PlanNode(
                DistinctStep(keys: [end]), inputs: [plain], estimatedRows: node.estimatedRows,
                variables: node.variables)
        }
        return input == nil && expand?.givingEachNeighbourOnce == nil ? nil : plain
    }

    /// The aggregation with DISTINCT left out where rows differ anyway; nil where it is needed.
    private static func withoutIdleDistinct(
        _ step: AggregateStep, _ inputs: [PlanNode]
    ) -> AggregateStep? {
        guard step.weight == nil, step.aggregates.contains(where: { $0.isDistinct }),
            inputs.count == 1, let key = RowKeys.key(of: inputs[0])
        else { return nil }
        let grouped = VariableSet(step.keys.compactMap { variable(of: $0.expression) })
        var result = step
        var isChanged = withoutDistinct(&result.aggregates, key, grouped)
        if var groups = step.groups,
            withoutDistinct(&groups.aggregates, key, grouped.union([groups.node]))
        {
            result.groups = groups
            isChanged = true
        }
        return isChanged ? result : nil
    }

    /// Leaves out DISTINCT where rows with the same `grouped` variables differ in what is aggregated, as
    /// all rows do in `key`; says whether there was any.
    private static func withoutDistinct(
        _ aggregates: inout [BoundProjection.Aggregate], _ key: VariableSet, _ grouped: VariableSet
    ) -> Bool {
        var isChanged = false
        for index in aggregates.indices where aggregates[index].isDistinct {
            guard let argument = aggregates[index].arguments.first,
                let variable = variable(of: argument),
                key.isSubset(of: grouped.union([variable]))
            else { continue }
            isChanged = true
            aggregates[index].isDistinct = false
        }
        return isChanged
    }

    private static func variable(of expression: BoundExpression) -> VariableID? {
        if case .variable(let variable) = expression.kind { return variable }
        return nil
    }
}

extension ExpandStep {
    /// The step that gives each neighbour of a node once; nil where it must give every relationship, or
    /// cannot tell repeats at a glance.
    fileprivate var givingEachNeighbourOnce: ExpandStep? {
        guard !isOncePerNeighbour, relationship == nil, uniqueness.others.isEmpty,
            direction != .either, case .label? = types.expression
        else { return nil }
        return ExpandStep(
            from: from, to: to, relationship: nil, types: types, direction: direction,
            uniqueness: uniqueness, kept: kept, isOncePerNeighbour: true)
    }
}
