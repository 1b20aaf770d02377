import KithValues

/// A segment ready to be stored.
struct EncodedSegment {
    var bytes: [UInt8]
    var zone: SegmentZone
}

/// Turns a column into the bytes of a segment, in the encoding that suits its values.
enum SegmentEncoder {
    /// The segment of the slots in `alive`; nil if none of them has a value. Texts of `compressingFrom`
    /// bytes and more are compressed.
    ///
    /// - Throws: ``GraphError/limitExceeded(_:)`` when the values take more than a segment may.
    static func encode(
        _ column: Column, alive: SlotSet, compressingFrom: Int = StringRun.compressedMinInBytes
    ) throws(GraphError) -> EncodedSegment? {
        var present = SlotSet()
        if column.layout == .tagged {
            for slot in 0..<column.count where !column.tagged[slot].isNull { present.insert(slot) }
        } else if column.layout == .null {
            return nil
        } else if let validity = column.validity {
            for word in 0..<SlotSet.wordCount { present[word: word] = validity[word] }
        } else {
            present = SlotSet(firstSlots: column.count)
        }
        present.formIntersection(alive)
        let valueCount = present.count
        guard valueCount > 0 else { return nil }
        var bytes: [UInt8] = [0, column.layout.rawValue]
        bytes.reserveCapacity(64)
        appendPresence(present, valueCount: valueCount, to: &bytes)
        var zone = SegmentZone()
        zone.valueCount = valueCount
        let slots = denseSlots(present)
        try checkLength(column, slots)
        let encoding = appendValues(
            of: column, slots: slots, compressingFrom, to: &bytes, zone: &zone)
        bytes[0] = encoding.rawValue
        return EncodedSegment(bytes: bytes, zone: zone)
    }

    private static func checkLength(_ column: Column, _ slots: [UInt16]) throws(GraphError) {
        var total = 0
        if column.layout == .string {
            for slot in slots { total += Int(column.stringLengths[Int(slot)]) }
        } else if column.layout == .tagged {
            for slot in slots {
                if case .string(let text) = column.tagged[Int(slot)] { total += text.utf8.count }
            }
        }
        guard total <= GraphLimits.segmentLengthMaxInBytes else {
            throw GraphError.limitExceeded("bytes of one property in one chunk")
        }
    }

    private static func denseSlots(_ present: SlotSet) -> [UInt16] {
        [UInt16](unsafeUninitializedCapacity: GraphLimits.slotsPerChunk) { buffer, count in
            if let base = buffer.baseAddress { count = present.copySlots(into: base) }
        }
    }

    private static func appendPresence(
        _ present: SlotSet, valueCount: Int, to bytes: inout [UInt8]
    ) {
        let slotCount = present.endSlot
        if valueCount == slotCount {
            bytes.append(SegmentPresence.all.rawValue)
            bytes.appendVarint(slotCount)
        } else if valueCount * 2 + 2 < (slotCount + 63) / 64 * 8 {
            bytes.append(SegmentPresence.list.rawValue)
            bytes.appendVarint(slotCount)
            bytes.appendVarint(valueCount)
            for slot in denseSlots(present) { bytes.appendLittleEndian(slot) }
        } else {
            bytes.append(SegmentPresence.bitmap.rawValue)
            bytes.appendVarint(slotCount)
            for word in 0..<(slotCount + 63) / 64 { bytes.appendLittleEndian(present[word: word]) }
        }
    }

    private static func appendValues(
        of column: Column, slots: [UInt16], _ compressingFrom: Int, to bytes: inout [UInt8],
        zone: inout SegmentZone
    ) -> SegmentEncoding {
        switch column.layout {
        case .integer, .date:
            zone.kind = column.layout == .date ? .date : .integer
            return withWords(column.integers, slots) { words in
                IntegerEncoder.append(words, slots.count, to: &bytes, zone: &zone)
            }
        case .float:
            return withWords(column.integers, slots) { words in
                FloatEncoder.append(words, slots.count, to: &bytes, zone: &zone)
            }
        case .boolean:
            let booleans = column.booleans
            return appendBooleans(slots.map { booleans[Int($0)] }, to: &bytes)
        case .string:
            let starts = column.stringStarts
            let lengths = column.stringLengths
            return StringEncoder.append(
                starts: slots.map { starts[Int($0)] }, lengths: slots.map { lengths[Int($0)] },
                bytes: column.stringBytes, compressingFrom: compressingFrom, to: &bytes)
        case .tagged:
            return appendTagged(
                slots.map { column.tagged[Int($0)] }, compressingFrom, to: &bytes)
        case .null:
            preconditionFailure("a column without values has no segment")
        }
    }

    /// Calls `body` with the 64-bit values of the slots, one after another.
    private static func withWords(
        _ values: UnsafePointer<Int64>, _ slots: [UInt16],
        _ body: (UnsafePointer<Int64>) -> SegmentEncoding
    ) -> SegmentEncoding {
        if let last = slots.last, Int(last) == slots.count - 1 { return body(values) }
        return withUnsafeTemporaryAllocation(of: Int64.self, capacity: slots.count) { dense in
            guard let target = dense.baseAddress else { return body(values) }
            for index in 0..<slots.count { target[index] = values[Int(slots[index])] }
            return body(target)
        }
    }

    private static func appendBooleans(
        _ values: [UInt8], to bytes: inout [UInt8]
    ) -> SegmentEncoding {
        if values.allSatisfy({ $0 == values[0] }) {
            bytes.append(values[0])
            return .constant
        }
        BitPacking.append(values.map(UInt64.init), count: values.count, width: 1, to: &bytes)
        return .bits
    }

    private static func appendTagged(
        _ values: [Value], _ compressingFrom: Int, to bytes: inout [UInt8]
    ) -> SegmentEncoding {
        if ValueParts.append(values, to: &bytes) { return .parts }
        var stored: [UInt8] = []
        var starts: [UInt32] = []
        var lengths: [UInt32] = []
        for value in values {
            let start = stored.count
            value.appendStored(to: &stored)
            starts.append(UInt32(start))
            lengths.append(UInt32(stored.count - start))
        }
        return stored.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return .bytes }
            return StringEncoder.append(
                starts: starts, lengths: lengths, bytes: base, compressingFrom: compressingFrom,
                to: &bytes)
        }
    }
}

/// Floats, handed over as their bits.
enum FloatEncoder {
    /// Powers of ten that doubles hold exactly.
    static let powers: [Double] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
    private static let scaledMax = 9_007_199_254_740_992.0

    static func append(
        _ words: UnsafePointer<Int64>, _ count: Int, to bytes: inout [UInt8],
        zone: inout SegmentZone
    ) -> SegmentEncoding {
        let values = UnsafeRawPointer(words).assumingMemoryBound(to: Double.self)
        var smallest = values[0]
        var greatest = values[0]
        var hasNaN = false
        var isConstant = true
        var index = 0
        while index < count {
            let value = values[index]
            if value < smallest { smallest = value }
            if value > greatest { greatest = value }
            hasNaN = hasNaN || value.isNaN
            isConstant = isConstant && words[index] == words[0]
            index &+= 1
        }
        if !hasNaN {
            zone.kind = .float
            zone.minimum = smallest.bitPattern
            zone.maximum = greatest.bitPattern
        }
        if isConstant {
            bytes.appendLittleEndian(UInt64(bitPattern: words[0]))
            return .constant
        }
        if !hasNaN, appendDecimals(values, count, to: &bytes) { return .decimal }
        for index in 0..<count { bytes.appendLittleEndian(UInt64(bitPattern: words[index])) }
        return .plain
    }

    /// Appends scale and integers, if each value is exactly an integer divided by 10^scale and that
    /// saves space.
    private static func appendDecimals(
        _ values: UnsafePointer<Double>, _ count: Int, to bytes: inout [UInt8]
    ) -> Bool {
        var scale = 0
        for index in 0..<count {
            while !isExact(values[index], powers[scale]) {
                scale += 1
                if scale == powers.count { return false }
            }
        }
        // A greater scale usually fits what a smaller one fits, but not always.
        let power = powers[scale]
        return withUnsafeTemporaryAllocation(of: Int64.self, capacity: count) { integers in
            guard let target = integers.baseAddress else { return false }
            var least = Int64.max
            var most = Int64.min
            for index in 0..<count {
                guard isExact(values[index], power) else { return false }
                let integer = Int64((values[index] * power).rounded())
                target[index] = integer
                least = min(least, integer)
                most = max(most, integer)
            }
            guard BitPacking.width(for: UInt64(bitPattern: most &- least)) <= 52 else {
                return false
            }
            bytes.append(UInt8(scale))
            IntegerEncoder.appendPacked(target, count, smallest: least, greatest: most, to: &bytes)
            return true
        }
    }

    @inline(__always)
    private static func isExact(_ value: Double, _ power: Double) -> Bool {
        let scaled = (value * power).rounded()
        return abs(scaled) < scaledMax
            && (Double(Int64(scaled)) / power).bitPattern == value.bitPattern
    }
}
