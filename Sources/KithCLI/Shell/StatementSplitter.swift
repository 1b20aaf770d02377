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
        /// Whether it is a command of the shell, which begins with a colon and is one line.
        var isCommand = false
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
                case UInt8(ascii: ":") where isBlank && isAtStart(of: bytes[lineStart..<index]):
                    let end = bytes[index...].firstIndex(of: 0x0A) ?? bytes.count
                    statements.append(
                        Statement(
                            text: String(decoding: bytes[index..<end], as: UTF8.self), line: line,
                            column: index - lineStart + 1, isCommand: true))
                    start = min(end + 1, bytes.count)
                    (line, lineStart, startLine, startColumn) = (line + 1, start, line + 1, 1)
                    index = start
                    continue
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

    /// The text on one line, as the history keeps it, which means the same: a comment to the end of its
    /// line becomes one between signs, a line end within a string its escape.
    static func onOneLine(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var line: [UInt8] = []
        var state = State.plain
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            let isLineEnd = byte == 0x0A || byte == 0x0D
            index += 1
            switch state {
            case .plain:
                if byte == UInt8(ascii: "/"), next == UInt8(ascii: "/") {
                    line += Array("/*".utf8)
                    state = .lineComment
                    index += 1
                    continue
                }
                if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                    line += [byte, next]
                    state = .blockComment
                    index += 1
                    continue
                }
                if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"")
                    || byte == UInt8(ascii: "`")
                {
                    state = .quoted(byte)
                }
            case .quoted(let quote):
                if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "`"), index < bytes.count {
                    line += [byte, next]
                    index += 1
                    continue
                }
                if isLineEnd, quote != UInt8(ascii: "`") {
                    line += Array((byte == 0x0A ? "\\n" : "\\r").utf8)
                    continue
                }
                if byte == quote { state = .plain }
            case .lineComment:
                if byte == 0x0A {
                    line += Array(" */".utf8)
                    state = .plain
                } else if byte == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                    line += Array("* ".utf8)
                    continue
                }
            case .blockComment:
                if byte == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                    line += [byte, next]
                    state = .plain
                    index += 1
                    continue
                }
            }
            line.append(isLineEnd ? 0x20 : byte)
        }
        if case .lineComment = state { line += Array(" */".utf8) }
        return String(decoding: line, as: UTF8.self)
    }

    /// Whether nothing stands before what follows these bytes of a line.
    private static func isAtStart(of bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 }
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
