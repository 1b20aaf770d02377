extension Printer {
    mutating func expression(_ expression: Expression) {
        self.expression(expression, holding: .or)
    }

    /// Prints an expression, in parentheses unless it holds together at least as `minimum` does.
    mutating func expression(_ expression: Expression, holding minimum: Precedence) {
        let needsParentheses = Printer.precedence(expression).rawValue < minimum.rawValue
        nested { printer in
            if needsParentheses { printer.write("(") }
            printer.kind(expression.kind)
            if needsParentheses { printer.write(")") }
        }
    }

    /// Prints what stands first in brackets, where `x IN list` would begin something else.
    private mutating func firstInBrackets(_ expression: Expression) {
        let mayMislead = Printer.precedence(expression).rawValue <= Precedence.predicate.rawValue
        self.expression(expression, holding: mayMislead ? .sum : .or)
    }

    private mutating func elements(_ expressions: [Expression]) {
        for (index, element) in expressions.enumerated() {
            if index > 0 { write(", ") }
            if index == 0 { firstInBrackets(element) } else { expression(element) }
        }
    }

    /// How tightly the text of `expression` holds together.
    static func precedence(_ expression: Expression) -> Precedence {
        switch expression.kind {
        case .or: .or
        case .xor: .xor
        case .and: .and
        case .not: .not
        case .comparison: .comparison
        case .predicate, .nullCheck, .typeCheck, .hasLabels: .predicate
        case .arithmetic(_, let links):
            links.first.map { InfixOperator.arithmetic($0.arithmetic).precedence } ?? .postfix
        case .sign: .sign
        case .literal(.integer(let value)): value < 0 ? .sign : .postfix
        case .literal(.float(let value)): value.sign == .minus ? .sign : .postfix
        default: .postfix
        }
    }

    private mutating func kind(_ kind: Expression.Kind) {
        switch kind {
        case .literal(let value): literal(value)
        case .parameter(let name): parameter(name)
        case .variable(let name): variable(name)
        case .list(let elements):
            write("[")
            self.elements(elements)
            write("]")
        case .map(let entries): map(entries)
        case .property(let base, let key):
            expression(base, holding: .postfix)
            write(".")
            word(key)
        case .element(let base, let index):
            expression(base, holding: .postfix)
            write("[")
            expression(index)
            write("]")
        case .slice(let base, let from, let to):
            expression(base, holding: .postfix)
            write("[")
            if let from { expression(from) }
            write("..")
            if let to { expression(to) }
            write("]")
        case .not, .sign, .or, .xor, .and, .comparison, .arithmetic, .predicate, .nullCheck,
            .typeCheck, .hasLabels:
            operators(kind)
        default: construct(kind)
        }
    }

    private mutating func operators(_ kind: Expression.Kind) {
        switch kind {
        case .not(let operand):
            write("NOT ")
            expression(operand, holding: .not)
        case .sign(let sign, let operand): signed(sign, operand)
        case .or(let operands): chain(operands, " OR ", .or)
        case .xor(let operands): chain(operands, " XOR ", .xor)
        case .and(let operands): chain(operands, " AND ", .and)
        case .comparison(let first, let links):
            expression(first, holding: .predicate)
            for link in links {
                write(" \(link.comparison.rawValue) ")
                expression(link.operand, holding: .predicate)
            }
        case .arithmetic(let first, let links):
            guard let level = links.first.map({ InfixOperator.arithmetic($0.arithmetic) }) else {
                return
            }
            arithmeticOperand(first, level.precedence.next)
            for link in links {
                write(" \(link.arithmetic.rawValue) ")
                arithmeticOperand(link.operand, level.precedence.next)
            }
        case .predicate(let predicate, let left, let right):
            expression(left, holding: .predicate)
            write(" \(predicate.rawValue) ")
            expression(right, holding: .sum)
        case .nullCheck(let operand, let isNegated):
            expression(operand, holding: .predicate)
            write(isNegated ? " IS NOT NULL" : " IS NULL")
        case .typeCheck(let operand, let type, let isNegated):
            typeCheck(operand, type, isNegated)
        case .hasLabels(let operand, let expression):
            self.expression(operand, holding: .sum)
            write(":")
            labelsInExpression(expression)
        default: break
        }
    }

    private mutating func chain(
        _ operands: [Expression], _ separator: String, _ level: Precedence
    ) {
        list(operands, separator: separator) { $0.expression($1, holding: level.next) }
    }

    /// Prints `((n:A))`, since `(n:A) - -(m:B)` would be a pattern.
    private mutating func arithmeticOperand(_ operand: Expression, _ minimum: Precedence) {
        guard case .hasLabels = operand.kind else {
            expression(operand, holding: minimum)
            return
        }
        write("(")
        expression(operand, holding: .postfix)
        write(")")
    }

    private mutating func signed(_ sign: Sign, _ operand: Expression) {
        write(sign.rawValue)
        // `-5` is a number, `-(5)` the negation of one.
        var isPlainNumber = false
        switch operand.kind {
        case .literal(.integer), .literal(.float):
            isPlainNumber = Printer.precedence(operand) == .postfix && sign == .minus
        default: break
        }
        if isPlainNumber { write("(") }
        expression(operand, holding: .sign)
        if isPlainNumber { write(")") }
    }

    private mutating func typeCheck(_ operand: Expression, _ type: ValueType, _ isNegated: Bool) {
        // A `|` could end the expression around it.
        var isUnion = false
        if case .union = type.kind { isUnion = true }
        if isUnion { write("(") }
        expression(operand, holding: .predicate)
        write(isNegated ? " IS NOT :: " : " IS :: ")
        self.type(type)
        if isUnion { write(")") }
    }

    mutating func map(_ entries: [MapEntry]) {
        write("{")
        list(entries) { $0.entry($1) }
        write("}")
    }

    private mutating func entry(_ entry: MapEntry) {
        word(entry.key)
        write(": ")
        expression(entry.value)
    }

    private mutating func construct(_ kind: Expression.Kind) {
        switch kind {
        case .functionCall(let call):
            qualifiedName(call.name)
            write(call.isDistinct ? "(DISTINCT " : "(")
            elements(call.arguments)
            write(")")
        case .countAll: write("count(*)")
        case .caseExpression(let expression): caseExpression(expression)
        case .listComprehension(let comprehension):
            write("[")
            variable(comprehension.variable)
            write(" IN ")
            expression(comprehension.list)
            if let filter = comprehension.filter {
                write(" WHERE ")
                expression(filter)
            }
            if let projection = comprehension.projection {
                write(" | ")
                expression(projection)
            }
            write("]")
        case .patternComprehension(let comprehension):
            write("[")
            path(comprehension.pattern)
            filter(comprehension.filter)
            write(" | ")
            expression(comprehension.projection)
            write("]")
        case .quantifier(let quantifier):
            write(quantifier.quantifier.rawValue.lowercased() + "(")
            variable(quantifier.variable)
            write(" IN ")
            expression(quantifier.list)
            write(" WHERE ")
            expression(quantifier.predicate)
            write(")")
        case .reduce(let reduce): self.reduce(reduce)
        case .mapProjection(let projection): mapProjection(projection)
        case .patternPredicate(let path), .shortestPath(let path): self.path(path)
        case .subquery(let subquery): self.subquery(subquery)
        default: break
        }
    }

    private mutating func reduce(_ reduce: ReduceExpression) {
        write("reduce(")
        variable(reduce.accumulator)
        write(" = ")
        expression(reduce.initial)
        write(", ")
        variable(reduce.variable)
        write(" IN ")
        expression(reduce.list)
        write(" | ")
        expression(reduce.step)
        write(")")
    }

    private mutating func mapProjection(_ projection: MapProjection) {
        let name = projection.variable
        switch Keyword.named(Array(name.text.utf8)) {
        case .exists, .count, .collect: write(Printer.quoted(name.text))
        default: variable(name)
        }
        write(" {")
        list(projection.items) { printer, item in
            switch item {
            case .property(let key):
                printer.write(".")
                printer.word(key)
            case .allProperties: printer.write(".*")
            case .variable(let name): printer.variable(name)
            case .entry(let entry): printer.entry(entry)
            }
        }
        write("}")
    }

    private mutating func subquery(_ subquery: SubqueryExpression) {
        write(subquery.purpose.rawValue + " { ")
        switch subquery.body {
        case .pattern(let pattern): graphPattern(pattern)
        case .query(let query): self.query(query)
        }
        write(" }")
    }

    private mutating func caseExpression(_ expression: CaseExpression) {
        write("CASE")
        if let operand = expression.operand {
            write(" ")
            self.expression(operand)
        }
        for branch in expression.branches {
            write(" WHEN ")
            list(branch.conditions) { $0.expression($1) }
            write(" THEN ")
            self.expression(branch.result)
        }
        if let otherwise = expression.otherwise {
            write(" ELSE ")
            self.expression(otherwise)
        }
        write(" END")
    }
}
