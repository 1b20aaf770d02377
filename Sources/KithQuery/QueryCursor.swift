import KithGraph
import KithLanguage
import KithValues

/// The rows of a running statement, batch by batch, and what it changed.
///
/// For one thread. The transaction it runs in must stay open while rows are fetched; changes are
/// complete when the last row has been fetched.
public final class QueryCursor {
    /// The names of the columns, in order.
    public let columns: [String]
    private let prepared: PreparedQuery
    /// What the operators run in; nil where there are none, because ``point`` has the row.
    private let context: ExecutionContext?
    private var point: Point?
    private var running: RunPool.Run?
    /// Keeps a deep tree of operators, which takes a deep stack to drop.
    private let deepTree: DeepTree<RunPool.Run>?
    private let mayRunAgain: Bool
    private var description: [[Value]]?
    private var isFinished = false

    /// What a statement gave that takes no operators, and so has run when its cursor is made.
    struct Point {
        /// The values of its row; nil where there is none.
        var values: [Value]?
        var changes = ChangeCounts()
    }

    /// A cursor for the one row of a statement that takes no operators.
    init(_ prepared: PreparedQuery, _ point: Point) {
        self.prepared = prepared
        self.point = point
        context = nil
        columns = prepared.columns
        running = nil
        deepTree = nil
        mayRunAgain = false
    }

    init(_ prepared: PreparedQuery, _ context: ExecutionContext) throws(QueryError) {
        self.prepared = prepared
        self.context = context
        columns = prepared.columns
        guard let plan = prepared.plan, prepared.mode != .explain else {
            running = nil
            deepTree = nil
            mayRunAgain = false
            if let plan = prepared.plan { description = PlanDescription.rows(plan, profiles: []) }
            return
        }
        let isPlain = prepared.mode == .run && !prepared.isDeep
        let options = context.environment.options
        let kind = RunPool.Kind(
            batchSize: context.batchSize, threads: options.threads,
            parallelRowsMin: options.parallelRowsMin,
            mayShare: isPlain && context.graph.isSnapshot)
        if isPlain, let ready = prepared.pool.take(kind) {
            running = ready
            deepTree = nil
            mayRunAgain = true
            return
        }
        let builder = OperatorBuilder(
            plan: plan, functions: context.environment.functions, parameters: prepared.parameters,
            kind: kind, isProfiling: prepared.mode == .profile, options: options)
        let run = RunPool.Run(root: try builder.build(plan.root), builder: builder)
        running = run
        deepTree = prepared.isDeep ? DeepTree(run, isDeep: true) : nil
        mayRunAgain = isPlain && !builder.hasNestedPlans && run.root.mayRunAgain
    }

    deinit { end(hasFailed: !isFinished) }

    /// Lets go of what was held for this run, and keeps the operators for the next.
    private func end(hasFailed: Bool) {
        guard let run = running else { return }
        context?.endRun()
        guard mayRunAgain else { return }
        running = nil
        if hasFailed { return }
        run.root.restart()
        prepared.pool.give(run)
    }

    /// What the statement has changed so far.
    public var changes: ChangeCounts { context?.changes ?? point?.changes ?? ChangeCounts() }

    /// The graph as the rows given now see it.
    ///
    /// nil where no operators ran: it is what the statement was given.
    public var graph: GraphReader? { context?.graph }

    /// The most memory that the statement's operators held at once.
    public var peakMemoryInBytes: Int { context?.memory.peakInBytes ?? 0 }

    /// The next rows, each with a value for every column; nil when there are no more.
    ///
    /// A statement without columns runs to its end and gives none.
    public func next() throws(QueryError) -> [[Value]]? {
        guard let rows = try nextRows() else { return nil }
        return (0..<rows.count).map { row in
            Array(rows.values[row * columns.count..<(row + 1) * columns.count])
        }
    }

    /// The next rows in one array, row by row; nil when there are no more. See ``next()``.
    public func nextRows() throws(QueryError) -> ResultRows? {
        if isFinished { return nil }
        if let point {
            isFinished = true
            guard let values = point.values, !columns.isEmpty else { return nil }
            return ResultRows(count: 1, values: values)
        }
        return try DeepStack.run(isNeeded: prepared.isDeep) { () throws(QueryError) in
            try nextHere()
        }
    }

    /// The next rows, computed on the caller's stack.
    private func nextHere() throws(QueryError) -> ResultRows? {
        if let rows = description {
            description = nil
            isFinished = true
            return ResultRows(count: rows.count, values: rows.flatMap { $0 })
        }
        guard let context else { return nil }
        guard let root = running?.root else {
            isFinished = true
            try SchemaCommands.run(prepared.statement, context)
            return nil
        }
        while let batch = try root.next(context) {
            context.control.advance(by: batch.count)
            if columns.isEmpty || batch.count == 0 { continue }
            return rows(of: batch)
        }
        isFinished = true
        end(hasFailed: false)
        return nil
    }

    private func rows(of batch: Batch) -> ResultRows {
        let width = prepared.columnVariables.count
        let values = [Value](unsafeUninitializedCapacity: batch.count * width) {
            target, initialized in
            initialized = batch.count * width
            guard let base = target.baseAddress else { return }
            for (column, variable) in prepared.columnVariables.enumerated() {
                batch[variable].copyValues(to: base + column, stride: width)
            }
        }
        return ResultRows(count: batch.count, values: values)
    }

    /// All remaining rows.
    public func allRows() throws(QueryError) -> [[Value]] {
        var rows: [[Value]] = []
        while let batch = try next() { rows += batch }
        return rows
    }

    /// What PROFILE tells besides, after the last row: where an index would have spared most of the work.
    public var advice: [QueryWarning] {
        guard let builder = running?.builder, let plan = prepared.plan, let context,
            prepared.mode == .profile
        else { return [] }
        return IndexAdvice(builder.profiles, graph: context.graph).warnings(for: plan.root)
    }

    /// The plan with what each step did, after the last row of a PROFILE; nil otherwise.
    public var profile: [[Value]]? {
        guard let builder = running?.builder, let plan = prepared.plan,
            prepared.mode == .profile
        else { return nil }
        return PlanDescription.rows(plan, profiles: builder.profiles)
    }
}

/// Some rows of a result.
public struct ResultRows: Sendable {
    /// How many rows.
    public let count: Int
    /// The values of the first row, then those of the second, and so on.
    public let values: [Value]
}
