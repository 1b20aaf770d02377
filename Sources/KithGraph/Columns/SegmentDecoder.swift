import KithValues

/// A segment's header, read and checked, and where its values begin.
///
/// The bytes must be followed by at least eight readable ones.
struct SegmentView {
    let encoding: SegmentEncoding
    let layout: Column.Layout
    let slotCount: Int
    let presence: SegmentPresence
    let valueCount: Int
    let payload: UnsafeRawBufferPointer
    /// The bitmap or the list of slots that have a value; any address where all have one.
    private let presenceBytes: UnsafeRawPointer

    init(_ bytes: UnsafeRawBufferPointer) throws(GraphError) {
        var reader = ByteReader(bytes)
        guard let encoding = SegmentEncoding(rawValue: try reader.byte()),
            let layout = Column.Layout(rawValue: try reader.byte()), layout != .null,
            let presence = SegmentPresence(rawValue: try reader.byte()),
            let start = bytes.baseAddress
        else { throw GraphError.corrupt("a segment has an unknown encoding") }
        self.encoding = encoding
        self.layout = layout
        self.presence = presence
        slotCount = try reader.count(max: GraphLimits.slotsPerChunk)
        switch presence {
        case .all:
            valueCount = slotCount
            presenceBytes = start
        case .bitmap:
            let bitmap = try reader.take((slotCount + 63) / 64 * 8)
            presenceBytes = bitmap.baseAddress ?? start
            var count = 0
            for word in 0..<(slotCount + 63) / 64 {
                count += Self.word(presenceBytes, word).nonzeroBitCount
            }
            valueCount = count
            let isSound =
                slotCount > 0
                && Self.word(presenceBytes, (slotCount - 1) >> 6)
                    &>> UInt64((slotCount - 1) & 63) == 1
            guard isSound else { throw Self.outside }
        case .list:
            valueCount = try reader.count(max: slotCount)
            presenceBytes = try reader.take(valueCount * 2).baseAddress ?? start
            var previous = -1
            for index in 0..<valueCount {
                let slot = Self.listed(presenceBytes, index)
                guard slot > previous, slot < slotCount else { throw Self.outside }
                previous = slot
            }
        }
        guard valueCount > 0 else { throw Self.outside }
        payload = try reader.take(reader.remaining)
    }

    private static let outside = GraphError.corrupt("a segment names slots that it does not cover")

    @inline(__always)
    private static func word(_ bitmap: UnsafeRawPointer, _ index: Int) -> UInt64 {
        UInt64(littleEndian: bitmap.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self))
    }

    @inline(__always)
    private static func listed(_ list: UnsafeRawPointer, _ index: Int) -> Int {
        Int(UInt16(littleEndian: list.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)))
    }

    /// Which of the segment's values belongs to a slot; nil if the slot has none.
    func valueIndex(of slot: Int) -> Int? {
        guard slot < slotCount else { return nil }
        switch presence {
        case .all: return slot
        case .bitmap:
            let own = Self.word(presenceBytes, slot &>> 6)
            guard own &>> UInt64(slot & 63) & 1 != 0 else { return nil }
            var index = 0
            for word in 0..<slot &>> 6 { index += Self.word(presenceBytes, word).nonzeroBitCount }
            let below = (1 &<< UInt64(slot & 63)) &- 1 as UInt64
            return index + (own & below).nonzeroBitCount
        case .list:
            var low = 0
            var high = valueCount
            while low < high {
                let middle = (low + high) / 2
                if Self.listed(presenceBytes, middle) < slot {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low < valueCount && Self.listed(presenceBytes, low) == slot ? low : nil
        }
    }

    /// Calls `body` with each slot that has a value, ascending.
    @inline(__always)
    func forEachSlot(_ body: (Int) -> Void) {
        switch presence {
        case .all: for slot in 0..<slotCount { body(slot) }
        case .list: for index in 0..<valueCount { body(Self.listed(presenceBytes, index)) }
        case .bitmap:
            for index in 0..<(slotCount + 63) / 64 {
                var word = Self.word(presenceBytes, index)
                while word != 0 {
                    body(index &* 64 &+ word.trailingZeroBitCount)
                    word &= word &- 1
                }
            }
        }
    }

    func fillValidity(of draft: ColumnDraft) {
        guard let validity = draft.validity else { return }
        switch presence {
        case .all:
            let all = SlotSet(firstSlots: slotCount)
            for word in 0..<SlotSet.wordCount { validity[word] = all[word: word] }
        case .bitmap:
            for word in 0..<(slotCount + 63) / 64 {
                validity[word] = Self.word(presenceBytes, word)
            }
        case .list: forEachSlot { validity[$0 &>> 6] |= 1 &<< UInt64($0 & 63) }
        }
    }
}

/// Turns segments back into columns.
enum SegmentDecoder {
    /// The column over the slots of the chunk; slots that the segment does not cover have no value.
    static func decode(_ bytes: UnsafeRawBufferPointer, count: Int) throws(GraphError) -> Column {
        let view = try SegmentView(bytes)
        guard view.slotCount <= count else {
            throw GraphError.corrupt("a segment covers more slots than its chunk has")
        }
        let isDense = view.valueCount == count
        switch view.layout {
        case .integer, .date, .float:
            let draft = ColumnDraft(view.layout, count: count, hasValidity: !isDense)
            do throws(GraphError) {
                try decodeNumbers(view, isDense: isDense, into: draft)
                if view.layout == .date { try checkDates(draft) }
            } catch {
                draft.discard()
                throw error
            }
            view.fillValidity(of: draft)
            return draft.finish()
        case .boolean:
            let draft = ColumnDraft(view.layout, count: count, hasValidity: !isDense)
            do throws(GraphError) {
                try decodeBooleans(view, into: draft)
            } catch {
                draft.discard()
                throw error
            }
            view.fillValidity(of: draft)
            return draft.finish()
        case .string:
            return try StringDecoder.decode(view, count: count, isDense: isDense)
        case .tagged:
            return try StringDecoder.decodeTagged(view, count: count)
        case .null:
            throw GraphError.corrupt("a segment has no layout")
        }
    }

    private static func decodeNumbers(
        _ view: SegmentView, isDense: Bool, into draft: ColumnDraft
    ) throws(GraphError) {
        let target = UnsafeMutableRawPointer(draft.integers).assumingMemoryBound(to: UInt64.self)
        if view.presence == .all {
            try NumberRun(view).decode(into: target)
            return
        }
        let dense = UnsafeMutablePointer<UInt64>.allocate(capacity: view.valueCount)
        defer { dense.deallocate() }
        try NumberRun(view).decode(into: dense)
        var index = 0
        view.forEachSlot { slot in
            target[slot] = dense[index]
            index &+= 1
        }
    }

    private static func checkDates(_ draft: ColumnDraft) throws(GraphError) {
        let days = draft.integers
        var least: Int64 = 0
        var most: Int64 = 0
        var index = 0
        while index < draft.count {
            least = min(least, days[index])
            most = max(most, days[index])
            index &+= 1
        }
        guard least >= CalendarDate.daysMin, most <= CalendarDate.daysMax else { throw noDate }
    }

    private static let noDate = GraphError.corrupt("a segment has a date that cannot be")

    private static func decodeBooleans(
        _ view: SegmentView, into draft: ColumnDraft
    ) throws(GraphError) {
        let target = draft.booleans
        var reader = ByteReader(view.payload)
        switch view.encoding {
        case .constant:
            let value = try reader.byte() & 1
            view.forEachSlot { target[$0] = value }
        case .bits:
            let bits = try reader.take(BitPacking.byteCount(count: view.valueCount, width: 1))
            var index = 0
            view.forEachSlot { slot in
                target[slot] = bits[index &>> 3] &>> UInt8(index & 7) & 1
                index &+= 1
            }
        default: throw GraphError.corrupt("a segment of booleans has an impossible encoding")
        }
    }

    /// The value of one slot without decoding the others; nil where that is impossible, because the
    /// segment is compressed.
    static func value(
        at slot: Int, in bytes: UnsafeRawBufferPointer
    ) throws(GraphError) -> Value? {
        let view = try SegmentView(bytes)
        guard let index = view.valueIndex(of: slot) else { return .null }
        switch view.layout {
        case .integer: return .integer(Int64(bitPattern: try NumberRun(view).value(at: index)))
        case .date:
            let days = Int64(bitPattern: try NumberRun(view).value(at: index))
            guard let date = CalendarDate(exactly: days) else { throw noDate }
            return .date(date)
        case .float: return .float(Double(bitPattern: try NumberRun(view).value(at: index)))
        case .boolean:
            var reader = ByteReader(view.payload)
            if view.encoding == .constant { return .boolean(try reader.byte() & 1 != 0) }
            let bits = try reader.take(BitPacking.byteCount(count: view.valueCount, width: 1))
            return .boolean(bits[index >> 3] >> UInt8(index & 7) & 1 != 0)
        case .string, .tagged: return try StringDecoder.value(at: index, view)
        case .null: return .null
        }
    }
}
