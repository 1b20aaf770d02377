extension OutputFormat {
    /// Boxes for people: aligned columns, long results shown by head and tail.
    static let table = OutputFormat(
        name: "table", summary: "a table for people to read", makeWriter: { TableWriter($0) })
}

/// Collects rows and draws them as a table.
private struct TableWriter: ResultWriter {
    private struct Cell {
        let text: String
        let isNumeric: Bool
        let isNull: Bool
    }

    private static let columnWidthMin = 4

    private let settings: OutputSettings
    private var columns: [String] = []
    private var head: [[Cell]] = []
    private var tail: [[Cell]] = []
    private var tailStart = 0
    private var rowCount = 0

    init(_ settings: OutputSettings) { self.settings = settings }

    private var headMax: Int { settings.tableRowsMax.map { $0 - $0 / 2 } ?? .max }
    private var tailMax: Int { settings.tableRowsMax.map { $0 / 2 } ?? 0 }

    mutating func begin(columns: [String], to sink: TextSink) { self.columns = columns }

    mutating func row(_ values: [OutputValue], to sink: TextSink) {
        rowCount += 1
        let cells = values.map { value in
            if case .null = value {
                return Cell(text: settings.nullText, isNumeric: false, isNull: true)
            }
            return Cell(
                text: DisplayWidth.onOneLine(value.cellText), isNumeric: value.isNumeric,
                isNull: false)
        }
        if head.count < headMax {
            head.append(cells)
        } else if tail.count < tailMax {
            tail.append(cells)
        } else if tailMax > 0 {
            tail[tailStart] = cells
            tailStart = (tailStart + 1) % tailMax
        }
    }

    mutating func end(to sink: TextSink) {
        let tailRows = Array(tail[tailStart...] + tail[..<tailStart])
        guard !columns.isEmpty else { return }
        let widths = fittedWidths(head + tailRows)
        sink.write(border("┌", "┬", "┐", widths))
        let names = columns.map {
            Cell(text: DisplayWidth.onOneLine($0), isNumeric: false, isNull: false)
        }
        sink.write(line(names, widths, isHeader: true))
        sink.write(border("├", "┼", "┤", widths))
        for row in head { sink.write(line(row, widths)) }
        if rowCount > head.count + tailRows.count {
            let dots = Cell(text: "·", isNumeric: false, isNull: true)
            sink.write(line(columns.map { _ in dots }, widths))
        }
        for row in tailRows { sink.write(line(row, widths)) }
        sink.write(border("└", "┴", "┘", widths))
    }

    /// The widths that the cells ask for; where they do not fit, the widest give way.
    private func fittedWidths(_ rows: [[Cell]]) -> [Int] {
        var widths = columns.map { max(1, DisplayWidth.cells(of: DisplayWidth.onOneLine($0))) }
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], DisplayWidth.cells(of: cell.text))
            }
        }
        guard let limit = settings.width else { return widths }
        let frame = widths.count * 3 + 1
        var excess = widths.reduce(0, +) + frame - limit
        while excess > 0, let widest = widths.max(), widest > Self.columnWidthMin {
            let second = widths.filter { $0 < widest }.max() ?? Self.columnWidthMin
            let widestCount = widths.filter { $0 == widest }.count
            let step = max(
                1, min(widest - max(second, Self.columnWidthMin), excess / widestCount))
            for index in widths.indices where widths[index] == widest && excess > 0 {
                let cut = min(step, excess)
                widths[index] -= cut
                excess -= cut
            }
        }
        return widths
    }

    private func border(
        _ left: String, _ middle: String, _ right: String, _ widths: [Int]
    ) -> String {
        left + widths.map { String(repeating: "─", count: $0 + 2) }.joined(separator: middle)
            + right + "\n"
    }

    private func line(_ cells: [Cell], _ widths: [Int], isHeader: Bool = false) -> String {
        var line = "│"
        for (cell, width) in zip(cells, widths) {
            let text = DisplayWidth.fitted(cell.text, to: width)
            let padding = String(
                repeating: " ", count: max(0, width - DisplayWidth.cells(of: text)))
            var shown = DisplayWidth.isolated(text)
            if settings.usesColour {
                if isHeader { shown = "\u{1B}[1m\(shown)\u{1B}[0m" }
                if cell.isNull { shown = "\u{1B}[2m\(shown)\u{1B}[0m" }
            }
            line += cell.isNumeric ? " \(padding)\(shown) │" : " \(shown)\(padding) │"
        }
        return line + "\n"
    }
}
