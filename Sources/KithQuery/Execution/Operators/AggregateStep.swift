import KithLanguage

/// The step of ``Aggregate``.
struct AggregateStep: PartitionedStep {
    let keys: [BoundProjection.Item]
    var aggregates: [BoundProjection.Aggregate]
    /// The variable that says how many rows each row stands for; nil where it is one.
    var weight: VariableID?
    /// The node that is grouped by, where every node may have a place of its own.
    var places: NodePlaces?
    /// The node to group by first, whose groups are expected to be those by the keys.
    var groups: NodeGroups?

    /// Without keys, and without properties to read, rows are only counted.
    var isLight: Bool {
        keys.isEmpty
            && aggregates.allSatisfy { call in
                !call.isDistinct
                    && call.arguments.allSatisfy {
                        if case .variable = $0.kind { return true }
                        return false
                    }
            }
    }

    var name: String { places == nil ? "Aggregate" : "AggregateByNode" }
    func details(_ names: VariableNames) -> String {
        let calls = (groups?.aggregates ?? aggregates).map { call in
            let arguments = call.arguments.map { $0.text(names) }.joined(separator: ", ")
            let distinct = call.isDistinct ? "DISTINCT " : ""
            return "\(call.function)(\(distinct)\(arguments.isEmpty ? "*" : arguments))"
        }
        let grouped = keys.map { $0.expression.text(names) }
        let all = (grouped + calls).joined(separator: ", ")
        guard let groups, places == nil else { return all }
        return "\(all) by \(names.name(groups.node))"
    }

    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        Aggregate(
            input: .rows(inputs[0]), byKeys: Aggregate.Way(try recipe(builder), parts: []),
            byNode: try nodeWay(builder, threads: 0))
    }

    func makeOperator(
        _ chain: ParallelChain, _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        let parts = try builder.madeForThreads(chain.workers.count) {
            () throws(QueryError) in try recipe(builder)
        }
        return Aggregate(
            input: .parts(chain), byKeys: Aggregate.Way(try recipe(builder), parts: parts),
            byNode: try nodeWay(builder, threads: chain.workers.count))
    }

    /// Grouping by the node, compiled for this thread and for others.
    private func nodeWay(
        _ builder: OperatorBuilder, threads: Int
    ) throws(QueryError) -> (way: Aggregate.Way, keys: NodeGroupKeys)? {
        guard let groups else { return nil }
        let node = BoundProjection.Item(
            variable: groups.node, expression: BoundExpression(.variable(groups.node)))
        let parts =
            threads == 0
            ? []
            : try builder.madeForThreads(threads) { () throws(QueryError) in
                try recipe([node], groups.aggregates, builder)
            }
        let way = Aggregate.Way(try recipe([node], groups.aggregates, builder), parts: parts)
        return (way, NodeGroupKeys(node: groups.node, keys: try compiled(keys, builder)))
    }

    /// The keys and calls, compiled for one thread.
    func recipe(_ builder: OperatorBuilder) throws(QueryError) -> Aggregation.Recipe {
        var recipe = try recipe(keys, aggregates, builder)
        recipe.places = places
        return recipe
    }

    private func recipe(
        _ keys: [BoundProjection.Item], _ aggregates: [BoundProjection.Aggregate],
        _ builder: OperatorBuilder
    ) throws(QueryError) -> Aggregation.Recipe {
        var calls: [AggregateCall] = []
        for aggregate in aggregates {
            guard let function = builder.functions.aggregate(aggregate.function) else {
                throw QueryError(
                    type: "SyntaxError", detail: "UnknownFunction", phase: .compile,
                    message: "there is no function `\(aggregate.function)`", span: aggregate.span)
            }
            var constants: [VectorExpression] = []
            for argument in aggregate.arguments.dropFirst() {
                constants.append(try builder.compile(argument))
            }
            calls.append(
                AggregateCall(
                    variable: aggregate.variable, function: function,
                    isDistinct: aggregate.isDistinct,
                    argument: try builder.compile(aggregate.arguments.first),
                    constants: constants, span: aggregate.span))
        }
        return Aggregation.Recipe(
            keys: try compiled(keys, builder), calls: calls, weight: weight)
    }

    private func compiled(
        _ keys: [BoundProjection.Item], _ builder: OperatorBuilder
    ) throws(QueryError) -> [Project.Item] {
        var compiled: [Project.Item] = []
        for key in keys {
            compiled.append(
                Project.Item(
                    variable: key.variable, expression: try builder.compile(key.expression)))
        }
        return compiled
    }
}
