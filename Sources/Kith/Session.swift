import KithLanguage
import KithQuery
import KithValues

/// A conversation with a database in which BEGIN, COMMIT and ROLLBACK are statements: what the shell
/// and `kith pipe` hold.
///
/// Outside BEGIN … COMMIT each statement is a transaction of its own. For one thread at a time.
public final class Session {
    /// The database.
    public let database: Database
    private var transaction: Transaction?
    /// How its statements are planned and run, from the next one on; at first as the database's
    /// options say.
    public var execution: ExecutionOptions

    /// Whether what its statements are warned of is an error; at first as the database's options say.
    public var isStrict: Bool

    /// Begins a session.
    public init(_ database: Database) {
        self.database = database
        isStrict = database.options.isStrict
        execution = database.options.execution
    }

    /// Whether a transaction is open.
    public var isInTransaction: Bool { transaction != nil }

    /// Runs a statement and passes its rows on as they are found.
    ///
    /// `receive` gets the columns and some rows, several times; at least once. The result comes back
    /// without its rows. When this throws, nothing of the statement is applied (but what CALL { } IN
    /// TRANSACTIONS has committed), and an open transaction stays open.
    @discardableResult
    public func run(
        _ statement: PreparedStatement, parameters: [String: Value] = [:],
        limits: Database.Limits? = nil, control: StatementControl = StatementControl(),
        receive: (_ columns: [String], _ rows: [Row]) throws(KithError) -> Void
    ) throws(KithError) -> Result {
        if let command = statement.transactionCommand {
            try statement.placing { () throws(KithError) in try run(command) }
            try receive([], [])
            return Result(
                columns: [], rows: [], changes: ChangeCounts(), warnings: [], profile: nil)
        }
        let limits = database.statementLimits(limits)
        if let transaction {
            transaction.execution = execution
            transaction.isStrict = isStrict
            return try pass(
                try transaction.run(
                    statement, parameters: parameters, limits: limits, control: control,
                    transactions: nil), receive)
        }
        if !statement.lastPlan.isWriting(database.plans) {
            let reading = try statement.placing { () throws(KithError) in
                try database.beginRead()
            }
            reading.execution = execution
            reading.isStrict = isStrict
            defer { reading.end() }
            guard
                try reading.prepared(
                    statement, control: control, limits: limits
                ).isWritingInPlace
            else {
                return try pass(
                    try reading.run(
                        statement, parameters: parameters, limits: limits, control: control,
                        transactions: database.transactions), receive)
            }
        }
        let stream = try statement.placing { () throws(KithError) in
            try database.write(statement: { writing throws(KithError) in
                writing.execution = execution
                writing.isStrict = isStrict
                return try writing.run(
                    statement, parameters: parameters, limits: limits, control: control,
                    transactions: nil)
            })
        }
        return try pass(stream, receive)
    }

    private func pass(
        _ stream: ResultStream,
        _ receive: (_ columns: [String], _ rows: [Row]) throws(KithError) -> Void
    ) throws(KithError) -> Result {
        var hasPassed = false
        while let rows = try stream.next() {
            try receive(stream.columns, rows)
            hasPassed = true
        }
        if !hasPassed { try receive(stream.columns, []) }
        let rest = try stream.collected()
        return Result(
            columns: rest.columns, rows: [], changes: rest.changes, warnings: rest.warnings,
            profile: rest.profile)
    }

    private func run(_ command: TransactionCommand) throws(KithError) {
        switch command {
        case .begin:
            guard transaction == nil else {
                throw Self.error("there is a transaction already", "COMMIT or ROLLBACK it first.")
            }
            transaction =
                database.isReadOnly ? try database.beginRead() : try database.beginWrite()
        case .commit:
            guard let transaction else { throw Self.error("there is no transaction", "BEGIN one.") }
            self.transaction = nil
            try transaction.commit()
        case .rollback:
            guard let transaction else { throw Self.error("there is no transaction", "BEGIN one.") }
            self.transaction = nil
            transaction.rollback()
        }
    }

    private static func error(_ message: String, _ hint: String) -> KithError {
        KithError(
            code: .init("TransactionError", "InvalidTransactionCommand"), message: message,
            hint: hint)
    }
}
