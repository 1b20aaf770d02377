import KithLanguage
import KithValues

/// CALL of a procedure: its rows for each row of the input.
final class ProcedureCall: Operator {
    private let input: Operator
    private let rows: ProcedureRows

    init(input: Operator, rows: ProcedureRows) {
        self.input = input
        self.rows = rows
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if let batch = try rows.next(context) { return batch }
        guard let batch = try input.nextNonEmpty(context) else { return nil }
        try rows.begin(batch, context)
        return try rows.next(context)
    }

    override func restart() {
        rows.end()
        input.restart()
    }
}

/// CALL of a procedure that changes the graph: what is read before sees nothing of the change, what is
/// read after sees all of it.
final class WritingProcedureCall: WritingOperator {
    private let rows: ProcedureRows

    init(input: Operator, rows: ProcedureRows) {
        self.rows = rows
        super.init(input: input)
    }

    override func write(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Batch {
        try rows.begin(batch, context)
        var parts: [Batch] = []
        while let part = try rows.next(context) { if part.count > 0 { parts.append(part) } }
        return parts.isEmpty
            ? batch.slice(from: 0, count: 0).adding(rows.yields)
            : Batch.concatenated(parts, width: context.variableCount)
    }

    override func restart() {
        rows.end()
        super.restart()
    }
}

/// Calls a procedure for the rows of a batch, one after the other, and joins what it gives to them.
final class ProcedureRows {
    private let call: BoundProcedureCall
    private let arguments: [VectorExpression]
    private let predicate: VectorExpression?
    private let outputs: [Int]
    private var batch: Batch?
    private var argumentVectors: [Vector] = []
    private var row = 0
    private var cursor: (any ProcedureCursor)?
    private var hasOutputs = true
    private var hasMatched = false

    init(
        _ call: BoundProcedureCall, arguments: [VectorExpression], predicate: VectorExpression?
    ) {
        self.call = call
        self.arguments = arguments
        self.predicate = predicate
        outputs = call.yields.map(\.output)
    }

    /// The variables that the procedure's rows add.
    var yields: [VariableID] { call.yields.map(\.variable) }

    /// Begins with a batch, which has at least one row.
    func begin(_ next: Batch, _ context: ExecutionContext) throws(QueryError) {
        batch = next
        row = 0
        argumentVectors = []
        for argument in arguments { argumentVectors.append(try argument.evaluate(next, context)) }
    }

    /// Forgets the batch.
    func end() {
        batch = nil
        cursor = nil
        argumentVectors = []
    }

    /// Some rows of the batch with what the procedure gives for them; nil when all are done.
    func next(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch else { return nil }
        do throws(QueryError) {
            if cursor == nil { cursor = try open(context) }
            guard let cursor else { return nil }
            var (result, hasMore) = try joined(cursor, batch)
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
        } catch {
            var placed = error
            if placed.span == nil { placed.span = call.span }
            throw placed
        }
    }

    /// Begins the call for the present row.
    private func open(_ context: ExecutionContext) throws(QueryError) -> any ProcedureCursor {
        guard let procedure = context.environment.procedures.procedure(call.name) else {
            throw QueryError(
                type: "ProcedureError", detail: "ProcedureNotFound", phase: .runtime,
                message: "there is no procedure `\(call.name)`", span: call.span)
        }
        hasOutputs = !procedure.signature.outputs.isEmpty
        hasMatched = false
        return try procedure.call(
            argumentVectors.map { $0.value(at: row) },
            ProcedureContext(context, wantedOutputs: Set(outputs)))
    }

    /// The next rows of the call, joined to the present row, and whether there are more.
    private func joined(
        _ cursor: any ProcedureCursor, _ batch: Batch
    ) throws(QueryError) -> (Batch, hasMore: Bool) {
        if let cursor = cursor as? any VectorCursor {
            let rows = try cursor.next(outputs: outputs)
            var result = batch.repeated(row, count: rows.count)
            for (yield, vector) in zip(call.yields, rows.vectors) {
                result[yield.variable] = vector
            }
            return (result, rows.hasMore)
        }
        var rows: [[Value]] = []
        let hasMore = try cursor.next(into: &rows)
        // A procedure without outputs acts, and leaves each row as it is.
        if !hasOutputs { rows = hasMore ? [] : [[]] }
        var result = batch.repeated(row, count: rows.count)
        for yield in call.yields { result[yield.variable] = .of(rows.map { $0[yield.output] }) }
        return (result, hasMore)
    }
}

extension Batch {
    /// The same rows, of which there are none, with more variables.
    fileprivate func adding(_ variables: [VariableID]) -> Batch {
        var result = self
        for variable in variables { result[variable] = .nulls(count: count) }
        return result
    }
}

/// The step of ``ProcedureCall`` and ``WritingProcedureCall``.
struct ProcedureCallStep: PlanStep {
    let call: BoundProcedureCall

    var name: String { "ProcedureCall" }
    var isWriting: Bool { call.isWriting }
    func details(_ names: VariableNames) -> String {
        "\(call.name)(\(call.arguments.map { $0.text(names) }.joined(separator: ", ")))"
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        let rows = ProcedureRows(
            call, arguments: try ExpressionCompiler(builder: builder).compile(call.arguments),
            predicate: call.isOptional ? try builder.compile(call.predicate) : nil)
        if call.isWriting { return WritingProcedureCall(input: inputs[0], rows: rows) }
        return ProcedureCall(input: inputs[0], rows: rows)
    }
}
