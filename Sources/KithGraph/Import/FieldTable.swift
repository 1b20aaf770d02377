/// One field of a block: a range of its bytes, without the quotes around it.
struct TextField: Hashable {
    /// Bits 0 to 31: the first byte's offset; 32 to 61: the length; 62: quoted; 63: holds doubled quotes.
    let bits: UInt64

    init(start: Int, end: Int, isQuoted: Bool = false, hasDoubledQuotes: Bool = false) {
        bits =
            UInt64(truncatingIfNeeded: start) | UInt64(truncatingIfNeeded: end &- start) &<< 32
            | (isQuoted ? 1 &<< 62 : 0) | (hasDoubledQuotes ? 1 &<< 63 : 0)
    }

    /// The offset of the first byte in the block.
    var start: Int { Int(bits & 0xFFFF_FFFF) }
    /// The number of bytes, doubled quotes counted twice.
    var length: Int { Int(bits &>> 32 & 0x3FFF_FFFF) }
    /// Whether the field stood in quotes.
    var isQuoted: Bool { bits &>> 62 & 1 != 0 }
    /// Whether a quote in it is written twice.
    var hasDoubledQuotes: Bool { bits &>> 63 != 0 }
    /// Whether the field is empty and stood in no quotes: a null.
    var isEmptyAndUnquoted: Bool { bits &>> 32 & 0x7FFF_FFFF == 0 }
}

/// The fields of a block, row after row; filled by `FieldScanner`.
final class FieldTable {
    /// What is wrong with a row as such.
    enum Flaw: Hashable {
        /// It has this many fields instead of the number expected.
        case fieldCount(Int)
        /// After a closing quote comes neither a delimiter nor the row's end.
        case textAfterQuote
        /// A quoted field never ends.
        case unclosedQuote
    }

    /// A row that could not be cut into fields.
    struct FlawedRow {
        /// Where the row begins in the block.
        let start: Int
        /// Where it ends, line end excluded.
        let end: Int
        /// Where the flaw is.
        let offset: Int
        /// What it is.
        let flaw: Flaw
        /// How many good rows come before it in the block.
        let rowsBefore: Int
    }

    private(set) var fields = UnsafeMutablePointer<TextField>.allocate(capacity: 1024)
    private var capacity = 1024
    /// The number of fields.
    var count = 0
    /// The number of good rows.
    var rowCount = 0
    /// After each good row, the number of fields so far; kept only where rows may differ in length.
    var rowEnds: [Int] = []
    /// Rows that are no good.
    var flawedRows: [FlawedRow] = []
    /// Lines that the block has.
    var lineCount = 0

    deinit { fields.deallocate() }

    func reset() {
        count = 0
        rowCount = 0
        lineCount = 0
        rowEnds.removeAll(keepingCapacity: true)
        flawedRows.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    func append(_ field: TextField) {
        if count == capacity { grow() }
        fields[count] = field
        count &+= 1
    }

    @inline(never)
    private func grow() {
        let larger = UnsafeMutablePointer<TextField>.allocate(capacity: capacity * 2)
        larger.update(from: fields, count: count)
        fields.deallocate()
        fields = larger
        capacity *= 2
    }
}
