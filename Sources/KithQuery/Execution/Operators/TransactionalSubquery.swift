import KithGraph
import KithLanguage
import KithValues

/// CALL { … } IN TRANSACTIONS: the rows of a nested query for each row of the input, each so many
/// rows of input a transaction of their own.
///
/// The input is read as the graph was when the statement began. What follows sees all that was
/// committed: where anything follows, every transaction ends before the first row goes on.
final class TransactionalSubquery: Operator {
    private let input: Operator
    private let inner: PlanNode
    private let builder: OperatorBuilder
    private let cell: OuterCell
    private let call: BoundCallSubquery
    private let batching: BoundCallSubquery.Batching
    private let rowCount: VectorExpression?
    private let columns: [VariableID]
    private var upstream: ExecutionContext?
    private var rowsPerTransaction = 1_000
    private var pending: Batch?
    private var results = BufferedRows()
    private var isDone = false
    private var isStopped = false

    init(
        input: Operator, inner: PlanNode, builder: OperatorBuilder, cell: OuterCell,
        call: BoundCallSubquery, batching: BoundCallSubquery.Batching, rowCount: VectorExpression?
    ) {
        self.input = input
        self.inner = inner
        self.builder = builder
        self.cell = cell
        self.call = call
        self.batching = batching
        self.rowCount = rowCount
        columns = call.isUnit ? [] : call.query.columns.map { $0.variable }
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if upstream == nil { try begin(context) }
        guard let upstream else { return nil }
        if !batching.keepsRows {
            guard let rows = try nextRows(upstream) else {
                try finish(context, upstream)
                return nil
            }
            _ = try outcome(of: rows, context)
            return Batch(count: 0, width: context.variableCount)
        }
        if !isDone {
            while let rows = try nextRows(upstream) {
                for batch in try outcome(of: rows, context) {
                    try results.append(batch, context)
                }
            }
            try finish(context, upstream)
        }
        return results.next(context)
    }

    private func begin(_ context: ExecutionContext) throws(QueryError) {
        upstream = context.beside(graph: context.graph, writer: nil)
        guard let rowCount else { return }
        let unit = Batch(count: 1, width: context.variableCount)
        let value = try rowCount.evaluate(unit, context).value(at: 0)
        guard case .integer(let count) = value, count > 0 else {
            throw QueryError(
                type: "ArgumentError", detail: "InvalidArgumentValue", phase: .runtime,
                message: "the number of rows of a transaction must be a whole number above 0",
                span: rowCount.span)
        }
        rowsPerTransaction = Int(min(count, Int64(Int32.max)))
    }

    /// Lets what follows see what was committed.
    private func finish(
        _ context: ExecutionContext, _ upstream: ExecutionContext
    ) throws(QueryError) {
        guard !isDone, let source = context.transactions else { return }
        isDone = true
        context.changes.add(upstream.changes)
        context.hasDeleted = context.hasDeleted || upstream.hasDeleted
        let graph = try context.onGraph { () throws(GraphError) in try source.store.beginRead() }
        context.proceed(on: graph)
    }

    /// The next rows of input for one transaction.
    private func nextRows(_ upstream: ExecutionContext) throws(QueryError) -> Batch? {
        var parts: [Batch] = []
        var missing = rowsPerTransaction
        while missing > 0 {
            if pending == nil { pending = try input.nextNonEmpty(upstream) }
            guard let batch = pending else { break }
            let count = min(missing, batch.count)
            parts.append(batch.slice(from: 0, count: count))
            pending =
                count == batch.count
                ? nil : batch.slice(from: count, count: batch.count - count)
            missing -= count
        }
        guard !parts.isEmpty else { return nil }
        return Batch.concatenated(parts, width: upstream.variableCount)
    }

    /// What comes of some rows: those of the nested query, or nulls where it failed or was not tried.
    private func outcome(
        of rows: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [Batch] {
        if isStopped { return unanswered(rows, Self.status(started: false)) }
        do throws(QueryError) {
            return try committed(rows, context)
        } catch {
            let isFinal = error.type == "ResourceError" || batching.onError == .fail
            guard !isFinal else { throw error }
            isStopped = batching.onError == .stop
            return unanswered(rows, Self.status(started: true, error: error.message))
        }
    }

    /// Runs the nested query for `rows` in one transaction.
    private func committed(
        _ rows: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [Batch] {
        guard let source = context.transactions else {
            preconditionFailure("a statement that divides itself runs in no transaction")
        }
        let writer = try context.onGraph { () throws(GraphError) in
            try source.store.beginWrite(timeoutInMilliseconds: source.timeoutInMilliseconds)
        }
        do throws(QueryError) {
            let own = context.beside(graph: writer.reader, writer: writer)
            let found = try self.rows(of: rows, writer, own)
            let number = try context.onGraph { () throws(GraphError) in
                try writer.endStatement()
                return try writer.commit()
            }
            context.changes.add(own.changes)
            context.hasDeleted = context.hasDeleted || own.hasDeleted
            return found.map { with(Self.status(started: true, commit: number), $0) }
        } catch {
            writer.rollback()
            throw error
        }
    }

    /// The rows that the nested query gives for `rows`.
    private func rows(
        of rows: Batch, _ writer: GraphWriter, _ own: ExecutionContext
    ) throws(QueryError) -> [Batch] {
        try own.onGraph { () throws(GraphError) in try writer.beginStatement() }
        // Made anew, so that nothing is kept from the graph as an earlier transaction saw it.
        let query = try builder.build(inner)
        var found: [Batch] = []
        for row in 0..<rows.count {
            cell.set(rows.keeping(call.imports).slice(from: row, count: 1))
            query.restart()
            var hasMatched = false
            while let batch = try query.next(own) {
                guard !call.isUnit, batch.count > 0 else { continue }
                hasMatched = true
                var result = rows.repeated(row, count: batch.count)
                for column in columns { result[column] = batch[column] }
                if batching.keepsRows { found.append(result) }
            }
            let keepsRow = call.isUnit || (call.isOptional && !hasMatched)
            guard keepsRow, batching.keepsRows else { continue }
            var result = rows.slice(from: row, count: 1)
            for column in columns { result[column] = .nulls(count: 1) }
            found.append(result)
        }
        return found
    }

    /// The rows of input with nothing found.
    private func unanswered(_ rows: Batch, _ status: Value) -> [Batch] {
        guard batching.keepsRows else { return [] }
        var result = rows
        for column in columns { result[column] = .nulls(count: rows.count) }
        return [with(status, result)]
    }

    private func with(_ status: Value, _ rows: Batch) -> Batch {
        guard let variable = batching.status else { return rows }
        return rows.with(
            variable, Vector(tagged: [status], count: rows.count, isConstant: true))
    }

    /// What REPORT STATUS says of a transaction.
    private static func status(
        started: Bool, commit: UInt64? = nil, error: String? = nil
    ) -> Value {
        .map(
            ValueMap([
                ("started", .boolean(started)), ("committed", .boolean(commit != nil)),
                ("transactionId", commit.map { .string("\($0)") } ?? .null),
                ("errorMessage", error.map { .string($0) } ?? .null),
            ]))
    }

    override func restart() { preconditionFailure("no query runs around IN TRANSACTIONS") }
}
