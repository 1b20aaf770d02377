import KithValues

/// Reads the text of a regular expression into a tree.
struct TextPatternParser {
    /// What holds from here to the end of the group.
    struct Flags {
        var ignoresCase = false
        var anyIncludesLineEnds = false
        var isMultiLine = false
        var hasComments = false
        var isUnicode = false
    }

    let scalars: [UInt32]
    var position = 0
    var flags = Flags()
    var depth = 0
    /// How many capturing groups have begun.
    var groupCount = 0
    var groupNames: [String: Int] = [:]
    /// Whether anything refers to a group.
    var hasBackreferences = false
    private var isQuoting = false

    init(_ pattern: String) {
        scalars = pattern.unicodeScalars.map(\.value)
    }

    mutating func parse() throws(ValueError) -> TextPatternNode {
        let tree = try parseAlternatives()
        guard position == scalars.count else { throw error("has a ) without a (") }
        return tree
    }

    /// `a|b`, up to the end or a `)`.
    mutating func parseAlternatives() throws(ValueError) -> TextPatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= FunctionLimits.patternDepthMax else { throw error("nests too deep") }
        var choices = [try parseSequence()]
        while take("|") { choices.append(try parseSequence()) }
        return choices.count == 1 ? choices[0] : .alternatives(choices)
    }

    private mutating func parseSequence() throws(ValueError) -> TextPatternNode {
        var items: [TextPatternNode] = []
        while position < scalars.count {
            if isQuoting {
                if take("\\", "E") {
                    isQuoting = false
                    if let last = items.popLast() { items.append(try parseQuantifier(of: last)) }
                } else {
                    items.append(literal(next()))
                }
                continue
            }
            skipComments()
            guard let scalar = peek(), scalar != "|", scalar != ")" else { break }
            if take("\\", "Q") {
                isQuoting = true
                continue
            }
            guard let atom = try parseAtom() else { continue }
            items.append(try parseQuantifier(of: atom))
        }
        return items.count == 1 ? items[0] : .sequence(items)
    }

    /// One item; nil where the text only sets flags.
    private mutating func parseAtom() throws(ValueError) -> TextPatternNode? {
        let scalar = next()
        switch Unicode.Scalar(scalar) {
        case ".": return .any(includesLineEnds: flags.anyIncludesLineEnds)
        case "^": return .assertion(flags.isMultiLine ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiLine ? .lineEnd : .textEndOrFinalLineEnd)
        case "(": return try parseGroup()
        case "[": return .set(withCase(try parseClass()))
        case "\\": return try parseEscape()
        case "*", "+", "?", "{":
            position -= 1
            throw error("repeats nothing")
        default: return literal(scalar)
        }
    }

    /// What comes after a `(`; nil for `(?i)`, whose flags hold for the rest of the group around it.
    private mutating func parseGroup() throws(ValueError) -> TextPatternNode? {
        let outer = flags
        guard take("?") else {
            groupCount += 1
            let group = groupCount
            return .capture(try parseGroupEnd(then: outer), group: group)
        }
        if take(":") { return try parseGroupEnd(then: outer) }
        if take(">") { return .atomic(try parseGroupEnd(then: outer)) }
        if take("=") {
            return .look(try parseGroupEnd(then: outer), isBehind: false, isNegative: false)
        }
        if take("!") {
            return .look(try parseGroupEnd(then: outer), isBehind: false, isNegative: true)
        }
        if take("<", "=") { return try parseLookBehind(isNegative: false) }
        if take("<", "!") { return try parseLookBehind(isNegative: true) }
        if take("<") { return try parseNamedGroup() }
        try parseFlags()
        if take(")") { return nil }
        guard take(":") else { throw error("has an unknown kind of group") }
        return try parseGroupEnd(then: outer)
    }

    private mutating func parseNamedGroup() throws(ValueError) -> TextPatternNode {
        let name = try parseGroupName()
        groupCount += 1
        let group = groupCount
        guard groupNames.updateValue(group, forKey: name) == nil else {
            throw error("has two groups of the same name")
        }
        return .capture(try parseGroupEnd(then: flags), group: group)
    }

    private mutating func parseLookBehind(isNegative: Bool) throws(ValueError) -> TextPatternNode {
        let inner = try parseGroupEnd(then: flags)
        guard inner.width.max != nil else {
            throw error("looks behind for something of unlimited length")
        }
        return .look(inner, isBehind: true, isNegative: isNegative)
    }

    /// The inside of a group and its `)`, after which `outer` holds again.
    private mutating func parseGroupEnd(then outer: Flags) throws(ValueError) -> TextPatternNode {
        let start = position
        let inner = try parseAlternatives()
        guard take(")") else {
            position = start
            throw error("has a ( without a )")
        }
        flags = outer
        return inner
    }
}
