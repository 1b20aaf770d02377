import KithValues

/// A segment's header, read and checked, and where its values begin.
///
/// The bytes must be followed by at least eight readable ones.
struct SegmentView {
    let encoding: SegmentEncoding
    let layout: Column.Layout
    let slotCount: Int
    let presence: SegmentPresence
    /// The slots with a value.
    let present: SlotSet
    let valueCount: Int
    let payload: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) throws(GraphError) {
        var reader = ByteReader(bytes)
        guard let encoding = SegmentEncoding(rawValue: try reader.byte()),
            let layout = Column.Layout(rawValue: try reader.byte()), layout != .null,
            let presence = SegmentPresence(rawValue: try reader.byte())
        else { throw GraphError.corrupt("a segment has an unknown encoding") }
        self.encoding = encoding
        self.layout = layout
        self.presence = presence
        slotCount = try reader.count(max: GraphLimits.slotsPerChunk)
        var present = SlotSet()
        switch presence {
        case .all:
            present = SlotSet(firstSlots: slotCount)
            valueCount = slotCount
        case .bitmap:
            for word in 0..<(slotCount + 63) / 64 { present[word: word] = try reader.uint64() }
            valueCount = present.count
        case .list:
            let count = try reader.count(max: slotCount)
            for _ in 0..<count {
                let slot = Int(try reader.uint16())
                guard slot < slotCount else { throw Self.outside }
                present.insert(slot)
            }
            valueCount = present.count
            guard valueCount == count else { throw Self.outside }
        }
        guard present.endSlot == slotCount, valueCount > 0 else { throw Self.outside }
        self.present = present
        payload = try reader.take(reader.remaining)
    }

    private static let outside = GraphError.corrupt("a segment names slots that it does not cover")

    /// Which of the segment's values belongs to a slot that has one.
    func valueIndex(of slot: Int) -> Int {
        if presence == .all { return slot }
        var index = 0
        for word in 0..<slot &>> 6 { index += present[word: word].nonzeroBitCount }
        let below = (1 &<< UInt64(slot & 63)) &- 1 as UInt64
        return index + (present[word: slot &>> 6] & below).nonzeroBitCount
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
        guard slot < view.slotCount, view.present.contains(slot) else { return .null }
        let index = view.valueIndex(of: slot)
        switch view.layout {
        case .integer: return .integer(Int64(bitPattern: try NumberRun(view).value(at: index)))
        case .date:
            let days = Int64(bitPattern: try NumberRun(view).value(at: index))
            return .date(CalendarDate(daysSinceEpoch: days))
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

extension SegmentView {
    /// Calls `body` with each slot that has a value, ascending.
    @inline(__always)
    func forEachSlot(_ body: (Int) -> Void) {
        if presence == .all {
            for slot in 0..<slotCount { body(slot) }
            return
        }
        for index in 0..<SlotSet.wordCount {
            var word = present[word: index]
            while word != 0 {
                body(index &* 64 &+ word.trailingZeroBitCount)
                word &= word &- 1
            }
        }
    }

    func fillValidity(of draft: ColumnDraft) {
        guard let validity = draft.validity else { return }
        for word in 0..<SlotSet.wordCount { validity[word] = present[word: word] }
    }
}
