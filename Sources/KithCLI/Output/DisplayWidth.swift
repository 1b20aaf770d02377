/// How much room text takes on a terminal, and in which direction it runs.
enum DisplayWidth {
    /// U+2068: what follows is laid out by itself, in its own direction.
    static let isolateStart = "\u{2068}"
    /// U+2069: the end of what began with `isolateStart`.
    static let isolateEnd = "\u{2069}"

    /// The number of cells of a terminal that `text` fills.
    static func cells(of text: String) -> Int {
        var cells = 0
        for scalar in text.unicodeScalars { cells += self.cells(of: scalar) }
        return cells
    }

    /// The number of cells of one scalar: 0 for marks and controls, 2 for wide ones.
    static func cells(of scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 {
            return value < 0x20 || (0x7F..<0xA0).contains(value) || value == 0xAD ? 0 : 1
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator,
            .paragraphSeparator:
            return 0
        default: break
        }
        // Two of these are one flag, which is as wide as any other sign.
        if (0x1F1E6...0x1F1FF).contains(value) { return 1 }
        if isWide(value) || scalar.properties.isEmojiPresentation { return 2 }
        // Vowels and finals of Hangul join the syllable before them.
        if (0x1160...0x11FF).contains(value) { return 0 }
        return 1
    }

    /// The scripts whose characters fill two cells.
    private static func isWide(_ value: UInt32) -> Bool {
        wideRanges.contains { $0.contains(value) }
    }

    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
        0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1B000...0x1B2FF,
        0x1F200...0x1F2FF, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
    ]

    /// Whether any of the text runs from right to left, or changes the direction itself.
    static func hasRightToLeft(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            let value = scalar.value
            return (0x590...0x8FF).contains(value) || (0xFB1D...0xFDFF).contains(value)
                || (0x200E...0x200F).contains(value) || (0x202A...0x202E).contains(value)
                || (0x2066...0x2069).contains(value)
                || (0xFE70...0xFEFE).contains(value) || (0x10800...0x10FFF).contains(value)
                || (0x1E800...0x1EFFF).contains(value)
        }
    }

    /// The text with isolates around it where it would disturb the order of its neighbours.
    static func isolated(_ text: String) -> String {
        hasRightToLeft(text) ? isolateStart + text + isolateEnd : text
    }

    /// The front of `text` that fits into `width` cells, with an ellipsis where something is cut off.
    static func fitted(_ text: String, to width: Int) -> String {
        guard cells(of: text) > width else { return text }
        guard width > 0 else { return "" }
        var front = ""
        var used = 0
        for character in text {
            let more = cells(of: String(character))
            guard used + more <= width - 1 else { break }
            front.append(character)
            used += more
        }
        return front + "…"
    }

    /// The text on one line: line ends and tabs as visible signs, other controls left out.
    static func onOneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line += "↵"
            case "\t": line += "→"
            case "\r": break
            default:
                if !isControl(scalar) { line.unicodeScalars.append(scalar) }
            }
        }
        return line
    }

    /// Whether a terminal would do something on this; U+009B begins commands as the escape does.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    }
}
