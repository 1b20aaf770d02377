import KithLanguage
import KithValues

/// CALL of a procedure: its rows for each row of the input.
final class ProcedureCall: Operator {
    private let input: Operator
    private let call: BoundProcedureCall
    private let arguments: [VectorExpression]
    private let predicate: VectorExpression?
    private var batch: Batch?
    private var argumentVectors: [Vector] = []
    private var row = 0
    private var cursor: (any ProcedureCursor)?
    private var hasMatched = false

    init(
        input: Operator, call: BoundProcedureCall, arguments: [VectorExpression],
        predicate: VectorExpression?
    ) {
        self.input = input
        self.call = call
        self.arguments = arguments
        self.predicate = predicate
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let procedure = context.environment.procedures.procedure(call.name) else {
            throw QueryError(
                type: "ProcedureError", detail: "ProcedureNotFound", phase: .runtime,
                message: "there is no procedure `\(call.name)`", span: call.span)
        }
        if batch == nil {
            guard let next = try input.nextNonEmpty(context) else { return nil }
            batch = next
            row = 0
            argumentVectors = []
            for argument in arguments {
                argumentVectors.append(try argument.evaluate(next, context))
            }
        }
        guard let batch else { return nil }
        if cursor == nil {
            cursor = try procedure.call(
                argumentVectors.map { $0.value(at: row) }, ProcedureContext(context))
            hasMatched = false
        }
        guard let cursor else { return nil }
        var rows: [[Value]] = []
        let hasMore = try cursor.next(into: &rows)
        // A procedure without outputs acts, and leaves each row as it is.
        if procedure.signature.outputs.isEmpty { rows = hasMore ? [] : [[]] }
        var result = batch.repeated(row, count: rows.count)
        for yield in call.yields {
            result[yield.variable] = .of(rows.map { $0[yield.output] })
        }
        if call.isOptional {
            if let predicate { result = try Filter.filtered(result, by: predicate, context) }
            hasMatched = hasMatched || result.count > 0
            if !hasMore, !hasMatched {
                result = batch.slice(from: row, count: 1)
                for yield in call.yields { result[yield.variable] = .nulls(count: 1) }
            }
        }
        if !hasMore {
            self.cursor = nil
            row += 1
            if row == batch.count { self.batch = nil }
        }
        return result
    }

    override func restart() {
        batch = nil
        cursor = nil
        input.restart()
    }
}

/// The step of ``ProcedureCall``.
struct ProcedureCallStep: PlanStep {
    let call: BoundProcedureCall

    var name: String { "ProcedureCall" }
    func details(_ names: VariableNames) -> String {
        "\(call.name)(\(call.arguments.map { $0.text(names) }.joined(separator: ", ")))"
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        ProcedureCall(
            input: inputs[0], call: call,
            arguments: try ExpressionCompiler(builder: builder).compile(call.arguments),
            predicate: call.isOptional ? try builder.compile(call.predicate) : nil)
    }
}
