/// The values of a segment of integers, dates or floats, as 64 bits each.
struct NumberRun {
    private enum Form {
        case constant(UInt64)
        case sequence(first: UInt64, step: UInt64)
        case packed(UnsafeRawPointer, width: Int, base: UInt64)
        case multiples(UnsafeRawPointer, width: Int, base: UInt64, factor: UInt64)
        case steps(Steps)
        case decimal(UnsafeRawPointer, width: Int, base: UInt64, power: Double)
        case plain(UnsafeRawPointer)
    }

    /// Values as sums of steps from marked ones.
    private struct Steps {
        var base: UInt64
        var smallest: UInt64
        var marks: UnsafeRawPointer
        var markWidth: Int
        var steps: UnsafeRawPointer
        var width: Int
    }

    private let form: Form
    private let count: Int

    init(_ view: SegmentView) throws(GraphError) {
        var reader = ByteReader(view.payload)
        try self.init(
            view.encoding, isFloat: view.layout == .float, count: view.valueCount, &reader)
    }

    /// Reads where `count` values lie; the reader is then past them.
    init(
        _ encoding: SegmentEncoding, isFloat: Bool, count: Int, _ reader: inout ByteReader
    ) throws(GraphError) {
        self.count = count
        switch encoding {
        case .constant:
            form = .constant(
                isFloat ? try reader.uint64() : UInt64(bitPattern: try reader.zigzag()))
        case .sequence where !isFloat:
            let first = UInt64(bitPattern: try reader.zigzag())
            form = .sequence(first: first, step: UInt64(bitPattern: try reader.zigzag()))
        case .packed where !isFloat:
            let (pointer, width, base) = try Self.packed(&reader, count: count)
            form = .packed(pointer, width: width, base: base)
        case .multiples where !isFloat:
            let base = try reader.uint64()
            let factor = try reader.varint()
            let (pointer, width) = try Self.bits(&reader, count: count)
            form = .multiples(pointer, width: width, base: base, factor: factor)
        case .steps where !isFloat:
            let base = try reader.uint64()
            let smallest = UInt64(bitPattern: try reader.zigzag())
            let interval = IntegerEncoder.markInterval
            let (marks, markWidth) = try Self.bits(
                &reader, count: (count + interval - 1) / interval)
            let (steps, width) = try Self.bits(&reader, count: count)
            form = .steps(
                Steps(
                    base: base, smallest: smallest, marks: marks, markWidth: markWidth,
                    steps: steps, width: width))
        case .decimal where isFloat:
            let scale = Int(try reader.byte())
            guard scale < FloatEncoder.powers.count else {
                throw GraphError.corrupt("a segment has an impossible scale")
            }
            let (pointer, width, base) = try Self.packed(&reader, count: count)
            form = .decimal(pointer, width: width, base: base, power: FloatEncoder.powers[scale])
        case .plain where isFloat:
            guard let pointer = try reader.take(count * 8).baseAddress else {
                throw GraphError.corrupt("a segment is empty")
            }
            form = .plain(pointer)
        default: throw GraphError.corrupt("a segment of numbers has an impossible encoding")
        }
    }

    private static func packed(
        _ reader: inout ByteReader, count: Int
    ) throws(GraphError) -> (UnsafeRawPointer, Int, UInt64) {
        let base = try reader.uint64()
        let (pointer, width) = try bits(&reader, count: count)
        return (pointer, width, base)
    }

    private static func bits(
        _ reader: inout ByteReader, count: Int
    ) throws(GraphError) -> (UnsafeRawPointer, Int) {
        let width = Int(try reader.byte())
        guard BitPacking.isValid(width: width) else {
            throw GraphError.corrupt("a segment has an impossible width")
        }
        let packed = try reader.take(BitPacking.byteCount(count: count, width: width))
        guard let pointer = packed.baseAddress ?? reader.bytes.baseAddress else {
            throw GraphError.corrupt("a segment is empty")
        }
        return (pointer, width)
    }

    /// Writes all values.
    func decode(into target: UnsafeMutablePointer<UInt64>) {
        switch form {
        case .constant(let value): target.update(repeating: value, count: count)
        case .sequence(let first, let step):
            var value = first
            var index = 0
            while index < count {
                target[index] = value
                value = value &+ step
                index &+= 1
            }
        case .packed(let pointer, let width, let base):
            BitPacking.unpack(pointer, count: count, width: width, adding: base, into: target)
        case .multiples(let pointer, let width, let base, let factor):
            BitPacking.unpack(pointer, count: count, width: width, adding: 0, into: target)
            var index = 0
            while index < count {
                target[index] = target[index] &* factor &+ base
                index &+= 1
            }
        case .steps(let form): decode(form, into: target)
        case .decimal(let pointer, let width, let base, let power):
            BitPacking.unpack(pointer, count: count, width: width, adding: base, into: target)
            let floats = UnsafeMutableRawPointer(target).assumingMemoryBound(to: Double.self)
            var index = 0
            while index < count {
                floats[index] = Double(Int64(bitPattern: target[index])) / power
                index &+= 1
            }
        case .plain(let pointer):
            UnsafeMutableRawPointer(target).copyMemory(from: pointer, byteCount: count * 8)
        }
    }

    private func decode(_ form: Steps, into target: UnsafeMutablePointer<UInt64>) {
        BitPacking.unpack(
            form.steps, count: count, width: form.width, adding: form.smallest, into: target)
        var start = 0
        while start < count {
            let end = min(start &+ IntegerEncoder.markInterval, count)
            var value =
                BitPacking.value(
                    form.marks, at: start / IntegerEncoder.markInterval, width: form.markWidth)
                &+ form.base
            target[start] = value
            var index = start &+ 1
            while index < end {
                value = value &+ target[index]
                target[index] = value
                index &+= 1
            }
            start = end
        }
    }

    private func value(_ form: Steps, at index: Int) -> UInt64 {
        let mark = index / IntegerEncoder.markInterval
        var value = BitPacking.value(form.marks, at: mark, width: form.markWidth) &+ form.base
        var next = mark * IntegerEncoder.markInterval + 1
        while next <= index {
            value =
                value &+ form.smallest
                &+ BitPacking.value(form.steps, at: next, width: form.width)
            next &+= 1
        }
        return value
    }

    /// One value.
    func value(at index: Int) -> UInt64 {
        switch form {
        case .constant(let value): value
        case .sequence(let first, let step): first &+ step &* UInt64(truncatingIfNeeded: index)
        case .packed(let pointer, let width, let base):
            BitPacking.value(pointer, at: index, width: width) &+ base
        case .multiples(let pointer, let width, let base, let factor):
            BitPacking.value(pointer, at: index, width: width) &* factor &+ base
        case .steps(let form): value(form, at: index)
        case .decimal(let pointer, let width, let base, let power):
            (Double(Int64(bitPattern: BitPacking.value(pointer, at: index, width: width) &+ base))
                / power).bitPattern
        case .plain(let pointer):
            pointer.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        }
    }
}
