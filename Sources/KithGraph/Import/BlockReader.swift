import CShims
import Glibc

/// Cuts a file into blocks of whole rows, in order.
///
/// A block ends at a row's end, never inside a quoted field, so that blocks can be parsed by
/// several threads at once. The reader itself is used by one thread at a time.
final class BlockReader {
    /// How much text a block holds where rows are not longer.
    static let blockLengthInBytes = 512 << 10

    /// The path, as the caller named it.
    let path: String
    private let format: DelimitedFormat
    private let source: ByteSource
    private let blockLength: Int
    private let skipsHeader: Bool
    private var carry: [UInt8] = []
    private var nextSequence = 0
    private var isAtEnd = false
    private var newline: UInt8?

    /// Opens `path`, unpacking and transcoding as its bytes and the format say.
    init(
        path: String, format: DelimitedFormat, skipsHeader: Bool = false,
        blockLength: Int = BlockReader.blockLengthInBytes,
        whileWaiting: ByteSource.Waiting? = nil
    ) throws(ImportError) {
        self.skipsHeader = skipsHeader
        self.path = path
        self.format = format
        self.blockLength = blockLength
        do throws(ImportError) {
            source = try TranscodingSource.utf8(
                from: ByteSource.open(path: path, whileWaiting: whileWaiting),
                encoding: format.encoding)
        } catch {
            throw error.naming(file: path)
        }
    }

    /// Fills `block` with the next rows; false at the end of the file.
    func next(into block: TextBlock) throws(ImportError) -> Bool {
        guard !isAtEnd || !carry.isEmpty else { return false }
        block.grow(to: max(blockLength, carry.count * 2))
        carry.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { memcpy(block.base, start, bytes.count) }
        }
        block.count = carry.count
        carry.removeAll(keepingCapacity: true)
        let boundary = try fillToBoundary(block)
        if boundary < block.count {
            carry.append(
                contentsOf: UnsafeBufferPointer(
                    start: block.base + boundary, count: block.count - boundary))
            block.count = boundary
        }
        memset(block.base + block.count, 0, TextBlock.paddingInBytes)
        guard block.count > 0 else { return false }
        block.rowsStart = skipsHeader && nextSequence == 0 ? headerEnd(block) : 0
        block.bytesConsumed = source.bytesConsumed
        block.sequence = nextSequence
        nextSequence += 1
        return true
    }

    /// Reads until the block holds a whole row or the file ends; returns where its last row ends.
    private func fillToBoundary(_ block: TextBlock) throws(ImportError) -> Int {
        while true {
            try fill(block)
            guard let newline = self.newline ?? chosenNewline(block) else {
                block.grow(to: block.capacity * 2)
                continue
            }
            self.newline = newline
            block.newline = newline
            block.hasQuotes = false
            if let quote = format.quote {
                block.hasQuotes = memchr(block.base, Int32(quote), block.count) != nil
            }
            if isAtEnd { return block.count }
            let rows = RowBoundaries(
                quote: block.hasQuotes ? format.quote : nil, delimiter: format.delimiter,
                newline: newline)
            let boundary = rows.lastRowEnd(base: block.base, count: block.count)
            if boundary > 0 { return boundary }
            guard block.count < ImportLimits.rowLengthMaxInBytes else {
                throw ImportError(
                    .limitExceeded,
                    "a row is longer than \(ImportLimits.rowLengthMaxInBytes) bytes; "
                        + "is a quote never closed?", file: path)
            }
            block.grow(to: block.capacity * 2)
        }
    }

    /// Where the first row of a file ends, with the empty lines before it.
    private func headerEnd(_ block: TextBlock) -> Int {
        let rows = RowBoundaries(
            quote: block.hasQuotes ? format.quote : nil, delimiter: format.delimiter,
            newline: block.newline)
        var start = 0
        while start < block.count, block.base[start] == 0x0A || block.base[start] == 0x0D {
            start += 1
        }
        return rows.firstRowEnd(base: block.base, from: start, count: block.count)
    }

    private func fill(_ block: TextBlock) throws(ImportError) {
        while !isAtEnd, block.count < block.capacity {
            let room = UnsafeMutableRawBufferPointer(
                start: block.base + block.count, count: block.capacity - block.count)
            let count: Int
            do throws(ImportError) {
                count = try source.read(into: room)
            } catch {
                throw error.naming(file: path)
            }
            block.count += count
            if count == 0 { isAtEnd = true }
        }
    }

    /// Files of lone carriage returns exist; one with none but those has lines all the same.
    ///
    /// - Returns: nil where more text must be seen first.
    private func chosenNewline(_ block: TextBlock) -> UInt8? {
        let enoughToTellInBytes = 64 << 10
        if memchr(block.base, 0x0A, block.count) != nil { return 0x0A }
        let hasReturn = memchr(block.base, 0x0D, block.count) != nil
        guard isAtEnd || block.count >= enoughToTellInBytes else { return nil }
        return hasReturn ? 0x0D : 0x0A
    }
}

extension ImportError {
    /// The same error, with the file's name where it had none.
    func naming(file: String) -> ImportError {
        ImportError(code, message, file: self.file ?? file, position: position)
    }
}

/// Finds the ends of rows without looking at fields.
///
/// A quote opens a quoted field only where a field begins: after a delimiter, after a row's end, or
/// at the very start. Everywhere else it is an ordinary byte. `FieldScanner` reads by the same rule.
struct RowBoundaries {
    /// The quote, or nil where none occurs in the text.
    let quote: UInt8?
    /// The byte between fields.
    let delimiter: UInt8
    /// The byte that ends a line.
    let newline: UInt8

    /// The offset after the last row that ends in the text; 0 if none does.
    ///
    /// The text must begin at the start of a row.
    func lastRowEnd(base: UnsafePointer<UInt8>, count: Int) -> Int {
        guard let quote else { return endOfLastLine(base, from: 0, to: count) ?? 0 }
        var last = 0
        var position = 0
        while let found = memchr(base + position, Int32(quote), count - position) {
            let at = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
            if let end = endOfLastLine(base, from: position, to: at) { last = end }
            let opensField = at == 0 || base[at - 1] == delimiter || base[at - 1] == newline
            guard opensField else {
                position = at + 1
                continue
            }
            guard let close = closingQuote(base, from: at + 1, to: count, quote: quote) else {
                return last
            }
            guard let next = afterField(base, closedAt: close, count: count) else { return last }
            position = next
        }
        return endOfLastLine(base, from: position, to: count) ?? last
    }

    /// The offset after the row that begins at `start`; `count` if it does not end before.
    func firstRowEnd(base: UnsafePointer<UInt8>, from start: Int, count: Int) -> Int {
        var position = start
        var isFieldStart = true
        while position < count {
            let byte = base[position]
            if byte == newline { return position + 1 }
            if isFieldStart, byte == quote, let quote {
                guard let close = closingQuote(base, from: position + 1, to: count, quote: quote)
                else { return count }
                position = close + 1
                isFieldStart = false
                continue
            }
            isFieldStart = byte == delimiter
            position += 1
        }
        return count
    }

    /// Where reading goes on after the closing quote at `close`: at the next byte, or on the next line
    /// where something else than a delimiter or a line end follows; nil if the text ends before that.
    private func afterField(
        _ base: UnsafePointer<UInt8>, closedAt close: Int, count: Int
    ) -> Int? {
        let after = close + 1
        guard after < count else { return nil }
        if base[after] == delimiter || base[after] == newline { return after }
        if base[after] == 0x0D, newline == 0x0A {
            guard after + 1 < count else { return nil }
            if base[after + 1] == newline { return after }
        }
        guard let found = memchr(base + after, Int32(newline), count - after) else { return nil }
        return base.distance(to: found.assumingMemoryBound(to: UInt8.self))
    }

    /// The offset of the quote that closes the field whose text begins at `start`.
    func closingQuote(
        _ base: UnsafePointer<UInt8>, from start: Int, to count: Int, quote: UInt8
    ) -> Int? {
        var position = start
        while position < count, let found = memchr(base + position, Int32(quote), count - position)
        {
            let at = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
            guard at + 1 < count, base[at + 1] == quote else { return at }
            position = at + 2
        }
        return nil
    }

    private func endOfLastLine(
        _ base: UnsafePointer<UInt8>, from start: Int, to end: Int
    ) -> Int? {
        guard end > start else { return nil }
        let offset = kith_after_last_byte(base + start, end - start, newline)
        return offset > 0 ? start + offset : nil
    }
}
