import KithLanguage
import KithValues

/// Groups rows by keys and computes aggregates for each group; groups come in the order of their
/// first row. Without keys there is one group, even of no rows.
final class Aggregate: Operator {
    /// An aggregate ready to run.
    struct Call {
        let variable: VariableID
        let function: AggregateFunction
        let isDistinct: Bool
        /// nil for `count(*)`.
        let argument: VectorExpression?
        let constants: [VectorExpression]
        let span: SourceSpan?
    }

    private let input: Operator
    private let keys: [Project.Item]
    private let calls: [Call]
    /// The variable that says how many rows each row stands for; nil where it is one.
    private let weight: VariableID?
    private var table: GroupTable
    private var states: [AggregateState] = []
    private var isFilled = false
    private var position = 0

    init(input: Operator, keys: [Project.Item], calls: [Call], weight: VariableID?) {
        self.input = input
        self.keys = keys
        self.calls = calls
        self.weight = weight
        table = GroupTable(keyCount: keys.count)
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if !isFilled {
            try fill(context)
            isFilled = true
        }
        let total = keys.isEmpty ? 1 : table.count
        guard position < total else { return nil }
        let range = position..<min(total, position + context.batchSize)
        position = range.upperBound
        var batch = Batch(count: range.count, width: context.variableCount)
        for (index, key) in keys.enumerated() {
            batch[key.variable] = table.columns[index].vector(range)
        }
        for (call, state) in zip(calls, states) {
            batch[call.variable] = try state.results(range)
        }
        return batch
    }

    private func fill(_ context: ExecutionContext) throws(QueryError) {
        for call in calls { states.append(AggregateState.make(call)) }
        var charged = 0
        while let batch = try input.next(context) {
            guard batch.count > 0 else { continue }
            var vectors: [Vector] = []
            for key in keys { vectors.append(try key.expression.evaluate(batch, context)) }
            let groups =
                keys.isEmpty
                ? [Int32](repeating: 0, count: batch.count)
                : table.groups(of: vectors, count: batch.count)
            let groupCount = keys.isEmpty ? 1 : table.count
            for (call, state) in zip(calls, states) {
                let argument = try call.argument?.evaluate(batch, context)
                var constants: [Vector] = []
                for constant in call.constants {
                    constants.append(try constant.evaluate(batch, context))
                }
                if let weight {
                    try state.addWeighted(
                        argument, constants, groups, weights: batch[weight],
                        groupCount: groupCount, count: batch.count)
                } else {
                    try state.add(
                        argument, constants, groups, groupCount: groupCount, count: batch.count)
                }
            }
            let size = table.sizeInBytes + states.reduce(0) { $0 + $1.sizeInBytes }
            try context.memory.take(size - charged)
            charged = size
        }
        if keys.isEmpty {
            for state in states { try state.add(nil, [], [], groupCount: 1, count: 0) }
        }
    }

    override func restart() {
        table = GroupTable(keyCount: keys.count)
        states = []
        isFilled = false
        position = 0
        input.restart()
    }
}

/// The step of ``Aggregate``.
struct AggregateStep: PlanStep {
    let keys: [BoundProjection.Item]
    let aggregates: [BoundProjection.Aggregate]
    /// The variable that says how many rows each row stands for; nil where it is one.
    var weight: VariableID?

    var name: String { "Aggregate" }
    func details(_ names: VariableNames) -> String {
        let calls = aggregates.map { call in
            let arguments = call.arguments.map { $0.text(names) }.joined(separator: ", ")
            let distinct = call.isDistinct ? "DISTINCT " : ""
            return "\(call.function)(\(distinct)\(arguments.isEmpty ? "*" : arguments))"
        }
        let grouped = keys.map { $0.expression.text(names) }
        return (grouped + calls).joined(separator: ", ")
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        var compiledKeys: [Project.Item] = []
        for key in keys {
            compiledKeys.append(
                Project.Item(
                    variable: key.variable, expression: try builder.compile(key.expression)))
        }
        var calls: [Aggregate.Call] = []
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
                Aggregate.Call(
                    variable: aggregate.variable, function: function,
                    isDistinct: aggregate.isDistinct,
                    argument: try builder.compile(aggregate.arguments.first),
                    constants: constants, span: aggregate.span))
        }
        return Aggregate(input: inputs[0], keys: compiledKeys, calls: calls, weight: weight)
    }
}
