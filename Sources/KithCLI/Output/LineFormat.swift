extension OutputFormat {
    /// One line a value: for rows too wide for a table.
    static let line = OutputFormat(
        name: "line", summary: "one line a value, a blank line between rows",
        makeWriter: { LineWriter($0) })
}

/// Writes each value of a row on a line of its own.
private struct LineWriter: ResultWriter {
    private let settings: OutputSettings
    private var columns: [String] = []
    private var nameWidth = 0
    private var rowCount = 0

    init(_ settings: OutputSettings) { self.settings = settings }

    mutating func begin(columns: [String], to sink: TextSink) {
        self.columns = columns
        nameWidth = columns.map(DisplayWidth.cells(of:)).max() ?? 0
    }

    mutating func row(_ values: [OutputValue], to sink: TextSink) {
        if rowCount > 0 { sink.write("\n") }
        rowCount += 1
        for (name, value) in zip(columns, values) {
            let padding = String(repeating: " ", count: nameWidth - DisplayWidth.cells(of: name))
            var text = settings.nullText
            if case .null = value {} else { text = DisplayWidth.isolated(value.cellText) }
            sink.write("\(padding)\(name) = \(text)\n")
        }
    }

    mutating func end(to sink: TextSink) {}
}
