import KithGraph
import KithLanguage
import KithQuery
import KithStorage
import KithValues

/// Why an operation on a database failed.
public struct KithError: Error, Sendable {
    /// A stable code: openCypher's type and detail, and when the mistake was found.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The kind of error, for example `SyntaxError`.
        public let type: String
        /// The detail, for example `UndefinedVariable`.
        public let detail: String

        /// Makes a code of its two parts.
        public init(_ type: String, _ detail: String) {
            self.type = type
            self.detail = detail
        }

        /// Both parts: `SyntaxError.UndefinedVariable`.
        public var description: String { "\(type).\(detail)" }
    }

    /// A place in a statement's text, lines and columns from 1, columns in Unicode scalars.
    public struct Place: Hashable, Sendable {
        /// The line of the first character.
        public let line: Int
        /// The column of the first character.
        public let column: Int
        /// The line of the character after the last.
        public let endLine: Int
        /// The column of the character after the last.
        public let endColumn: Int
    }

    /// Stable across releases. Match on this, never on the message.
    public let code: Code
    /// Whether the statement was refused before it ran, or failed while it ran.
    public let phase: QueryError.Phase
    /// One sentence that names the thing at fault in the user's own words.
    public let message: String
    /// Where in the statement: all of it where no part is at fault, as when the disk failed; nil for
    /// what belongs to no statement, such as opening a file.
    public let place: Place?
    /// What to try instead.
    public let hint: String?
    /// What may have been meant; at most three.
    public let suggestions: [String]
    /// The lower layer's error, if one caused this.
    public let cause: (any Error)?

    /// Makes an error.
    public init(
        code: Code, phase: QueryError.Phase = .runtime, message: String, place: Place? = nil,
        hint: String? = nil, suggestions: [String] = [], cause: (any Error)? = nil
    ) {
        self.code = code
        self.phase = phase
        self.message = message
        self.place = place
        self.hint = hint
        self.suggestions = suggestions
        self.cause = cause
    }

    /// An error of a statement, with its place in `text`.
    init(_ error: QueryError, in text: String) {
        self.init(
            code: Code(error.type, error.detail), phase: error.phase, message: error.message,
            place: Place(error.span, in: text), hint: error.hint, suggestions: error.suggestions,
            cause: error)
    }

    /// The same error with a place in `text`, if it had none.
    func placed(at span: SourceSpan, in text: String) -> KithError {
        guard place == nil else { return self }
        return KithError(
            code: code, phase: phase, message: message, place: Place(span, in: text), hint: hint,
            suggestions: suggestions, cause: cause)
    }

    /// A warning as the error that it is in strict mode.
    init(strictly warning: QueryWarning, in text: String) {
        self.init(
            code: Code("SyntaxError", warning.code), phase: .compile, message: warning.message,
            place: Place(warning.span, in: text), suggestions: warning.suggestions)
    }

    /// An error of the graph outside any statement.
    init(_ error: GraphError) {
        self.init(QueryError(graphError: error), in: "")
    }
}

extension KithError.Place {
    init?(_ span: SourceSpan?, in text: String) {
        guard let span else { return nil }
        let source = SourceText(text)
        let start = source.position(atOffset: span.start)
        let end = source.position(atOffset: span.end)
        line = start.line
        column = start.column
        endLine = end.line
        endColumn = end.column
    }
}

extension KithError: CustomStringConvertible {
    /// The code, the place and the message in one line.
    public var description: String {
        let position = place.map { " at \($0.line):\($0.column)" } ?? ""
        return "\(code)\(position): \(message)"
    }
}
