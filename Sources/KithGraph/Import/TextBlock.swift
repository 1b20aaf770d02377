import CShims
import Glibc

/// Some whole rows of a file, as UTF-8, in a buffer of their own.
///
/// Used by one thread at a time: first by the `BlockReader` that fills it, then by the worker that
/// parses it.
final class TextBlock: @unchecked Sendable {
    /// Bytes after the text that may be read (as whatever they are) but mean nothing.
    static let paddingInBytes = 64

    /// The text, followed by the padding.
    private(set) var base: UnsafeMutablePointer<UInt8>
    /// The bytes of text that fit before the padding.
    private(set) var capacity: Int
    /// The bytes of text.
    var count = 0
    /// The number of this block in its file, from 0.
    var sequence = 0
    /// The line on which the block begins, from 1; known to the reader only where lines were counted.
    var startLine = 1
    /// The byte that ends a line of this file.
    var newline = UInt8(ascii: "\n")
    /// Whether a quote occurs in the block.
    var hasQuotes = false
    /// Where the rows begin: after the header, in a file's first block that has one.
    var rowsStart = 0
    /// Bytes that had been taken from the file, as on disk, when the block was full.
    var bytesConsumed = 0
    /// The fields of the rows, once they were scanned.
    let table = FieldTable()

    /// Makes an empty block.
    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(capacity: capacity + Self.paddingInBytes)
    }

    deinit { base.deallocate() }

    /// Makes room for `capacity` bytes and keeps the text.
    func grow(to capacity: Int) {
        guard capacity > self.capacity else { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(
            capacity: capacity + Self.paddingInBytes)
        memcpy(larger, base, count)
        base.deallocate()
        base = larger
        self.capacity = capacity
    }

    /// Cuts the text into the fields of ``table``.
    func scan(_ format: DelimitedFormat, fieldCount: Int?) {
        FieldScanner(delimiter: format.delimiter, quote: format.quote, fieldCount: fieldCount)
            .scan(self, into: table)
    }

    /// The lines that end in the block, the header's among them, once it was scanned.
    var lineCount: Int { table.lineCount + kith_count_byte(base, rowsStart, newline) }

    /// The place of the byte at `offset`, counted from the block's first line.
    func position(ofByteAt offset: Int) -> TextPosition {
        var finder = PositionFinder(self)
        return finder.position(ofByteAt: offset)
    }
}

/// Finds the places of bytes of a block, one after the other, without counting lines twice.
struct PositionFinder {
    private let block: TextBlock
    private var line: Int
    private var lineStart = 0

    /// Begins at the block's first line.
    init(_ block: TextBlock) {
        self.block = block
        line = block.startLine
    }

    /// The place of the byte at `offset`, which is not before the line of the last one asked for.
    mutating func position(ofByteAt offset: Int) -> TextPosition {
        let offset = min(offset, block.count)
        while lineStart < offset,
            let found = memchr(block.base + lineStart, Int32(block.newline), offset - lineStart)
        {
            let at = UnsafePointer(block.base).distance(
                to: UnsafePointer(found.assumingMemoryBound(to: UInt8.self)))
            line += 1
            lineStart = at + 1
        }
        var column = 1
        var index = lineStart
        while index < offset {
            if block.base[index] & 0xC0 != 0x80 { column += 1 }
            index += 1
        }
        return TextPosition(line: line, column: column)
    }
}
