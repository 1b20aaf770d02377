import KithLanguage
import KithQuery

/// A statement that has been parsed; it is planned when it first runs and the plan is kept.
///
/// May be run any number of times, in any transaction, by any thread.
public struct PreparedStatement: Sendable {
    /// The statement's text.
    public let text: String
    let statement: Statement
    /// The plan it last ran with, so that running it again asks no table of plans.
    let lastPlan: LastPlan

    /// Parses a text that holds one statement.
    ///
    /// - Throws: ``KithError`` with phase `compile`; with code `SyntaxError.UnexpectedSyntax` also
    ///   when the text holds no statement, or several.
    public init(_ text: String) throws(KithError) {
        let statements = try Self.script(text)
        guard statements.count == 1, let only = statements.first else {
            let second = statements.dropFirst().first?.statement.span
            let error = QueryError(
                type: "SyntaxError", detail: "UnexpectedSyntax", phase: .compile,
                message: statements.isEmpty
                    ? "there is no statement" : "there are several statements where one belongs",
                span: second ?? SourceSpan(start: 0, end: 0),
                hint: statements.isEmpty ? nil : "Run them one by one, or as a script.")
            throw KithError(error, in: text)
        }
        self = only
    }

    private init(_ text: String, _ statement: Statement) {
        self.text = text
        self.statement = statement
        lastPlan = LastPlan()
    }

    /// Parses a script: statements separated by semicolons.
    ///
    /// - Throws: ``KithError`` with phase `compile` for the first mistake; then none of them runs.
    public static func script(_ text: String) throws(KithError) -> [PreparedStatement] {
        do {
            // Spans count from the beginning of the script, so each statement keeps the whole text.
            return try QueryPipeline.parse(text).map { PreparedStatement(text, $0) }
        } catch {
            throw KithError(error, in: text)
        }
    }

    /// Runs what belongs to this statement: an error that has no place gets the statement's.
    func placing<Result>(
        _ body: () throws(KithError) -> Result
    ) throws(KithError) -> Result {
        do throws(KithError) {
            return try body()
        } catch {
            throw error.placed(at: statement.span, in: text)
        }
    }

    /// BEGIN, COMMIT or ROLLBACK, when the statement is one of these.
    public var transactionCommand: TransactionCommand? {
        guard statement.mode == .run, case .transaction(let command) = statement.kind else {
            return nil
        }
        return command
    }
}
