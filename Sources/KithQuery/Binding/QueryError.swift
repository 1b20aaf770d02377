import KithGraph
import KithLanguage
import KithValues

/// What is wrong with a statement, or why it could not be run.
public struct QueryError: Error, Sendable {
    /// When the mistake was found.
    public enum Phase: String, Sendable {
        /// Before anything ran.
        case compile
        /// While rows were computed.
        case runtime
    }

    /// openCypher's kind of error, for example `SyntaxError`.
    public var type: String
    /// openCypher's detail, for example `UndefinedVariable`.
    public var detail: String
    /// When it was found.
    public var phase: Phase
    /// One sentence that names the thing at fault in the user's words.
    public var message: String
    /// Where in the statement.
    public var span: SourceSpan?
    /// What to try instead.
    public var hint: String?
    /// What may have been meant; at most three.
    public var suggestions: [String]

    /// Makes an error.
    public init(
        type: String, detail: String, phase: Phase, message: String, span: SourceSpan? = nil,
        hint: String? = nil, suggestions: [String] = []
    ) {
        self.type = type
        self.detail = detail
        self.phase = phase
        self.message = message
        self.span = span
        self.hint = hint
        self.suggestions = suggestions
    }
}
