import KithValues

/// A segment ready to be stored.
struct EncodedSegment {
    var bytes: [UInt8]
    var zone: SegmentZone
}

/// Turns a column into the bytes of a segment, in the encoding that suits its values.
enum SegmentEncoder {
    /// The segment of the slots in `alive`; nil if none of them has a value.
    static func encode(_ column: Column, alive: SlotSet) -> EncodedSegment? {
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
        let encoding = appendValues(of: column, slots: slots, to: &bytes, zone: &zone)
        bytes[0] = encoding.rawValue
        return EncodedSegment(bytes: bytes, zone: zone)
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
        of column: Column, slots: [UInt16], to bytes: inout [UInt8], zone: inout SegmentZone
    ) -> SegmentEncoding {
        switch column.layout {
        case .integer, .date:
            let integers = column.integers
            let values = slots.map { integers[Int($0)] }
            zone.kind = column.layout == .date ? .date : .integer
            return IntegerEncoder.append(values, to: &bytes, zone: &zone)
        case .float:
            let floats = column.floats
            return FloatEncoder.append(slots.map { floats[Int($0)] }, to: &bytes, zone: &zone)
        case .boolean:
            let booleans = column.booleans
            return appendBooleans(slots.map { booleans[Int($0)] }, to: &bytes)
        case .string:
            let starts = column.stringStarts
            let lengths = column.stringLengths
            return StringEncoder.append(
                starts: slots.map { starts[Int($0)] }, lengths: slots.map { lengths[Int($0)] },
                bytes: column.stringBytes, to: &bytes)
        case .tagged:
            return appendTagged(slots.map { column.tagged[Int($0)] }, to: &bytes)
        case .null:
            preconditionFailure("a column without values has no segment")
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

    private static func appendTagged(_ values: [Value], to bytes: inout [UInt8]) -> SegmentEncoding
    {
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
            return StringEncoder.append(starts: starts, lengths: lengths, bytes: base, to: &bytes)
        }
    }
}

/// Integers and dates.
enum IntegerEncoder {
    static func append(
        _ values: [Int64], to bytes: inout [UInt8], zone: inout SegmentZone
    ) -> SegmentEncoding {
        var smallest = values[0]
        var greatest = values[0]
        let step = values.count > 1 ? values[1] &- values[0] : 0
        var isSequence = true
        var previous = values[0] &- step
        for value in values {
            smallest = min(smallest, value)
            greatest = max(greatest, value)
            isSequence = isSequence && value &- previous == step
            previous = value
        }
        zone.minimum = UInt64(bitPattern: smallest)
        zone.maximum = UInt64(bitPattern: greatest)
        if smallest == greatest {
            bytes.appendZigzag(smallest)
            return .constant
        }
        if isSequence {
            bytes.appendZigzag(values[0])
            bytes.appendZigzag(step)
            return .sequence
        }
        appendPacked(values, smallest: smallest, greatest: greatest, to: &bytes)
        return .packed
    }

    static func appendPacked(
        _ values: [Int64], smallest: Int64, greatest: Int64, to bytes: inout [UInt8]
    ) {
        let base = UInt64(bitPattern: smallest)
        let width = BitPacking.width(for: UInt64(bitPattern: greatest) &- base)
        bytes.appendLittleEndian(base)
        bytes.append(UInt8(width))
        let differences = values.map { UInt64(bitPattern: $0) &- base }
        BitPacking.append(differences, count: differences.count, width: width, to: &bytes)
    }
}

/// Floats.
enum FloatEncoder {
    /// Powers of ten that doubles hold exactly.
    static let powers: [Double] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
    private static let scaledMax = 9_007_199_254_740_992.0

    static func append(
        _ values: [Double], to bytes: inout [UInt8], zone: inout SegmentZone
    ) -> SegmentEncoding {
        var smallest = values[0]
        var greatest = values[0]
        var hasNaN = false
        var isConstant = true
        let first = values[0].bitPattern
        for value in values {
            if value < smallest { smallest = value }
            if value > greatest { greatest = value }
            hasNaN = hasNaN || value.isNaN
            isConstant = isConstant && value.bitPattern == first
        }
        if !hasNaN {
            zone.kind = .float
            zone.minimum = smallest.bitPattern
            zone.maximum = greatest.bitPattern
        }
        if isConstant {
            bytes.appendLittleEndian(first)
            return .constant
        }
        if !hasNaN, let (scale, integers) = asDecimals(values) {
            var least = integers[0]
            var most = integers[0]
            for integer in integers {
                least = min(least, integer)
                most = max(most, integer)
            }
            if BitPacking.width(for: UInt64(bitPattern: most &- least)) <= 52 {
                bytes.append(UInt8(scale))
                IntegerEncoder.appendPacked(integers, smallest: least, greatest: most, to: &bytes)
                return .decimal
            }
        }
        for value in values { bytes.appendLittleEndian(value.bitPattern) }
        return .plain
    }

    /// The scale and the integers, if each value is exactly an integer divided by 10^scale.
    private static func asDecimals(_ values: [Double]) -> (Int, [Int64])? {
        var scale = 0
        for value in values {
            while !isExact(value, scale: scale) {
                scale += 1
                if scale == powers.count { return nil }
            }
        }
        // A greater scale usually fits what a smaller one fits, but not always.
        let power = powers[scale]
        var integers: [Int64] = []
        integers.reserveCapacity(values.count)
        for value in values {
            guard isExact(value, scale: scale) else { return nil }
            integers.append(Int64((value * power).rounded()))
        }
        return (scale, integers)
    }

    private static func isExact(_ value: Double, scale: Int) -> Bool {
        let scaled = (value * powers[scale]).rounded()
        return abs(scaled) < scaledMax
            && (Double(Int64(scaled)) / powers[scale]).bitPattern == value.bitPattern
    }
}
