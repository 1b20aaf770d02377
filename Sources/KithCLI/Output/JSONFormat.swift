extension OutputFormat {
    /// One array of objects; values as `kith pipe` encodes them.
    static let json = OutputFormat(
        name: "json", summary: "an array of objects, one a row",
        makeWriter: { _ in JSONResultWriter(isLines: false) })

    /// One object a line.
    static let jsonLines = OutputFormat(
        name: "jsonlines", summary: "one JSON object a line",
        makeWriter: { _ in JSONResultWriter(isLines: true) })
}

/// Writes rows as JSON objects.
private struct JSONResultWriter: ResultWriter {
    private let isLines: Bool
    private var columns: [String] = []
    private var rowCount = 0

    init(isLines: Bool) { self.isLines = isLines }

    mutating func begin(columns: [String], to sink: TextSink) {
        self.columns = columns
        if !isLines { sink.write("[") }
    }

    mutating func row(_ values: [OutputValue], to sink: TextSink) {
        var json = JSONWriter()
        if !isLines { json.raw(rowCount == 0 ? "\n  " : ",\n  ") }
        rowCount += 1
        json.object(zip(columns, values).map { OutputEntry(key: $0, value: $1) })
        if isLines { json.raw("\n") }
        sink.write(json.bytes)
    }

    mutating func end(to sink: TextSink) {
        if !isLines { sink.write(rowCount == 0 ? "]\n" : "\n]\n") }
    }
}
