/// Finds the type that every value of a column has, over the whole file.
///
/// A number with a leading zero or a plus sign is text (a postal code, a telephone number), and so is
/// a whole number too long for its type: reading it as a number would lose something.
struct TypeInference {
    /// The types that all values so far may have, one bit each.
    private struct Candidates: OptionSet {
        let rawValue: UInt8
        static let integer = Candidates(rawValue: 1)
        static let float = Candidates(rawValue: 2)
        static let boolean = Candidates(rawValue: 4)
        static let date = Candidates(rawValue: 8)
        static let dateTime = Candidates(rawValue: 16)
        static let all: Candidates = [.integer, .float, .boolean, .date, .dateTime]
    }

    private var candidates: Candidates = .all
    private var hasValues = false

    /// Whether nothing that is still to come can change the answer.
    var isDecided: Bool { candidates.isEmpty }

    /// The narrowest type of all that was seen.
    var type: ColumnType {
        guard hasValues else { return .string }
        if candidates.contains(.integer) { return .integer }
        if candidates.contains(.float) { return .float }
        if candidates.contains(.boolean) { return .boolean }
        if candidates.contains(.date) { return .date }
        if candidates.contains(.dateTime) { return .dateTime }
        return .string
    }

    /// Takes the fields of one column of a block into account.
    mutating func add(
        _ table: FieldTable, width: Int, field: Int, base: UnsafePointer<UInt8>,
        context: ParsingContext
    ) {
        var next = UnsafePointer(table.fields) + field
        for _ in 0..<table.rowCount where !candidates.isEmpty {
            let found = next.pointee
            next += width
            if context.isNull(found, base) { continue }
            hasValues = true
            let (start, count) = FieldText.trimmed(found, base: base)
            narrow(start, count)
        }
    }

    /// Takes what another thread saw of the same column into account.
    mutating func merge(_ other: TypeInference) {
        candidates.formIntersection(other.candidates)
        hasValues = hasValues || other.hasValues
    }

    @inline(__always)
    private mutating func narrow(_ start: UnsafePointer<UInt8>, _ count: Int) {
        if candidates.contains(.integer), Self.isPlainInteger(start, count),
            FieldNumbers.integer(start, count) != nil
        {
            candidates.formIntersection(count <= 15 ? [.integer, .float] : .integer)
            return
        }
        narrowFurther(start, count)
    }

    private mutating func narrowFurther(_ start: UnsafePointer<UInt8>, _ count: Int) {
        var fitting: Candidates = []
        if candidates.contains(.float), Self.isPlainFloat(start, count),
            FieldNumbers.double(start, count) != nil
        {
            fitting.insert(.float)
        }
        if candidates.contains(.boolean), FieldNumbers.isSpelledOutBoolean(start, count) {
            fitting.insert(.boolean)
        }
        if candidates.contains(.date), FieldTimes.date(start, count) != nil {
            // A day among instants is its midnight.
            fitting.formUnion([.date, .dateTime])
        }
        if candidates.contains(.dateTime),
            FieldTimes.dateAndTime(start, count) != nil || FieldTimes.date(start, count) != nil
        {
            fitting.insert(.dateTime)
        }
        candidates.formIntersection(fitting)
    }

    /// Digits with no superfluous zero before them, perhaps after a minus sign.
    @inline(__always)
    private static func isPlainInteger(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count > 0 else { return false }
        let first = start[0] == UInt8(ascii: "-") ? 1 : 0
        guard count > first, start[0] != UInt8(ascii: "+") else { return false }
        return start[first] != UInt8(ascii: "0") || count == 1
    }

    /// As `isPlainInteger` before the point; an exponent needs a point or a sign to be one, so that
    /// codes such as `12E4` stay text.
    private static func isPlainFloat(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count > 0, start[0] != UInt8(ascii: "+") else { return false }
        let first = start[0] == UInt8(ascii: "-") ? 1 : 0
        var index = first
        while index < count, start[index] &- UInt8(ascii: "0") <= 9 { index += 1 }
        guard index > first else { return false }
        if start[first] == UInt8(ascii: "0"), index > first + 1 { return false }
        if index == count { return count <= 15 }
        if start[index] == UInt8(ascii: ".") { return true }
        guard start[index] | 0x20 == UInt8(ascii: "e"), index + 1 < count else { return false }
        return start[index + 1] == UInt8(ascii: "-") || start[index + 1] == UInt8(ascii: "+")
    }
}
