import KithLanguage
import KithStorage
import KithValues

@testable import KithGraph
@testable import KithQuery

/// What a statement gave.
enum Outcome {
    case rows([[Value]])
    case failed(type: String, detail: String)
}

/// A statement that compiles.
struct CompiledStatement {
    let text: String
    let tree: Statement
    let bound: BoundStatement
    let plans = KeptPlans()
    var isWriting: Bool { bound.isWriting }
}

/// The plans of one statement, by what of the choices decides about a plan.
final class KeptPlans {
    private var plans: [ExecutionOptions: PreparedQuery] = [:]

    private static func key(_ choices: EngineChoices) -> ExecutionOptions {
        var options = choices.options
        options.batchSize = 1
        return options
    }

    func plan(for choices: EngineChoices) -> PreparedQuery? { plans[Self.key(choices)] }

    func keep(_ plan: PreparedQuery, for choices: EngineChoices) {
        plans[Self.key(choices)] = plan
    }
}

/// A database below the library, in memory or in a file.
final class Engine {
    private var store: GraphStore
    private let path: String?
    private let options: GraphOptions
    private var lastCommit: GraphReader?

    init(path: String?, options: GraphOptions = GraphOptions()) throws {
        self.path = path
        self.options = options
        store =
            try path.map { try GraphStore.open(path: $0, options: options) }
            ?? GraphStore.inMemory(options: options)
    }

    /// The longest that a statement may take; only a bad order takes so long.
    private static let secondsMax: UInt64 = 1

    /// Closes the file and opens it again.
    func reopen() throws {
        guard let path else { return }
        try close()
        store = try GraphStore.open(path: path, options: options)
    }

    func close() throws {
        lastCommit?.close()
        lastCommit = nil
        try store.close()
    }

    /// The last commit.
    func reader() throws -> GraphReader {
        if let lastCommit { return lastCommit }
        let reader = try store.beginRead()
        lastCommit = reader
        return reader
    }

    /// What `kith check` finds.
    func findings() throws -> [String] { try store.check().map { $0.message } }

    /// Begins to write; nothing else of the engine may be used before the end.
    func beginWriting() throws -> EngineTransaction {
        EngineTransaction(try store.beginWrite(timeoutInMilliseconds: 1_000))
    }

    /// Ends what ``beginWriting()`` began.
    func end(_ transaction: EngineTransaction, commits: Bool) throws {
        if commits {
            _ = try transaction.writer.commit(durability: .deferred)
        } else {
            transaction.writer.rollback()
        }
        lastCommit?.close()
        lastCommit = nil
    }

    /// Runs statements that must not fail, in a transaction.
    func prepare(_ statements: [String]) throws {
        let transaction = try beginWriting()
        for text in statements where !text.isEmpty {
            guard case .rows = try transaction.runOnce(text) else {
                transaction.writer.rollback()
                throw ModelError("Model", "\(text) failed")
            }
        }
        try end(transaction, commits: true)
    }

    /// The graph of the last commit.
    func graph() throws -> ModelGraph { try GraphSnapshot(reader()).graph }

    private static func environment(_ choices: EngineChoices) -> StatementEnvironment {
        var environment = StatementEnvironment(
            time: Instant(seconds: 0, nanoseconds: 0),
            clock: { Instant(seconds: 0, nanoseconds: 0) }, defaultZone: StatementEnvironment.utc,
            seed: 4)
        environment.options = choices.options
        return environment
    }

    /// The compiled form of a statement; nil with the reason when it does not compile.
    static func compile(_ text: String, _ reader: GraphReader) throws -> (
        CompiledStatement?, String
    ) {
        do throws(QueryError) {
            let statements = try QueryPipeline.parse(text)
            guard statements.count == 1,
                let bound = try QueryPipeline.bind(
                    statements[0], graph: reader, environment: environment(EngineChoices()))
            else { return (nil, "not one query") }
            return (CompiledStatement(text: text, tree: statements[0], bound: bound), "")
        } catch {
            return (nil, "\(error.detail): \(error.message)")
        }
    }

    /// Plans and runs a compiled statement under some choices; a plan for the same choices is run
    /// again.
    static func run(
        _ statement: CompiledStatement, _ choices: EngineChoices, _ reader: GraphReader,
        _ writer: GraphWriter? = nil
    ) throws -> [[Value]] {
        let environment = environment(choices)
        let prepared =
            try statement.plans.plan(for: choices)
            ?? QueryPipeline.plan(
                statement.bound, of: statement.tree, graph: reader, environment: environment)
        statement.plans.keep(prepared, for: choices)
        return try run(prepared, reader, writer, environment)
    }

    fileprivate static func runOnce(_ text: String, _ writer: GraphWriter) throws {
        let environment = environment(EngineChoices())
        let prepared = try QueryPipeline.prepare(
            QueryPipeline.parse(text)[0], graph: writer.reader, environment: environment)
        _ = try run(prepared, writer.reader, writer, environment)
    }

    private static func run(
        _ prepared: PreparedQuery, _ reader: GraphReader, _ writer: GraphWriter?,
        _ environment: StatementEnvironment
    ) throws -> [[Value]] {
        let limits = StatementLimits(
            memoryInBytes: 256 << 20,
            deadlineInNanoseconds: MonotonicClock.nanoseconds() + secondsMax * 1_000_000_000)
        let cursor = try QueryPipeline.run(
            prepared, graph: reader, writer: writer, parameters: QueryGenerator.parameters,
            limits: limits, environment: environment)
        var rows: [[Value]] = []
        while let batch = try cursor.next() { rows += batch }
        return rows
    }

    /// Runs a reading statement.
    static func outcome(
        _ statement: CompiledStatement, _ choices: EngineChoices, _ reader: GraphReader
    ) throws -> Outcome {
        do {
            return .rows(try run(statement, choices, reader))
        } catch {
            return try outcome(of: error)
        }
    }

    fileprivate static func outcome(of error: any Error) throws -> Outcome {
        switch error {
        case let error as QueryError:
            return .failed(type: error.type, detail: "\(error.detail): \(error.message)")
        case let error as GraphError:
            let turned = QueryError(graphError: error)
            return .failed(type: turned.type, detail: "\(turned.detail): \(turned.message)")
        default: throw error
        }
    }
}

/// A transaction in which statements are tried, and undone or kept.
final class EngineTransaction {
    fileprivate let writer: GraphWriter

    fileprivate init(_ writer: GraphWriter) { self.writer = writer }

    /// The graph as the transaction sees it.
    var reader: GraphReader { writer.reader }

    /// The graph as the transaction sees it, read without the query layer.
    func graph() throws -> ModelGraph { try GraphSnapshot(writer.reader).graph }

    /// Runs a statement as one that writes does; what it wrote is undone if it fails, or if it is
    /// not `kept`. Gives the graph that it left before that, and nil after a failure.
    func run(
        _ statement: CompiledStatement, _ choices: EngineChoices, kept: Bool
    ) throws -> (Outcome, ModelGraph?) {
        try attempt(kept: kept) { try Engine.run(statement, choices, writer.reader, writer) }
    }

    /// Runs a statement of any kind.
    fileprivate func runOnce(_ text: String) throws -> Outcome {
        try attempt(kept: true) {
            try Engine.runOnce(text, writer)
            return []
        }.0
    }

    private func attempt(
        kept: Bool, _ body: () throws -> [[Value]]
    ) throws -> (Outcome, ModelGraph?) {
        try writer.beginStatement()
        do {
            let rows = try body()
            guard kept else {
                let graph = try graph()
                if let statement = writer.statement {
                    try writer.checkDeletedNodes(statement)
                    try writer.checkConstraints(statement)
                }
                try writer.rollbackStatement()
                return (.rows(rows), graph)
            }
            try writer.endStatement()
            return (.rows(rows), try graph())
        } catch {
            try writer.rollbackStatement()
            return (try Engine.outcome(of: error), nil)
        }
    }
}
