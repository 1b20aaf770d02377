import CShims
import Glibc
import KithValues

/// A row that was cut into fields but does not hold what its columns ask for.
struct FieldFlaw {
    /// The row's number in the block's table.
    let row: Int
    /// The field at fault.
    let field: Int
    /// Why, in one sentence.
    let reason: String
}

/// What the parsers of a file's columns share.
struct ParsingContext {
    /// The quote, or 0 where none means anything.
    let quote: UInt8
    /// Unquoted fields of exactly these bytes are null; empty where only the empty field is.
    let nullText: [UInt8]

    /// Takes both from the file's format.
    init(_ format: DelimitedFormat) {
        quote = format.quote ?? 0
        nullText = Array((format.nullText ?? "").utf8)
    }

    /// Whether the field has no value.
    @inline(__always)
    func isNull(_ field: TextField, _ base: UnsafePointer<UInt8>) -> Bool {
        if field.isEmptyAndUnquoted { return true }
        if nullText.isEmpty || field.isQuoted || field.length != nullText.count { return false }
        return memcmp(base + field.start, nullText, nullText.count) == 0
    }
}

/// Turns one column of a block's fields into typed values.
struct ColumnParser {
    /// The field's number in each row.
    let field: Int
    /// The type of the column.
    let type: ColumnType
    /// What all columns share.
    let context: ParsingContext
    /// The field that names the currency of an amount.
    var currencyField: Int?

    /// The column's values, a row of the table each; rows that hold something else have none and get
    /// an entry in `flaws`.
    ///
    /// - Parameters:
    ///   - table: Rows of `width` fields each.
    ///   - width: The number of fields of a row.
    ///   - block: The text that the fields lie in.
    ///   - isText: Whether the whole block is known to be UTF-8.
    ///   - flaws: Takes what is wrong.
    /// - Returns: The column.
    func parse(
        _ table: FieldTable, width: Int, block: TextBlock, isText: Bool, flaws: inout [FieldFlaw]
    ) -> BulkColumn {
        let base = UnsafePointer(block.base)
        switch type {
        case .integer:
            // A block is followed by bytes that may be read.
            let (words, validity) = parseWords(table, width, base, &flaws) { bytes, count in
                FieldNumbers.paddedInteger(bytes, count)
            }
            return BulkColumn(.integers(words), validity: validity)
        case .float:
            let (words, validity) = parseWords(table, width, base, &flaws, FieldNumbers.double)
            return BulkColumn(.floats(words), validity: validity)
        case .boolean:
            let (words, validity) = parseWords(table, width, base, &flaws) { bytes, count in
                FieldNumbers.boolean(bytes, count).map { $0 ? UInt8(1) : 0 }
            }
            return BulkColumn(.booleans(words), validity: validity)
        case .date:
            let (words, validity) = parseWords(table, width, base, &flaws) { bytes, count in
                FieldTimes.date(bytes, count, allowsBasic: true)
            }
            return BulkColumn(.dates(words), validity: validity)
        case .string:
            return parseStrings(table, width, base, isText, &flaws)
        default:
            return parseValues(table, width, base, &flaws)
        }
    }

    /// Values of fixed width with one flag a row; no flags where every row has a value.
    @inline(__always)
    private func parseWords<Word: Numeric>(
        _ table: FieldTable, _ width: Int, _ base: UnsafePointer<UInt8>,
        _ flaws: inout [FieldFlaw], _ read: (UnsafePointer<UInt8>, Int) -> Word?
    ) -> ([Word], [UInt8]?) {
        let rowCount = table.rowCount
        var validity = [UInt8](repeating: 1, count: rowCount)
        var nullCount = 0
        let words = [Word](unsafeUninitializedCapacity: rowCount) { buffer, count in
            var next = UnsafePointer(table.fields) + field
            for row in 0..<rowCount {
                let found = next.pointee
                next += width
                var word = Word.zero
                if context.isNull(found, base) {
                    validity[row] = 0
                    nullCount &+= 1
                } else if let value = read(base + found.start, found.length) {
                    word = value
                } else {
                    let (start, length) = FieldText.trimmed(found, base: base)
                    if let value = read(start, length) {
                        word = value
                    } else {
                        validity[row] = 0
                        nullCount &+= 1
                        flaws.append(flaw(row, found, base))
                    }
                }
                buffer.initializeElement(at: row, to: word)
            }
            count = rowCount
        }
        return (words, nullCount == 0 ? nil : validity)
    }

    private func parseStrings(
        _ table: FieldTable, _ width: Int, _ base: UnsafePointer<UInt8>, _ isText: Bool,
        _ flaws: inout [FieldFlaw]
    ) -> BulkColumn {
        let rowCount = table.rowCount
        var byteCapacity = 0
        var next = UnsafePointer(table.fields) + field
        for _ in 0..<rowCount {
            byteCapacity &+= next.pointee.length
            next += width
        }
        var validity = [UInt8](repeating: 1, count: rowCount)
        var nullCount = 0
        var offsets = [UInt32](repeating: 0, count: rowCount + 1)
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCapacity) { buffer, byteCount in
            next = UnsafePointer(table.fields) + field
            for row in 0..<rowCount {
                let found = next.pointee
                next += width
                let start = base + found.start
                if context.isNull(found, base) {
                    validity[row] = 0
                    nullCount &+= 1
                } else if let reason = textFlaw(found, start, isText) {
                    validity[row] = 0
                    nullCount &+= 1
                    flaws.append(FieldFlaw(row: row, field: field, reason: reason))
                } else if let target = buffer.baseAddress {
                    byteCount &+= copy(found, from: start, to: target + byteCount)
                }
                offsets[row &+ 1] = UInt32(truncatingIfNeeded: byteCount)
            }
        }
        return BulkColumn(
            .strings(offsets: offsets, bytes: bytes), validity: nullCount == 0 ? nil : validity)
    }

    /// Why a field's bytes cannot be a stored string; nil where they can.
    @inline(__always)
    private func textFlaw(
        _ field: TextField, _ start: UnsafePointer<UInt8>, _ isText: Bool
    ) -> String? {
        if field.length > GraphLimits.valueLengthMaxInBytes { return Self.tooLong }
        if isText || FieldText.isUTF8(start, field.length) { return nil }
        return "the field is not valid UTF-8"
    }

    private static let tooLong =
        "the field has more than \(GraphLimits.valueLengthMaxInBytes) bytes"

    /// Copies a field's text, every doubled quote once, and returns its length.
    @inline(__always)
    private func copy(
        _ field: TextField, from start: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        guard field.hasDoubledQuotes else {
            memcpy(target, start, field.length)
            return field.length
        }
        let plain = FieldText.withoutDoubledQuotes(
            UnsafeBufferPointer(start: start, count: field.length), quote: context.quote)
        memcpy(target, plain, plain.count)
        return plain.count
    }

    private func parseValues(
        _ table: FieldTable, _ width: Int, _ base: UnsafePointer<UInt8>,
        _ flaws: inout [FieldFlaw]
    ) -> BulkColumn {
        var values: [Value] = []
        values.reserveCapacity(table.rowCount)
        var validity: [UInt8] = []
        validity.reserveCapacity(table.rowCount)
        let reader = FieldValueReader(quote: context.quote)
        for row in 0..<table.rowCount {
            let found = table.fields[row * width + field]
            if context.isNull(found, base) {
                values.append(.null)
                validity.append(0)
                continue
            }
            let currency = currencyField.map { table.fields[row * width + $0] }
            let value =
                found.length > GraphLimits.valueLengthMaxInBytes
                ? nil : reader.value(of: found, type: type, base: base, currency: currency)
            if value == nil { flaws.append(flaw(row, found, base)) }
            values.append(value ?? .null)
            validity.append(value == nil ? 0 : 1)
        }
        return BulkColumn(.values(values), validity: validity)
    }

    private func flaw(
        _ row: Int, _ found: TextField, _ base: UnsafePointer<UInt8>
    ) -> FieldFlaw {
        let lengthMax = 40
        let shown = UnsafeBufferPointer(
            start: base + found.start, count: min(found.length, lengthMax))
        var text = String(decoding: shown, as: UTF8.self)
        if found.length > lengthMax { text += "…" }
        var reason = "`\(text)` is not \(type.describedValue)"
        if found.length > GraphLimits.valueLengthMaxInBytes { reason = Self.tooLong }
        if type == .float {
            let (start, count) = FieldText.trimmed(found, base: base)
            if FieldNumbers.isBeyondDoubles(start, count) {
                reason = "`\(text)` is beyond the range of floats"
            }
        }
        return FieldFlaw(row: row, field: field, reason: reason)
    }
}
