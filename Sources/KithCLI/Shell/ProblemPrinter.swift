/// An error or a warning, ready to be shown to a person.
struct Problem: Sendable {
    /// `SyntaxError.UndefinedVariable`, or a warning's code.
    var code: String
    /// One sentence.
    var message: String
    /// The bytes of the statement at fault; nil where no single place is.
    var range: Range<Int>?
    /// What to try instead.
    var hint: String?
    /// Names that may have been meant, the likeliest first.
    var suggestions: [String] = []
    /// Whether it is only a warning.
    var isWarning = false
}

/// Shows problems with the line of the statement and a caret under the place.
struct ProblemPrinter {
    /// Whether escape sequences for colour may be written.
    let usesColour: Bool

    /// The text of a problem.
    ///
    /// - Parameters:
    ///   - problem: What is wrong.
    ///   - statement: The text that the problem's range counts in.
    ///   - place: What stands before the line number, such as a file's name.
    ///   - firstLine: The number of the statement's first line.
    /// - Returns: Whole lines.
    func text(
        of problem: Problem, in statement: String, place: String? = nil, firstLine: Int = 1
    ) -> String {
        let kind = problem.isWarning ? "warning" : "error"
        let shownKind = coloured(kind, problem.isWarning ? "33;1" : "31;1")
        var text = "\(shownKind): \(problem.message) [\(problem.code)]\n"
        if let range = problem.range {
            text += excerpt(range, in: statement, place: place, firstLine: firstLine)
        }
        if let hint = problem.hint {
            text += "  hint: \(hint)\n"
        } else if !problem.suggestions.isEmpty {
            let names = problem.suggestions.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
            text += "  did you mean \(names)?\n"
        }
        return text
    }

    /// The line that a range begins on, and carets under as much of the range as is on it.
    private func excerpt(
        _ range: Range<Int>, in statement: String, place: String?, firstLine: Int
    ) -> String {
        let bytes = Array(statement.utf8)
        let start = min(range.lowerBound, bytes.count)
        var lineStart = start
        while lineStart > 0, bytes[lineStart - 1] != 0x0A { lineStart -= 1 }
        var lineEnd = start
        while lineEnd < bytes.count, bytes[lineEnd] != 0x0A { lineEnd += 1 }
        let line = firstLine + bytes[..<lineStart].count { $0 == 0x0A }
        let source = String(decoding: bytes[lineStart..<lineEnd], as: UTF8.self)
        let before = String(decoding: bytes[lineStart..<start], as: UTF8.self)
        let end = min(max(range.upperBound, start), lineEnd)
        let marked = String(decoding: bytes[start..<end], as: UTF8.self)
        let column = before.unicodeScalars.count + 1
        let number = "\(line)"
        let margin = String(repeating: " ", count: number.count)
        let spaces = String(
            repeating: " ", count: DisplayWidth.cells(of: DisplayWidth.withoutTabs(before)))
        let carets = String(
            repeating: "^", count: max(1, DisplayWidth.cells(of: DisplayWidth.withoutTabs(marked))))
        return """
            \(margin)--> \(place.map { $0 + ":" } ?? "")\(line):\(column)
             \(margin)│
            \(number) │ \(DisplayWidth.withoutTabs(source))
            \(margin) │ \(spaces)\(coloured(carets, "31;1"))

            """
    }

    private func coloured(_ text: String, _ code: String) -> String {
        usesColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

extension DisplayWidth {
    /// The text with a space for each tab, so that carets stand where they should.
    static func withoutTabs(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\t" ? " " : $0 }))
    }
}
