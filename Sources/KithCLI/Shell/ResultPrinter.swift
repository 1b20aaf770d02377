/// Writes the rows of one statement in the format that was chosen.
struct ResultPrinter: RowReceiver {
    private var writer: any ResultWriter
    private let sink: TextSink
    private var columns: [String] = []
    /// The rows so far.
    private(set) var rowCount = 0

    init(writer: any ResultWriter, sink: TextSink) {
        self.writer = writer
        self.sink = sink
    }

    mutating func begin(columns: [String]) {
        self.columns = columns
        if !columns.isEmpty { writer.begin(columns: columns, to: sink) }
    }

    mutating func receive(_ rows: [[OutputValue]]) {
        rowCount += rows.count
        for row in rows { writer.row(row, to: sink) }
    }

    /// Ends the result; an empty one is left out unless a program reads it.
    mutating func end(needsResult: Bool) {
        guard !columns.isEmpty else { return }
        writer.end(to: sink)
    }
}
