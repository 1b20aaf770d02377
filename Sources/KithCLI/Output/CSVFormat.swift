extension OutputFormat {
    /// RFC 4180, as `kith import` and LOAD CSV read it.
    static let csv = OutputFormat(
        name: "csv", summary: "comma-separated values, null empty, an empty string quoted",
        makeWriter: { _ in CSVWriter() })
}

/// Writes rows as comma-separated values.
private struct CSVWriter: ResultWriter {
    mutating func begin(columns: [String], to sink: TextSink) {
        sink.write(columns.map(Self.field).joined(separator: ",") + "\n")
    }

    mutating func row(_ values: [OutputValue], to sink: TextSink) {
        var line = ""
        for (index, value) in values.enumerated() {
            if index > 0 { line += "," }
            if case .null = value { continue }
            line += Self.field(value.cellText)
        }
        sink.write(line + "\n")
    }

    mutating func end(to sink: TextSink) {}

    private static func field(_ text: String) -> String {
        guard !text.isEmpty else { return "\"\"" }
        let mustQuote = text.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
        }
        guard mustQuote else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
