/// Keeps the rows on which a predicate is true.
final class Filter: Operator {
    private let input: Operator
    private let predicate: VectorExpression

    init(input: Operator, predicate: VectorExpression) {
        self.input = input
        self.predicate = predicate
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.next(context) else { return nil }
        return try Self.filtered(batch, by: predicate, context)
    }

    override func restart() { input.restart() }

    override var mayRunAgain: Bool { input.mayRunAgain }

    /// The rows of `batch` on which `predicate` is true.
    static func filtered(
        _ batch: Batch, by predicate: VectorExpression, _ context: ExecutionContext
    ) throws(QueryError) -> Batch {
        guard batch.count > 0 else { return batch }
        if try predicate.isSurelyTrue(batch, context) { return batch }
        let kept = TruthVector.trueRows(try predicate.truthCodes(batch, context))
        if kept.count == batch.count { return batch }
        return batch.gathered(kept)
    }
}

/// The step of ``Filter``.
struct FilterStep: PlanStep {
    let predicate: BoundExpression

    var isRowLocal: Bool { true }
    var name: String { "Filter" }
    func details(_ names: VariableNames) -> String { predicate.text(names) }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        Filter(input: inputs[0], predicate: try builder.compile(predicate))
    }
}
