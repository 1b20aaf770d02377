/// Integers and dates, in the shortest of the encodings that allow any single value to be read.
enum IntegerEncoder {
    /// Values whose sum of steps is kept once: every 64th value is marked.
    static let markInterval = 64

    static func append(
        _ values: UnsafePointer<Int64>, _ count: Int, to bytes: inout [UInt8],
        zone: inout SegmentZone
    ) -> SegmentEncoding {
        let shape = IntegerShape(values, count)
        zone.minimum = UInt64(bitPattern: shape.smallest)
        zone.maximum = UInt64(bitPattern: shape.greatest)
        if shape.smallest == shape.greatest {
            bytes.appendZigzag(shape.smallest)
            return .constant
        }
        if shape.isSequence {
            bytes.appendZigzag(values[0])
            bytes.appendZigzag(values[1] &- values[0])
            return .sequence
        }
        let width = shape.width
        let packedSize = BitPacking.byteCount(count: count, width: width)
        if let stepWidth = shape.stepWidth {
            let markCount = (count + markInterval - 1) / markInterval
            let size =
                BitPacking.byteCount(count: count, width: stepWidth)
                + BitPacking.byteCount(count: markCount, width: width)
            // Reading one value then takes up to 64 additions; that must be worth while.
            if size < packedSize / 4 * 3 {
                appendSteps(values, count, shape, stepWidth, to: &bytes)
                return .steps
            }
        }
        let factor = shape.factor(values, count)
        if factor > 1 {
            bytes.appendLittleEndian(UInt64(bitPattern: shape.smallest))
            bytes.appendVarint(factor)
            let base = UInt64(bitPattern: shape.smallest)
            let most = (UInt64(bitPattern: shape.greatest) &- base) / factor
            appendWidthAndBits(count, BitPacking.width(for: most), to: &bytes) { index in
                (UInt64(bitPattern: values[index]) &- base) / factor
            }
            return .multiples
        }
        appendPacked(
            values, count, smallest: shape.smallest, greatest: shape.greatest, to: &bytes)
        return .packed
    }

    static func appendPacked(
        _ values: UnsafePointer<Int64>, _ count: Int, smallest: Int64, greatest: Int64,
        to bytes: inout [UInt8]
    ) {
        let base = UInt64(bitPattern: smallest)
        bytes.appendLittleEndian(base)
        appendWidthAndBits(
            count, BitPacking.width(for: UInt64(bitPattern: greatest) &- base), to: &bytes
        ) { UInt64(bitPattern: values[$0]) &- base }
    }

    private static func appendSteps(
        _ values: UnsafePointer<Int64>, _ count: Int, _ shape: IntegerShape, _ stepWidth: Int,
        to bytes: inout [UInt8]
    ) {
        let base = UInt64(bitPattern: shape.smallest)
        let least = UInt64(bitPattern: shape.smallestStep)
        bytes.appendLittleEndian(base)
        bytes.appendZigzag(shape.smallestStep)
        let markCount = (count + markInterval - 1) / markInterval
        appendWidthAndBits(markCount, shape.width, to: &bytes) {
            UInt64(bitPattern: values[$0 * markInterval]) &- base
        }
        appendWidthAndBits(count, stepWidth, to: &bytes) { index in
            index % markInterval == 0
                ? 0 : UInt64(bitPattern: values[index] &- values[index - 1]) &- least
        }
    }

    @inline(__always)
    private static func appendWidthAndBits(
        _ count: Int, _ width: Int, to bytes: inout [UInt8], _ value: (Int) -> UInt64
    ) {
        bytes.append(UInt8(width))
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { differences in
            guard let target = differences.baseAddress else { return }
            var index = 0
            while index < count {
                target[index] = value(index)
                index &+= 1
            }
            BitPacking.append(target, count: count, width: width, to: &bytes)
        }
    }
}

/// What some integers are like.
private struct IntegerShape {
    private(set) var smallest: Int64
    private(set) var greatest: Int64
    private(set) var smallestStep = Int64.max
    private var greatestStep = Int64.min
    /// Whether all steps are equal.
    private(set) var isSequence: Bool

    init(_ values: UnsafePointer<Int64>, _ count: Int) {
        smallest = values[0]
        greatest = values[0]
        let step = count > 1 ? values[1] &- values[0] : 0
        var difference: Int64 = 0
        var index = 1
        while index < count {
            let value = values[index]
            let own = value &- values[index &- 1]
            smallest = min(smallest, value)
            greatest = max(greatest, value)
            smallestStep = min(smallestStep, own)
            greatestStep = max(greatestStep, own)
            difference |= own ^ step
            index &+= 1
        }
        isSequence = difference == 0
    }

    /// The width of the differences to the smallest value.
    var width: Int {
        BitPacking.width(for: UInt64(bitPattern: greatest) &- UInt64(bitPattern: smallest))
    }

    /// The width of the differences to the smallest step; nil where steps may not fit in 64 bits.
    var stepWidth: Int? {
        guard greatest.subtractingReportingOverflow(smallest).overflow == false,
            smallestStep <= greatestStep,
            greatestStep.subtractingReportingOverflow(smallestStep).overflow == false
        else { return nil }
        return BitPacking.width(for: UInt64(greatestStep - smallestStep))
    }

    /// The greatest number that divides all differences to the smallest value.
    func factor(_ values: UnsafePointer<Int64>, _ count: Int) -> UInt64 {
        var factor: UInt64 = 0
        let base = UInt64(bitPattern: smallest)
        var index = 0
        while index < count, factor != 1 {
            var other = UInt64(bitPattern: values[index]) &- base
            if factor == 0 || other % factor != 0 {
                while other != 0 { (factor, other) = (other, factor % other) }
            }
            index &+= 1
        }
        return factor
    }
}
