import Kith
import KithGraph
import KithQuery
import Testing

/// Errors that are no expression's fault have a place all the same: the clause that ran, or all of the
/// statement.
@Suite("An error of a statement")
struct ErrorPlaceTests {
    private let database: Database

    init() throws {
        var options = Database.Options()
        options.writerTimeoutInMilliseconds = 0
        database = try Database.inMemory(options: options)
        try database.execute("UNWIND range(1, 3000) AS x CREATE (:A {x: x})")
    }

    /// Runs a statement that must fail.
    private func failure(
        _ text: String, _ session: Session? = nil, limits: Database.Limits? = nil,
        control: StatementControl = StatementControl()
    ) throws -> KithError {
        let session = session ?? Session(database)
        let statement = try PreparedStatement(text)
        return try #require(
            #expect(throws: KithError.self) {
                try session.run(statement, limits: limits, control: control) { _, _ in }
            })
    }

    /// Whether the place of an error is all of a text of one line, but for what stands around it.
    private func marks(_ error: KithError, _ part: String, of text: String) -> Bool {
        guard let place = error.place, let range = text.firstRange(of: part) else { return false }
        let start = text.distance(from: text.startIndex, to: range.lowerBound) + 1
        return place.line == 1 && place.endLine == 1 && place.column == start
            && place.endColumn == start + part.count
    }

    @Test("marks a transaction command in the wrong place", arguments: ["COMMIT", "ROLLBACK"])
    func commands(command: String) throws {
        let text = "  \(command) /* nothing */"
        let error = try failure(text)
        #expect(error.code.detail == "InvalidTransactionCommand")
        #expect(marks(error, command, of: text), "\(error)")
        let session = Session(database)
        try session.run(PreparedStatement("BEGIN")) { _, _ in }
        #expect(marks(try failure(" BEGIN", session), "BEGIN", of: " BEGIN"))
        let outside = #expect(throws: KithError.self) {
            try database.read { try $0.execute(Query(text)) }
        }
        #expect(marks(try #require(outside), command, of: text))
    }

    @Test("marks the statement that another writer keeps from beginning")
    func busyWriter() throws {
        let writer = try database.beginWrite()
        defer { writer.end() }
        for text in ["CREATE (:B)", "BEGIN", "CREATE INDEX FOR (a:A) ON (a.x)"] {
            let error = try failure(text)
            #expect(error.code == .init("TransactionError", "WriterBusy"))
            #expect(marks(error, text, of: text), "\(error)")
        }
        let outside = #expect(throws: KithError.self) { _ = try database.beginWrite() }
        #expect(try #require(outside).place == nil)
    }

    @Test("marks the clause that ran, or was planned, when it was cancelled")
    func cancelled() throws {
        let control = StatementControl()
        control.cancel()
        let text = "MATCH (a:A) RETURN a.x"
        for clause in ["MATCH (a:A)", "RETURN a.x"] {
            // The second time the plan is there already.
            let error = try failure(text, control: control)
            #expect(error.code == .init("ResourceError", "Cancelled"))
            #expect(marks(error, clause, of: text), "\(error)")
            try Session(database).run(PreparedStatement(text)) { _, _ in }
        }
    }

    @Test("marks the clause that ran when its time was over", arguments: [1, 2])
    func deadline(threads: Int) throws {
        var limits = Database.Limits()
        limits.durationInMilliseconds = 40
        let session = Session(database)
        session.execution.threads = threads
        let slow = "MATCH (a:A), (b:A), (c:A) WHERE a.x + b.x + c.x = -1"
        let text = "WITH 1 AS one \(slow) RETURN count(*) AS n"
        let error = try failure(text, session, limits: limits)
        #expect(error.code == .init("ResourceError", "DeadlineExceeded"))
        #expect(marks(error, slow, of: text), "\(error)")
    }

    @Test("marks the clause that held too much")
    func memory() throws {
        var limits = Database.Limits()
        limits.memoryInBytes = 100_000
        let sort = "WITH x ORDER BY x DESC"
        let text = "UNWIND range(1, 1000000) AS x \(sort) RETURN count(x)"
        let error = try failure(text, limits: limits)
        #expect(error.code == .init("ResourceError", "OutOfMemory"))
        #expect(marks(error, sort, of: text), "\(error)")
        let inner = "UNWIND range(1, 1000000) AS y WITH y ORDER BY y RETURN y"
        let nested = "UNWIND [1] AS x CALL (x) { \(inner) } RETURN x, y"
        let within = try failure(nested, limits: limits)
        #expect(marks(within, "WITH y ORDER BY y", of: nested), "\(within)")
    }

    @Test("marks the clause that ran also where the plan was rewritten")
    func rewritten() throws {
        try database.execute("MATCH (a:A), (b:A) WHERE b.x = a.x + 1 CREATE (a)-[:NEXT]->(b)")
        var limits = Database.Limits()
        limits.durationInMilliseconds = 20
        let walk = "MATCH (a:A)-[:NEXT*1..2000]->(b)"
        let text = "\(walk) RETURN count(DISTINCT b.x + a.x) AS n"
        // The second time the plan is there already: on a busy machine planning alone may take too long.
        _ = try failure(text, limits: limits)
        let error = try failure(text, limits: limits)
        #expect(error.code == .init("ResourceError", "DeadlineExceeded"))
        #expect(marks(error, walk, of: text), "\(error)")
    }

    @Test("marks the writing clauses of a statement in a reading transaction")
    func readOnly() throws {
        let text = "MATCH (a:A) SET a.y = 1 RETURN a"
        let error = #expect(throws: KithError.self) {
            try database.read { try $0.execute(Query(text)) }
        }
        #expect(marks(try #require(error), "SET a.y = 1", of: text))
    }

    @Test("marks its part of a script")
    func scripts() throws {
        let statements = try PreparedStatement.script("RETURN 1;\n  COMMIT;")
        let error = #expect(throws: KithError.self) {
            try Session(database).run(statements[1]) { _, _ in }
        }
        let place = try #require(error?.place)
        #expect(place.line == 2 && place.column == 3 && place.endColumn == 9)
    }
}
