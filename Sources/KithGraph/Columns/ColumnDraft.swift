import KithValues

/// A column while it is written: memory that ``finish()`` turns into a ``Column``.
struct ColumnDraft {
    let layout: Column.Layout
    let count: Int
    private let block: DecodedMemory
    private let sizeInBytes: Int
    var offsets = ColumnOffsets()
    var dictionaryCount = 0
    var tagged: [Value] = []

    private static let validityByteCount = SlotSet.wordCount * 8

    /// Reserves memory, zeroed: no slot has a value if there is a validity, all have otherwise.
    init(
        _ layout: Column.Layout, count: Int, hasValidity: Bool, stringByteCount: Int = 0,
        hasCodes: Bool = false
    ) {
        self.layout = layout
        self.count = count
        var size = 0
        if hasValidity {
            offsets.validity = 0
            size = Self.validityByteCount
        }
        offsets.values = size
        switch layout {
        case .null, .tagged: break
        case .integer, .float, .date: size += count * 8
        case .boolean: size += (count + 7) & ~7
        case .string:
            size += count * 4
            offsets.lengths = size
            size += count * 4
            if hasCodes {
                offsets.codes = size
                size += count * 2
            }
            offsets.bytes = size
            size += stringByteCount
        }
        // Whole words may be read; past the end of pages other pages follow.
        if layout == .string || size % PageArenas.unit != 0 { size += PaddedBytes.paddingInBytes }
        block = DecodedMemory(byteCount: size)
        // Which bytes of strings are read, starts and lengths say.
        block.start.initializeMemory(
            as: UInt8.self, repeating: 0, count: layout == .string ? offsets.bytes : size)
        sizeInBytes = block.sizeInBytes + 256
    }

    private var memory: UnsafeMutableRawPointer { block.start }

    var validity: UnsafeMutablePointer<UInt64>? {
        offsets.validity.map { (memory + $0).assumingMemoryBound(to: UInt64.self) }
    }
    var integers: UnsafeMutablePointer<Int64> {
        (memory + offsets.values).assumingMemoryBound(to: Int64.self)
    }
    var floats: UnsafeMutablePointer<Double> {
        (memory + offsets.values).assumingMemoryBound(to: Double.self)
    }
    var booleans: UnsafeMutablePointer<UInt8> {
        (memory + offsets.values).assumingMemoryBound(to: UInt8.self)
    }
    var stringStarts: UnsafeMutablePointer<UInt32> {
        (memory + offsets.values).assumingMemoryBound(to: UInt32.self)
    }
    var stringLengths: UnsafeMutablePointer<UInt32> {
        (memory + offsets.lengths).assumingMemoryBound(to: UInt32.self)
    }
    var stringBytes: UnsafeMutablePointer<UInt8> {
        (memory + offsets.bytes).assumingMemoryBound(to: UInt8.self)
    }
    var codes: UnsafeMutablePointer<UInt16>? {
        offsets.codes.map { (memory + $0).assumingMemoryBound(to: UInt16.self) }
    }

    /// Marks a slot as having a value.
    func setValid(_ slot: Int) {
        guard let validity else { return }
        validity[slot &>> 6] |= 1 &<< UInt64(slot & 63)
    }

    /// Hands out the column; the draft must not be used afterwards.
    func finish() -> Column {
        var size = sizeInBytes
        if layout == .tagged { size += tagged.count * 48 }
        return Column(
            layout: layout, count: count, memory: block, sizeInBytes: size,
            layoutOffsets: offsets, dictionaryCount: dictionaryCount, tagged: tagged)
    }

    /// Gives the memory back without making a column.
    func discard() { block.free() }

    /// A column without values.
    static func nulls(count: Int) -> Column {
        ColumnDraft(.null, count: count, hasValidity: false).finish()
    }
}

extension Column {
    /// The layout that a single value would have.
    static func layout(of value: Value) -> Layout {
        switch value {
        case .null: .null
        case .boolean: .boolean
        case .integer: .integer
        case .float: .float
        case .string: .string
        case .date: .date
        default: .tagged
        }
    }

    /// The column of these values, slot by slot.
    static func make(_ values: [Value]) -> Column {
        var layout = Layout.null
        var byteCount = 0
        var nullCount = 0
        for value in values {
            let own = Self.layout(of: value)
            if own == .null {
                nullCount += 1
                continue
            }
            if case .string(let text) = value { byteCount += text.utf8.count }
            if layout == .null { layout = own } else if layout != own { layout = .tagged }
        }
        if byteCount > Int(UInt32.max) { layout = .tagged }
        if layout == .tagged {
            var draft = ColumnDraft(.tagged, count: values.count, hasValidity: false)
            draft.tagged = values
            return draft.finish()
        }
        let draft = ColumnDraft(
            layout, count: values.count, hasValidity: nullCount > 0, stringByteCount: byteCount)
        var byteOffset = 0
        for (slot, value) in values.enumerated() {
            draft.store(value, at: slot, byteOffset: &byteOffset)
        }
        return draft.finish()
    }
}

extension ColumnDraft {
    /// Stores a value of the draft's own layout; null leaves the slot as it is.
    func store(_ value: Value, at slot: Int, byteOffset: inout Int) {
        switch value {
        case .boolean(let flag): booleans[slot] = flag ? 1 : 0
        case .integer(let number): integers[slot] = number
        case .float(let number): floats[slot] = number
        case .date(let date): integers[slot] = date.daysSinceEpoch
        case .string(var text):
            let length = text.withUTF8 { utf8 -> Int in
                if let base = utf8.baseAddress {
                    (stringBytes + byteOffset).update(from: base, count: utf8.count)
                }
                return utf8.count
            }
            stringStarts[slot] = UInt32(byteOffset)
            stringLengths[slot] = UInt32(length)
            byteOffset += length
        default: return
        }
        setValid(slot)
    }
}
