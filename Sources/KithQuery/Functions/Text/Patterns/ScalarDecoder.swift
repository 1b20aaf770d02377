/// Reads single scalars from valid UTF-8.
enum ScalarDecoder {
    /// The scalar that begins at `position`, and its length in bytes.
    @inline(__always)
    static func scalar(
        in bytes: UnsafeBufferPointer<UInt8>, at position: Int
    ) -> (scalar: UInt32, length: Int) {
        let first = UInt32(bytes[position])
        if first < 0x80 { return (first, 1) }
        let second = UInt32(bytes[position + 1] & 0x3F)
        if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
        let third = UInt32(bytes[position + 2] & 0x3F)
        if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
        let fourth = UInt32(bytes[position + 3] & 0x3F)
        return ((first & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
    }

    /// Where the scalar before `position` begins; there must be one.
    static func position(before position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var start = position - 1
        while start > 0 && UTF8Text.isContinuation(bytes[start]) { start -= 1 }
        return start
    }

    /// Whether a scalar ends a line.
    static func isLineEnd(_ scalar: UInt32) -> Bool {
        scalar == 0x0A || scalar == 0x0D || scalar == 0x85 || scalar == 0x2028
            || scalar == 0x2029
    }

    /// The length in bytes of the line end at `position`; 0 where there is none.
    static func lineEndLength(in bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
        guard position < bytes.count else { return 0 }
        let (scalar, length) = scalar(in: bytes, at: position)
        guard isLineEnd(scalar) else { return 0 }
        let hasFeed = scalar == 0x0D && position + 1 < bytes.count && bytes[position + 1] == 0x0A
        return hasFeed ? 2 : length
    }
}
