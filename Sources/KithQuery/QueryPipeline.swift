import KithGraph
import KithLanguage
import KithValues

/// Start here: from a statement's text to its rows.
///
/// `parse → bind → plan → execute in batches`. The folders, lowest first:
///
/// - `Vectors`: columns of values, batches of rows, hashing and grouping of them;
/// - `Functions`: the scalar and aggregating functions, and the operators on single values;
/// - `Binding`: names, types and scopes; the bound form of a query, which everything below reads;
/// - `Expressions`: expressions over batches, with a kernel where operands have a typed layout;
/// - `Execution`: the operators, each beside the plan step that makes it;
/// - `Planning`: the order of a pattern's steps by cost, and the plan as a tree of steps.
public enum QueryPipeline {
    /// The statements of a script.
    ///
    /// - Throws: ``QueryError`` with the first mistake of the text.
    public static func parse(_ text: String) throws(QueryError) -> [Statement] {
        do {
            return try Parser.parse(text)
        } catch {
            throw QueryError(error)
        }
    }

    /// Makes a statement ready to run on graphs with the catalog of `graph`.
    ///
    /// `control` and `limits` stop planning as they stop a statement that runs.
    ///
    /// - Throws: ``QueryError`` with phase `compile`, or of type `ResourceError`.
    public static func prepare(
        _ statement: Statement, graph: GraphReader, environment: StatementEnvironment,
        control: StatementControl = StatementControl(), limits: StatementLimits = .standard
    ) throws(QueryError) -> PreparedQuery {
        try DeepStack.run(isNeeded: DeepStack.isNeeded(forDepth: statement.nestingDepth)) {
            () throws(QueryError) in
            try refuseModeOfCommand(statement)
            guard let bound = try bind(statement, graph: graph, environment: environment) else {
                return PreparedQuery(command: statement, catalogVersion: graph.catalogVersion)
            }
            return try plan(
                bound, of: statement, graph: graph, environment: environment, control: control,
                limits: limits)
        }
    }

    /// Refuses EXPLAIN and PROFILE of what has no plan: it would be carried out.
    private static func refuseModeOfCommand(_ statement: Statement) throws(QueryError) {
        guard statement.mode != .run else { return }
        switch statement.kind {
        case .query, .show: return
        case .createIndex, .dropIndex, .createConstraint, .dropConstraint, .transaction:
            let word = statement.mode == .explain ? "EXPLAIN" : "PROFILE"
            throw QueryError(
                type: "SyntaxError", detail: "InvalidClauseComposition", phase: .compile,
                message: "\(word) shows the plan of a query, and this statement has none",
                span: statement.span, hint: "Leave out \(word).")
        }
    }

    /// The bound form of a statement; nil when it is a command, which needs no plan.
    static func bind(
        _ statement: Statement, graph: GraphReader, environment: StatementEnvironment
    ) throws(QueryError) -> BoundStatement? {
        let procedures = environment.procedures
        var binding = BindingEnvironment(
            catalog: graph.catalog, functions: environment.functions,
            procedureNames: procedures.all.map { $0.signature.name },
            procedure: { procedures.procedure($0)?.signature })
        let sample = PropertySample(graph: graph)
        binding.kinds = { sample.kinds(of: $1, label: $0) }
        switch statement.kind {
        case .query(let query): return try Binder.bind(query, in: binding)
        case .show(let show): return try Binder.bind(show, in: binding)
        case .createIndex, .dropIndex, .createConstraint, .dropConstraint, .transaction: return nil
        }
    }

    /// A bound statement with its plan.
    static func plan(
        _ bound: BoundStatement, of statement: Statement, graph: GraphReader,
        environment: StatementEnvironment, control: StatementControl = StatementControl(),
        limits: StatementLimits = .standard
    ) throws(QueryError) -> PreparedQuery {
        let plan = try QueryPlanner.plan(
            bound, statistics: PlanningStatistics(graph: graph), functions: environment.functions,
            options: environment.options, control: control, limits: limits)
        return PreparedQuery(
            statement: statement, bound: bound, plan: plan, graph: graph)
    }

    /// Begins to run a prepared statement.
    ///
    /// `graph` is what it reads; with a `writer`, the writer's own view. The `writer` is a write
    /// transaction between `beginStatement` and `endStatement`; nil when the statement may only
    /// read. `transactions` is where CALL { } IN TRANSACTIONS, which has no writer around it, finds
    /// its own; nil within a transaction. A parameter without a value is a ``QueryError``, and so is
    /// a statement that writes without a writer.
    public static func run(
        _ prepared: PreparedQuery, graph: GraphReader, writer: GraphWriter?,
        parameters: [String: Value], control: StatementControl = StatementControl(),
        limits: StatementLimits = .standard, environment: StatementEnvironment,
        transactions: TransactionSource? = nil
    ) throws(QueryError) -> QueryCursor {
        if !prepared.isRight(for: graph) {
            let again = try prepare(
                prepared.statement, graph: graph, environment: environment, control: control,
                limits: limits)
            return try run(
                again, graph: graph, writer: writer, parameters: parameters, control: control,
                limits: limits, environment: environment, transactions: transactions)
        }
        var values: [Value] = []
        values.reserveCapacity(prepared.parameters.count)
        for (position, name) in prepared.parameters.enumerated() {
            guard let value = parameters[name] else {
                throw QueryError(
                    type: "ParameterMissing", detail: "MissingParameter", phase: .compile,
                    message: "the statement reads parameter `$\(name)`, which has no value",
                    span: prepared.parameterSpans[position],
                    hint: "Pass a value for it, or null.",
                    suggestions: Suggestions.nearest(to: name, among: parameters.keys.sorted())
                        .map { "$" + $0 })
            }
            do throws(ValueError) {
                try value.checkNesting()
            } catch {
                throw QueryError(error, span: prepared.parameterSpans[position])
            }
            values.append(value)
        }
        if prepared.runsInTransactions, prepared.mode != .explain, transactions == nil {
            throw QueryError(
                type: "TransactionError", detail: "TransactionOpen", phase: .compile,
                message: "CALL { } IN TRANSACTIONS cannot run within a transaction",
                span: prepared.transactionsSpan,
                hint: "COMMIT or ROLLBACK the transaction first, or leave out IN TRANSACTIONS.")
        }
        guard
            writer != nil || !prepared.isWriting || prepared.mode == .explain
                || prepared.runsInTransactions
        else {
            throw QueryError(
                type: "TransactionError", detail: "ReadOnlyTransaction", phase: .compile,
                message: "the statement writes, but the transaction only reads",
                span: prepared.writingSpan, hint: "Run it in a write transaction.")
        }
        if let point = try runPoint(prepared, graph, writer, values, control, limits) {
            return QueryCursor(prepared, point)
        }
        let context = ExecutionContext(
            graph: graph, writer: writer, parameterValues: values,
            variableCount: prepared.plan?.variableCount ?? 0, control: control, limits: limits,
            environment: environment)
        context.transactions = transactions
        return try DeepStack.run(isNeeded: prepared.isDeep) { () throws(QueryError) in
            try QueryCursor(prepared, context)
        }
    }

    /// Runs what takes no operators; nil for other statements.
    private static func runPoint(
        _ prepared: PreparedQuery, _ graph: GraphReader, _ writer: GraphWriter?,
        _ parameters: [Value], _ control: StatementControl, _ limits: StatementLimits
    ) throws(QueryError) -> QueryCursor.Point? {
        guard prepared.isPoint, prepared.catalogVersion == graph.catalogVersion else { return nil }
        var point = QueryCursor.Point()
        if let lookup = prepared.point {
            try control.checkpoint(limits)
            point.values = try lookup.run(graph, parameters)
        } else if let write = prepared.pointWrite, let writer {
            try control.checkpoint(limits)
            point.values = try write.run(graph, writer, parameters, changes: &point.changes)
        } else {
            return nil
        }
        if point.values != nil { control.advance(by: 1) }
        return point
    }
}
