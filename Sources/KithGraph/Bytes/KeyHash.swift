/// A 64-bit hash of bytes; part of the file format where long index keys are cut off.
///
/// On disk: never change.
enum KeyHash {
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let wide = value.multipliedFullWidth(by: multiplier)
        return wide.high ^ wide.low
    }

    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = UInt64(truncatingIfNeeded: bytes.count) &* multiplier
        var offset = 0
        while offset &+ 8 <= bytes.count {
            let word = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            state = mix(state ^ word) &+ multiplier
            offset &+= 8
        }
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count {
            tail |= UInt64(bytes[offset]) &<< shift
            shift &+= 8
            offset &+= 1
        }
        return mix(state ^ tail ^ 0xD6E8_FEB8_6659_FD93)
    }

    static func hash(_ value: UInt64) -> UInt64 { mix(value ^ 0xD6E8_FEB8_6659_FD93) }
}
