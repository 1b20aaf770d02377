/// Numbers of a fixed width in bits, back to back, lowest bits first.
///
/// A width is 0 to 56 or 64, so that one unaligned load of eight bytes holds any value. Readers may
/// load up to eight bytes past the last value; whoever hands out the bytes provides for that.
enum BitPacking {
    /// The width that holds every value up to `maximum`.
    static func width(for maximum: UInt64) -> Int {
        let bits = 64 - maximum.leadingZeroBitCount
        return bits > 56 ? 64 : bits
    }

    /// Whether a stored width is one that can occur.
    static func isValid(width: Int) -> Bool { width >= 0 && (width <= 56 || width == 64) }

    static func byteCount(count: Int, width: Int) -> Int { (count * width + 7) / 8 }

    /// Appends `count` values, each less than 2^width.
    static func append(
        _ values: UnsafePointer<UInt64>, count: Int, width: Int, to bytes: inout [UInt8]
    ) {
        guard width > 0, count > 0 else { return }
        let start = bytes.count
        let size = byteCount(count: count, width: width)
        bytes.append(contentsOf: repeatElement(0, count: size))
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            pack(values, count: count, width: width, into: base + start, byteCount: size)
        }
    }

    private static func pack(
        _ values: UnsafePointer<UInt64>, count: Int, width: Int,
        into target: UnsafeMutableRawPointer, byteCount: Int
    ) {
        var accumulator: UInt64 = 0
        var filled = 0
        var offset = 0
        var index = 0
        while index < count {
            let value = values[index]
            accumulator |= value &<< UInt64(filled)
            let total = filled &+ width
            if total >= 64 {
                target.storeBytes(
                    of: accumulator.littleEndian, toByteOffset: offset, as: UInt64.self)
                offset &+= 8
                let used = 64 &- filled
                accumulator = used >= 64 ? 0 : value &>> UInt64(used)
                filled = total &- 64
            } else {
                filled = total
            }
            index &+= 1
        }
        while offset < byteCount {
            target.storeBytes(
                of: UInt8(truncatingIfNeeded: accumulator), toByteOffset: offset, as: UInt8.self)
            accumulator >>= 8
            offset &+= 1
        }
    }

    /// The value at `index`.
    @inline(__always)
    static func value(_ base: UnsafeRawPointer, at index: Int, width: Int) -> UInt64 {
        let bit = index &* width
        let word = UInt64(
            littleEndian: base.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self))
        return word &>> UInt64(bit & 7) & mask(width)
    }

    @inline(__always)
    static func mask(_ width: Int) -> UInt64 {
        width == 64 ? .max : (1 &<< UInt64(width)) &- 1
    }

    /// Writes `count` values, each with `base` added, wrapping around.
    static func unpack(
        _ source: UnsafeRawPointer, count: Int, width: Int, adding base: UInt64,
        into target: UnsafeMutablePointer<UInt64>
    ) {
        if width == 0 {
            target.update(repeating: base, count: count)
            return
        }
        let mask = mask(width)
        var bit = 0
        var index = 0
        while index < count {
            let word = UInt64(
                littleEndian: source.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self))
            target[index] = (word &>> UInt64(bit & 7) & mask) &+ base
            bit &+= width
            index &+= 1
        }
    }
}
