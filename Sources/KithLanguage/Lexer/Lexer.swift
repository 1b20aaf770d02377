/// Cuts a text into tokens.
///
/// It never fails: what is no token becomes a ``Token/Kind/malformed(_:)`` whose description the
/// parser throws when it gets there, so that the first mistake in reading order is the one reported.
struct Lexer {
    /// The text.
    let bytes: [UInt8]
    /// All tokens so far; the last of a finished run is ``Token/Kind/end``.
    private(set) var tokens: [Token] = []
    /// What is wrong with each malformed token.
    private(set) var problems: [Diagnostic] = []
    /// For each token that opens a bracket the index of the one that closes it; for every other
    /// token, and where nothing closes it, -1.
    private(set) var closers: [Int] = []
    private var position = 0
    private var openers: [Int] = []

    /// Cuts `text` into tokens.
    init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        while skipBlanks() { readToken() }
        append(.end, from: bytes.count)
    }

    private mutating func append(_ kind: Token.Kind, from start: Int) {
        let index = tokens.count
        tokens.append(Token(kind: kind, span: SourceSpan(start: start, end: position)))
        closers.append(-1)
        guard case .symbol(let symbol) = kind else { return }
        switch symbol {
        case .leftParenthesis, .leftBracket, .leftBrace:
            openers.append(index)
        case .rightParenthesis, .rightBracket, .rightBrace:
            guard let opener = openers.last, case .symbol(let opening) = tokens[opener].kind,
                Lexer.closer(of: opening) == symbol
            else { return }
            openers.removeLast()
            closers[opener] = index
        default: break
        }
    }

    /// The sign that closes what `symbol` opens.
    static func closer(of symbol: Symbol) -> Symbol? {
        switch symbol {
        case .leftParenthesis: .rightParenthesis
        case .leftBracket: .rightBracket
        case .leftBrace: .rightBrace
        default: nil
        }
    }

    private mutating func appendMalformed(
        from start: Int, _ detail: String, _ message: String, hint: String? = nil,
        suggestions: [String] = []
    ) {
        problems.append(
            Diagnostic(
                detail: detail, message: message, span: SourceSpan(start: start, end: position),
                hint: hint, suggestions: suggestions))
        append(.malformed(problems.count - 1), from: start)
    }

    private func byte(at offset: Int) -> UInt8 {
        offset < bytes.count ? bytes[offset] : 0
    }

    /// Skips blanks and comments; false at the end of the text.
    private mutating func skipBlanks() -> Bool {
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x20 || (0x09...0x0D).contains(byte) || (0x1C...0x1F).contains(byte) {
                position += 1
            } else if byte == UInt8(ascii: "/"), self.byte(at: position + 1) == UInt8(ascii: "/") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
                    position += 1
                }
            } else if byte == UInt8(ascii: "/"), self.byte(at: position + 1) == UInt8(ascii: "*") {
                skipComment()
            } else if byte >= 0x80, let (scalar, length) = scalar(at: position),
                scalar.properties.isWhitespace
            {
                position += length
            } else {
                return true
            }
        }
        return false
    }

    private mutating func skipComment() {
        let start = position
        position += 2
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "*"), byte(at: position + 1) == UInt8(ascii: "/") {
                position += 2
                return
            }
            position += 1
        }
        problems.append(
            Diagnostic(
                detail: "UnexpectedSyntax", message: "this comment is not closed",
                span: SourceSpan(start: start, end: min(start + 2, bytes.count)),
                hint: "End it with `*/`."))
        append(.malformed(problems.count - 1), from: start)
    }

    /// Decodes the scalar at `offset`; nil for bytes that are no UTF-8 or past the end.
    private func scalar(at offset: Int) -> (Unicode.Scalar, Int)? {
        guard offset < bytes.count else { return nil }
        let first = bytes[offset]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard offset + length <= bytes.count else { return nil }
        var value = UInt32(first) & (length == 4 ? 0x07 : length == 3 ? 0x0F : 0x1F)
        for index in 1..<length { value = value << 6 | UInt32(bytes[offset + index] & 0x3F) }
        return Unicode.Scalar(value).map { ($0, length) }
    }

    private mutating func readToken() {
        let start = position
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            readNumber()
        case UInt8(ascii: "."):
            if isDigit(self.byte(at: position + 1)), !followsNameOrDot() {
                readNumber()
            } else {
                readSymbol()
            }
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            readString(quote: byte)
        case UInt8(ascii: "`"):
            if skipQuotedName() { append(.quotedName, from: start) }
        case UInt8(ascii: "$"):
            readParameter()
        default:
            if skipWord(isStart: true) {
                let keyword = Keyword.named(bytes[start..<position])
                append(keyword.map { .keyword($0) } ?? .word, from: start)
            } else {
                readSymbol()
            }
        }
    }

    /// Whether a `.` here asks for a property: `n.5` is a mistake in a property, not `n` and `.5`.
    private func followsNameOrDot() -> Bool {
        guard let last = tokens.last, last.span.end == position else { return false }
        switch last.kind {
        case .word, .keyword, .quotedName, .parameter: return true
        case .symbol(let symbol):
            return symbol == .rightParenthesis || symbol == .rightBracket || symbol == .rightBrace
        default: return false
        }
    }

    /// Skips the letters, digits and underscores of a word; false if there is none here.
    private mutating func skipWord(isStart: Bool) -> Bool {
        let start = position
        while let (scalar, length) = scalar(at: position) {
            let belongs =
                if scalar.isASCII {
                    isLetter(bytes[position]) || scalar == "_"
                        || (isDigit(bytes[position]) && !(isStart && position == start))
                } else if isStart, position == start {
                    scalar.properties.isXIDStart
                } else {
                    scalar.properties.isXIDContinue
                }
            guard belongs else { break }
            position += length
        }
        return position > start
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Skips a name in backticks, where two backticks stand for one; false if it is malformed.
    private mutating func skipQuotedName() -> Bool {
        let start = position
        position += 1
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "`") else {
                position += 1
                continue
            }
            position += 1
            guard byte(at: position) == UInt8(ascii: "`") else {
                return true
            }
            position += 1
        }
        position = start + 1
        problems.append(
            Diagnostic(
                detail: "UnexpectedSyntax", message: "this name is not closed",
                span: SourceSpan(start: start, end: position), hint: "End it with a backtick."))
        position = bytes.count
        append(.malformed(problems.count - 1), from: start)
        return false
    }

    private mutating func readParameter() {
        let start = position
        position += 1
        if byte(at: position) == UInt8(ascii: "`") {
            if skipQuotedName() { append(.parameter, from: start) }
        } else if skipWord(isStart: false) {
            append(.parameter, from: start)
        } else {
            appendMalformed(
                from: start, "UnexpectedSyntax", "`$` stands before no name",
                hint: "A parameter is written `$name`.")
        }
    }

    private mutating func readString(quote: UInt8) {
        let start = position
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\\") {
                position = min(position + 1, bytes.count)
            } else if byte == quote {
                guard self.byte(at: position) == quote else {
                    append(.string, from: start)
                    return
                }
                position += 1
            }
        }
        problems.append(
            Diagnostic(
                detail: "UnexpectedSyntax", message: "this text is not closed",
                span: SourceSpan(start: start, end: start + 1),
                hint: "End it with `\(Unicode.Scalar(quote))`."))
        append(.malformed(problems.count - 1), from: start)
    }

    /// Reads a number, and all letters and digits that touch it, so that `12ab` is one mistake.
    private mutating func readNumber() {
        let start = position
        var isFloat = false
        var isValid = true
        if bytes[position] == UInt8(ascii: "0"), let radix = radixAfterZero() {
            position += 2
            let digits = position
            while radix.contains(byte(at: position)) || byte(at: position) == UInt8(ascii: "_") {
                position += 1
            }
            isValid = position > digits && bytes[position - 1] != UInt8(ascii: "_")
        } else {
            isValid = skipDigits() || bytes[start] == UInt8(ascii: ".")
            if byte(at: position) == UInt8(ascii: "."), isDigit(byte(at: position + 1)) {
                isFloat = true
                position += 1
                isValid = skipDigits() && isValid
            }
            if byte(at: position) | 0x20 == UInt8(ascii: "e") {
                let sign = byte(at: position + 1)
                let hasSign = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
                if isDigit(byte(at: position + (hasSign ? 2 : 1))) {
                    isFloat = true
                    position += hasSign ? 2 : 1
                    isValid = skipDigits() && isValid
                }
            }
            let suffix = byte(at: position) | 0x20
            if suffix == UInt8(ascii: "f") || suffix == UInt8(ascii: "d") {
                isFloat = true
                position += 1
            }
        }
        if skipWord(isStart: false) || !isValid {
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            appendMalformed(
                from: start, "InvalidNumberLiteral", "`\(text)` is not a number",
                hint: "Names that begin with a digit stand in backticks.")
        } else {
            append(isFloat ? .float : .integer, from: start)
        }
    }

    /// Skips digits with single underscores between them; false if there are none.
    private mutating func skipDigits() -> Bool {
        let start = position
        while isDigit(byte(at: position))
            || (byte(at: position) == UInt8(ascii: "_") && isDigit(byte(at: position + 1))
                && position > start)
        {
            position += 1
        }
        return position > start
    }

    /// The bytes that are digits after `0x` or `0o`.
    private func radixAfterZero() -> Set<UInt8>? {
        switch byte(at: position + 1) | 0x20 {
        case UInt8(ascii: "x"): Set("0123456789abcdefABCDEF".utf8)
        case UInt8(ascii: "o"): Set("01234567".utf8)
        default: nil
        }
    }

    private mutating func readSymbol() {
        let start = position
        if position + 1 < bytes.count,
            let symbol = Symbol(
                rawValue: String(decoding: bytes[position..<position + 2], as: UTF8.self))
        {
            position += 2
            append(.symbol(symbol), from: start)
        } else if let symbol = Symbol(
            rawValue: String(decoding: bytes[position...position], as: UTF8.self))
        {
            position += 1
            append(.symbol(symbol), from: start)
        } else {
            readStranger()
        }
    }

    /// Reads a sign that has no place in a statement.
    private mutating func readStranger() {
        let start = position
        let (scalar, length) = scalar(at: position) ?? ("\u{FFFD}", 1)
        position += length
        guard !scalar.isASCII else {
            appendMalformed(
                from: start, "UnexpectedSyntax", "`\(scalar)` has no meaning here")
            return
        }
        let replacement: String? =
            switch scalar.value {
            case 0x2010...0x2015, 0x2212, 0x00AD, 0xFE58, 0xFE63, 0xFF0D: "-"
            case 0x2018...0x201B, 0x2032: "'"
            case 0x201C...0x201F, 0x2033, 0x00AB, 0x00BB: "\""
            case 0x00D7: "*"
            case 0x00F7: "/"
            case 0x2260: "<>"
            case 0x2264: "<="
            case 0x2265: ">="
            case 0x2190: "<-"
            case 0x2192: "->"
            default: nil
            }
        appendMalformed(
            from: start, "InvalidUnicodeCharacter", "`\(scalar)` has no meaning here",
            suggestions: replacement.map { [$0] } ?? [])
    }
}
