import KithValues

extension TextPatternParser {
    /// A class after its `[`, up to and with its `]`.
    mutating func parseClass() throws(ValueError) -> ScalarSet {
        depth += 1
        defer { depth -= 1 }
        guard depth <= FunctionLimits.patternDepthMax else { throw error("nests too deep") }
        let isComplement = take("^")
        var result: ScalarSet?
        repeat {
            let part = try parseClassUnion(isFirst: result == nil)
            result = result.map { .intersection($0, part) } ?? part
        } while take("&", "&")
        guard take("]"), let result else { throw error("has a [ without a ]") }
        return isComplement ? .complement(withCase(result)) : result
    }

    /// Items of a class up to `&&` or `]`.
    private mutating func parseClassUnion(isFirst: Bool) throws(ValueError) -> ScalarSet {
        var ranges: [ClosedRange<UInt32>] = []
        var sets: [ScalarSet] = []
        var isAtStart = isFirst
        while let scalar = peek() {
            if scalar == "]" && !isAtStart { break }
            if scalar == "&" && position + 1 < scalars.count && scalars[position + 1] == 0x26 {
                break
            }
            isAtStart = false
            if take("[") {
                sets.append(try parseClass())
                continue
            }
            switch try parseClassItem() {
            case .set(let set): sets.append(set)
            case .scalar(let first):
                guard let last = try parseRangeEnd() else {
                    ranges.append(first...first)
                    continue
                }
                guard first <= last else { throw error("has a range that runs backwards") }
                ranges.append(first...last)
            }
        }
        if !ranges.isEmpty { sets.append(.ranges(ranges)) }
        guard !sets.isEmpty else { throw error("has an empty class") }
        return sets.count == 1 ? sets[0] : .union(sets)
    }

    private mutating func parseClassItem() throws(ValueError) -> SharedEscape {
        let scalar = next()
        return scalar == 0x5C ? try parseSharedEscape() : .scalar(scalar)
    }

    /// The end of `a-z` after its `a`; nil where no range follows, as in `[a-]`.
    private mutating func parseRangeEnd() throws(ValueError) -> UInt32? {
        guard peek() == "-", position + 1 < scalars.count,
            scalars[position + 1] != 0x5D, scalars[position + 1] != 0x5B
        else { return nil }
        position += 1
        guard case .scalar(let last) = try parseClassItem() else {
            throw error("has a range without an end")
        }
        return last
    }
}
