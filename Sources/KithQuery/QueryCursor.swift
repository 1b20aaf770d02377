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
    private let context: ExecutionContext
    private let running: DeepTree<(root: Operator, builder: OperatorBuilder)>?
    private var description: [[Value]]?
    private var isFinished = false

    init(_ prepared: PreparedQuery, _ context: ExecutionContext) throws(QueryError) {
        self.prepared = prepared
        self.context = context
        columns = prepared.columns
        guard let plan = prepared.plan else {
            running = nil
            return
        }
        if prepared.mode == .explain {
            running = nil
            description = PlanDescription.rows(plan, profiles: [])
            return
        }
        let builder = OperatorBuilder(
            plan: plan, functions: context.environment.functions, batchSize: context.batchSize,
            isProfiling: prepared.mode == .profile)
        running = DeepTree((try builder.build(plan.root), builder), isDeep: prepared.isDeep)
    }

    /// What the statement has changed so far.
    public var changes: ChangeCounts { context.changes }

    /// The graph as the rows given now see it.
    public var graph: GraphReader { context.graph }

    /// The most memory that the statement's operators held at once.
    public var peakMemoryInBytes: Int { context.memory.peakInBytes }

    /// The next rows, each with a value for every column; nil when there are no more.
    ///
    /// A statement without columns runs to its end and gives none.
    public func next() throws(QueryError) -> [[Value]]? {
        try DeepStack.run(isNeeded: prepared.isDeep) { () throws(QueryError) in
            try nextHere()
        }
    }

    /// The next rows, computed on the caller's stack.
    private func nextHere() throws(QueryError) -> [[Value]]? {
        if let rows = description {
            description = nil
            isFinished = true
            return rows
        }
        guard !isFinished else { return nil }
        guard let root = running?.tree.root else {
            isFinished = true
            try SchemaCommands.run(prepared.statement, context)
            return nil
        }
        while let batch = try root.next(context) {
            context.control.advance(by: batch.count)
            if columns.isEmpty || batch.count == 0 { continue }
            let vectors = prepared.columnVariables.map { batch[$0] }
            return (0..<batch.count).map { row in vectors.map { $0.value(at: row) } }
        }
        isFinished = true
        return nil
    }

    /// All remaining rows.
    public func allRows() throws(QueryError) -> [[Value]] {
        var rows: [[Value]] = []
        while let batch = try next() { rows += batch }
        return rows
    }

    /// The plan with what each step did, after the last row of a PROFILE; nil otherwise.
    public var profile: [[Value]]? {
        guard let builder = running?.tree.builder, let plan = prepared.plan,
            prepared.mode == .profile
        else { return nil }
        return PlanDescription.rows(plan, profiles: builder.profiles)
    }
}
