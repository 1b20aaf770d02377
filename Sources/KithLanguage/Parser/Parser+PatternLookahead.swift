/// Tells a pattern from an expression without reading either.
///
/// Each function looks at a few tokens and jumps from bracket to bracket, so that nested patterns
/// are read once, not once a level.
extension Parser {
    /// Whether the parenthesis at `position` opens a group of a path rather than a node.
    func startsGroup(at position: Int) -> Bool {
        isSymbol(.leftParenthesis, at: position + 1)
            || (isName(at: position + 1) && isSymbol(.equal, at: position + 2))
    }

    /// Whether a relationship begins at `position`.
    func startsRelationship(at position: Int) -> Bool {
        isSymbol(.minus, at: position)
            || (isSymbol(.less, at: position) && isSymbol(.minus, at: position + 1))
    }

    /// The position after the path of at least one relationship that begins at `position`; nil
    /// where none does.
    func patternEnd(from position: Int) -> Int? {
        guard var end = nodeEnd(from: position) else { return nil }
        var hasRelationship = false
        while let next = relationshipEnd(from: end), let last = nodeEnd(from: next) {
            end = last
            hasRelationship = true
        }
        return hasRelationship ? end : nil
    }

    private func closer(at position: Int) -> Int? {
        guard position < closers.count, closers[position] >= 0 else { return nil }
        return closers[position]
    }

    /// The position after what looks like a node.
    private func nodeEnd(from position: Int) -> Int? {
        guard isSymbol(.leftParenthesis, at: position), let end = closer(at: position) else {
            return nil
        }
        let inside = position + 1
        if inside == end || startsFiller(at: inside) { return end + 1 }
        guard isName(at: inside), inside + 1 == end || startsFiller(at: inside + 1) else {
            return nil
        }
        return end + 1
    }

    /// Whether what can follow a node's variable begins at `position`.
    private func startsFiller(at position: Int) -> Bool {
        switch kind(at: position) {
        case .symbol(.colon), .symbol(.leftBrace), .parameter, .keyword(.where): true
        default: startsLabelWord(at: position)
        }
    }

    /// The position after what looks like a relationship.
    private func relationshipEnd(from position: Int) -> Int? {
        var next = position
        if isSymbol(.less, at: next) { next += 1 }
        guard isSymbol(.minus, at: next) else { return nil }
        next += 1
        if isSymbol(.leftBracket, at: next) {
            guard let end = closer(at: next) else { return nil }
            next = end + 1
        }
        guard isSymbol(.minus, at: next) else { return nil }
        next += 1
        if isSymbol(.greater, at: next) { next += 1 }
        if isSymbol(.plus, at: next) || isSymbol(.asterisk, at: next) {
            next += 1
        } else if isSymbol(.leftBrace, at: next), let end = closer(at: next) {
            next = end + 1
        }
        return next
    }

    /// Whether the bracket at `position` opens `[pattern | …]` or `[pattern WHERE …`.
    func startsPatternComprehension(at position: Int) -> Bool {
        var first = position + 1
        if isName(at: first), isSymbol(.equal, at: first + 1) { first += 2 }
        guard let end = patternEnd(from: first) else { return false }
        return isSymbol(.bar, at: end) || isKeyword(.where, at: end)
    }

    /// Whether `trim(… FROM text)` begins at `position`.
    func startsTrimCall(at position: Int) -> Bool {
        guard isKeyword(.trim, at: position), isSymbol(.leftParenthesis, at: position + 1),
            let end = closer(at: position + 1)
        else { return false }
        var next = position + 2
        while next < end {
            if isKeyword(.from, at: next), !isSymbol(.dot, at: next - 1) { return true }
            next = (closer(at: next) ?? next) + 1
        }
        return false
    }

    /// Whether the bracket at `position` opens `[x IN list …]` rather than a list whose first
    /// element is a comparison by IN: a `|` or WHERE follows, or no comma.
    func startsListComprehension(at position: Int) -> Bool {
        guard isName(at: position + 1), isKeyword(.in, at: position + 2) else { return false }
        var next = position + 3
        guard let end = closer(at: position) else { return true }
        var hasComma = false
        while next < end {
            switch kind(at: next) {
            case .symbol(.bar): return true
            case .keyword(.where):
                if !isSymbol(.dot, at: next - 1) { return true }
            case .symbol(.comma): hasComma = true
            default: break
            }
            next = (closer(at: next) ?? next) + 1
        }
        return !hasComma
    }
}
