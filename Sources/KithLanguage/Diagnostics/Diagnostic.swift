/// Something that is wrong, or probably wrong, with the text of a statement.
///
/// `type` and `detail` are stable and are the words of openCypher's Technology Compatibility Kit
/// wherever it has some. Match on them, never on the message.
public struct Diagnostic: Error, Hashable, Sendable {
    /// How bad it is.
    public enum Severity: Hashable, Sendable {
        /// The statement cannot run.
        case error
        /// The statement runs, but likely does not do what was meant.
        case warning
    }

    /// Error or warning.
    public var severity: Severity
    /// The family, for example `SyntaxError`.
    public var type: String
    /// The particular mistake, for example `UndefinedVariable`.
    public var detail: String
    /// One sentence that names the thing at fault in the user's own words.
    public var message: String
    /// Where in the text.
    public var span: SourceSpan
    /// What to do instead, as a sentence.
    public var hint: String?
    /// At most three replacements for what `span` covers, the likeliest first.
    public var suggestions: [String]

    /// Describes an error or warning.
    public init(
        severity: Severity = .error, type: String = "SyntaxError", detail: String, message: String,
        span: SourceSpan, hint: String? = nil, suggestions: [String] = []
    ) {
        self.severity = severity
        self.type = type
        self.detail = detail
        self.message = message
        self.span = span
        self.hint = hint
        self.suggestions = suggestions
    }
}
