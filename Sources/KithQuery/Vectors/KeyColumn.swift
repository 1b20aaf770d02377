import KithValues

/// A growing column of keys or kept values: native while all rows have one layout, else tagged.
///
/// A class over raw memory, because grouping compares a stored row with a new one for every row it
/// sees: nothing is retained or copied on that path.
final class KeyColumn {
    private(set) var layout = Vector.Layout.null
    /// The values as 64-bit words, for all layouts but strings and tagged values.
    private var words = UnsafeMutablePointer<UInt64>.allocate(capacity: initialCapacity)
    private var texts = UnsafeMutablePointer<StringView>.allocate(capacity: initialCapacity)
    private var present = UnsafeMutablePointer<Bool>.allocate(capacity: initialCapacity)
    private var capacity = initialCapacity
    private var values: [Value] = []
    private let arena = StringArena()
    private(set) var count = 0
    /// Whether any row is null.
    private var hasNulls = false

    private static let initialCapacity = 64

    deinit {
        words.deallocate()
        texts.deallocate()
        present.deallocate()
    }

    /// Appends row `row` of `vector`.
    func append(_ vector: Vector, _ row: Int) {
        let isNull = vector.isNull(row)
        if layout != .tagged, !isNull, vector.layout != layout {
            if layout == .null && vector.layout != .tagged {
                adopt(vector.layout)
            } else {
                convertToTagged()
            }
        }
        if layout == .tagged {
            values.append(vector.value(at: row))
            count += 1
            return
        }
        if count == capacity { grow() }
        present[count] = !isNull
        hasNulls = hasNulls || isNull
        if layout == .string {
            texts[count] =
                isNull
                ? arena.store("") : arena.store(vector.strings[vector.position(row)].bytes)
        } else {
            words[count] = isNull || layout == .null ? 0 : Self.word(vector, row)
        }
        count += 1
    }

    @inline(__always)
    private static func word(_ vector: Vector, _ row: Int) -> UInt64 {
        let position = vector.position(row)
        return vector.layout == .boolean ? UInt64(vector.booleans[position]) : vector.ids[position]
    }

    private func grow() {
        capacity *= 2
        words = Self.moved(words, count, capacity)
        texts = Self.moved(texts, count, capacity)
        present = Self.moved(present, count, capacity)
    }

    private static func moved<Element>(
        _ old: UnsafeMutablePointer<Element>, _ count: Int, _ capacity: Int
    ) -> UnsafeMutablePointer<Element> {
        let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        new.moveInitialize(from: old, count: count)
        old.deallocate()
        return new
    }

    /// Gives the rows so far, all null, a layout.
    private func adopt(_ newLayout: Vector.Layout) {
        layout = newLayout
        let empty = arena.store("")
        for row in 0..<count {
            texts[row] = empty
            words[row] = 0
        }
    }

    private func convertToTagged() {
        values = (0..<count).map { value(at: $0) }
        layout = .tagged
    }

    /// The value of a row.
    func value(at row: Int) -> Value {
        if layout == .tagged { return values[row] }
        guard present[row] else { return .null }
        switch layout {
        case .null, .tagged: return .null
        case .integer: return .integer(Int64(bitPattern: words[row]))
        case .float: return .float(Double(bitPattern: words[row]))
        case .boolean: return .boolean(words[row] != 0)
        case .string: return .string(texts[row].string)
        case .date: return .date(CalendarDate(daysSinceEpoch: Int64(bitPattern: words[row])))
        case .node: return .node(NodeID(rawValue: words[row]))
        case .relationship: return .relationship(RelationshipID(rawValue: words[row]))
        }
    }

    /// The stored words, when comparing them with those of `vector` decides whether rows are
    /// equivalent: both of one layout of whole words, and no null on either side.
    func comparableWords(with vector: Vector) -> UnsafeMutablePointer<UInt64>? {
        guard layout == vector.layout, !hasNulls, vector.hasNoNulls else { return nil }
        switch layout {
        case .integer, .date, .node, .relationship: return words
        default: return nil
        }
    }

    /// Whether a stored row and a vector's row are equivalent.
    @inline(__always)
    func matches(_ row: Int, _ vector: Vector, _ other: Int) -> Bool {
        if layout == vector.layout, layout != .tagged, layout != .null, layout != .float {
            let otherIsNull = vector.isNull(other)
            if !present[row] || otherIsNull { return !present[row] && otherIsNull }
            if layout == .string {
                return StringView.equal(texts[row], vector.strings[vector.position(other)])
            }
            return words[row] == Self.word(vector, other)
        }
        return Value.isEquivalent(value(at: row), vector.value(at: other))
    }

    /// The rows `range` as a vector.
    func vector(_ range: Range<Int>) -> Vector {
        switch layout {
        case .tagged: return .of(Array(values[range]))
        case .null: return .nulls(count: range.count)
        default: break
        }
        let result = Vector(
            layout, count: range.count, hasNulls: hasNulls,
            owners: layout == .string ? [arena] : [])
        for (index, row) in range.enumerated() {
            switch layout {
            case .string: (result.strings + index).initialize(to: texts[row])
            case .boolean: result.booleans[index] = UInt8(words[row])
            default: result.ids[index] = words[row]
            }
            result.validity?[index] = present[row] ? 1 : 0
        }
        return result
    }

    /// The bytes a row takes, roughly.
    var rowSizeInBytes: Int { layout == .tagged ? 64 : (layout == .string ? 40 : 9) }
}
