/// A way to write results: one file, and one line in ``all``.
struct OutputFormat: Sendable {
    /// The name that `--format` and `:mode` take.
    let name: String
    /// What it is good for, in a few words.
    let summary: String
    /// Makes what writes one result.
    let makeWriter: @Sendable (OutputSettings) -> any ResultWriter

    /// Every format, in the order in which help lists them.
    static let all: [OutputFormat] = [
        .table,
        .csv,
        .json,
        .jsonLines,
        .markdown,
        .line,
    ]

    /// The format of this name.
    static func named(_ name: String) -> OutputFormat? { all.first { $0.name == name } }
}

/// What formats need to know of where they write.
struct OutputSettings: Sendable {
    /// The width of the terminal in cells; nil where there is no limit.
    var width: Int?
    /// The most rows that a table shows; the middle of a longer one is left out. Nil shows all.
    var tableRowsMax: Int?
    /// What a table shows for null.
    var nullText = "NULL"
    /// Whether escape sequences for colour may be written.
    var usesColour = false
}

/// Writes one result, row by row.
protocol ResultWriter {
    /// Begins with the names of the columns.
    mutating func begin(columns: [String], to sink: TextSink)
    /// Takes the next row.
    mutating func row(_ values: [OutputValue], to sink: TextSink)
    /// Ends the result.
    mutating func end(to sink: TextSink)
}
