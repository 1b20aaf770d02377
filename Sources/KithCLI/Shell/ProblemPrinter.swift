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
        var text = "\(kind): \(problem.message) [\(problem.code)]\n"
        if let place = problem.place {
            text += excerpt(
                place, in: statement, file: file, firstLine: firstLine, firstColumn: firstColumn)
        }
        if !problem.suggestions.isEmpty {
            let names = problem.suggestions.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
            text += "  did you mean \(names)?\n"
        } else if let hint = problem.hint {
            text += "  hint: \(hint)\n"
        }
        return text
    }

    /// The line that a place begins on, and carets under as much of the place as is on it.
    private func excerpt(
        _ place: StatementProblem.Place, in statement: String, file: String?, firstLine: Int,
        firstColumn: Int
    ) -> String {
        let lines = statement.split(
            omittingEmptySubsequences: false, whereSeparator: { $0.isNewline })
        let index = max(0, min(place.line - 1, lines.count - 1))
        let source = Array(lines[index].unicodeScalars.map { $0 == "\t" ? " " : $0 })
        let start = max(0, min(place.column - 1, source.count))
        let end = place.endLine > place.line ? source.count : min(place.endColumn - 1, source.count)
        let line = firstLine + index
        let column = start + (index == 0 ? firstColumn : 1)
        let number = "\(line)"
        let margin = String(repeating: " ", count: number.count)
        let spaces = String(repeating: " ", count: cells(source[..<start]))
        let carets = String(repeating: "^", count: max(1, cells(source[start..<max(start, end)])))
        let text = String(String.UnicodeScalarView(source))
        return """
            \(margin)--> \(file.map { $0 + ":" } ?? "")\(line):\(column)
            \(margin) │
            \(number) │ \(text)
            \(margin) │ \(spaces)\(coloured(carets, "31;1"))

            """
    }

    private func cells(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
        scalars.reduce(0) { $0 + DisplayWidth.cells(of: $1) }
    }

    private func coloured(_ text: String, _ code: String) -> String {
        usesColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
