import CShims

/// Reads delimited text row by row, as LOAD CSV does: rows may have any number of fields.
///
/// `.gz` and `.zst` files are read as they are. Not safe for use by several threads at once.
public final class DelimitedReader {
    /// The names in the first row, where the format has a header; empty otherwise.
    public private(set) var header: [String] = []
    /// The line on which the row last returned begins, from 1.
    public private(set) var lineNumber = 0

    private let reader: BlockReader
    private let format: DelimitedFormat
    private let block = TextBlock(capacity: BlockReader.blockLengthInBytes)
    private var table: FieldTable { block.table }
    private var row = 0
    private var flaw = 0
    private var nextStartLine = 1
    /// The line of the byte at `countedOffset` of the block, counted as rows are given out.
    private var countedLine = 1
    private var countedOffset = 0

    /// Opens a file and reads its header.
    ///
    /// - Parameters:
    ///   - location: A path, or a `file:///` URL.
    ///   - format: How the text is read.
    ///   - whileWaiting: Called now and then while a pipe has nothing to read; what it throws ends the
    ///     wait.
    /// - Throws: ``ImportError`` when the file cannot be read or its header is not text.
    public init(
        location: String, format: DelimitedFormat,
        whileWaiting: (() throws(ImportError) -> Void)? = nil
    ) throws(ImportError) {
        self.format = format
        reader = try BlockReader(
            path: FileLocation.path(of: location), format: format, whileWaiting: whileWaiting)
        if format.hasHeader, let names = try nextRow() {
            header = names.map { $0 ?? "" }
        }
    }

    /// The next row's fields, null where a field is empty and unquoted; nil at the end.
    ///
    /// - Throws: ``ImportError`` at a row that cannot be read: a quote never closed, bytes that are no
    ///   text.
    public func nextRow() throws(ImportError) -> [String?]? {
        while row == table.rowCount {
            try throwFlaw(beforeRow: row)
            guard try reader.next(into: block) else { return nil }
            block.startLine = nextStartLine
            block.scan(format, fieldCount: nil)
            nextStartLine += block.lineCount
            row = 0
            flaw = 0
            countedLine = block.startLine
            countedOffset = 0
        }
        try throwFlaw(beforeRow: row)
        let first = row == 0 ? 0 : table.rowEnds[row - 1]
        var values: [String?] = []
        values.reserveCapacity(table.rowEnds[row] - first)
        let start = table.fields[first].start
        countedLine += kith_count_byte(
            block.base + countedOffset, start - countedOffset, block.newline)
        countedOffset = start
        lineNumber = countedLine
        for index in first..<table.rowEnds[row] {
            values.append(try text(table.fields[index]))
        }
        row += 1
        return values
    }

    private func text(_ field: TextField) throws(ImportError) -> String? {
        if field.isEmptyAndUnquoted { return nil }
        let quote = format.quote ?? 0
        guard let text = FieldText.string(field, base: block.base, quote: quote) else {
            throw ImportError(
                .rejectedRow, "the field is not valid \(format.encoding.rawValue)",
                file: reader.path, position: block.position(ofByteAt: field.start))
        }
        if !field.isQuoted, text == format.nullText { return nil }
        return text
    }

    private func throwFlaw(beforeRow row: Int) throws(ImportError) {
        guard flaw < table.flawedRows.count, table.flawedRows[flaw].rowsBefore <= row else {
            return
        }
        let found = table.flawedRows[flaw]
        flaw += 1
        throw ImportError(
            .rejectedRow, found.flaw.reason(expected: nil), file: reader.path,
            position: block.position(ofByteAt: found.offset))
    }
}

extension FieldTable.Flaw {
    /// The flaw in one sentence for people.
    func reason(expected: Int?) -> String {
        switch self {
        case .fieldCount(let found):
            "the row has \(found) \(found == 1 ? "field" : "fields") instead of \(expected ?? 0)"
        case .textAfterQuote:
            "text follows the closing quote of a field; write a quote inside it twice"
        case .unclosedQuote:
            "the quoted field that begins here is never closed"
        }
    }
}

/// Where a file is, as users write it.
enum FileLocation {
    /// The path that `location` means: itself, or the decoded path of a `file:` URL.
    static func path(of location: String) throws(ImportError) -> String {
        guard let scheme = location.firstIndex(of: ":") else { return location }
        guard location[..<scheme].lowercased() == "file" else {
            guard location[scheme...].hasPrefix("://") else { return location }
            throw ImportError(
                .unreadableFile, "only local files can be read: a path or a `file:///` URL",
                file: location)
        }
        var path = String(location[location.index(after: scheme)...])
        if path.hasPrefix("//") {
            path.removeFirst(2)
            guard let slash = path.firstIndex(of: "/") else { return path }
            let host = path[..<slash]
            guard host.isEmpty || host == "localhost" else {
                throw ImportError(
                    .unreadableFile, "only files of this machine can be read", file: location)
            }
            path = String(path[slash...])
        }
        return decodingPercents(path)
    }

    private static func decodingPercents(_ text: String) -> String {
        var bytes: [UInt8] = []
        let source = Array(text.utf8)
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index + 2 < source.count,
                let high = hexadecimal(source[index + 1]), let low = hexadecimal(source[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
