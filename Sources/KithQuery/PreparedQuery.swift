import KithGraph
import KithLanguage

/// A statement that has been parsed, bound and planned; runs any number of times, on any thread.
public final class PreparedQuery: Sendable {
    /// The statement's tree.
    public var statement: Statement { trees.tree.statement }
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
    /// Where it says so.
    let transactionsSpan: SourceSpan?
    /// What its author should look at.
    public let warnings: [QueryWarning]
    /// The catalog it was prepared for; with another one it should be prepared again.
    public let catalogVersion: UInt64
    var plan: Plan? { trees.tree.plan }
    /// Whether the statement is so deep that it takes a ``DeepStack`` to run it.
    let isDeep: Bool
    private let trees: DeepTree<(statement: Statement, plan: Plan?)>
    let columnVariables: [VariableID]

    init(statement: Statement, bound: BoundStatement, plan: Plan, catalogVersion: UInt64) {
        isDeep = DeepStack.isNeeded(forDepth: statement.nestingDepth)
        trees = DeepTree((statement, plan), isDeep: isDeep)
        self.catalogVersion = catalogVersion
        parameters = bound.parameters
        parameterSpans = bound.parameterSpans
        isWriting = bound.isWriting
        transactionsSpan = bound.transactionsSpan
        warnings = bound.warnings
        columnVariables = bound.query.columns.map { $0.variable }
        columns =
            statement.mode == .explain
            ? PlanDescription.columns : bound.query.columns.map { $0.name }
    }

    /// A statement that changes the schema, or controls a transaction.
    init(command: Statement, catalogVersion: UInt64) {
        isDeep = DeepStack.isNeeded(forDepth: command.nestingDepth)
        trees = DeepTree((command, nil), isDeep: isDeep)
        self.catalogVersion = catalogVersion
        columns = []
        parameters = []
        parameterSpans = []
        transactionsSpan = nil
        warnings = []
        columnVariables = []
        if case .transaction = command.kind { isWriting = false } else { isWriting = true }
    }

    /// Whether its plan gives right answers on a graph with the same catalog: plans may rely on counts
    /// that writing changes. Where it does not, the statement is to be prepared again.
    public func isRight(for graph: GraphReader) -> Bool { plan?.isRight(for: graph) ?? true }

    /// EXPLAIN, PROFILE, or neither.
    public var mode: Statement.Mode { statement.mode }

    /// The command, when the statement controls a transaction: the caller carries it out.
    public var transactionCommand: TransactionCommand? {
        if case .transaction(let command) = statement.kind { return command }
        return nil
    }
}
