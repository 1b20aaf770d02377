/// How the bytes of a delimited text file are to be read.
public struct DelimitedFormat: Hashable, Sendable {
    /// The byte between two fields.
    public var delimiter: UInt8
    /// The byte around a field that may hold delimiters and line ends; nil where quotes mean nothing.
    public var quote: UInt8?
    /// An unquoted field that reads exactly so is null, as an empty unquoted one is.
    public var nullText: String?
    /// The encoding of the text; a byte-order mark goes before it.
    public var encoding: TextEncoding
    /// Whether the first row names the columns.
    public var hasHeader: Bool

    /// Comma-separated UTF-8 with a header row, unless told otherwise.
    public init(
        delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8? = UInt8(ascii: "\""),
        nullText: String? = nil, encoding: TextEncoding = .utf8, hasHeader: Bool = true
    ) {
        self.delimiter = delimiter
        self.quote = quote
        self.nullText = nullText
        self.encoding = encoding
        self.hasHeader = hasHeader
    }

    /// The byte that `text` names as a delimiter or quote: one ASCII character, or `\t` or `tab`; nil
    /// for anything else.
    public static func singleByte(named text: String) -> UInt8? {
        if text == "\\t" || text.lowercased() == "tab" { return UInt8(ascii: "\t") }
        let bytes = Array(text.utf8)
        guard bytes.count == 1, bytes[0] < 0x80, bytes[0] != 0x0A, bytes[0] != 0x0D else {
            return nil
        }
        return bytes[0]
    }
}

/// The encodings of text that an import reads.
public enum TextEncoding: String, CaseIterable, Hashable, Sendable {
    /// UTF-8, checked.
    case utf8 = "UTF-8"
    /// UTF-16 in the order of its byte-order mark; without one, little-endian.
    case utf16 = "UTF-16"
    /// UTF-16, little-endian.
    case utf16LittleEndian = "UTF-16LE"
    /// UTF-16, big-endian.
    case utf16BigEndian = "UTF-16BE"
    /// ISO 8859-1: every byte is the scalar of its number.
    case latin1 = "Latin-1"

    /// The encoding that `name` means, in any case and with or without hyphens; nil if none.
    public init?(named name: String) {
        let plain = name.uppercased().filter { $0 != "-" && $0 != "_" }
        switch plain {
        case "UTF8": self = .utf8
        case "UTF16": self = .utf16
        case "UTF16LE": self = .utf16LittleEndian
        case "UTF16BE": self = .utf16BigEndian
        case "LATIN1", "ISO88591": self = .latin1
        default: return nil
        }
    }
}
