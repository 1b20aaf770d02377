/// Gives the rows of its inputs one after the other, each input's columns renamed to the union's.
final class Union: Operator {
    private let inputs: [Operator]
    private let sources: [[VariableID]]
    private let columns: [VariableID]
    private let carried: [VariableID]
    private var current = 0

    init(
        inputs: [Operator], sources: [[VariableID]], columns: [VariableID], carried: [VariableID]
    ) {
        self.inputs = inputs
        self.sources = sources
        self.columns = columns
        self.carried = carried
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        while current < inputs.count {
            if let batch = try inputs[current].next(context) {
                var result = batch.keeping(carried)
                for (source, column) in zip(sources[current], columns) {
                    result[column] = batch[source]
                }
                return result
            }
            current += 1
        }
        return nil
    }

    override func restart() {
        current = 0
        for input in inputs { input.restart() }
    }
}

/// The step of ``Union``.
struct UnionStep: PlanStep {
    let sources: [[VariableID]]
    let columns: [VariableID]
    let carried: [VariableID]

    var name: String { "Union" }
    func details(_ names: VariableNames) -> String { names.list(columns) }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Union(inputs: inputs, sources: sources, columns: columns, carried: carried)
    }
}
