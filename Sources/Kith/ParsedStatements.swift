import KithValues

/// Statements that were parsed, by their text: a program that puts values into a text by parameters runs
/// the same few texts all day.
final class ParsedStatements: Sendable {
    private struct State {
        var statements: [UTF8Key: PreparedStatement] = [:]
        var last: PreparedStatement?
    }

    private let state = Guarded(State())
    /// The most statements remembered, and the longest text of one: whoever writes values into texts makes
    /// new ones all the time.
    private static let countMax = 256
    private static let lengthMaxInBytes = 16_384

    /// The statement of a text, parsed if it is not known.
    ///
    /// - Throws: as ``PreparedStatement/init(_:)``.
    func statement(_ text: String) throws(KithError) -> PreparedStatement {
        guard text.utf8.count <= Self.lengthMaxInBytes else { return try PreparedStatement(text) }
        let known = state.withLock { state -> PreparedStatement? in
            if let last = state.last, UTF8Order.areEqual(last.text, text) { return last }
            let found = state.statements[UTF8Key(text)]
            if let found { state.last = found }
            return found
        }
        if let known { return known }
        let made = try PreparedStatement(text)
        state.withLock { state in
            if state.statements.count >= Self.countMax { state.statements = [:] }
            state.statements[UTF8Key(text)] = made
            state.last = made
        }
        return made
    }
}
