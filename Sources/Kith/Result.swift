import KithGraph
import KithQuery
import KithValues

/// The whole result of a statement.
public struct Result: Sendable {
    /// The names of the columns, in order; empty for a statement that returns nothing.
    public let columns: [String]
    /// The rows, in order.
    public let rows: [Row]
    /// What the statement changed.
    public let changes: ChangeCounts
    /// What its author should look at.
    public let warnings: [Warning]
    /// The plan and what each step did, for PROFILE.
    public let profile: [Row]?
}

/// Something that is allowed but probably not meant.
public struct Warning: Sendable {
    /// Stable across releases, for example `UnknownLabel`.
    public let code: String
    /// One sentence.
    public let message: String
    /// Where in the statement.
    public let place: KithError.Place?
    /// What may have been meant; at most three.
    public let suggestions: [String]
}

/// The rows of a statement as they are found.
///
/// For the transaction's thread, and only while the transaction is open.
public final class ResultStream {
    /// The names of the columns, in order.
    public let columns: [String]
    /// What the statement's author should look at.
    public let warnings: [Warning]
    private let run: StatementRun
    private let cursor: QueryCursor
    private var buffered: [[Row]]

    init(_ run: StatementRun, _ cursor: QueryCursor, buffered: [[Row]]) {
        self.run = run
        self.cursor = cursor
        self.buffered = buffered.reversed()
        columns = cursor.columns
        warnings = run.warnings
    }

    /// The next rows, at most about 2,048; nil when there are no more.
    public func next() throws(KithError) -> [Row]? {
        if let rows = buffered.popLast() { return rows }
        return run.isWriting ? nil : try run.nextRows(cursor)
    }

    /// What the statement has changed.
    public var changes: ChangeCounts { cursor.changes }

    /// The most memory that the statement's operators held at once.
    public var peakMemoryInBytes: Int { cursor.peakMemoryInBytes }

    /// All remaining rows with everything else of the result.
    public func collected() throws(KithError) -> Result {
        var rows: [Row] = []
        while let batch = try next() { rows += batch }
        let profile = cursor.profile.map { values in
            values.map {
                Row(columns: PlanDescription.columns, values: $0, entities: EntityTable())
            }
        }
        return Result(
            columns: columns, rows: rows, changes: changes, warnings: warnings, profile: profile)
    }
}

/// One run of a statement: turns what the query layer gives into rows and errors of the library.
struct StatementRun {
    let prepared: PreparedQuery
    let text: String
    let graph: GraphReader
    let writer: GraphWriter?
    let parameters: [String: Value]
    let control: StatementControl
    let limits: StatementLimits
    let environment: StatementEnvironment
    let transactions: TransactionSource?

    /// Whether the statement changes something, and so runs to its end before any row is given.
    var isWriting: Bool { prepared.isWriting && prepared.mode != .explain }

    var warnings: [Warning] {
        prepared.warnings.map {
            Warning(
                code: $0.code, message: $0.message, place: KithError.Place($0.span, in: text),
                suggestions: $0.suggestions)
        }
    }

    /// Begins the statement; one that writes runs to its end.
    func begin() throws(KithError) -> ResultStream {
        if isWriting, prepared.runsInTransactions {
            let cursor = try cursor(writer: nil)
            return ResultStream(self, cursor, buffered: try allRows(cursor))
        }
        guard isWriting, let writer else {
            return ResultStream(self, try cursor(writer: nil), buffered: [])
        }
        do {
            try writer.beginStatement()
        } catch {
            throw KithError(error)
        }
        writer.checkpoint = graphCheckpoint
        defer { writer.checkpoint = nil }
        do throws(KithError) {
            let cursor = try cursor(writer: writer)
            let rows = try allRows(cursor)
            do {
                try writer.endStatement()
            } catch {
                throw KithError(QueryError(graphError: error), in: text)
            }
            return ResultStream(self, cursor, buffered: rows)
        } catch {
            do {
                try writer.rollbackStatement()
            } catch let undoError {
                throw KithError(undoError)
            }
            throw error
        }
    }

    private func allRows(_ cursor: QueryCursor) throws(KithError) -> [[Row]] {
        var rows: [[Row]] = []
        while let batch = try nextRows(cursor) { rows.append(batch) }
        return rows
    }

    /// Carries cancellation and deadline into long calls on the graph.
    private var graphCheckpoint: () throws(GraphError) -> Void {
        { [control, limits] () throws(GraphError) in
            if control.isCancelled { throw .cancelled }
            if let deadline = limits.deadlineInNanoseconds,
                MonotonicClock.nanoseconds() > deadline
            {
                throw .deadlineExceeded
            }
        }
    }

    private func cursor(writer: GraphWriter?) throws(KithError) -> QueryCursor {
        do {
            return try QueryPipeline.run(
                prepared, graph: graph, writer: writer, parameters: parameters, control: control,
                limits: limits, environment: environment, transactions: transactions)
        } catch {
            throw KithError(error, in: text)
        }
    }

    /// The next rows of a running statement, with all that they refer to.
    func nextRows(_ cursor: QueryCursor) throws(KithError) -> [Row]? {
        let batch: [[Value]]?
        do {
            batch = try cursor.next()
        } catch {
            throw KithError(error, in: text)
        }
        guard let batch else { return nil }
        var entities = EntityTable()
        do {
            for row in batch {
                for value in row { try entities.collect(value, from: cursor.graph) }
            }
        } catch {
            throw KithError(error)
        }
        return batch.map { Row(columns: cursor.columns, values: $0, entities: entities) }
    }
}
