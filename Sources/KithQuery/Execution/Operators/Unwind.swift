import KithValues

/// Makes a row of each element of a list; a null makes none, anything else makes one.
final class Unwind: Operator {
    private let input: Operator
    private let list: VectorExpression
    private let variable: VariableID
    private var batch: Batch?
    private var lists: Vector?
    private var row = 0
    private var element = 0

    init(input: Operator, list: VectorExpression, variable: VariableID) {
        self.input = input
        self.list = list
        self.variable = variable
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if batch == nil {
            guard let next = try input.next(context) else { return nil }
            if next.count == 0 { return next.gathered([]).with(variable, .nulls(count: 0)) }
            batch = next
            lists = try list.evaluate(next, context)
            row = 0
            element = 0
        }
        guard let batch, let lists else { return nil }
        var indices: [Int32] = []
        var values: [Value] = []
        while row < batch.count, indices.count < context.batchSize {
            guard case .list(let elements) = lists.value(at: row) else {
                if !lists.isNull(row) {
                    indices.append(Int32(row))
                    values.append(lists.value(at: row))
                }
                row += 1
                continue
            }
            let taken = min(elements.count - element, context.batchSize - indices.count)
            for offset in 0..<taken { values.append(elements[element + offset]) }
            indices.append(contentsOf: repeatElement(Int32(row), count: taken))
            element += taken
            if element == elements.count {
                row += 1
                element = 0
            }
        }
        if row == batch.count { self.batch = nil }
        return batch.gathered(indices).with(variable, .of(values))
    }

    override func restart() {
        batch = nil
        input.restart()
    }
}

/// The step of ``Unwind``.
struct UnwindStep: PlanStep {
    let list: BoundExpression
    let variable: VariableID

    var isRowLocal: Bool { true }
    var name: String { "Unwind" }
    func details(_ names: VariableNames) -> String {
        "\(list.text(names)) AS \(names.name(variable))"
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        Unwind(input: inputs[0], list: try builder.compile(list), variable: variable)
    }
}
