import KithValues

/// Segments of strings, and of the stored forms of tagged values.
enum StringDecoder {
    static func decode(
        _ view: SegmentView, count: Int, isDense: Bool
    ) throws(GraphError) -> Column {
        switch view.encoding {
        case .constant: return decodeConstant(view, count: count, isDense: isDense)
        case .bytes:
            var reader = ByteReader(view.payload)
            let run = try StringRun(count: view.valueCount, reader: &reader)
            let draft = ColumnDraft(
                .string, count: count, hasValidity: !isDense, stringByteCount: run.totalByteCount)
            do throws(GraphError) {
                try run.copyBytes(to: draft.stringBytes)
                try place(run, view, into: draft)
            } catch {
                draft.discard()
                throw error
            }
            view.fillValidity(of: draft)
            return draft.finish()
        case .dictionary: return try decodeDictionary(view, count: count, isDense: isDense)
        default: throw GraphError.corrupt("a segment of strings has an impossible encoding")
        }
    }

    private static func decodeConstant(
        _ view: SegmentView, count: Int, isDense: Bool
    ) -> Column {
        let length = view.payload.count
        var draft = ColumnDraft(
            .string, count: count, hasValidity: !isDense, stringByteCount: length, hasCodes: true)
        draft.dictionaryCount = 1
        if let base = view.payload.baseAddress {
            UnsafeMutableRawPointer(draft.stringBytes).copyMemory(from: base, byteCount: length)
        }
        let lengths = draft.stringLengths
        view.forEachSlot { lengths[$0] = UInt32(truncatingIfNeeded: length) }
        view.fillValidity(of: draft)
        return draft.finish()
    }

    private static func place(
        _ run: StringRun, _ view: SegmentView, into draft: ColumnDraft
    ) throws(GraphError) {
        let starts = draft.stringStarts
        let lengths = draft.stringLengths
        var index = 0
        var offset = 0
        view.forEachSlot { slot in
            let length = run.length(index)
            starts[slot] = UInt32(truncatingIfNeeded: offset)
            lengths[slot] = UInt32(truncatingIfNeeded: length)
            offset &+= length
            index &+= 1
        }
        guard offset == run.totalByteCount else {
            throw GraphError.corrupt("the strings of a segment do not fill it")
        }
    }

    private static func decodeDictionary(
        _ view: SegmentView, count: Int, isDense: Bool
    ) throws(GraphError) -> Column {
        let dictionary = try DictionaryView(view)
        let run = dictionary.run
        var draft = ColumnDraft(
            .string, count: count, hasValidity: !isDense, stringByteCount: run.totalByteCount,
            hasCodes: true)
        draft.dictionaryCount = run.count
        do throws(GraphError) {
            try run.copyBytes(to: draft.stringBytes)
            var entryStarts: [UInt32] = []
            var offset = 0
            for entry in 0..<run.count {
                entryStarts.append(UInt32(truncatingIfNeeded: offset))
                offset += run.length(entry)
            }
            guard offset == run.totalByteCount, let codes = draft.codes else {
                throw GraphError.corrupt("the strings of a segment do not fill it")
            }
            let starts = draft.stringStarts
            let lengths = draft.stringLengths
            var index = 0
            var isSound = true
            view.forEachSlot { slot in
                let code = dictionary.code(index)
                index &+= 1
                guard code < run.count else {
                    isSound = false
                    return
                }
                codes[slot] = UInt16(truncatingIfNeeded: code)
                starts[slot] = entryStarts[code]
                lengths[slot] = UInt32(truncatingIfNeeded: run.length(code))
            }
            guard isSound else { throw GraphError.corrupt("a segment names a missing entry") }
        } catch {
            draft.discard()
            throw error
        }
        view.fillValidity(of: draft)
        return draft.finish()
    }

    static func decodeTagged(_ view: SegmentView, count: Int) throws(GraphError) -> Column {
        var values = [Value](repeating: .null, count: count)
        if view.encoding == .constant {
            let value = try stored(view.payload)
            view.forEachSlot { values[$0] = value }
        } else if view.encoding == .parts {
            let dense = try ValuePartsReader(view).values()
            var index = 0
            view.forEachSlot { slot in
                values[slot] = dense[index]
                index += 1
            }
        } else {
            let plain = try decode(view, count: count, isDense: false)
            var slots: [Int] = []
            view.forEachSlot { slots.append($0) }
            for slot in slots {
                values[slot] = try stored(UnsafeRawBufferPointer(plain.stringBuffer(slot)))
            }
        }
        var draft = ColumnDraft(.tagged, count: count, hasValidity: false)
        draft.tagged = values
        return draft.finish()
    }

    static func value(at index: Int, _ view: SegmentView) throws(GraphError) -> Value? {
        let bytes: UnsafeRawBufferPointer
        switch view.encoding {
        case .parts where view.layout == .tagged:
            return try ValuePartsReader(view).value(at: index)
        case .constant: bytes = view.payload
        case .bytes:
            var reader = ByteReader(view.payload)
            let run = try StringRun(count: view.valueCount, reader: &reader)
            if run.isCompressed { return nil }
            bytes = try run.string(index)
        case .dictionary:
            let dictionary = try DictionaryView(view)
            if dictionary.run.isCompressed { return nil }
            let code = dictionary.code(index)
            guard code < dictionary.run.count else {
                throw GraphError.corrupt("a segment names a missing entry")
            }
            bytes = try dictionary.run.string(code)
        default: throw GraphError.corrupt("a segment of strings has an impossible encoding")
        }
        if view.layout == .tagged { return try stored(bytes) }
        return .string(String(decoding: bytes, as: UTF8.self))
    }

    private static func stored(_ bytes: UnsafeRawBufferPointer) throws(GraphError) -> Value {
        var offset = 0
        do {
            let value = try Value.decodeStored(bytes, at: &offset)
            guard offset == bytes.count else {
                throw GraphError.corrupt("a stored value has bytes left over")
            }
            return value
        } catch let error as ValueError {
            throw GraphError.value(error)
        } catch let error as GraphError {
            throw error
        } catch {
            throw GraphError.corrupt("a stored value cannot be read")
        }
    }
}

/// The entries of a dictionary segment and its packed codes.
struct DictionaryView {
    let run: StringRun
    let width: Int
    let codes: UnsafeRawPointer

    init(_ view: SegmentView) throws(GraphError) {
        var reader = ByteReader(view.payload)
        let entryCount = try reader.count(max: GraphLimits.slotsPerChunk)
        run = try StringRun(count: entryCount, reader: &reader)
        width = Int(try reader.byte())
        guard width <= 16 else { throw GraphError.corrupt("the codes of a segment are too wide") }
        let packed = try reader.take(BitPacking.byteCount(count: view.valueCount, width: width))
        guard let codes = packed.baseAddress ?? reader.bytes.baseAddress else {
            throw GraphError.corrupt("a segment is empty")
        }
        self.codes = codes
    }

    @inline(__always)
    func code(_ index: Int) -> Int {
        Int(truncatingIfNeeded: BitPacking.value(codes, at: index, width: width))
    }
}
