import Glibc

/// Strings as the language sees them: UTF-8 bytes to search in, Unicode scalars to count.
///
/// A part of a valid UTF-8 text never begins within a scalar, so searching by bytes finds whole
/// scalars only.
enum UTF8Text {
    /// Calls `body` with the bytes of `text`, which live as long as the call.
    static func withBytes<Result>(
        _ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        var text = text
        return text.withUTF8(body)
    }

    /// The number of Unicode scalars.
    static func scalarCount(_ text: String) -> Int {
        withBytes(text) { bytes in
            var count = 0
            for byte in bytes where !isContinuation(byte) { count += 1 }
            return count
        }
    }

    static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
        withBytes(text) { text in withBytes(prefix) { prefix in hasPrefix(text, prefix) } }
    }

    static func hasSuffix(_ text: String, _ suffix: String) -> Bool {
        withBytes(text) { text in withBytes(suffix) { suffix in hasSuffix(text, suffix) } }
    }

    static func hasPrefix(
        _ text: UnsafeBufferPointer<UInt8>, _ prefix: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        text.count >= prefix.count && areEqual(text, from: 0, prefix)
    }

    static func hasSuffix(
        _ text: UnsafeBufferPointer<UInt8>, _ suffix: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        text.count >= suffix.count && areEqual(text, from: text.count - suffix.count, suffix)
    }

    static func contains(_ text: String, _ part: String) -> Bool {
        withBytes(text) { text in
            withBytes(part) { part in firstPosition(of: part, in: text, from: 0) != nil }
        }
    }

    /// The byte position of the first `part` at or after `start`.
    static func firstPosition(
        of part: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        guard let first = part.first, let base = text.baseAddress else {
            return part.isEmpty && start <= text.count ? start : nil
        }
        var position = start
        while position + part.count <= text.count {
            let searched = text.count - part.count - position + 1
            guard let found = memchr(base + position, Int32(first), searched) else { return nil }
            position = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
            if areEqual(text, from: position, part) { return position }
            position += 1
        }
        return nil
    }

    /// The byte position of the scalar number `index`, or the end where there are fewer scalars.
    static func position(
        ofScalar index: Int, in bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0
    ) -> Int {
        var remaining = index
        var position = start
        while position < bytes.count {
            if remaining == 0 { return position }
            remaining -= 1
            position += 1
            while position < bytes.count, isContinuation(bytes[position]) { position += 1 }
        }
        return bytes.count
    }

    /// The text of a range of bytes that begins and ends between scalars.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// Whether `part` stands in `text` at `start`; there must be room for it.
    private static func areEqual(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ part: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard let textBase = text.baseAddress, let partBase = part.baseAddress else {
            return part.isEmpty
        }
        return memcmp(textBase + start, partBase, part.count) == 0
    }
}
