/// Cuts text into statements at the semicolons between them.
///
/// A semicolon inside a string, a quoted name or a comment ends nothing. What the text means is the
/// parser's business; this only has to agree with it on where those begin and end.
struct StatementSplitter {
    /// What came out of one cut.
    struct Cut: Equatable {
        /// The statements that a semicolon ended, without it; blank ones are left out.
        let statements: [Statement]
        /// What follows the last semicolon.
        let rest: String
        /// Whether the rest holds something else than white space and comments.
        let isRestBlank: Bool
        /// The line on which the rest begins, from 1.
        let restLine: Int
        /// The column at which the rest begins, from 1.
        let restColumn: Int
    }

    /// One statement and where it began.
    struct Statement: Equatable {
        /// The text without the semicolon and the blank lines before it.
        let text: String
        /// The line of its first character in the whole text, from 1.
        let line: Int
        /// The column of its first character, from 1, in Unicode scalars.
        var column = 1
    }

    private enum State {
        case plain
        case quoted(UInt8)
        case lineComment
        case blockComment
    }

    /// Cuts `text`.
    static func cut(_ text: String) -> Cut {
        let bytes = Array(text.utf8)
        var statements: [Statement] = []
        var state = State.plain
        var start = 0
        var startLine = 1
        var startColumn = 1
        var line = 1
        var lineStart = 0
        var isBlank = true
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if byte == 0x0A { (line, lineStart) = (line + 1, index + 1) }
            switch state {
            case .plain:
                switch byte {
                case UInt8(ascii: ";"):
                    if !isBlank {
                        statements.append(
                            Statement(
                                text: String(decoding: bytes[start..<index], as: UTF8.self),
                                line: startLine, column: startColumn))
                    }
                    start = index + 1
                    startLine = line
                    startColumn = scalars(bytes[lineStart..<start]) + 1
                    isBlank = true
                case UInt8(ascii: "/") where next == UInt8(ascii: "/"): state = .lineComment
                case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
                    state = .blockComment
                    index += 1
                case 0x20, 0x09, 0x0D: break
                case 0x0A: if isBlank { (start, startLine, startColumn) = (index + 1, line, 1) }
                default:
                    isBlank = false
                    if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"")
                        || byte == UInt8(ascii: "`")
                    {
                        state = .quoted(byte)
                    }
                }
            case .quoted(let quote):
                if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "`") {
                    index += 1
                    if next == 0x0A { (line, lineStart) = (line + 1, index + 1) }
                } else if byte == quote {
                    // A doubled backtick closes and opens again, which is the same to us.
                    state = .plain
                }
            case .lineComment: if byte == 0x0A { state = .plain }
            case .blockComment:
                if byte == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                    state = .plain
                    index += 1
                }
            }
            index += 1
        }
        return Cut(
            statements: statements,
            rest: String(decoding: bytes[min(start, bytes.count)...], as: UTF8.self),
            isRestBlank: isBlank && isComplete(state), restLine: startLine,
            restColumn: startColumn)
    }

    private static func scalars(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }

    private static func isComplete(_ state: State) -> Bool {
        switch state {
        case .plain, .lineComment: true
        case .quoted, .blockComment: false
        }
    }
}
