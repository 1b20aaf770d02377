import KithLanguage
import KithValues

/// Groups and aggregates that rows are added to: what one thread of a statement fills.
///
/// Several of them, filled with consecutive parts of the rows, are merged in the order of the parts;
/// the result is as if one had seen all rows, but for the rounding of float sums, which depends on
/// where the parts begin and on nothing else.
final class Aggregation {
    private let keys: [Project.Item]
    private let calls: [AggregateCall]
    /// The variable that says how many rows each row stands for; nil where it is one.
    private let weight: VariableID?
    private let grouping: RowGrouping?
    private let states: [AggregateState]

    init(keys: [Project.Item], calls: [AggregateCall], weight: VariableID? = nil) {
        self.keys = keys
        self.calls = calls
        self.weight = weight
        grouping = keys.isEmpty ? nil : RowGrouping(keys: keys)
        states = calls.map { AggregateState.make($0) }
    }

    /// The number of groups: without keys one, even of no rows.
    var groupCount: Int { grouping?.count ?? 1 }

    /// Adds the rows of a batch, which has some.
    func add(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        let groups = try grouping?.groups(of: batch, context)
        let rows = AggregateRows(
            count: batch.count, groups: groups, groupCount: groupCount,
            weights: weight.map { batch[$0] })
        for (call, state) in zip(calls, states) {
            let argument = try call.argument?.evaluate(batch, context)
            var constants: [Vector] = []
            for constant in call.constants {
                constants.append(try constant.evaluate(batch, context))
            }
            try state.add(argument, constants, rows)
        }
    }

    /// Adds what another aggregation by the same keys and calls has; its rows come after those here.
    func merge(_ other: Aggregation) throws(QueryError) {
        var groups: [Int32] = [0]
        if let grouping, let theirs = other.grouping { groups = grouping.merge(theirs) }
        for (state, theirs) in zip(states, other.states) {
            try state.merge(theirs, groups: groups, groupCount: groupCount)
        }
    }

    /// The rows of some groups.
    func rows(_ range: Range<Int>, width: Int) throws(QueryError) -> Batch {
        var batch = Batch(count: range.count, width: width)
        for (index, key) in keys.enumerated() {
            batch[key.variable] = grouping?.keyVector(index, range) ?? .nulls(count: range.count)
        }
        for (call, state) in zip(calls, states) {
            batch[call.variable] = try state.results(range)
        }
        return batch
    }

    /// The bytes it holds, roughly.
    var sizeInBytes: Int {
        (grouping?.sizeInBytes ?? 0) + states.reduce(0) { $0 + $1.sizeInBytes }
    }
}

/// Groups rows by keys and computes aggregates for each group; groups come in the order of their
/// first row. Without keys there is one group, even of no rows.
final class Aggregate: Operator {
    private let input: Operator
    private let keys: [Project.Item]
    private let calls: [AggregateCall]
    private let weight: VariableID?
    private var aggregation: Aggregation?
    private var position = 0

    init(input: Operator, keys: [Project.Item], calls: [AggregateCall], weight: VariableID?) {
        self.input = input
        self.keys = keys
        self.calls = calls
        self.weight = weight
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        let filled: Aggregation
        if let aggregation {
            filled = aggregation
        } else {
            filled = Aggregation(keys: keys, calls: calls, weight: weight)
            var charged = 0
            while let batch = try input.next(context) {
                guard batch.count > 0 else { continue }
                try filled.add(batch, context)
                let size = filled.sizeInBytes
                try context.memory.take(size - charged)
                charged = size
            }
            aggregation = filled
        }
        let total = filled.groupCount
        guard position < total else { return nil }
        let range = position..<min(total, position + context.batchSize)
        position = range.upperBound
        return try filled.rows(range, width: context.variableCount)
    }

    override func restart() {
        aggregation = nil
        position = 0
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
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
        return Aggregate(input: inputs[0], keys: compiledKeys, calls: calls, weight: weight)
    }
}
