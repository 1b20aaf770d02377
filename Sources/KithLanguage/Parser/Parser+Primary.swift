/// Operands: literals, variables, calls, and all that begins with a bracket or a word of its own.
extension Parser {
    mutating func primary() throws(Diagnostic) -> Expression {
        let first = index
        let kind: Expression.Kind
        switch token.kind {
        case .integer, .float: kind = .literal(try numberLiteral(isNegative: false))
        case .string: kind = .literal(.string(try stringLiteral()))
        case .parameter: kind = .parameter(parameterName())
        case .symbol(.leftParenthesis):
            guard patternEnd(from: index) == nil else {
                kind = .patternPredicate(try pathPatternExpression())
                break
            }
            return try parenthesized()
        case .symbol(.leftBracket): kind = try bracketed()
        case .symbol(.leftBrace): return try mapLiteral()
        case .keyword(let keyword): kind = try wordOperand(keyword)
        case .word, .quotedName: kind = try nameOperand()
        default: throw unexpected("a value", wantsValue: true)
        }
        return Expression(kind: kind, span: span(from: first))
    }

    private mutating func pathPatternExpression() throws(Diagnostic) -> PathPattern {
        let first = index
        let elements = try pathElements()
        return PathPattern(
            variable: nil, selector: .all, elements: elements, span: span(from: first))
    }

    mutating func parenthesized() throws(Diagnostic) -> Expression {
        let first = index
        var result = try inBrackets(.leftParenthesis) { (parser) throws(Diagnostic) in
            try parser.expression()
        }
        result.span = span(from: first)
        return result
    }

    /// Reads `body` between brackets.
    mutating func inBrackets<Node>(
        _ opener: Symbol, levels: Int = 1, _ body: (inout Parser) throws(Diagnostic) -> Node
    ) throws(Diagnostic) -> Node {
        try expect(opener)
        try enter(levels: levels)
        let outerFlag = barEndsExpression
        barEndsExpression = false
        let result = try body(&self)
        barEndsExpression = outerFlag
        leave(levels: levels)
        if let closer = Lexer.closer(of: opener) { try expect(closer) }
        return result
    }

    /// Reads expressions between commas, up to `closer`, which is not read.
    mutating func expressionList(until closer: Symbol) throws(Diagnostic) -> [Expression] {
        var list: [Expression] = []
        guard !isNext(closer) else { return list }
        repeat { list.append(try expression()) } while accept(.comma)
        return list
    }

    /// Reads what begins with `[`.
    private mutating func bracketed() throws(Diagnostic) -> Expression.Kind {
        let opener = index
        let kind = try inBrackets(.leftBracket) { (parser) throws(Diagnostic) -> Expression.Kind in
            if parser.startsListComprehension(at: opener) {
                return .listComprehension(try parser.listComprehension())
            }
            if parser.startsPatternComprehension(at: opener) {
                return .patternComprehension(try parser.patternComprehension())
            }
            return .list(try parser.expressionList(until: .rightBracket))
        }
        try grow()
        return kind
    }

    mutating func listComprehension() throws(Diagnostic) -> ListComprehension {
        let variable = try name("a name for the elements")
        try expect(.in)
        let list = try expressionBeforeBar()
        let filter = accept(.where) ? try expressionBeforeBar() : nil
        let projection = accept(.bar) ? try expression() : nil
        return ListComprehension(
            variable: variable, list: list, filter: filter, projection: projection)
    }

    mutating func patternComprehension() throws(Diagnostic) -> PatternComprehension {
        let first = index
        var variable: Name?
        if isName(at: index) {
            variable = try name("a name for the path")
            try expect(.equal)
        }
        var pattern = try pathPatternExpression()
        pattern.variable = variable
        pattern.span = span(from: first)
        let filter = accept(.where) ? try expressionBeforeBar() : nil
        try expect(.bar)
        let projection = try expression()
        return PatternComprehension(pattern: pattern, filter: filter, projection: projection)
    }

    mutating func mapLiteral() throws(Diagnostic) -> Expression {
        let first = index
        // The properties of a pattern's parts stand side by side, not within each other.
        let outerHeight = height
        height = 0
        let entries = try inBrackets(.leftBrace) { (parser) throws(Diagnostic) in
            var entries: [MapEntry] = []
            guard !parser.isNext(.rightBrace) else { return entries }
            repeat { entries.append(try parser.mapEntry()) } while parser.accept(.comma)
            return entries
        }
        try grow()
        height = max(height, outerHeight)
        return Expression(kind: .map(entries), span: span(from: first))
    }

    mutating func mapEntry() throws(Diagnostic) -> MapEntry {
        let key = try name("a key")
        try expect(.colon)
        let value = try expression()
        return MapEntry(key: key, value: value)
    }

    /// Reads an operand that begins with a keyword, which may be a name all the same.
    private mutating func wordOperand(_ keyword: Keyword) throws(Diagnostic) -> Expression.Kind {
        let opensCall = isSymbol(.leftParenthesis, at: index + 1)
        let opensBody = isSymbol(.leftBrace, at: index + 1)
        switch keyword {
        case .null, .true, .false:
            advance()
            if keyword == .null { return .literal(.null) }
            return .literal(.boolean(keyword == .true))
        case .case:
            return .caseExpression(try caseExpression())
        case .exists where opensBody: return .subquery(try subqueryExpression(.exists))
        case .count where opensBody: return .subquery(try subqueryExpression(.count))
        case .collect where opensBody: return .subquery(try subqueryExpression(.collect))
        case .count where opensCall && isSymbol(.asterisk, at: index + 2):
            for _ in 0..<3 { advance() }
            try expect(.rightParenthesis)
            return .countAll
        case .all, .any, .none, .single:
            guard opensCall, isName(at: index + 2), isKeyword(.in, at: index + 3) else { break }
            return .quantifier(try quantifierExpression())
        case .reduce:
            guard opensCall, isName(at: index + 2), isSymbol(.equal, at: index + 3) else { break }
            return .reduce(try reduceExpression())
        case .shortestPath, .allShortestPaths:
            if opensCall { return .shortestPath(try shortestPathPattern()) }
        default: break
        }
        if keyword.isReserved, !isReservedWordAlone {
            throw unexpected("a value", wantsValue: true)
        }
        return try nameOperand()
    }

    /// Whether what follows shows that the reserved word here is a variable's name after all, as
    /// in `order.total`.
    private var isReservedWordAlone: Bool {
        switch kind(at: index + 1) {
        case .symbol(let symbol):
            switch symbol {
            case .dot, .comma, .rightParenthesis, .rightBracket, .rightBrace, .semicolon, .equal,
                .notEqual, .lessOrEqual, .greaterOrEqual, .less, .greater, .colon:
                true
            default: false
            }
        case .end: true
        default: false
        }
    }

    /// Reads a variable, a map projection or a function call.
    private mutating func nameOperand() throws(Diagnostic) -> Expression.Kind {
        var end = index + 1
        while isSymbol(.dot, at: end), isName(at: end + 1) { end += 2 }
        if isSymbol(.leftParenthesis, at: end) {
            return .functionCall(startsTrimCall(at: index) ? try trimCall() : try functionCall())
        }
        let name = try name("a variable")
        guard isNext(.leftBrace) else { return .variable(name) }
        let items = try inBrackets(.leftBrace) { (parser) throws(Diagnostic) in
            var items: [MapProjectionItem] = []
            guard !parser.isNext(.rightBrace) else { return items }
            repeat { items.append(try parser.mapProjectionItem()) } while parser.accept(.comma)
            return items
        }
        try grow()
        return .mapProjection(MapProjection(variable: name, items: items))
    }

    mutating func mapProjectionItem() throws(Diagnostic) -> MapProjectionItem {
        if accept(.dot) {
            if accept(.asterisk) { return .allProperties }
            return .property(try name("the name of a property"))
        }
        let name = try name("a key, `.key` or `.*`")
        guard accept(.colon) else { return .variable(name) }
        let value = try expression()
        return .entry(MapEntry(key: name, value: value))
    }

    mutating func functionCall() throws(Diagnostic) -> FunctionCall {
        let name = try qualifiedName("the name of a function")
        var isDistinct = false
        let arguments = try inBrackets(.leftParenthesis) { (parser) throws(Diagnostic) in
            isDistinct = parser.accept(.distinct)
            return try parser.expressionList(until: .rightParenthesis)
        }
        try grow()
        return FunctionCall(name: name, isDistinct: isDistinct, arguments: arguments)
    }

    /// Reads `trim(LEADING 'x' FROM text)`, which is `ltrim(text, 'x')` in other words.
    mutating func trimCall() throws(Diagnostic) -> FunctionCall {
        let first = index
        try expect(.trim)
        let word = span(from: first)
        var function = "btrim"
        let arguments = try inBrackets(.leftParenthesis) { (parser) throws(Diagnostic) in
            if parser.accept(.leading) {
                function = "ltrim"
            } else if parser.accept(.trailing) {
                function = "rtrim"
            } else {
                _ = parser.accept(.both)
            }
            let characters = parser.isNext(.from) ? [] : [try parser.expression()]
            try parser.expect(.from)
            return [try parser.expression()] + characters
        }
        try grow()
        let name = QualifiedName(parts: [Name(function, span: word)], span: word)
        return FunctionCall(name: name, isDistinct: false, arguments: arguments)
    }

    mutating func quantifierExpression() throws(Diagnostic) -> QuantifierExpression {
        let quantifier: QuantifierExpression.Quantifier =
            isKeyword(.all, at: index)
            ? .all
            : isKeyword(.any, at: index) ? .any : isKeyword(.none, at: index) ? .none : .single
        advance()
        let result = try inBrackets(.leftParenthesis) { (parser) throws(Diagnostic) in
            let variable = try parser.name("a name for the elements")
            try parser.expect(.in)
            let list = try parser.expression()
            try parser.expect(.where)
            let predicate = try parser.expression()
            return QuantifierExpression(
                quantifier: quantifier, variable: variable, list: list, predicate: predicate)
        }
        try grow()
        return result
    }

    mutating func reduceExpression() throws(Diagnostic) -> ReduceExpression {
        advance()
        let result = try inBrackets(.leftParenthesis) { (parser) throws(Diagnostic) in
            let accumulator = try parser.name("a name for the result")
            try parser.expect(.equal)
            let initial = try parser.expression()
            try parser.expect(.comma)
            let variable = try parser.name("a name for the elements")
            try parser.expect(.in)
            let list = try parser.expressionBeforeBar()
            try parser.expect(.bar)
            let step = try parser.expression()
            return ReduceExpression(
                accumulator: accumulator, initial: initial, variable: variable, list: list,
                step: step)
        }
        try grow()
        return result
    }

    mutating func subqueryExpression(
        _ purpose: SubqueryExpression.Purpose
    ) throws(Diagnostic) -> SubqueryExpression {
        advance()
        let levels = LanguageLimits.levelsPerSubquery
        let body = try inBrackets(.leftBrace, levels: levels) { (parser) throws(Diagnostic) in
            parser.startsPattern
                ? SubqueryExpression.Body.pattern(try parser.graphPattern())
                : .query(try parser.query())
        }
        try grow(levels: levels)
        return SubqueryExpression(purpose: purpose, body: body)
    }

    /// Whether a pattern rather than a clause comes next.
    private var startsPattern: Bool {
        if isSymbol(.leftParenthesis, at: index) || isShortestPathFunction { return true }
        if isName(at: index), isSymbol(.equal, at: index + 1) { return true }
        return isKeyword(.all, at: index) || isKeyword(.any, at: index)
            || isKeyword(.shortest, at: index)
    }

    mutating func caseExpression() throws(Diagnostic) -> CaseExpression {
        try enter()
        let outerFlag = barEndsExpression
        barEndsExpression = false
        try expect(.case)
        let operand = isNext(.when) ? nil : try expression()
        var branches: [CaseBranch] = []
        while accept(.when) {
            var conditions = [try expression()]
            while operand != nil, accept(.comma) { conditions.append(try expression()) }
            try expect(.then)
            branches.append(CaseBranch(conditions: conditions, result: try expression()))
        }
        guard !branches.isEmpty else { throw unexpected("WHEN") }
        let otherwise = accept(.else) ? try expression() : nil
        try expect(.end)
        barEndsExpression = outerFlag
        leave()
        try grow()
        return CaseExpression(operand: operand, branches: branches, otherwise: otherwise)
    }
}
