import KithLanguage
import KithValues

/// CALL { … }: the rows of a nested query for each row of the input.
final class Subquery: Operator {
    private let input: Operator
    private let inner: Operator
    private let cell: OuterCell
    private let imports: [VariableID]
    private let columns: [VariableID]
    private let isUnit: Bool
    private let isOptional: Bool
    private var batch: Batch?
    private var row = 0
    private var isRunning = false
    private var hasMatched = false

    init(
        input: Operator, inner: Operator, cell: OuterCell, call: BoundCallSubquery
    ) {
        self.input = input
        self.inner = inner
        self.cell = cell
        imports = call.imports
        columns = call.isUnit ? [] : call.query.columns.map { $0.variable }
        isUnit = call.isUnit
        isOptional = call.isOptional
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if batch == nil {
            guard let next = try input.nextNonEmpty(context) else { return nil }
            batch = next
            row = 0
        }
        guard let batch else { return nil }
        if !isRunning {
            cell.set(batch.keeping(imports).slice(from: row, count: 1))
            inner.restart()
            isRunning = true
            hasMatched = false
        }
        if isUnit {
            while try inner.next(context) != nil {}
            let result = batch.slice(from: row, count: 1)
            advance(batch)
            return result
        }
        if let rows = try inner.next(context) {
            hasMatched = hasMatched || rows.count > 0
            var result = batch.repeated(row, count: rows.count)
            for column in columns { result[column] = rows[column] }
            return result
        }
        var result = batch.slice(from: row, count: isOptional && !hasMatched ? 1 : 0)
        for column in columns { result[column] = .nulls(count: result.count) }
        advance(batch)
        return result
    }

    private func advance(_ batch: Batch) {
        isRunning = false
        row += 1
        if row == batch.count { self.batch = nil }
    }

    override func restart() {
        batch = nil
        isRunning = false
        input.restart()
    }
}

/// The step of ``Subquery``.
struct SubqueryStep: PlanStep {
    let call: BoundCallSubquery
    let inner: PlanNode
    let outer: Int

    var name: String { call.batching == nil ? "Subquery" : "SubqueryInTransactions" }
    var nested: [PlanNode] { [inner] }
    func details(_ names: VariableNames) -> String { names.list(call.imports) }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        if let batching = call.batching {
            return TransactionalSubquery(
                input: inputs[0], inner: inner, builder: builder, cell: builder.cell(outer),
                call: call, batching: batching, rowCount: try builder.compile(batching.rowCount))
        }
        return Subquery(
            input: inputs[0], inner: try builder.build(inner), cell: builder.cell(outer),
            call: call)
    }
}
