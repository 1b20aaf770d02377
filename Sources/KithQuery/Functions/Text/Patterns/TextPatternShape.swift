/// A regular expression that asks for no more than a prefix, a suffix, a part or equality, such as
/// `Kith.*` or `.*graph.*`, which is what most do. Searching bytes is some forty times as fast as
/// running a program.
struct TextPatternShape: Sendable {
    private let literal: String
    private let hasLead: Bool
    private let hasTrail: Bool
    /// Whether what stands around the literal may contain the ends of lines.
    private let includesLineEnds: Bool

    /// Recognizes the shape of a tree; nil if it has another one.
    init?(_ tree: TextPatternNode) {
        var items: [TextPatternNode]
        if case .sequence(let parts) = tree { items = parts } else { items = [tree] }
        // A whole text is matched from its start to its end in any case.
        if case .assertion(.textStart)? = items.first { items.removeFirst() }
        if case .assertion(.textEnd)? = items.last {
            items.removeLast()
        } else if case .assertion(.textEndOrFinalLineEnd)? = items.last {
            items.removeLast()
        }
        let lead = Self.anything(items.first)
        if lead != nil { items.removeFirst() }
        let trail = Self.anything(items.last)
        if trail != nil { items.removeLast() }
        if let lead, let trail, lead != trail { return nil }
        var scalars = String.UnicodeScalarView()
        for item in items {
            guard case .scalar(let value, ignoresCase: false) = item,
                !ScalarDecoder.isLineEnd(value), let scalar = Unicode.Scalar(value)
            else { return nil }
            scalars.append(scalar)
        }
        literal = String(scalars)
        hasLead = lead != nil
        hasTrail = trail != nil
        includesLineEnds = lead ?? trail ?? false
    }

    /// Whether `node` is `.*`, and then whether its `.` includes the ends of lines; else nil.
    private static func anything(_ node: TextPatternNode?) -> Bool? {
        guard case .repeated(.any(let includesLineEnds), 0, nil, _)? = node else { return nil }
        return includesLineEnds
    }

    func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        UTF8Text.withBytes(literal) { literal in
            switch (hasLead, hasTrail) {
            case (false, false):
                return bytes.count == literal.count && UTF8Text.hasPrefix(bytes, literal)
            case (false, true):
                return UTF8Text.hasPrefix(bytes, literal) && isFree(bytes)
            case (true, false):
                return UTF8Text.hasSuffix(bytes, literal) && isFree(bytes)
            case (true, true):
                return UTF8Text.firstPosition(of: literal, in: bytes, from: 0) != nil
                    && isFree(bytes)
            }
        }
    }

    /// Whether there is no end of a line where none may be; the literal has none anyway.
    private func isFree(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if includesLineEnds { return true }
        for (position, byte) in bytes.enumerated() {
            // The first bytes of the five ends of lines.
            guard byte == 0x0A || byte == 0x0D || byte == 0xC2 || byte == 0xE2 else { continue }
            if ScalarDecoder.lineEndLength(in: bytes, at: position) > 0 { return false }
        }
        return true
    }
}
