import KithGraph
import KithLanguage
import KithQuery
import KithStorage
import KithValues

/// Start here: a customer graph in one file, or in memory.
///
/// ```swift
/// let database = try Database.open("customers.kith")
/// let rows = try database.read { transaction in
///     try transaction.rows("MATCH (c:Customer {email: \(email)}) RETURN c.name AS name")
/// }
/// ```
///
/// A database may be used by many threads at once: readers see the last commit before they began and
/// never wait; writers wait for each other. Next: ``Transaction``, ``PreparedStatement``, ``Row``,
/// ``Query``, ``KithError``.
public final class Database: Sendable {
    /// How a database is opened.
    public struct Options: Sendable {
        /// Whether statements may only read; the file is then not written to at all.
        public var isReadOnly = false
        /// Whether a file that does not exist is made.
        public var createsFile = true
        /// How long a writer waits for another one, here or in another process.
        public var writerTimeoutInMilliseconds = 5_000
        /// The bounds of statements that set none of their own.
        public var limits = Limits()
        /// How statements are planned and run; ``Transaction/execution`` may say otherwise.
        public var execution = ExecutionOptions.standard
        /// Whether what statements are warned of, such as a label that no node has, is an error.
        public var isStrict = false
        /// The storage's and the graph's settings.
        public var graph = GraphOptions()
        /// Procedures of the program's own.
        public var procedures: [any Procedure] = []
        /// Functions of the program's own.
        public var functions: [ScalarFunction] = []

        /// The default options.
        public init() {}
    }

    /// The bounds within which a statement runs.
    public struct Limits: Sendable {
        /// The most memory a statement's operators may hold.
        public var memoryInBytes = 1 << 30
        /// How long a statement may run; nil for as long as it takes.
        public var durationInMilliseconds: Int?

        /// One gibibyte, and as long as it takes.
        public init() {}
    }

    /// The graph below; for bulk import and checking.
    public let store: GraphStore
    let options: Options
    let functions: FunctionRegistry
    private let procedures: Guarded<ProcedureRegistry>
    /// What the statements of all transactions get from outside, and the plans' generation that it was
    /// made for.
    private let environment = Guarded<(made: StatementEnvironment, generation: UInt64)?>(nil)
    let plans = PlanCache()
    private let parsed = ParsedStatements()
    let open = OpenTransactions()

    private init(_ store: GraphStore, _ options: Options) {
        self.store = store
        self.options = options.withThreadsForBudget()
        functions =
            options.functions.isEmpty
            ? .standard : FunctionRegistry(extensions: options.functions)
        var registry = ProcedureRegistry.standard
        registry.add(ShowTransactions(open: open))
        for procedure in options.procedures { registry.add(procedure) }
        procedures = Guarded(registry)
    }

    /// Opens a database file.
    ///
    /// - Throws: ``KithError`` with type `StorageError` when the file cannot be opened, is no
    ///   database, or is damaged.
    public static func open(
        _ path: String, options: Options = Options()
    ) throws(KithError) -> Database {
        var graph = options.graphWithThreads
        graph.storage.isReadOnly = options.isReadOnly
        let mayCreate = options.createsFile && !options.isReadOnly
        graph.storage.creation = mayCreate ? .ifMissing : .never
        do {
            return Database(try GraphStore.open(path: path, options: graph), options)
        } catch {
            throw KithError(error)
        }
    }

    /// Makes an empty database in memory; it is gone when the last reference to it is.
    public static func inMemory(options: Options = Options()) throws(KithError) -> Database {
        do {
            return Database(try GraphStore.inMemory(options: options.graphWithThreads), options)
        } catch {
            throw KithError(error)
        }
    }

    /// Whether the database was opened for reading only.
    public var isReadOnly: Bool { options.isReadOnly }

    /// Closes the database; transactions must have ended. A database that is not closed by hand is
    /// closed when the last reference to it goes.
    public func close() throws(KithError) {
        do {
            try store.close()
        } catch {
            throw KithError(error)
        }
    }

    /// Adds a procedure; one of the same name is replaced.
    public func register(_ procedure: any Procedure) {
        procedures.withLock { $0.add(procedure) }
        plans.removeAll()
    }

    /// Runs `body` with a view of the last commit.
    @discardableResult
    public func read<Result>(
        _ body: (Transaction) throws -> Result
    ) throws -> Result {
        let transaction = try beginRead()
        defer { transaction.end() }
        return try body(transaction)
    }

    /// Runs `body` with a transaction that may write; commits when it returns, rolls back when it
    /// throws. What it wrote is on the disk when this returns.
    ///
    /// Writers that come at once make their changes one after another and share one commit, which
    /// costs the disk no more than a single one. So `body` should not wait for another writer: that one
    /// may be waiting for the same commit. If the commit fails, all who share it get the error.
    @discardableResult
    public func write<Result>(
        _ body: (Transaction) throws -> Result
    ) throws -> Result {
        do {
            return try store.write(
                timeoutInMilliseconds: options.writerTimeoutInMilliseconds
            ) { writer in
                let transaction = Transaction(self, sharing: writer)
                defer { transaction.end() }
                let result = try body(transaction)
                try transaction.commit()
                return result
            }
        } catch let error as GraphError {
            throw KithError(error)
        }
    }

    /// ``write(_:)`` for what throws nothing but ``KithError``.
    func write<Result>(
        statement body: (Transaction) throws(KithError) -> Result
    ) throws(KithError) -> Result {
        do {
            return try write { transaction in try body(transaction) }
        } catch let error as KithError {
            throw error
        } catch {
            preconditionFailure("a statement failed in a way of its own: \(error)")
        }
    }

    /// Begins a reading transaction, to be ended by hand; ``read(_:)`` is safer.
    public func beginRead() throws(KithError) -> Transaction {
        do {
            return Transaction(self, reader: try store.beginRead())
        } catch {
            throw KithError(error)
        }
    }

    /// Begins a writing transaction, to be committed or rolled back by hand; ``write(_:)`` is safer.
    public func beginWrite() throws(KithError) -> Transaction {
        do {
            return Transaction(
                self,
                writer: try store.beginWrite(
                    timeoutInMilliseconds: options.writerTimeoutInMilliseconds))
        } catch {
            throw KithError(error)
        }
    }

    /// The statement of a text, which is parsed once as long as it is run now and then.
    package func statement(_ text: String) throws(KithError) -> PreparedStatement {
        try parsed.statement(text)
    }

    /// Runs one statement in a transaction of its own, which is committed if the statement writes.
    ///
    /// CALL { } IN TRANSACTIONS makes transactions of its own; those that were committed stay when
    /// the statement fails.
    @discardableResult
    public func execute(
        _ query: Query, limits: Limits? = nil, control: StatementControl = StatementControl()
    ) throws(KithError) -> Result {
        let statement = try statement(query.text)
        return try execute(
            statement, parameters: query.parameters, limits: limits, control: control)
    }

    /// Runs one statement in a transaction of its own, which is committed if the statement writes.
    ///
    /// Of threads that execute statements that write at once, one may run those of the others while
    /// they wait, and with them functions and procedures of the program's own.
    public func execute(
        _ statement: PreparedStatement, parameters: [String: Value] = [:], limits: Limits? = nil,
        control: StatementControl = StatementControl()
    ) throws(KithError) -> Result {
        let limits = statementLimits(limits)
        if !statement.lastPlan.isWriting(plans) {
            let reading = try statement.placing { () throws(KithError) in try beginRead() }
            defer { reading.end() }
            guard
                try reading.prepared(
                    statement, control: control, limits: limits
                ).isWritingInPlace
            else {
                return try reading.run(
                    statement, parameters: parameters, limits: limits, control: control,
                    transactions: transactions
                ).collected()
            }
        }
        return try statement.placing { () throws(KithError) in
            try writing { transaction throws(KithError) in
                try transaction.run(
                    statement, parameters: parameters, limits: limits, control: control,
                    transactions: nil
                ).collected()
            }
        }
    }

    /// Runs a statement that writes, here or on the thread of another that does at the same time.
    private func writing(
        _ body: @escaping @Sendable (Transaction) throws(KithError) -> Result
    ) throws(KithError) -> Result {
        let made = Guarded<Result?>(nil)
        do {
            try store.write(
                timeoutInMilliseconds: options.writerTimeoutInMilliseconds,
                lending: { writer in
                    let transaction = Transaction(self, sharing: writer)
                    defer { transaction.end() }
                    let result = try body(transaction)
                    try transaction.commit()
                    made.withLock { $0 = result }
                })
        } catch let error as GraphError {
            throw KithError(error)
        } catch let error as KithError {
            throw error
        } catch {
            preconditionFailure("a statement failed in a way of its own: \(error)")
        }
        guard let result = made.withLock({ $0 }) else {
            preconditionFailure("a statement that did not fail has a result")
        }
        return result
    }

    /// The bounds of a statement that begins now: `limits`, or those of the options.
    func statementLimits(_ limits: Limits?) -> StatementLimits {
        let bounds = limits ?? options.limits
        return StatementLimits(
            memoryInBytes: bounds.memoryInBytes,
            deadlineInNanoseconds: bounds.durationInMilliseconds.map(Self.deadline(inMilliseconds:))
        )
    }

    /// The time of the monotonic clock after so many milliseconds; the end of time after more than it
    /// counts.
    private static func deadline(inMilliseconds duration: Int) -> UInt64 {
        let (wait, isBeyond) = UInt64(max(duration, 0)).multipliedReportingOverflow(by: 1_000_000)
        let (end, isLater) = MonotonicClock.nanoseconds().addingReportingOverflow(wait)
        return isBeyond || isLater ? .max : end
    }

    /// The transactions of a statement that makes its own.
    var transactions: TransactionSource {
        TransactionSource(store, timeoutInMilliseconds: options.writerTimeoutInMilliseconds)
    }

    /// What the statements of a transaction get from outside; each is to set its own time.
    func environment(
        transactionTime: Instant, execution: ExecutionOptions
    ) -> StatementEnvironment {
        let generation = plans.generation.load(ordering: .acquiring)
        var environment = environment.withLock { known in
            if let known, known.generation == generation { return known.made }
            var made = StatementEnvironment(
                time: transactionTime, clock: { StatementEnvironment.systemTime() },
                defaultZone: StatementEnvironment.utc, functions: functions,
                procedures: procedures.withLock { $0 })
            made.options = options.execution
            known = (made, generation)
            return made
        }
        environment.statementTime = transactionTime
        environment.transactionTime = transactionTime
        if execution != options.execution { environment.options = execution }
        return environment
    }

    /// The prepared form of a statement, kept from an earlier run where the catalog is the same.
    func prepared(
        _ statement: PreparedStatement, graph: GraphReader, environment: StatementEnvironment,
        control: StatementControl, limits: StatementLimits
    ) throws(KithError) -> PreparedQuery {
        let statisticsClass = graph.statisticsClass
        let options = environment.options
        let last = statement.lastPlan.plan(
            plans, catalogVersion: graph.catalogVersion, statisticsClass: statisticsClass,
            options: options)
        if let last, last.isRight(for: graph) { return last }
        let key = PlanCache.Key(
            text: UTF8Key(statement.text), catalogVersion: graph.catalogVersion,
            statisticsClass: statisticsClass,
            options: options)
        if let known = plans.plan(key), known.isRight(for: graph) {
            statement.lastPlan.keep(
                known, plans, statisticsClass: statisticsClass, options: options)
            return known
        }
        do {
            let prepared = try QueryPipeline.prepare(
                statement.statement, graph: graph, environment: environment, control: control,
                limits: limits)
            plans.add(prepared, for: key)
            statement.lastPlan.keep(
                prepared, plans, statisticsClass: statisticsClass, options: options)
            return prepared
        } catch {
            throw KithError(error, in: statement.text)
                .placed(at: statement.statement.span, in: statement.text)
        }
    }
}
