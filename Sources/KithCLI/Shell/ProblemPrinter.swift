/// Shows problems with the line of the statement and a caret under the place.
struct ProblemPrinter {
    /// Whether escape sequences for colour may be written.
    let usesColour: Bool

    /// The text of a problem.
    ///
    /// - Parameters:
    ///   - problem: What is wrong.
    ///   - statement: The text that the problem's place counts in.
    ///   - isWarning: Whether it is only a warning.
    ///   - file: The name of the file that the statement stands in.
    ///   - firstLine: The number of the statement's first line in that file.
    ///   - firstColumn: The column in that line at which the statement begins.
    /// - Returns: Whole lines.
    func text(
        of problem: StatementProblem, in statement: String, isWarning: Bool = false,
        file: String? = nil, firstLine: Int = 1, firstColumn: Int = 1
    ) -> String {
        let kind = isWarning ? coloured("warning", "33;1") : coloured("error", "31;1")
        var text = "\(kind): \(Self.oneLine(problem.message)) [\(problem.code)]\n"
        if let place = problem.place {
            text += excerpt(
                place, in: statement, file: file, firstLine: firstLine, firstColumn: firstColumn)
        }
        if !problem.suggestions.isEmpty {
            let names = problem.suggestions.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
            text += "  did you mean \(Self.oneLine(names))?\n"
        } else if let hint = problem.hint {
            text += "  hint: \(Self.oneLine(hint))\n"
        }
        return text
    }

    /// The longest message or hint, in cells: names in it may be of any length.
    private static let widthMax = 400

    /// A text on one line, without its middle where it is long.
    private static func oneLine(_ text: String) -> String {
        let line = DisplayWidth.onOneLine(text)
        guard DisplayWidth.cells(of: line) > widthMax || line.unicodeScalars.count > widthMax * 4
        else { return line }
        let scalars = line.unicodeScalars
        let ends = [scalars.prefix(widthMax / 2), scalars.suffix(widthMax / 4)]
        return ends.map { String($0) }.joined(separator: "…")
    }

    /// The line that a place begins on, and carets under as much of the place as is on it.
    private func excerpt(
        _ place: StatementProblem.Place, in statement: String, file: String?, firstLine: Int,
        firstColumn: Int
    ) -> String {
        let (source, index) = Self.line(place.line, of: statement)
        let start = max(0, min(place.column - 1, source.count))
        let end = place.endLine > place.line ? source.count : max(start, place.endColumn - 1)
        let shown = SourceExcerpt(line: source, marking: start..<max(start, end))
        let line = firstLine + index
        let column = start + (index == 0 ? firstColumn : 1)
        let number = "\(line)"
        let margin = String(repeating: " ", count: number.count)
        let spaces = String(repeating: " ", count: shown.indent)
        let carets = String(repeating: "^", count: shown.caretCount)
        return """
            \(margin)--> \(file.map { $0 + ":" } ?? "")\(line):\(column)
            \(margin) │
            \(number) │ \(shown.text)
            \(margin) │ \(spaces)\(coloured(carets, "31;1"))

            """
    }

    /// The line of a text with a number from 1, or the last one, and its index.
    ///
    /// A line ends where places count one: at a line feed, with or without a carriage return before it.
    private static func line(
        _ number: Int, of text: String
    ) -> (scalars: [Unicode.Scalar], index: Int) {
        let lines = text.unicodeScalars.split(
            separator: "\n", maxSplits: max(number, 1), omittingEmptySubsequences: false)
        let index = max(0, min(number, lines.count) - 1)
        var line = Array(lines[index])
        if line.last == "\r" { line.removeLast() }
        return (line, index)
    }

    private func coloured(_ text: String, _ code: String) -> String {
        usesColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
