/// A place in a text as people count: lines and columns from 1, columns in Unicode scalars.
public struct SourcePosition: Hashable, Sendable {
    /// The line, from 1.
    public let line: Int
    /// The column in Unicode scalars, from 1.
    public let column: Int
}

/// The text of one or several statements, and what errors need to know of it.
public struct SourceText: Sendable {
    /// The text as it was given.
    public let text: String
    private let bytes: [UInt8]

    /// Keeps `text`.
    public init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    /// The line and column of the byte at `offset`; an offset past the end counts as the end.
    ///
    /// - Complexity: O(`offset`).
    public func position(atOffset offset: Int) -> SourcePosition {
        let end = min(max(offset, 0), bytes.count)
        var line = 1
        var column = 1
        var index = 0
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            index += 1
        }
        return SourcePosition(line: line, column: column)
    }

    /// The line that holds the byte at `offset`, without its end of line.
    public func line(atOffset offset: Int) -> String {
        let middle = min(max(offset, 0), bytes.count)
        var first = middle
        while first > 0, bytes[first - 1] != UInt8(ascii: "\n") { first -= 1 }
        var last = middle
        while last < bytes.count, bytes[last] != UInt8(ascii: "\n") { last += 1 }
        if last > first, bytes[last - 1] == UInt8(ascii: "\r") { last -= 1 }
        return String(decoding: bytes[first..<last], as: UTF8.self)
    }

    /// The text that `span` covers.
    public subscript(span: SourceSpan) -> String {
        let start = min(max(span.start, 0), bytes.count)
        let end = min(max(span.end, start), bytes.count)
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
