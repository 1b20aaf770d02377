import KithValues

/// Leaves out the first rows and stops after a number of rows.
final class Limit: Operator {
    private let input: Operator
    private let skip: VectorExpression?
    private let limit: VectorExpression?
    private let isAboveWriting: Bool
    private var toSkip = 0
    private var toKeep = Int.max
    private var hasBegun = false

    /// `isAboveWriting`: whether the input changes the graph, which it must do though no row is kept.
    init(
        input: Operator, skip: VectorExpression?, limit: VectorExpression?, isAboveWriting: Bool
    ) {
        self.input = input
        self.isAboveWriting = isAboveWriting
        self.skip = skip
        self.limit = limit
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if !hasBegun {
            hasBegun = true
            toSkip = try RowCount.evaluate(skip, "SKIP", context) ?? 0
            toKeep = try RowCount.evaluate(limit, "LIMIT", context) ?? .max
            if toKeep == 0, isAboveWriting { _ = try input.next(context) }
        }
        while toKeep > 0, let batch = try input.next(context) {
            let skipped = min(toSkip, batch.count)
            toSkip -= skipped
            let length = min(batch.count - skipped, toKeep)
            if length == 0 { continue }
            toKeep -= length
            return batch.slice(from: skipped, count: length)
        }
        return nil
    }

    override func restart() {
        hasBegun = false
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The number of rows that SKIP and LIMIT ask for.
enum RowCount {
    /// Evaluates the operand of SKIP or LIMIT, which reads no variable.
    ///
    /// - Throws: `SyntaxError`/`InvalidArgumentType` when it is no integer, and
    ///   `SyntaxError`/`NegativeIntegerArgument` when it is negative, both at run time.
    static func evaluate(
        _ expression: VectorExpression?, _ clause: String, _ context: ExecutionContext
    ) throws(QueryError) -> Int? {
        guard let expression else { return nil }
        let value: Value
        if let literal = expression as? LiteralExpression {
            value = literal.value
        } else {
            let row = Batch(count: 1, width: context.variableCount)
            value = try expression.evaluate(row, context).value(at: 0)
        }
        guard case .integer(let count) = value else {
            throw QueryError(
                type: "SyntaxError", detail: "InvalidArgumentType", phase: .runtime,
                message: "\(clause) needs an integer", span: expression.span)
        }
        guard count >= 0 else {
            throw QueryError(
                type: "SyntaxError", detail: "NegativeIntegerArgument", phase: .runtime,
                message: "\(clause) needs a number of rows that is not negative",
                span: expression.span)
        }
        return Int(count)
    }
}

/// The step of ``Limit``.
struct LimitStep: PlanStep {
    let skip: BoundExpression?
    let limit: BoundExpression?
    let isAboveWriting: Bool

    var name: String { "Limit" }
    func details(_ names: VariableNames) -> String {
        let parts = [skip.map { "skip \($0.text(names))" }, limit.map { $0.text(names) }]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        Limit(
            input: inputs[0], skip: try builder.compile(skip), limit: try builder.compile(limit),
            isAboveWriting: isAboveWriting)
    }
}
