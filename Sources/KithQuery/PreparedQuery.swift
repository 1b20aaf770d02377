import KithGraph
import KithLanguage

/// A statement that has been parsed, bound and planned; runs any number of times, on any thread.
public final class PreparedQuery: Sendable {
    /// The statement's tree.
    public var statement: Statement { trees.tree.statement }
    /// Where the statement changes the graph, which is what is at fault where the graph, once changed,
    /// breaks a rule: from its first writing clause to its last, or all of it where these stand within
    /// other clauses.
    public var writingSpan: SourceSpan {
        let statement = statement
        guard case .query(let query) = statement.kind else { return statement.span }
        let spans = query.branches.flatMap { $0.clauses }.filter { $0.isWriting }.map { $0.span }
        guard let first = spans.first else { return statement.span }
        return spans.dropFirst().reduce(first) { $0.joined(with: $1) }
    }
    /// The names of the result's columns, in order.
    public let columns: [String]
    /// The parameters it reads.
    public let parameters: [String]
    /// Where each of ``parameters`` stands first in the text.
    public let parameterSpans: [SourceSpan?]
    /// Whether it may change the graph or the schema.
    public let isWriting: Bool
    /// Whether it makes transactions of its own (CALL { } IN TRANSACTIONS), and so can run in none.
    public var runsInTransactions: Bool { transactionsSpan != nil }
    /// Whether it changes the graph, and in the transaction that it runs in.
    public var isWritingInPlace: Bool { isWriting && mode != .explain && !runsInTransactions }
    /// Where it says so.
    let transactionsSpan: SourceSpan?
    /// What its author should look at.
    public let warnings: [QueryWarning]
    /// The catalog it was prepared for; with another one it should be prepared again.
    public let catalogVersion: UInt64
    /// EXPLAIN, PROFILE, or neither.
    public let mode: Statement.Mode
    /// The command, when the statement controls a transaction: the caller carries it out.
    public let transactionCommand: TransactionCommand?
    /// The plan, kept alive by ``trees``: read several times a run, which copying the trees is not for.
    private let planReference: Unmanaged<Plan>?
    var plan: Plan? { planReference?.takeUnretainedValue() }
    /// Whether the statement is so deep that it takes a ``DeepStack`` to run it.
    let isDeep: Bool
    private let trees: DeepTree<(statement: Statement, plan: Plan?)>
    let columnVariables: [VariableID]
    private let hasAssumptions: Bool
    /// What the plan comes to where it only reads one node found by its key.
    let point: PointLookup?
    /// What the plan comes to where it writes for no more than one row.
    let pointWrite: PointWrite?
    /// Whether it takes no operators.
    var isPoint: Bool { point != nil || pointWrite != nil }
    /// Operators of runs that have ended.
    let pool = RunPool()

    init(statement: Statement, bound: BoundStatement, plan: Plan, graph: GraphReader) {
        isDeep = DeepStack.isNeeded(forDepth: statement.nestingDepth)
        trees = DeepTree((statement, plan), isDeep: isDeep)
        planReference = Unmanaged.passUnretained(plan)
        mode = statement.mode
        transactionCommand = nil
        catalogVersion = graph.catalogVersion
        parameters = bound.parameters
        parameterSpans = bound.parameterSpans
        isWriting = bound.isWriting
        transactionsSpan = bound.transactionsSpan
        warnings = bound.warnings
        columnVariables = bound.query.columns.map { $0.variable }
        hasAssumptions = !plan.assumptions.isEmpty
        let positions = ParameterPositions(bound.parameters)
        let isPlain = !isDeep && statement.mode == .run
        point =
            isPlain && !bound.isWriting
            ? PointLookup(
                plan, columns: columnVariables, parameters: positions,
                catalog: graph.catalog)
            : nil
        pointWrite =
            isPlain && bound.isWriting && bound.transactionsSpan == nil
            ? PointWrite.reading(
                plan, columns: columnVariables, parameters: positions,
                catalog: graph.catalog)
            : nil
        columns =
            statement.mode == .explain
            ? PlanDescription.columns : bound.query.columns.map { $0.name }
    }

    /// A statement that changes the schema, or controls a transaction.
    init(command: Statement, catalogVersion: UInt64) {
        isDeep = DeepStack.isNeeded(forDepth: command.nestingDepth)
        trees = DeepTree((command, nil), isDeep: isDeep)
        planReference = nil
        mode = command.mode
        if case .transaction(let control) = command.kind {
            transactionCommand = control
        } else {
            transactionCommand = nil
        }
        self.catalogVersion = catalogVersion
        columns = []
        parameters = []
        parameterSpans = []
        transactionsSpan = nil
        warnings = []
        columnVariables = []
        hasAssumptions = false
        point = nil
        pointWrite = nil
        isWriting = transactionCommand == nil
    }

    /// Whether its plan gives right answers on a graph with the same catalog: plans may rely on counts
    /// that writing changes. Where it does not, the statement is to be prepared again.
    public func isRight(for graph: GraphReader) -> Bool {
        !hasAssumptions || plan?.isRight(for: graph) ?? true
    }
}
