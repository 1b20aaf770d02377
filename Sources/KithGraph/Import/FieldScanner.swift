import CShims
import Glibc

/// Cuts a block of delimited text into fields.
///
/// A field that begins with the quote ends at the next quote that is not doubled and may hold
/// anything; any other field ends at the next delimiter or line end and may hold quotes as ordinary
/// bytes. A carriage return before a line feed belongs to the line's end. Lines without a byte are
/// skipped where rows have more than one field.
struct FieldScanner {
    /// The byte between fields.
    let delimiter: UInt8
    /// The quote; nil where it means nothing.
    let quote: UInt8?
    /// How many fields each row must have; nil where rows may differ.
    let fieldCount: Int?

    /// Replaces what `table` holds by the rows of `block`.
    func scan(_ block: TextBlock, into table: FieldTable) {
        var scan = Scan(scanner: self, block: block, table: table)
        scan.run()
    }
}

/// One block on its way into a table.
private struct Scan {
    private let base: UnsafeMutablePointer<UInt8>
    private let end: Int
    private let table: FieldTable
    private let delimiter: UInt8
    private let newline: UInt8
    private let quote: UInt8
    private let hasQuotes: Bool
    private let expected: Int
    private var rowStart: Int
    private var rowFirstField = 0
    private var fieldStart: Int

    init(scanner: FieldScanner, block: TextBlock, table: FieldTable) {
        base = block.base
        end = block.count
        self.table = table
        delimiter = scanner.delimiter
        newline = block.newline
        hasQuotes = scanner.quote != nil && block.hasQuotes
        quote = hasQuotes ? scanner.quote ?? newline : newline
        expected = scanner.fieldCount ?? -1
        rowStart = block.rowsStart
        fieldStart = block.rowsStart
    }

    mutating func run() {
        table.reset()
        var position = rowStart
        while position < end {
            var mask = kith_match64(base + position, delimiter, newline, quote)
            if position &+ 64 > end { mask &= (1 &<< UInt64(end &- position)) &- 1 }
            var next = position &+ 64
            while mask != 0 {
                let at = position &+ mask.trailingZeroBitCount
                mask &= mask &- 1
                let byte = base[at]
                if byte == delimiter {
                    table.append(TextField(start: fieldStart, end: at))
                    fieldStart = at &+ 1
                } else if byte == newline {
                    endLine(at)
                } else if at == fieldStart {
                    next = readQuoted(from: at)
                    break
                }
            }
            position = next
        }
        if fieldStart < end || table.count > rowFirstField {
            table.append(TextField(start: fieldStart, end: end))
            endRow(at: end)
        }
    }

    /// Ends the unquoted field and the row at the line end at `at`.
    private mutating func endLine(_ at: Int) {
        var fieldEnd = at
        if newline == 0x0A, at > fieldStart, base[at &- 1] == 0x0D { fieldEnd = at &- 1 }
        table.lineCount &+= 1
        if fieldEnd == rowStart, expected != 1 {
            // A line without a byte is no row.
            rowStart = at &+ 1
        } else {
            table.append(TextField(start: fieldStart, end: fieldEnd))
            endRow(at: fieldEnd)
            rowStart = at &+ 1
        }
        fieldStart = at &+ 1
    }

    @inline(__always)
    private mutating func endRow(at rowEnd: Int) {
        let found = table.count &- rowFirstField
        if found != expected {
            guard expected < 0 else {
                reject(.fieldCount(found), at: rowStart, rowEnd: rowEnd)
                return
            }
            table.rowEnds.append(table.count)
        }
        table.rowCount &+= 1
        rowFirstField = table.count
    }

    private mutating func reject(_ flaw: FieldTable.Flaw, at offset: Int, rowEnd: Int) {
        table.count = rowFirstField
        table.flawedRows.append(
            FieldTable.FlawedRow(
                start: rowStart, end: rowEnd, offset: offset, flaw: flaw,
                rowsBefore: table.rowCount))
    }

    /// Reads the field whose opening quote is at `opening`; returns where the scan goes on.
    private mutating func readQuoted(from opening: Int) -> Int {
        let start = opening + 1
        var position = start
        var hasDoubledQuotes = false
        var close = -1
        while position < end, let found = memchr(base + position, Int32(quote), end - position) {
            let at = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
            guard at + 1 < end, base[at + 1] == quote else {
                close = at
                break
            }
            hasDoubledQuotes = true
            position = at + 2
        }
        guard close >= 0 else {
            table.lineCount += kith_count_byte(base + start, end - start, newline)
            reject(.unclosedQuote, at: opening, rowEnd: end)
            fieldStart = end
            return end
        }
        table.lineCount += kith_count_byte(base + start, close - start, newline)
        var after = close + 1
        let isReturnBeforeLineFeed =
            after + 1 < end && base[after] == 0x0D && newline == 0x0A && base[after + 1] == 0x0A
        if isReturnBeforeLineFeed { after += 1 }
        guard after == end || base[after] == delimiter || base[after] == newline else {
            return skipLine(from: after, flawAt: close + 1)
        }
        table.append(
            TextField(
                start: start, end: close, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes))
        if after < end, base[after] == delimiter {
            fieldStart = after + 1
            // A row that ends right after a delimiter at the end of the text has one more field.
            return fieldStart
        }
        endRow(at: close + 1)
        if after < end { table.lineCount += 1 }
        rowStart = min(after + 1, end)
        fieldStart = rowStart
        return rowStart
    }

    /// Rejects a row with text after a closing quote; the next row begins after the next line end.
    private mutating func skipLine(from position: Int, flawAt offset: Int) -> Int {
        var lineEnd = end
        if let found = memchr(base + position, Int32(newline), end - position) {
            lineEnd = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
            table.lineCount += 1
        }
        reject(.textAfterQuote, at: offset, rowEnd: lineEnd)
        rowStart = min(lineEnd + 1, end)
        rowFirstField = table.count
        fieldStart = rowStart
        return rowStart
    }
}
