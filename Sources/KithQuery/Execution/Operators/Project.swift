/// Computes new variables from each row.
final class Project: Operator {
    /// A variable and how it is computed.
    struct Item {
        let variable: VariableID
        let expression: VectorExpression
    }

    private let input: Operator
    private let items: [Item]
    private let kept: [VariableID]?

    /// `kept`: the variables that stay alive besides the items; nil for all.
    init(input: Operator, items: [Item], kept: [VariableID]?) {
        self.input = input
        self.items = items
        self.kept = kept
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.next(context) else { return nil }
        var result = kept.map { batch.keeping($0) } ?? batch
        for item in items {
            result[item.variable] =
                batch.count == 0
                ? .nulls(count: 0) : try item.expression.evaluate(batch, context)
        }
        return result
    }

    override func restart() { input.restart() }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// Forgets the variables that nothing above reads.
final class Keep: Operator {
    private let input: Operator
    private let kept: [VariableID]

    init(input: Operator, kept: [VariableID]) {
        self.input = input
        self.kept = kept
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        try input.next(context)?.keeping(kept)
    }

    override func restart() { input.restart() }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The step of ``Project``.
struct ProjectStep: PlanStep {
    let items: [BoundProjection.Item]
    let kept: [VariableID]

    var isRowLocal: Bool { true }
    var name: String { "Project" }
    func details(_ names: VariableNames) -> String {
        items.map { item in
            let text = item.expression.text(names)
            let name = names.name(item.variable)
            return text == name ? name : "\(text) AS \(name)"
        }.joined(separator: ", ")
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        var compiled: [Project.Item] = []
        for item in items {
            compiled.append(
                Project.Item(
                    variable: item.variable, expression: try builder.compile(item.expression)))
        }
        return Project(input: inputs[0], items: compiled, kept: kept)
    }
}

/// The step of ``Keep``.
struct KeepStep: PlanStep {
    let kept: [VariableID]

    var isRowLocal: Bool { true }
    var name: String { "Keep" }
    func details(_ names: VariableNames) -> String { names.list(kept) }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Keep(input: inputs[0], kept: kept)
    }
}
