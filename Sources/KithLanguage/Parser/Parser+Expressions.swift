/// Operators, by precedence climbing.
///
/// `expression(holding:)` reads an operand, then every operator that holds at least as tightly as it
/// is asked. All operators of one level in a row make one node, so that a chain may be of any length.
extension Parser {
    mutating func expression() throws(Diagnostic) -> Expression {
        try expression(holding: .or)
    }

    /// Reads an expression that a `|` ends.
    mutating func expressionBeforeBar() throws(Diagnostic) -> Expression {
        let outerFlag = barEndsExpression
        barEndsExpression = true
        let result = try expression()
        barEndsExpression = outerFlag
        return result
    }

    mutating func expression(holding minimum: Precedence) throws(Diagnostic) -> Expression {
        if needsDeepStack {
            return try onDeepStack { (parser) throws(Diagnostic) in
                try parser.expression(holding: minimum)
            }
        }
        let first = index
        let outerHeight = height
        height = 0
        var result = try prefix(holding: minimum)
        while true {
            if let infix = infixOperator(), infix.precedence.rawValue >= minimum.rawValue {
                result = try chain(result, infix, from: first)
            } else if minimum.rawValue <= Precedence.predicate.rawValue,
                let predicate = try predicate(result, from: first)
            {
                result = predicate
            } else {
                break
            }
            try grow()
        }
        height = max(height, outerHeight)
        return result
    }

    /// The operator that comes next, which is not read.
    private mutating func infixOperator() -> InfixOperator? {
        switch token.kind {
        case .symbol(let symbol):
            return OperatorTable.infix(symbol)
        case .keyword, .word:
            for (keyword, infix) in OperatorTable.words where isNext(keyword) { return infix }
            return nil
        default: return nil
        }
    }

    /// Reads all operators of one level and their operands.
    private mutating func chain(
        _ operand: Expression, _ infix: InfixOperator, from first: Int
    ) throws(Diagnostic) -> Expression {
        var operands = [operand]
        var comparisons: [ComparisonLink] = []
        var calculations: [ArithmeticLink] = []
        let level = infix.precedence
        while let next = infixOperator(), next.precedence == level {
            let operatorSpan = token.span
            advance()
            let right = try expression(holding: level.next)
            switch next {
            case .or, .xor, .and: operands.append(right)
            case .comparison(let comparison):
                comparisons.append(
                    ComparisonLink(
                        comparison: comparison, operand: right, operatorSpan: operatorSpan))
            case .arithmetic(let arithmetic):
                calculations.append(
                    ArithmeticLink(
                        arithmetic: arithmetic, operand: right, operatorSpan: operatorSpan))
            }
        }
        let kind: Expression.Kind =
            switch infix {
            case .or: .or(operands)
            case .xor: .xor(operands)
            case .and: .and(operands)
            case .comparison: .comparison(operand, comparisons)
            case .arithmetic: .arithmetic(operand, calculations)
            }
        return Expression(kind: kind, span: span(from: first))
    }

    /// Reads one of the operators that yield a truth value of what is to their left.
    mutating func predicate(
        _ operand: Expression, from first: Int
    ) throws(Diagnostic) -> Expression? {
        let kind: Expression.Kind
        if isNext(.colon) {
            advance()
            kind = .hasLabels(operand, try labelExpression())
        } else if let (predicate, length) = predicateOperator() {
            for _ in 0..<length { advance() }
            kind = .predicate(predicate, operand, try expression(holding: .sum))
        } else if accept(.is) {
            kind = try isPredicate(operand)
        } else {
            return nil
        }
        return Expression(kind: kind, span: span(from: first))
    }

    /// The operator that comes next and the number of its tokens; nothing is read.
    private mutating func predicateOperator() -> (PredicateOperator, Int)? {
        if isNext(.regularExpression) { return (.matches, 1) }
        if isNext(.in) { return (.isIn, 1) }
        if isNext(.contains) { return (.contains, 1) }
        if isNext(.starts), isKeyword(.with, at: index + 1) { return (.startsWith, 2) }
        if isNext(.ends), isKeyword(.with, at: index + 1) { return (.endsWith, 2) }
        return nil
    }

    /// Reads what follows IS.
    private mutating func isPredicate(_ operand: Expression) throws(Diagnostic) -> Expression.Kind {
        let isNegated = accept(.not)
        if accept(.null) { return .nullCheck(operand, isNegated: isNegated) }
        if accept(.doubleColon) || accept(.typed) {
            return .typeCheck(operand, try valueType(), isNegated: isNegated)
        }
        guard !isNegated else { throw unexpected("NULL or `:: TYPE`") }
        return .hasLabels(operand, try labelExpression())
    }

    /// Reads NOT, signs and the operand behind them.
    private mutating func prefix(holding minimum: Precedence) throws(Diagnostic) -> Expression {
        let first = index
        if isNext(.not) {
            guard minimum.rawValue <= Precedence.not.rawValue else {
                throw Diagnostic(
                    detail: "UnexpectedSyntax", message: "NOT cannot stand here",
                    span: token.span, hint: "Put NOT and what it negates in parentheses.")
            }
            var positions: [Int] = []
            while isNext(.not) {
                positions.append(index)
                advance()
            }
            var result = try expression(holding: .comparison)
            try grow(levels: positions.count)
            for position in positions.reversed() {
                result = Expression(kind: .not(result), span: span(from: position))
            }
            return result
        }
        guard isNext(.plus) || isNext(.minus) else { return try postfix() }
        return try signed(from: first)
    }

    /// Reads signs and their operand; a minus becomes part of the number right behind it.
    private mutating func signed(from first: Int) throws(Diagnostic) -> Expression {
        var signs: [(Sign, Int)] = []
        while isNext(.plus) || isNext(.minus) {
            signs.append((isNext(.plus) ? .plus : .minus, index))
            advance()
        }
        var result: Expression
        if let (sign, position) = signs.last, sign == .minus, isPlainNumber {
            signs.removeLast()
            let literal = try numberLiteral(isNegative: true)
            result = Expression(kind: .literal(literal), span: span(from: position))
        } else {
            result = try postfix()
        }
        try grow(levels: signs.count)
        for (sign, position) in signs.reversed() {
            result = Expression(kind: .sign(sign, result), span: span(from: position))
        }
        return result
    }

    /// Whether a number comes next of which nothing is taken by `.` or `[`.
    private var isPlainNumber: Bool {
        (token.kind == .integer || token.kind == .float)
            && !isSymbol(.dot, at: index + 1) && !isSymbol(.leftBracket, at: index + 1)
    }

    /// Reads an operand and all `.name`, `[index]` and `[from..to]` behind it.
    mutating func postfix() throws(Diagnostic) -> Expression {
        let first = index
        var result = try primary()
        while true {
            if accept(.dot) {
                let key = try name("the name of a property")
                result = Expression(kind: .property(result, key), span: span(from: first))
            } else if accept(.leftBracket) {
                let kind = try subscriptBody(of: result)
                result = Expression(kind: kind, span: span(from: first))
            } else {
                return result
            }
            try grow()
        }
    }

    private mutating func subscriptBody(
        of operand: Expression
    ) throws(Diagnostic) -> Expression.Kind {
        try enter()
        let outerFlag = barEndsExpression
        barEndsExpression = false
        let from = isNext(.doubleDot) ? nil : try expression()
        let kind: Expression.Kind
        if accept(.doubleDot) {
            let to = isNext(.rightBracket) ? nil : try expression()
            kind = .slice(operand, from: from, to: to)
        } else if let from {
            kind = .element(operand, from)
        } else {
            throw unexpected("`..`")
        }
        barEndsExpression = outerFlag
        leave()
        try expect(.rightBracket)
        return kind
    }
}
