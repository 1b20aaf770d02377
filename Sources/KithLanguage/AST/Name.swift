/// A name as the statement gives it: of a variable, label, type, property, index …, backticks removed.
///
/// Names are equal when their UTF-8 bytes are.
public struct Name: Hashable, Sendable {
    /// The name.
    public let text: String
    /// Where it stands, backticks included.
    public let span: SourceSpan

    /// Makes a name.
    public init(_ text: String, span: SourceSpan) {
        self.text = text
        self.span = span
    }

    /// A label, type or property as a statement writes it, in backticks where it is no plain word.
    public static func written(_ text: String) -> String {
        Printer.isWord(text) ? text : Printer.quoted(text)
    }

    /// Compares bytes; where the names stand does not matter.
    public static func == (left: Name, right: Name) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

/// A name with the names before it: `date.truncate`, `db.labels`.
public struct QualifiedName: Hashable, Sendable {
    /// All parts, the name itself last; never empty.
    public var parts: [Name]
    /// From the first part to the last.
    @NotCompared public var span: SourceSpan

    /// The parts with dots between them, as written.
    public var text: String {
        var result = ""
        for (index, part) in parts.enumerated() {
            if index > 0 { result += "." }
            result += part.text
        }
        return result
    }
}
