import KithGraph
import KithLanguage
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
    private let prepared: PreparedQuery
    private let text: String
    private let graph: GraphReader
    private var cursor: QueryCursor?
    /// The rows of a statement that has run to its end, the last ones first.
    private var buffered: [[Row]] = []

    init(_ prepared: PreparedQuery, text: String, graph: GraphReader) {
        self.prepared = prepared
        self.text = text
        self.graph = graph
    }

    /// The names of the columns, in order.
    public var columns: [String] { prepared.columns }

    /// What the statement's author should look at; after the last row of a PROFILE also where an index
    /// would have spared most of the work.
    public var warnings: [Warning] {
        (prepared.warnings + (cursor?.advice ?? [])).map {
            Warning(
                code: $0.code, message: $0.message, place: KithError.Place($0.span, in: text),
                suggestions: $0.suggestions)
        }
    }

    /// The next rows, at most about 2,048; nil when there are no more.
    public func next() throws(KithError) -> [Row]? {
        if let rows = buffered.popLast() { return rows }
        return isWriting ? nil : try nextRows()
    }

    /// What the statement has changed.
    public var changes: ChangeCounts { cursor?.changes ?? ChangeCounts() }

    /// The most memory that the statement's operators held at once.
    public var peakMemoryInBytes: Int { cursor?.peakMemoryInBytes ?? 0 }

    /// All remaining rows with everything else of the result.
    public func collected() throws(KithError) -> Result {
        var rows = try next() ?? []
        while let batch = try next() { rows += batch }
        let profile = cursor?.profile.map { values in
            values.map { Row(RowBatch(PlanDescription.columns, $0, EntityTable()), 0) }
        }
        return Result(
            columns: columns, rows: rows, changes: changes, warnings: warnings, profile: profile)
    }
}

/// Running a statement: what the query layer gives becomes rows and errors of the library.
extension ResultStream {
    /// Whether the statement changes something, and so runs to its end before any row is given.
    private var isWriting: Bool { prepared.isWriting && prepared.mode != .explain }

    /// What went wrong, at the statement where nothing smaller is at fault.
    private func problem(_ error: QueryError) -> KithError {
        KithError(error, in: text).placed(at: prepared.statement.span, in: text)
    }

    private func problem(_ error: GraphError, span: SourceSpan? = nil) -> KithError {
        problem(QueryError(graphError: error, span: span))
    }

    /// Begins the statement; one that writes runs to its end.
    func begin(
        writer: GraphWriter?, parameters: [String: Value], control: StatementControl,
        limits: StatementLimits, environment: StatementEnvironment,
        transactions: TransactionSource?
    ) throws(KithError) {
        if isWriting, prepared.runsInTransactions {
            cursor = try makeCursor(
                nil, parameters, control, limits, environment, transactions)
            buffered = try allRows()
            return
        }
        guard isWriting, let writer else {
            cursor = try makeCursor(
                nil, parameters, control, limits, environment, transactions)
            return
        }
        do {
            try writer.beginStatement()
        } catch {
            throw problem(error)
        }
        writer.checkpoint = Self.graphCheckpoint(control, limits)
        defer { writer.checkpoint = nil }
        do throws(KithError) {
            cursor = try makeCursor(
                writer, parameters, control, limits, environment, transactions)
            buffered = try allRows()
            do {
                try writer.endStatement()
            } catch {
                // What the disk did is no clause's fault.
                var span: SourceSpan? = prepared.writingSpan
                if case .storage = error { span = nil }
                throw problem(error, span: span)
            }
        } catch {
            do {
                try writer.rollbackStatement()
            } catch let undoError {
                throw problem(undoError)
            }
            throw error
        }
    }

    /// The rows that are left, the last ones first.
    private func allRows() throws(KithError) -> [[Row]] {
        var rows: [[Row]] = []
        while let batch = try nextRows() { rows.append(batch) }
        return rows.reversed()
    }

    /// Carries cancellation and deadline into long calls on the graph.
    private static func graphCheckpoint(
        _ control: StatementControl, _ limits: StatementLimits
    ) -> () throws(GraphError) -> Void {
        { () throws(GraphError) in
            if control.isCancelled { throw .cancelled }
            if let deadline = limits.deadlineInNanoseconds,
                MonotonicClock.nanoseconds() > deadline
            {
                throw .deadlineExceeded
            }
        }
    }

    private func makeCursor(
        _ writer: GraphWriter?, _ parameters: [String: Value], _ control: StatementControl,
        _ limits: StatementLimits, _ environment: StatementEnvironment,
        _ transactions: TransactionSource?
    ) throws(KithError) -> QueryCursor {
        do {
            return try QueryPipeline.run(
                prepared, graph: graph, writer: writer, parameters: parameters, control: control,
                limits: limits, environment: environment, transactions: transactions)
        } catch {
            throw problem(error)
        }
    }

    /// The next rows of the running statement, with all that they refer to.
    private func nextRows() throws(KithError) -> [Row]? {
        let found: ResultRows?
        do {
            found = try cursor?.nextRows()
        } catch {
            throw problem(error)
        }
        guard let found else { return nil }
        var entities = EntityTable()
        do {
            let seen = cursor?.graph ?? graph
            for value in found.values { try entities.collect(value, from: seen) }
        } catch {
            throw problem(error)
        }
        let batch = RowBatch(columns, found.values, entities)
        return (0..<found.count).map { Row(batch, $0) }
    }
}
