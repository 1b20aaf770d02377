import KithGraph
import KithLanguage
import KithQuery
import KithValues

/// A view of a database in which statements run: of one commit, or of one writer.
///
/// For one thread at a time.
public final class Transaction {
    /// The database it belongs to.
    public let database: Database
    /// Whether statements may write.
    public var isWriting: Bool { writer != nil }
    private let reader: GraphReader
    private let writer: GraphWriter?
    private let startTime = StatementEnvironment.systemTime()
    private var isOpen = true
    /// How its statements are planned and run, from the next one on; at first as the database's
    /// options say.
    public var execution: ExecutionOptions {
        didSet { environment = nil }
    }
    /// What all of its statements get from outside, and the plans' generation it was made for.
    private var environment: (made: StatementEnvironment, generation: UInt64)?
    /// How it is listed among the open transactions.
    private let entry: OpenTransactions.Entry
    /// Whether the writer commits when the closure that this was made for returns.
    private let isShared: Bool

    /// Whether what its statements are warned of is an error; at first as the database's options say.
    public var isStrict: Bool

    init(_ database: Database, reader: GraphReader) {
        self.database = database
        self.reader = reader
        writer = nil
        entry = database.open.begin(
            isWriting: false, start: startTime, commit: reader.commitNumber)
        execution = database.options.execution
        isShared = false
        isStrict = database.options.isStrict
    }

    init(_ database: Database, writer: GraphWriter) {
        self.database = database
        self.writer = writer
        reader = writer.reader
        entry = database.open.begin(
            isWriting: true, start: startTime, commit: writer.reader.commitNumber)
        execution = database.options.execution
        isShared = false
        isStrict = database.options.isStrict
    }

    /// A part of a transaction that others may share.
    init(_ database: Database, sharing writer: GraphWriter) {
        self.database = database
        self.writer = writer
        reader = writer.reader
        entry = database.open.begin(
            isWriting: true, start: startTime, commit: writer.reader.commitNumber)
        isShared = true
        execution = database.options.execution
        isStrict = database.options.isStrict
    }

    deinit { end() }

    /// The graph as this transaction sees it.
    public var graph: GraphReader { reader }

    /// Runs a statement and collects its rows.
    public func rows(_ query: Query) throws(KithError) -> [Row] {
        try run(database.statement(query.text), parameters: query.parameters).collected().rows
    }

    /// Runs a statement and collects its result.
    @discardableResult
    public func execute(_ query: Query) throws(KithError) -> Result {
        try run(database.statement(query.text), parameters: query.parameters).collected()
    }

    /// Begins a statement; the stream gives its rows as they are found.
    ///
    /// A statement that writes has run to its end when this returns, and if it fails nothing of it
    /// is applied.
    ///
    /// `limits` are the statement's bounds, the database's where nil; `control` lets another thread
    /// cancel the statement.
    public func run(
        _ statement: PreparedStatement, parameters: [String: Value] = [:],
        limits: Database.Limits? = nil, control: StatementControl = StatementControl()
    ) throws(KithError) -> ResultStream {
        try run(
            statement, parameters: parameters, limits: database.statementLimits(limits),
            control: control, transactions: nil)
    }

    /// Begins a statement; `transactions` is there when it is the only one of this transaction, so
    /// that it may make its own.
    func run(
        _ statement: PreparedStatement, parameters: [String: Value], limits: StatementLimits,
        control: StatementControl, transactions: TransactionSource?
    ) throws(KithError) -> ResultStream {
        try statement.placing { () throws(KithError) in try checkOpen() }
        entry.statement.withLock { $0 = statement.text }
        var environment = currentEnvironment()
        environment.statementTime = StatementEnvironment.systemTime()
        let prepared = try database.prepared(
            statement, graph: reader, environment: environment, control: control, limits: limits)
        if let command = prepared.transactionCommand {
            throw KithError(
                code: .init("TransactionError", "InvalidTransactionCommand"), phase: .compile,
                message: "\(command.rawValue) belongs to a session, not into a transaction"
            ).placed(at: statement.statement.span, in: statement.text)
        }
        if isStrict, let warning = prepared.warnings.first {
            throw KithError(strictly: warning, in: statement.text)
        }
        let stream = ResultStream(prepared, text: statement.text, graph: reader)
        try stream.begin(
            writer: writer, parameters: parameters, control: control, limits: limits,
            environment: environment, transactions: transactions)
        return stream
    }

    private func currentEnvironment() -> StatementEnvironment {
        let generation = database.plans.generation.load(ordering: .acquiring)
        if let environment, environment.generation == generation { return environment.made }
        let made = database.environment(transactionTime: startTime, execution: execution)
        environment = (made, generation)
        return made
    }

    /// The prepared form of a statement in this transaction.
    func prepared(
        _ statement: PreparedStatement, control: StatementControl, limits: StatementLimits
    ) throws(KithError) -> PreparedQuery {
        try statement.placing { () throws(KithError) in
            try checkOpen()
            return try database.prepared(
                statement, graph: reader, environment: currentEnvironment(), control: control,
                limits: limits)
        }
    }

    private func checkOpen() throws(KithError) {
        guard isOpen else {
            throw KithError(
                code: .init("TransactionError", "TransactionEnded"),
                message: "the transaction has ended")
        }
    }

    /// Commits what was written and ends the transaction; a reading transaction just ends, and so does
    /// one of ``Database/write(_:)``, which commits when its closure returns.
    public func commit() throws(KithError) {
        try checkOpen()
        isOpen = false
        database.open.end(entry)
        guard let writer else {
            reader.close()
            return
        }
        if isShared { return }
        do {
            try writer.commit()
        } catch {
            // Whatever failed, the next writer gets its turn.
            writer.rollback()
            throw KithError(error)
        }
    }

    /// Drops what was written and ends the transaction. Does nothing when it has ended.
    public func rollback() { end() }

    /// Ends the transaction; what was written is dropped. Does nothing when it has ended.
    public func end() {
        guard isOpen else { return }
        isOpen = false
        database.open.end(entry)
        if let writer {
            // Of a shared one only this part goes, by the error that its closure ends with.
            if !isShared { writer.rollback() }
        } else {
            reader.close()
        }
    }
}
