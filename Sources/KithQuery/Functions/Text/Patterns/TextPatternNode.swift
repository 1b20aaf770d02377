/// The tree of a regular expression.
indirect enum TextPatternNode {
    /// One scalar; where case is ignored, the folded form of it.
    case scalar(UInt32, ignoresCase: Bool)
    /// Any scalar, or any but the ends of lines.
    case any(includesLineEnds: Bool)
    /// One scalar of a set.
    case set(ScalarSet)
    /// One after the other.
    case sequence([TextPatternNode])
    /// The first that leads to a match.
    case alternatives([TextPatternNode])
    /// A group that remembers what it matched.
    case capture(TextPatternNode, group: Int)
    /// A group that is never tried in another way once it has matched.
    case atomic(TextPatternNode)
    /// At least `min` and at most `max` times.
    case repeated(TextPatternNode, min: Int, max: Int?, isGreedy: Bool)
    /// A place in the text.
    case assertion(TextPatternAssertion)
    /// A look at what follows or precedes, without consuming it.
    case look(TextPatternNode, isBehind: Bool, isNegative: Bool)
    /// What a group matched, once more.
    case backreference(group: Int, ignoresCase: Bool)
}

/// A condition on a place in the text.
enum TextPatternAssertion {
    /// `\A`, and `^`.
    case textStart
    /// `\z`.
    case textEnd
    /// `\Z`, and `$`: the end, or before a line end that ends the text.
    case textEndOrFinalLineEnd
    /// `^` in multi-line mode.
    case lineStart
    /// `$` in multi-line mode.
    case lineEnd
    /// `\b`
    case wordBoundary
    /// `\B`
    case notWordBoundary
}

extension TextPatternNode {
    /// How many scalars it consumes at least and at most; no maximum where there is none, or none
    /// that is known.
    var width: (min: Int, max: Int?) {
        switch self {
        case .scalar, .any, .set: return (1, 1)
        case .assertion, .look: return (0, 0)
        case .backreference: return (0, nil)
        case .capture(let inner, _), .atomic(let inner): return inner.width
        case .sequence(let parts):
            return parts.reduce((0, 0)) { Self.sum($0, $1.width) }
        case .alternatives(let choices):
            guard var widest = choices.first?.width else { return (0, 0) }
            for choice in choices.dropFirst() {
                let width = choice.width
                widest.min = Swift.min(widest.min, width.min)
                if let first = widest.max, let second = width.max {
                    widest.max = Swift.max(first, second)
                } else {
                    widest.max = nil
                }
            }
            return widest
        case .repeated(let inner, let min, let max, _):
            let width = inner.width
            let widthMin = Self.product(width.min, min)
            if width.max == 0 { return (widthMin, 0) }
            guard let max, let innerMax = width.max else { return (widthMin, nil) }
            return (widthMin, Self.product(innerMax, max))
        }
    }

    private static func sum(
        _ left: (min: Int, max: Int?), _ right: (min: Int, max: Int?)
    ) -> (min: Int, max: Int?) {
        let min = left.min.addingReportingOverflow(right.min)
        guard let leftMax = left.max, let rightMax = right.max else {
            return (min.overflow ? .max : min.partialValue, nil)
        }
        let max = leftMax.addingReportingOverflow(rightMax)
        return (
            min.overflow ? .max : min.partialValue, max.overflow ? nil : max.partialValue
        )
    }

    private static func product(_ left: Int, _ right: Int) -> Int {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : product
    }
}
