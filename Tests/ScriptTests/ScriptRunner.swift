@testable import Kith
import KithValues

/// Runs the steps of a script one after the other in one session.
final class ScriptRunner {
    private let session: Session
    private var parameters: [String: Value] = [:]
    /// The errors so far.
    private(set) var errors: [KithError] = []
    /// The codes of the warnings so far.
    private(set) var warnings: Set<String> = []

    init(_ database: Database) { session = Session(database) }

    /// What a step gives.
    func output(of step: ScriptFile.Step) -> [String] {
        session.isStrict = step.kind == .strict
        do throws(KithError) {
            switch step.kind {
            case .run, .strict: return try lines(step.statement)
            case .explain: return ScriptOutput.plan(try result(of: "EXPLAIN " + step.statement))
            case .parameter:
                try setParameter(step.statement)
                return []
            case .script:
                var lines: [String] = []
                for statement in try PreparedStatement.script(step.statement) {
                    lines += note(try run(statement), step.statement)
                }
                return lines
            case .fail: return ["no error"] + (try lines(step.statement))
            }
        } catch {
            errors.append(error)
            let isExpected = step.kind == .fail || step.kind == .strict
            return (isExpected ? [] : ["unexpected error"])
                + ScriptOutput.lines(error, of: step.statement)
        }
    }

    private func lines(_ statement: String) throws(KithError) -> [String] {
        note(try result(of: statement), statement)
    }

    private func note(_ result: Result, _ statement: String) -> [String] {
        warnings.formUnion(result.warnings.map(\.code))
        return ScriptOutput.lines(result, of: statement)
    }

    /// What a statement gives.
    func result(of statement: String) throws(KithError) -> Result {
        try run(try PreparedStatement(statement))
    }

    private func run(_ statement: PreparedStatement) throws(KithError) -> Result {
        var columns: [String] = []
        var rows: [Row] = []
        let used = parameters
        let rest = try session.run(statement, parameters: used) {
            (names: [String], found: [Row]) throws(KithError) in
            columns = names
            rows += found
        }
        return Result(
            columns: columns, rows: rows, changes: rest.changes, warnings: rest.warnings,
            profile: rest.profile)
    }

    /// `name = value`
    private func setParameter(_ text: String) throws(KithError) {
        guard let sign = text.firstIndex(of: "=") else { return }
        let name = text[..<sign].filter { $0 != " " }
        let value = try result(of: "RETURN" + text[text.index(after: sign)...] + " AS value")
        parameters[name] = value.rows[0].values[0]
    }
}
