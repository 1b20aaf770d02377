/// The values of a segment of integers, dates or floats, as 64 bits each.
struct NumberRun {
    private enum Form {
        case constant(UInt64)
        case sequence(first: UInt64, step: UInt64)
        case packed(UnsafeRawPointer, width: Int, base: UInt64)
        case decimal(UnsafeRawPointer, width: Int, base: UInt64, power: Double)
        case plain(UnsafeRawPointer)
    }

    private let form: Form
    private let count: Int

    init(_ view: SegmentView) throws(GraphError) {
        var reader = ByteReader(view.payload)
        count = view.valueCount
        let isFloat = view.layout == .float
        switch view.encoding {
        case .constant:
            form = .constant(
                isFloat ? try reader.uint64() : UInt64(bitPattern: try reader.zigzag()))
        case .sequence where !isFloat:
            let first = UInt64(bitPattern: try reader.zigzag())
            form = .sequence(first: first, step: UInt64(bitPattern: try reader.zigzag()))
        case .packed where !isFloat:
            let (pointer, width, base) = try Self.packed(&reader, count: count)
            form = .packed(pointer, width: width, base: base)
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
        let width = Int(try reader.byte())
        guard BitPacking.isValid(width: width) else {
            throw GraphError.corrupt("a segment has an impossible width")
        }
        let packed = try reader.take(BitPacking.byteCount(count: count, width: width))
        guard let pointer = packed.baseAddress ?? reader.bytes.baseAddress else {
            throw GraphError.corrupt("a segment is empty")
        }
        return (pointer, width, base)
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

    /// One value.
    func value(at index: Int) -> UInt64 {
        switch form {
        case .constant(let value): value
        case .sequence(let first, let step): first &+ step &* UInt64(truncatingIfNeeded: index)
        case .packed(let pointer, let width, let base):
            BitPacking.value(pointer, at: index, width: width) &+ base
        case .decimal(let pointer, let width, let base, let power):
            (Double(Int64(bitPattern: BitPacking.value(pointer, at: index, width: width) &+ base))
                / power).bitPattern
        case .plain(let pointer):
            pointer.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        }
    }
}
