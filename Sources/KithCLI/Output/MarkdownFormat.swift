extension OutputFormat {
    /// A table of Markdown.
    static let markdown = OutputFormat(
        name: "markdown", summary: "a Markdown table", makeWriter: { MarkdownWriter($0) })
}

/// Writes rows as a Markdown table.
private struct MarkdownWriter: ResultWriter {
    private let settings: OutputSettings

    init(_ settings: OutputSettings) { self.settings = settings }

    mutating func begin(columns: [String], to sink: TextSink) {
        sink.write("| " + columns.map(Self.escaped).joined(separator: " | ") + " |\n")
        sink.write("|" + columns.map { _ in " --- |" }.joined() + "\n")
    }

    mutating func row(_ values: [OutputValue], to sink: TextSink) {
        let cells = values.map { value in
            if case .null = value { return settings.nullText }
            return DisplayWidth.isolated(Self.escaped(value.cellText))
        }
        sink.write("| " + cells.joined(separator: " | ") + " |\n")
    }

    mutating func end(to sink: TextSink) {}

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "|": escaped += "\\|"
            case "\n": escaped += "<br>"
            case "\r": break
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
