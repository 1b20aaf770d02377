/// How the rules read tokens and report mistakes.
extension Parser {
    var token: Token { tokens[index] }

    func kind(at position: Int) -> Token.Kind {
        position < tokens.count ? tokens[position].kind : .end
    }

    func isSymbol(_ symbol: Symbol, at position: Int) -> Bool {
        kind(at: position) == .symbol(symbol)
    }

    func isKeyword(_ keyword: Keyword, at position: Int) -> Bool {
        kind(at: position) == .keyword(keyword)
    }

    func isName(at position: Int) -> Bool {
        switch kind(at: position) {
        case .word, .keyword, .quotedName: true
        default: false
        }
    }

    func isNext(_ symbol: Symbol) -> Bool { isSymbol(symbol, at: index) }

    /// Whether the next token is `keyword`; if not, it may be a misspelling of it.
    mutating func isNext(_ keyword: Keyword) -> Bool {
        if token.kind == .keyword(keyword) { return true }
        note(keyword)
        return false
    }

    /// Remembers that `keyword` could have stood here.
    mutating func note(_ keyword: Keyword) {
        if candidateIndex != index {
            candidates.removeAll(keepingCapacity: true)
            candidateIndex = index
        }
        candidates.append(keyword)
    }

    mutating func advance() {
        if index + 1 < tokens.count { index += 1 }
    }

    mutating func accept(_ symbol: Symbol) -> Bool {
        guard isNext(symbol) else { return false }
        advance()
        return true
    }

    mutating func accept(_ keyword: Keyword) -> Bool {
        guard isNext(keyword) else { return false }
        advance()
        return true
    }

    /// Accepts one of several spellings of a keyword.
    mutating func accept(oneOf keywords: Keyword...) -> Bool {
        for keyword in keywords where accept(keyword) { return true }
        return false
    }

    mutating func expect(_ symbol: Symbol) throws(Diagnostic) {
        guard accept(symbol) else {
            var mistake = unexpected("`\(symbol.rawValue)`")
            if mistake.hint == nil, token.kind != .end, let opener = opener(closedBy: symbol) {
                let opened = SourceSpan(
                    start: tokens[opener].span.start, end: tokens[index - 1].span.end)
                mistake.hint = "`\(shortened(text(of: opened)))` is not closed."
            }
            throw mistake
        }
    }

    /// The bracket that `closer` would close here; nil where there is none.
    private func opener(closedBy closer: Symbol) -> Int? {
        var open = 0
        for position in stride(from: index - 1, through: 0, by: -1) {
            guard case .symbol(let symbol) = tokens[position].kind else { continue }
            if Lexer.closer(of: symbol) == closer {
                if open == 0 { return position }
                open -= 1
            } else if symbol == closer {
                open += 1
            }
        }
        return nil
    }

    mutating func expect(_ keyword: Keyword) throws(Diagnostic) {
        guard accept(keyword) else { throw unexpected(keyword.rawValue) }
    }

    /// The span from the token at `first` to the last token read.
    func span(from first: Int) -> SourceSpan {
        let start = tokens[first].span.start
        return SourceSpan(start: start, end: index > first ? tokens[index - 1].span.end : start)
    }

    func text(of span: SourceSpan) -> String {
        String(decoding: bytes[span.start..<span.end], as: UTF8.self)
    }

    /// Reads any name: a word, a keyword or a name in backticks.
    mutating func name(_ purpose: String) throws(Diagnostic) -> Name {
        let span = token.span
        switch token.kind {
        case .word, .keyword:
            advance()
            return Name(text(of: span), span: span)
        case .quotedName:
            advance()
            return Name(Parser.unquoted(bytes[(span.start + 1)..<(span.end - 1)]), span: span)
        default:
            throw unexpected(purpose)
        }
    }

    static func unquoted(_ quoted: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        var isSecond = false
        for byte in quoted {
            isSecond = byte == UInt8(ascii: "`") && !isSecond
            if byte != UInt8(ascii: "`") || isSecond { result.append(byte) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Describes the next token as a mistake where `expectation` was due.
    func unexpected(_ expectation: String, wantsValue: Bool = false) -> Diagnostic {
        let found = token
        switch found.kind {
        case .malformed(let number):
            let problem = problems[number]
            guard problem.detail == "InvalidNumberLiteral", !wantsValue else { return problem }
        case .end:
            return unexpectedEnd(expectation)
        default: break
        }
        let text = shortened(text(of: found.span))
        var diagnostic = Diagnostic(
            detail: "UnexpectedSyntax", message: "expected \(expectation), but found `\(text)`",
            span: found.span)
        switch found.kind {
        case .word, .keyword:
            // A keyword that is spelt right was not meant to be another.
            let possible = candidateIndex == index && found.kind == .word ? candidates : []
            diagnostic.suggestions = Suggestions.nearest(
                to: text.uppercased(), among: possible.map(\.rawValue))
            if let hint = ForeignWords.hint(for: text) ?? misplacedHint(expectation) {
                diagnostic.suggestions = []
                diagnostic.hint = hint
            } else if case .keyword(let keyword) = found.kind, keyword.isReserved, wantsValue,
                diagnostic.suggestions.isEmpty
            {
                diagnostic.hint =
                    Parser.clauseKeywords.contains(keyword)
                    ? "A value is missing before \(text.uppercased())."
                    : "A name that is also a keyword stands in backticks: `\(text)`."
            }
        case .symbol:
            let before = index > 0 ? self.text(of: tokens[index - 1].span) : ""
            let after = self.text(of: tokens[min(index + 1, tokens.count - 1)].span)
            diagnostic.hint =
                ForeignWords.hint(for: before + text) ?? ForeignWords.hint(for: text + after)
                ?? ForeignWords.hint(for: text)
        default: break
        }
        return diagnostic
    }

    /// What the rules expect behind a whole statement.
    static let statementEnd = "the end of the statement"

    /// What to say of a keyword that belongs elsewhere.
    private func misplacedHint(_ expectation: String) -> String? {
        guard expectation == Self.statementEnd else { return nil }
        switch token.kind {
        case .keyword(.order): return "ORDER BY stands in RETURN or WITH, before SKIP and LIMIT."
        case .keyword(.skip), .keyword(.offset):
            return "SKIP stands in RETURN or WITH, before LIMIT."
        case .keyword(.limit): return "LIMIT stands in RETURN or WITH, and last."
        case .keyword(.where): return "WHERE stands behind MATCH or WITH, and before RETURN."
        case .keyword(.show), .keyword(.begin), .keyword(.commit), .keyword(.rollback):
            return "It is a statement of its own; the one before it ends with `;`."
        case .keyword(.not) where isKeyword(.null, at: index + 1):
            return "A value that is there is found with IS NOT NULL."
        default: return nil
        }
    }

    private func unexpectedEnd(_ expectation: String) -> Diagnostic {
        for position in stride(from: index - 1, through: 0, by: -1) {
            guard case .symbol(let symbol) = tokens[position].kind,
                Lexer.closer(of: symbol) != nil, closers[position] < 0
            else { continue }
            return Diagnostic(
                detail: "UnexpectedSyntax", message: "this `\(symbol.rawValue)` is not closed",
                span: tokens[position].span,
                hint: "The statement ends where \(expectation) was expected.")
        }
        return Diagnostic(
            detail: "UnexpectedSyntax",
            message: "the statement ends where \(expectation) was expected", span: token.span)
    }

    private func shortened(_ text: String) -> String {
        guard text.unicodeScalars.count > 40 else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(39))) + "…"
    }
}
