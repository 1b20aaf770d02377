import KithValues

/// One property of one chunk, decoded: slot by slot, with the changes not yet folded in.
///
/// Every slot that is alive lies below ``count``. Which pointers there are follows from
/// ``layout``; they live as long as this object, which never changes once it is made.
public final class Column: @unchecked Sendable {
    // Sendable: written only by its builder before it is handed out.

    /// How the values lie in memory.
    public enum Layout: UInt8, Sendable {
        /// No slot has a value; no storage.
        case null
        /// ``integers``.
        case integer
        /// ``floats``.
        case float
        /// ``booleans``, 0 or 1.
        case boolean
        /// ``stringStarts``, ``stringLengths`` and ``stringBytes``.
        case string
        /// ``integers``: days since 1970-01-01.
        case date
        /// ``tagged``: values of several kinds, or of a kind without a layout of its own.
        case tagged
    }

    /// How the values lie in memory.
    public let layout: Layout
    /// The slots covered: every alive slot is below it.
    public let count: Int
    /// The slots with a value, a bit each, 32 words; nil when every slot below ``count`` has one.
    ///
    /// Not used by ``Layout/tagged``, where a slot without a value holds null.
    public let validity: UnsafePointer<UInt64>?
    /// The values as integers; slots without a value hold 0.
    public let integers: UnsafePointer<Int64>
    /// The values as floats; slots without a value hold 0.
    public let floats: UnsafePointer<Double>
    /// The values as truth values; slots without a value hold 0.
    public let booleans: UnsafePointer<UInt8>
    /// Where each slot's string begins in ``stringBytes``.
    public let stringStarts: UnsafePointer<UInt32>
    /// The length of each slot's string; 0 for slots without a value.
    public let stringLengths: UnsafePointer<UInt32>
    /// The bytes of all strings.
    public let stringBytes: UnsafePointer<UInt8>
    /// For strings kept in a dictionary: each slot's entry; equal entries are equal strings.
    public let codes: UnsafePointer<UInt16>?
    /// The number of entries of the dictionary; 0 without one.
    public let dictionaryCount: Int
    /// The values of a tagged column; empty otherwise.
    public let tagged: [Value]
    /// The memory it takes, for the budget.
    public let sizeInBytes: Int
    private let memory: DecodedMemory

    init(
        layout: Layout, count: Int, memory: DecodedMemory, sizeInBytes: Int,
        layoutOffsets offsets: ColumnOffsets, dictionaryCount: Int, tagged: [Value]
    ) {
        self.layout = layout
        self.count = count
        self.memory = memory
        self.sizeInBytes = sizeInBytes
        self.dictionaryCount = dictionaryCount
        self.tagged = tagged
        let start = memory.start
        validity = offsets.validity.map {
            UnsafePointer((start + $0).assumingMemoryBound(to: UInt64.self))
        }
        let values = UnsafeRawPointer(start + offsets.values)
        integers = values.assumingMemoryBound(to: Int64.self)
        floats = values.assumingMemoryBound(to: Double.self)
        booleans = values.assumingMemoryBound(to: UInt8.self)
        stringStarts = values.assumingMemoryBound(to: UInt32.self)
        stringLengths = UnsafeRawPointer(start + offsets.lengths)
            .assumingMemoryBound(to: UInt32.self)
        stringBytes = UnsafeRawPointer(start + offsets.bytes).assumingMemoryBound(to: UInt8.self)
        codes = offsets.codes.map {
            UnsafePointer((start + $0).assumingMemoryBound(to: UInt16.self))
        }
    }

    deinit { memory.free() }

    /// Whether the slot has a value; slots at or above ``count`` have none.
    public func hasValue(_ slot: Int) -> Bool {
        guard slot < count else { return false }
        switch layout {
        case .null: return false
        case .tagged: return !tagged[slot].isNull
        default:
            guard let validity else { return true }
            return validity[slot &>> 6] &>> UInt64(slot & 63) & 1 != 0
        }
    }

    /// The value of a slot; null at or above ``count``.
    public func value(at slot: Int) -> Value {
        guard hasValue(slot) else { return .null }
        switch layout {
        case .null: return .null
        case .integer: return .integer(integers[slot])
        case .float: return .float(floats[slot])
        case .boolean: return .boolean(booleans[slot] != 0)
        case .string: return .string(String(decoding: stringBuffer(slot), as: UTF8.self))
        case .date: return .date(CalendarDate(daysSinceEpoch: integers[slot]))
        case .tagged: return tagged[slot]
        }
    }

    /// The bytes of a slot's string, valid as long as this object.
    @inline(__always)
    public func stringBuffer(_ slot: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            start: stringBytes + Int(stringStarts[slot]), count: Int(stringLengths[slot]))
    }
}

/// Where the parts of a column lie in its memory.
struct ColumnOffsets {
    var validity: Int?
    var values = 0
    var lengths = 0
    var bytes = 0
    var codes: Int?
}

/// What is known of one property of one chunk without decoding it.
public struct ColumnZone: Sendable {
    /// Slots of the chunk without a value, at most; what was changed since counts as without.
    public let nullCount: Int
    /// No value is smaller; nil when nothing is known.
    public let minimum: Value?
    /// No value is greater; nil when nothing is known.
    public let maximum: Value?
}
