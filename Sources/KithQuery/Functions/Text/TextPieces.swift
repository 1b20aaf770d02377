/// Cutting strings.
enum TextPieces {
    /// The pieces between delimiters; where several fit, the first in the list counts.
    ///
    /// An empty delimiter cuts between all scalars.
    static func split(_ text: String, at delimiters: [String]) -> [String] {
        if delimiters.contains(where: { $0.isEmpty }) {
            return text.isEmpty ? [""] : text.unicodeScalars.map { String($0) }
        }
        return UTF8Text.withBytes(text) { bytes in
            var pieces: [String] = []
            var start = 0
            while let (position, length) = next(delimiters, in: bytes, from: start) {
                pieces.append(UTF8Text.text(bytes, start..<position))
                start = position + length
            }
            pieces.append(UTF8Text.text(bytes, start..<bytes.count))
            return pieces
        }
    }

    private static func next(
        _ delimiters: [String], in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> (position: Int, length: Int)? {
        var nearest: (position: Int, length: Int)?
        for delimiter in delimiters {
            let found = UTF8Text.withBytes(delimiter) {
                UTF8Text.firstPosition(of: $0, in: bytes, from: start)
            }
            if let found, found < nearest?.position ?? .max {
                nearest = (found, delimiter.utf8.count)
            }
        }
        return nearest
    }
}
