/// Nodes, relationships, lengths and label expressions.
extension Parser {
    mutating func nodePattern() throws(Diagnostic) -> NodePattern {
        let first = index
        try expect(.leftParenthesis)
        try enter()
        let outerFlag = barEndsExpression
        barEndsExpression = false
        let variable = try patternVariable()
        let labels = try patternLabels()
        let properties = try patternProperties()
        let filter = try whereClause()
        barEndsExpression = outerFlag
        leave()
        try expect(.rightParenthesis)
        return NodePattern(
            variable: variable, labels: labels, properties: properties, filter: filter,
            span: span(from: first))
    }

    private mutating func patternVariable() throws(Diagnostic) -> Name? {
        guard isName(at: index), !isNext(.where), !startsLabelWord(at: index) else { return nil }
        return try name("a variable")
    }

    /// Whether `IS` here stands before a label rather than names a variable.
    func startsLabelWord(at position: Int) -> Bool {
        guard isKeyword(.is, at: position) else { return false }
        switch kind(at: position + 1) {
        case .word, .keyword, .quotedName: return true
        case .symbol(let symbol):
            return symbol == .exclamation || symbol == .percent || symbol == .leftParenthesis
        default: return false
        }
    }

    private mutating func patternLabels() throws(Diagnostic) -> LabelExpression? {
        guard accept(.colon) || (startsLabelWord(at: index) && accept(.is)) else { return nil }
        return try labelExpression()
    }

    private mutating func patternProperties() throws(Diagnostic) -> Expression? {
        if isNext(.leftBrace) { return try mapLiteral() }
        guard case .parameter = token.kind else { return nil }
        let first = index
        let name = parameterName()
        return Expression(kind: .parameter(name), span: span(from: first))
    }

    mutating func relationshipPattern() throws(Diagnostic) -> RelationshipPattern {
        let first = index
        var relationship = try relationshipArrow()
        if let quantifier = try pathQuantifier() {
            guard relationship.length == nil else {
                throw Diagnostic(
                    detail: "InvalidRelationshipPattern",
                    message: "a relationship has a `*` length or a quantifier, not both",
                    span: quantifier.span)
            }
            relationship.quantifier = quantifier
        }
        relationship.span = span(from: first)
        return relationship
    }

    mutating func relationshipArrow() throws(Diagnostic) -> RelationshipPattern {
        let first = index
        let pointsLeft = accept(.less)
        try expect(.minus)
        var relationship = RelationshipPattern(
            variable: nil, direction: .either, types: nil, length: nil, properties: nil,
            filter: nil, quantifier: nil, span: span(from: first))
        if accept(.leftBracket) { try relationshipFiller(of: &relationship) }
        guard accept(.minus) else {
            var mistake = unexpected("`-`")
            mistake.hint = mistake.hint ?? "A relationship is written `-[r:TYPE]->` or `-->`."
            throw mistake
        }
        let pointsRight = accept(.greater)
        if pointsLeft != pointsRight {
            relationship.direction = pointsLeft ? .leftward : .rightward
        }
        relationship.span = span(from: first)
        try countStep()
        return relationship
    }

    private mutating func relationshipFiller(
        of relationship: inout RelationshipPattern
    ) throws(Diagnostic) {
        try enter()
        let outerFlag = barEndsExpression
        barEndsExpression = false
        relationship.variable = try patternVariable()
        relationship.types = try patternLabels()
        relationship.length = try variableLength()
        relationship.properties = try patternProperties()
        relationship.filter = try whereClause()
        barEndsExpression = outerFlag
        leave()
        try expect(.rightBracket)
    }

    mutating func variableLength() throws(Diagnostic) -> VariableLength? {
        let first = index
        guard accept(.asterisk) else {
            guard isNext(.doubleDot) || token.kind == .integer else { return nil }
            throw invalidLength("a length begins with `*`")
        }
        var length = VariableLength(lowerBound: nil, upperBound: nil, span: span(from: first))
        if token.kind == .integer {
            length.lowerBound = try integerLiteral(isNegative: false)
        }
        if accept(.doubleDot) {
            if token.kind == .integer {
                length.upperBound = try integerLiteral(isNegative: false)
            }
        } else {
            length.upperBound = length.lowerBound
        }
        if isNext(.minus) || token.kind == .float {
            throw invalidLength("a length is a whole number, not below zero")
        }
        length.span = span(from: first)
        return length
    }

    private func invalidLength(_ message: String) -> Diagnostic {
        Diagnostic(
            detail: "InvalidRelationshipPattern", message: message, span: token.span,
            hint: "Lengths are written `*`, `*2`, `*1..3`, `*1..` or `*..3`.")
    }

    mutating func pathQuantifier() throws(Diagnostic) -> PathQuantifier? {
        let first = index
        if accept(.plus) {
            return PathQuantifier(lowerBound: 1, upperBound: nil, span: span(from: first))
        }
        if accept(.asterisk) {
            return PathQuantifier(lowerBound: 0, upperBound: nil, span: span(from: first))
        }
        guard accept(.leftBrace) else { return nil }
        var lowerBound: Int64?
        var upperBound: Int64?
        if token.kind == .integer { lowerBound = try integerLiteral(isNegative: false) }
        if accept(.comma) {
            if token.kind == .integer { upperBound = try integerLiteral(isNegative: false) }
        } else if lowerBound != nil {
            upperBound = lowerBound
        } else {
            throw unexpected("a number of repetitions such as `{2}` or `{1,3}`")
        }
        try expect(.rightBrace)
        if let upperBound, upperBound < max(lowerBound ?? 0, 1) {
            throw Diagnostic(
                detail: "InvalidRelationshipPattern",
                message: "the greatest number of repetitions is too small",
                span: span(from: first),
                hint: "It is at least 1, and not below the least number.")
        }
        return PathQuantifier(
            lowerBound: lowerBound ?? 0, upperBound: upperBound, span: span(from: first))
    }

    /// Reads `A|B`; in front of a `|` that ends the enclosing expression, only what is before it.
    mutating func labelExpression() throws(Diagnostic) -> LabelExpression {
        if needsDeepStack {
            return try onDeepStack { (parser) throws(Diagnostic) in try parser.labelExpression() }
        }
        let first = index
        var choices = [try labelTerm()]
        while !barEndsExpression, accept(.bar) {
            _ = accept(.colon)
            choices.append(try labelTerm())
        }
        guard choices.count > 1 else { return choices[0] }
        return LabelExpression(kind: .disjunction(choices), span: span(from: first))
    }

    mutating func labelTerm() throws(Diagnostic) -> LabelExpression {
        let first = index
        var parts = [try labelFactor()]
        while accept(.ampersand) || accept(.colon) { parts.append(try labelFactor()) }
        guard parts.count > 1 else { return parts[0] }
        return LabelExpression(kind: .conjunction(parts), span: span(from: first))
    }

    mutating func labelFactor() throws(Diagnostic) -> LabelExpression {
        let first = index
        var negations = 0
        while accept(.exclamation) {
            negations += 1
            try enter()
        }
        var result: LabelExpression
        if accept(.leftParenthesis) {
            try enter()
            let outerFlag = barEndsExpression
            barEndsExpression = false
            result = try labelExpression()
            barEndsExpression = outerFlag
            leave()
            try expect(.rightParenthesis)
        } else if accept(.percent) {
            result = LabelExpression(kind: .wildcard, span: span(from: first))
        } else {
            let name = try name("a label or type")
            result = LabelExpression(kind: .name(name), span: name.span)
        }
        for _ in 0..<negations {
            result = LabelExpression(kind: .negation(result), span: span(from: first))
            leave()
        }
        return result
    }
}
