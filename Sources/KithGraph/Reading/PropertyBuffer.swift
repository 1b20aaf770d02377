import KithValues

/// One property of a few entities, as ``GraphReader/gather(_:_:_:count:into:)`` read it: plain words
/// or bytes while all values have one layout. Used again and again.
public final class PropertyBuffer {
    /// The most entities that are read at once.
    public static let countMax = 64

    /// The layout of all values there are; ``Column/Layout/tagged`` where they have several, or one
    /// that has no words: then ``values`` holds them.
    public private(set) var layout = Column.Layout.null
    /// Which entities have a value, a bit each.
    public private(set) var present: UInt64 = 0
    /// Integers, days, bits of floats or truth values; of strings where they begin in ``bytes``.
    public let words: UnsafeMutablePointer<UInt64>
    /// The lengths of strings.
    public let lengths: UnsafeMutablePointer<UInt32>
    /// The bytes of strings, one after the other.
    public private(set) var bytes: UnsafeMutablePointer<UInt8>
    /// How many bytes there are.
    public private(set) var byteCount = 0
    /// The values of a ``Column/Layout/tagged`` buffer.
    public private(set) var values: [Value] = []
    private var byteCapacity = 512
    private var count = 0

    /// Makes an empty buffer.
    public init() {
        words = .allocate(capacity: Self.countMax)
        lengths = .allocate(capacity: Self.countMax)
        bytes = .allocate(capacity: byteCapacity)
    }

    deinit {
        words.deallocate()
        lengths.deallocate()
        bytes.deallocate()
    }

    func begin() {
        layout = .null
        present = 0
        byteCount = 0
        count = 0
        if !values.isEmpty { values.removeAll(keepingCapacity: true) }
    }

    func appendNull() {
        if layout == .tagged { values.append(.null) }
        words[count] = 0
        lengths[count] = 0
        count += 1
    }

    func append(_ value: Value) {
        switch value {
        case .null: appendNull()
        case .integer(let number): append(UInt64(bitPattern: number), .integer)
        case .float(let number): append(number.bitPattern, .float)
        case .boolean(let truth): append(truth ? 1 : 0, .boolean)
        case .date(let date): append(UInt64(bitPattern: date.daysSinceEpoch), .date)
        case .string(var text): text.withUTF8 { append($0) }
        default:
            turnTagged()
            values.append(value)
            count += 1
        }
    }

    /// Appends what a slot of a column has.
    @inline(__always)
    func append(_ column: Column, _ slot: Int) {
        guard column.hasValue(slot) else { return appendNull() }
        switch column.layout {
        case .null: appendNull()
        case .integer, .date, .float:
            append(UInt64(bitPattern: column.integers[slot]), column.layout)
        case .boolean: append(UInt64(column.booleans[slot]), .boolean)
        case .string: append(column.stringBuffer(slot))
        case .tagged: append(column.tagged[slot])
        }
    }

    private func append(_ word: UInt64, _ own: Column.Layout) {
        guard take(own) else {
            values.append(Self.value(own, word))
            count += 1
            return
        }
        words[count] = word
        present |= 1 &<< UInt64(count)
        count += 1
    }

    private func append(_ text: UnsafeBufferPointer<UInt8>) {
        guard take(.string) else {
            values.append(.string(String(decoding: text, as: UTF8.self)))
            count += 1
            return
        }
        if byteCount + text.count > byteCapacity {
            byteCapacity = max(byteCapacity * 2, byteCount + text.count)
            let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: byteCapacity)
            grown.update(from: bytes, count: byteCount)
            bytes.deallocate()
            bytes = grown
        }
        if let source = text.baseAddress, text.count > 0 {
            (bytes + byteCount).update(from: source, count: text.count)
        }
        words[count] = UInt64(byteCount)
        lengths[count] = UInt32(truncatingIfNeeded: text.count)
        byteCount += text.count
        present |= 1 &<< UInt64(count)
        count += 1
    }

    /// Whether the next value may be a word or bytes of a layout.
    private func take(_ own: Column.Layout) -> Bool {
        if layout == own { return true }
        if layout == .null {
            layout = own
            return true
        }
        turnTagged()
        return false
    }

    private func turnTagged() {
        guard layout != .tagged else { return }
        for index in 0..<count { values.append(value(index)) }
        layout = .tagged
    }

    private func value(_ index: Int) -> Value {
        guard present &>> UInt64(index) & 1 != 0 else { return .null }
        if layout == .string {
            let text = UnsafeBufferPointer(
                start: bytes + Int(words[index]), count: Int(lengths[index]))
            return .string(String(decoding: text, as: UTF8.self))
        }
        return Self.value(layout, words[index])
    }

    private static func value(_ layout: Column.Layout, _ word: UInt64) -> Value {
        switch layout {
        case .integer: .integer(Int64(bitPattern: word))
        case .float: .float(Double(bitPattern: word))
        case .boolean: .boolean(word != 0)
        case .date: .date(CalendarDate(daysSinceEpoch: Int64(bitPattern: word)))
        case .null, .string, .tagged: .null
        }
    }
}

extension GraphReader {
    /// Reads one property of a few entities, without decoding columns that are not decoded yet.
    ///
    /// - Precondition: `count` is at most ``PropertyBuffer/countMax``.
    public func gather(
        _ key: PropertyKeyID, _ kind: EntityKind, _ ids: UnsafePointer<UInt64>, count: Int,
        into buffer: PropertyBuffer
    ) throws(GraphError) {
        precondition(count <= PropertyBuffer.countMax, "too many entities for the buffer")
        buffer.begin()
        let step = cache.enter()
        defer { cache.leave(step) }
        // A chunk whose changed rows are larger than all of the cache is read anew whenever it is asked for,
        // and what was read stays until the step ends; so it is held on to.
        var held: EntityChunk?
        for index in 0..<count {
            let id = ids[index]
            if let value = pendingProperty(key.rawValue, kind, id) {
                buffer.append(value)
                continue
            }
            let chunk = id >> UInt64(GraphLimits.slotBits)
            let base: EntityChunk
            if let held, held.chunk == chunk {
                base = held
            } else {
                base = try baseChunk(kind, chunk)
                held = base
            }
            let slot = slot(id)
            guard base.alive.contains(slot) else {
                buffer.appendNull()
                continue
            }
            if !base.append(key.rawValue, slot, to: buffer) {
                buffer.append(try base.value(key.rawValue, slot, storage, cache))
            }
        }
    }
}
