import CShims

/// The rows of one block as typed columns.
struct ParsedBatch {
    /// Why a row is left out.
    struct Flaw {
        /// Where the row begins in the block.
        let rowStart: Int
        /// Where it ends.
        let rowEnd: Int
        /// What is at fault.
        let offset: Int
        /// The field at fault; nil for the whole row.
        let field: Int?
        /// Why, in one sentence.
        let reason: String
        /// The row's number among the rows of the table; nil where it is none of them.
        let row: Int?
    }

    /// The text, still with its fields.
    let block: TextBlock
    /// The numbers of the rows that are left, where some are not; nil for all.
    private(set) var kept: [Int]?
    /// What is wrong with the others, in the order of the file.
    private(set) var flaws: [Flaw] = []
    /// The columns of the fields that were asked for; the rows are those that are left.
    var columns: [BulkColumn]

    /// The number of rows that are left.
    var count: Int { kept?.count ?? block.table.rowCount }
    /// The number of rows that were read.
    var rowsRead: Int { block.table.rowCount + block.table.flawedRows.count }

    /// Parses fields of a scanned block.
    ///
    /// - Parameters:
    ///   - block: The block, already scanned into rows of `width` fields.
    ///   - width: The number of fields of each row.
    ///   - parsers: One for each column of the batch.
    init(_ block: TextBlock, width: Int, parsers: [ColumnParser]) {
        self.block = block
        columns = []
        var fieldFlaws: [FieldFlaw] = []
        let isText = FieldText.isUTF8(block.base, block.count)
        for parser in parsers {
            columns.append(
                parser.parse(
                    block.table, width: width, block: block, isText: isText, flaws: &fieldFlaws))
        }
        addRowFlaws(width: width)
        if !fieldFlaws.isEmpty { reject(fieldFlaws, width: width) }
    }

    /// The row's number in the block's table, for a row that is left.
    func tableRow(_ row: Int) -> Int { kept?[row] ?? row }

    /// Leaves out the rows of the table that are named, and notes why; those passed over leave no
    /// note.
    mutating func reject(
        _ fieldFlaws: [FieldFlaw], passingOver passedOver: Set<Int> = [], width: Int
    ) {
        var isRejected = [Bool](repeating: false, count: block.table.rowCount)
        // Of several flaws of a row, the leftmost is told.
        for flaw in fieldFlaws.sorted(by: { ($0.row, $0.field) < ($1.row, $1.field) })
        where !isRejected[flaw.row] {
            isRejected[flaw.row] = true
            let first = block.table.fields[flaw.row * width]
            let last = block.table.fields[flaw.row * width + width - 1]
            let found = block.table.fields[flaw.row * width + flaw.field]
            flaws.append(
                Flaw(
                    rowStart: first.start - (first.isQuoted ? 1 : 0),
                    rowEnd: last.start + last.length + (last.isQuoted ? 1 : 0),
                    offset: found.start - (found.isQuoted ? 1 : 0), field: flaw.field,
                    reason: flaw.reason, row: flaw.row))
        }
        flaws.sort { $0.rowStart < $1.rowStart }
        for row in passedOver { isRejected[row] = true }
        let before = kept ?? Array(0..<block.table.rowCount)
        let left = before.indices.filter { !isRejected[before[$0]] }
        columns = columns.map { $0.gathering(left) }
        kept = left.map { before[$0] }
    }

    private mutating func addRowFlaws(width: Int) {
        for flawed in block.table.flawedRows {
            flaws.append(
                Flaw(
                    rowStart: flawed.start, rowEnd: flawed.end, offset: flawed.offset, field: nil,
                    reason: flawed.flaw.reason(expected: width), row: nil))
        }
    }
}
