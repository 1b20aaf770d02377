/// The line of a statement that a place begins on, cut to a window round the place where it is long,
/// and the carets below it.
///
/// Every scalar is shown in as many cells as it is counted for: tabs as one space, other controls as
/// their pictures (U+2400 and following).
struct SourceExcerpt {
    /// The line, or the part of it round the place, with `…` where something was cut off.
    private(set) var text = ""
    /// How many cells stand before the first caret.
    private(set) var indent = 0
    /// How many carets there are; at least one.
    private(set) var caretCount = 1

    /// The widest line that is shown, in cells.
    static let widthMax = 100
    /// The most scalars that are shown: any number of marks fit into a cell.
    private static let scalarsMax = 400
    /// How far the place stands from the left edge of a line that is cut off there.
    private static let cellsBefore = 30

    /// Cuts the excerpt.
    ///
    /// - Parameters:
    ///   - line: The whole line, without its end.
    ///   - place: The range of its scalars that is marked; may lie past its end.
    init(line: [Unicode.Scalar], marking place: Range<Int>) {
        let start = min(max(place.lowerBound, 0), line.count)
        let end = min(max(place.upperBound, start), line.count)
        // No scalar further away than this can be shown.
        let near = max(start - Self.scalarsMax, 0)..<min(start + Self.scalarsMax, line.count)
        let shown = line[near].map(Self.shown)
        let widths = shown.map { DisplayWidth.cells(of: $0) }
        let place = start - near.lowerBound
        let window = Self.window(widths, around: place, isWhole: near.count == line.count)
        let markEnd = min(max(end - near.lowerBound, place), max(window.upperBound, place))
        text = String(String.UnicodeScalarView(shown[window]))
        indent = widths[window.lowerBound..<place].reduce(0, +)
        caretCount = max(1, widths[place..<markEnd].reduce(0, +))
        if near.lowerBound + window.lowerBound > 0 {
            text = "…" + text
            indent += 1
        }
        if near.lowerBound + window.upperBound < line.count { text += "…" }
    }

    /// What stands for a scalar.
    private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar == "\t" { return " " }
        if scalar.value < 0x20 { return Unicode.Scalar(0x2400 + scalar.value) ?? "�" }
        if scalar.value == 0x7F { return "\u{2421}" }
        return (0x80..<0xA0).contains(scalar.value) ? "�" : scalar
    }

    /// The scalars that are shown: all, or those round the one at `place`.
    private static func window(
        _ widths: [Int], around place: Int, isWhole: Bool
    ) -> Range<Int> {
        if isWhole, widths.count <= scalarsMax, widths.reduce(0, +) <= widthMax {
            return 0..<widths.count
        }
        // An ellipsis takes a cell on either side.
        let room = widthMax - 2
        var (first, last, used) = (place, place, 0)
        func isFree(_ index: Int, upTo limit: Int) -> Bool {
            used + widths[index] <= limit && last - first < scalarsMax
        }
        while first > 0, last - first < scalarsMax / 2, isFree(first - 1, upTo: cellsBefore) {
            first -= 1
            used += widths[first]
        }
        while last < widths.count, isFree(last, upTo: room) {
            used += widths[last]
            last += 1
        }
        while first > 0, isFree(first - 1, upTo: room) {
            first -= 1
            used += widths[first]
        }
        // A mark without what it belongs to would go onto the ellipsis.
        while first > 0, first < place, widths[first] == 0 { first += 1 }
        return first..<last
    }
}
