/// Offers what can follow: labels after `:`, properties after `.`, shell commands at the front, words
/// of the language elsewhere.
struct Completer: Sendable {
    /// What the database knows.
    var names = SchemaNames()
    /// The names of parameters that are set.
    var parameters: [String] = []

    /// The characters at which readline begins a new word.
    static let wordBreaks = " \t\n\"'`@$><=;|&{}()[]:.,+-*/%^!~?"

    /// The words that can stand in place of `text`, which ends at `end` of `line`.
    ///
    /// - Parameters:
    ///   - text: The word so far.
    ///   - line: The whole line.
    ///   - start: The offset in bytes at which the word begins.
    /// - Returns: The words, in alphabetical order.
    func candidates(for text: String, in line: String, at start: Int) -> [String] {
        let before = String(decoding: Array(line.utf8).prefix(start), as: UTF8.self)
        let pool: [String]
        switch before.last {
        case ":" where before == ":": pool = ShellCommands.all.map(\.name)
        case ":", "|", "&", "!":
            pool = Self.isInRelationship(before) ? names.relationshipTypes : names.labels
        case ".": pool = names.properties + procedureParts(before)
        case "$": pool = parameters
        default:
            let isName = before.hasPrefix(":")
            pool =
                isName
                ? OutputFormat.all.map(\.name) + HelpTopic.all.map(\.name)
                : Self.keywords + names.functions + names.procedures
        }
        let prefix = text.lowercased()
        let matching = Set(pool).filter { $0.lowercased().hasPrefix(prefix) }
        return matching.sorted()
    }

    /// Whether the text ends inside the brackets of a relationship.
    private static func isInRelationship(_ before: String) -> Bool {
        guard let bracket = before.lastIndex(of: "[") else { return false }
        guard !before[bracket...].contains("]"), bracket > before.startIndex else { return false }
        return before[before.index(before: bracket)] == "-"
    }

    /// What follows the namespace that the text ends with.
    private func procedureParts(_ before: String) -> [String] {
        var namespace = ""
        for character in before.reversed() {
            guard character.isLetter || character.isNumber || character == "." || character == "_"
            else { break }
            namespace = String(character) + namespace
        }
        return names.procedures.filter { $0.hasPrefix(namespace) }
            .map { String($0.dropFirst(namespace.count)) }
    }

    /// The words of the language that begin or connect clauses.
    private static let keywords = [
        "ALL", "AND", "AS", "ASC", "BEGIN", "BY", "CALL", "CASE", "COMMIT", "CONSTRAINT",
        "CONTAINS", "COUNT", "CREATE", "CSV", "DELETE", "DESC", "DETACH", "DISTINCT", "DROP",
        "ELSE",
        "END", "ENDS", "EXISTS", "EXPLAIN", "FALSE", "FOR", "FROM", "HEADERS", "IN", "INDEX",
        "INDEXES", "IS", "LIMIT", "LOAD", "MATCH", "MERGE", "NOT", "NULL", "ON", "OPTIONAL", "OR",
        "ORDER", "PROFILE", "REMOVE", "REQUIRE", "RETURN", "ROLLBACK", "SET", "SHOW", "SKIP",
        "STARTS", "THEN", "TRUE", "UNION", "UNIQUE", "UNWIND", "WHEN", "WHERE", "WITH", "XOR",
        "YIELD",
    ]
}
