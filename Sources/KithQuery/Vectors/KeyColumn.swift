import KithValues

/// A growing column of keys or kept values: native while all rows have one layout, else tagged.
struct KeyColumn {
    private var layout = Vector.Layout.null
    private var words: [UInt64] = []
    private var texts: [StringView] = []
    private var present: [Bool] = []
    private var values: [Value] = []
    private var owners: [AnyObject] = []
    private var arena = StringArena()
    private(set) var count = 0

    /// Appends row `row` of `vector`.
    mutating func append(_ vector: Vector, _ row: Int) {
        let isNull = vector.isNull(row)
        if layout != .tagged, !isNull, vector.layout != layout {
            if layout == .null && vector.layout != .tagged {
                adopt(vector.layout)
            } else {
                convertToTagged()
            }
        }
        count += 1
        switch layout {
        case .tagged: values.append(vector.value(at: row))
        case .null: present.append(false)
        case .string:
            present.append(!isNull)
            let view =
                isNull ? arena.store("") : arena.store(vector.strings[vector.position(row)].bytes)
            texts.append(view)
        default:
            present.append(!isNull)
            words.append(isNull ? 0 : Self.word(vector, row))
        }
    }

    private static func word(_ vector: Vector, _ row: Int) -> UInt64 {
        let position = vector.position(row)
        return vector.layout == .boolean
            ? UInt64(vector.booleans[position]) : vector.ids[position]
    }

    /// Gives the rows so far, all null, a layout.
    private mutating func adopt(_ newLayout: Vector.Layout) {
        layout = newLayout
        if newLayout == .string {
            let empty = arena.store("")
            texts = Array(repeating: empty, count: count)
        } else {
            words = Array(repeating: 0, count: count)
        }
    }

    private mutating func convertToTagged() {
        values = (0..<count).map { value(at: $0) }
        layout = .tagged
        words = []
        texts = []
        present = []
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
        let hasNulls = range.contains { !present[$0] }
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
