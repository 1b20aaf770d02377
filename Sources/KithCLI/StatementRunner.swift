import Kith

/// One statement to be run.
struct StatementRequest: Sendable {
    /// Its text.
    var text: String
    /// The values of its parameters.
    var parameters: [String: Value] = [:]
    /// How long it may take; nil for as long as it likes.
    var deadlineInMilliseconds: Int?
    /// How much memory it may use; nil for the default.
    var memoryLimitInBytes: Int?
    /// Whether what it is warned of is an error; nil as the database's options say.
    var isStrict: Bool?
    /// The outside's hold on it while it runs.
    var control = StatementControl()
}

/// What a statement did, apart from its rows.
struct StatementOutcome: Sendable {
    /// What changed, by the names of the pipe protocol, zeros included.
    var changes: [(name: String, count: Int)] = []
    /// What its author should look at.
    var warnings: [StatementProblem] = []
    /// The plan with what each step did, after a PROFILE.
    var profile: (columns: [String], rows: [[OutputValue]])?
    /// The engine's own time.
    var elapsedInMilliseconds = 0.0
}

/// An error or a warning of a statement.
struct StatementProblem: Error, Sendable {
    /// Where in the text; lines and columns from 1, columns in Unicode scalars.
    struct Place: Hashable, Sendable {
        var line: Int
        var column: Int
        var endLine: Int
        var endColumn: Int

        /// All of a text.
        static func whole(of text: String) -> Place {
            let lines = text.unicodeScalars.split(
                separator: "\n", omittingEmptySubsequences: false)
            return Place(
                line: 1, column: 1, endLine: lines.count, endColumn: (lines.last?.count ?? 0) + 1)
        }
    }

    /// openCypher's type of error; empty for a warning.
    var type = ""
    /// openCypher's detail, or the warning's code.
    var detail: String
    /// `compile` or `runtime`.
    var phase = "runtime"
    /// One sentence.
    var message: String
    /// Where.
    var place: Place?
    /// What to try instead.
    var hint: String?
    /// What may have been meant.
    var suggestions: [String] = []

    /// Type and detail, as people see them.
    var code: String { type.isEmpty ? detail : "\(type).\(detail)" }
}

/// Takes the rows of a statement while it runs.
protocol RowReceiver {
    /// The names of the columns come first, once, also where there are none.
    mutating func begin(columns: [String])
    /// Some rows.
    mutating func receive(_ rows: [[OutputValue]])
}

/// Runs statements: a database, or what stands in for one in tests.
///
/// One thread at a time runs statements; a request's control may be used by any other.
protocol StatementRunner: AnyObject, Sendable {
    /// Runs one statement to its end.
    func run(
        _ request: StatementRequest, into receiver: inout some RowReceiver
    ) throws(StatementProblem) -> StatementOutcome
    /// Whether a transaction is open that statements run in.
    var isInTransaction: Bool { get }
    /// What completion and `:schema` show.
    func schemaNames() -> SchemaNames
}
