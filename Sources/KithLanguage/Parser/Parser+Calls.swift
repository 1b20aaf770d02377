/// CALL, of procedures and of subqueries.
extension Parser {
    mutating func callClause() throws(Diagnostic) -> Clause {
        let first = index
        let isOptional = accept(.optional)
        try expect(.call)
        if isNext(.leftBrace) || isNext(.leftParenthesis) {
            return .subquery(try subqueryClause(from: first, isOptional: isOptional))
        }
        return .call(try procedureCallClause(from: first, isOptional: isOptional))
    }

    private mutating func procedureCallClause(
        from first: Int, isOptional: Bool
    ) throws(Diagnostic) -> ProcedureCallClause {
        let name = try qualifiedName("the name of a procedure")
        var arguments: [Expression]?
        if accept(.leftParenthesis) { arguments = try procedureArguments() }
        var yield: YieldItems?
        var filter: Expression?
        if accept(.yield) {
            if isNext(.asterisk) { yieldAllIndex = index }
            yield = try yieldItems()
            filter = try whereClause()
        }
        return ProcedureCallClause(
            name: name, arguments: arguments, yield: yield, filter: filter,
            isOptional: isOptional, span: span(from: first))
    }

    private mutating func procedureArguments() throws(Diagnostic) -> [Expression] {
        var arguments: [Expression] = []
        if !isNext(.rightParenthesis) {
            repeat { arguments.append(try expression()) } while accept(.comma)
        }
        try expect(.rightParenthesis)
        return arguments
    }

    mutating func qualifiedName(_ purpose: String) throws(Diagnostic) -> QualifiedName {
        let first = index
        var parts = [try name(purpose)]
        while accept(.dot) { parts.append(try name("the rest of the name")) }
        return QualifiedName(parts: parts, span: span(from: first))
    }

    mutating func yieldItems() throws(Diagnostic) -> YieldItems {
        if accept(.asterisk) { return .all }
        var items: [YieldItem] = []
        repeat { items.append(try yieldItem()) } while accept(.comma)
        return .items(items)
    }

    mutating func yieldItem() throws(Diagnostic) -> YieldItem {
        let first = index
        let name = try name("the name of a column")
        let alias = accept(.as) ? try self.name("a name for the column") : nil
        return YieldItem(name: name, alias: alias, span: span(from: first))
    }

    private mutating func subqueryClause(
        from first: Int, isOptional: Bool
    ) throws(Diagnostic) -> SubqueryClause {
        let imports = try subqueryImports()
        try expect(.leftBrace)
        try enter(levels: LanguageLimits.levelsPerSubquery)
        let query = try query()
        leave(levels: LanguageLimits.levelsPerSubquery)
        try expect(.rightBrace)
        let batching = isNext(.in) ? try transactionBatching() : nil
        return SubqueryClause(
            isOptional: isOptional, imports: imports, query: query, batching: batching,
            span: span(from: first))
    }

    mutating func subqueryImports() throws(Diagnostic) -> SubqueryClause.Imports {
        guard accept(.leftParenthesis) else { return .leadingWith }
        var imports = SubqueryClause.Imports.variables([])
        if accept(.asterisk) {
            imports = .all
        } else if !isNext(.rightParenthesis) {
            var names: [Name] = []
            repeat { names.append(try name("the name of a variable")) } while accept(.comma)
            imports = .variables(names)
        }
        try expect(.rightParenthesis)
        return imports
    }

    mutating func transactionBatching() throws(Diagnostic) -> TransactionBatching {
        let first = index
        try expect(.in)
        try expect(.transactions)
        var batching = TransactionBatching(
            rowCount: nil, onError: .fail, statusVariable: nil, span: span(from: first))
        if accept(.of) {
            batching.rowCount = try expression()
            guard accept(oneOf: .rows, .row) else { throw unexpected("ROWS") }
        }
        if accept(.on) {
            try expect(.error)
            if accept(.continue) {
                batching.onError = .proceed
            } else if accept(.break) {
                batching.onError = .stop
            } else {
                try expect(.fail)
            }
        }
        if accept(.report) {
            try expect(.status)
            try expect(.as)
            batching.statusVariable = try name("a name for the status")
        }
        batching.span = span(from: first)
        return batching
    }
}
