/// The clauses that read, and what WITH and RETURN have in common.
extension Parser {
    mutating func matchClause() throws(Diagnostic) -> MatchClause {
        let first = index
        let isOptional = accept(.optional)
        try expect(.match)
        let pattern = try graphPattern()
        return MatchClause(isOptional: isOptional, pattern: pattern, span: span(from: first))
    }

    mutating func unwindClause() throws(Diagnostic) -> UnwindClause {
        let first = index
        try expect(.unwind)
        let list = try expression()
        try expect(.as)
        let variable = try name("a name for the elements")
        return UnwindClause(list: list, variable: variable, span: span(from: first))
    }

    mutating func withClause() throws(Diagnostic) -> WithClause {
        let first = index
        try expect(.with)
        let projection = try projection()
        let filter = try whereClause()
        return WithClause(projection: projection, filter: filter, span: span(from: first))
    }

    mutating func returnClause() throws(Diagnostic) -> ReturnClause {
        let first = index
        try expect(.return)
        let projection = try projection()
        return ReturnClause(projection: projection, span: span(from: first))
    }

    mutating func whereClause() throws(Diagnostic) -> Expression? {
        guard accept(.where) else { return nil }
        return try expression()
    }

    mutating func projection() throws(Diagnostic) -> Projection {
        let first = index
        let isDistinct = accept(.distinct)
        let includesAll = accept(.asterisk)
        var items: [ProjectionItem] = []
        if !includesAll || accept(.comma) {
            repeat { items.append(try projectionItem()) } while accept(.comma)
        }
        var order: [SortItem] = []
        if accept(.order) {
            try expect(.by)
            repeat { order.append(try sortItem()) } while accept(.comma)
        }
        var skip: Expression?
        if accept(oneOf: .skip, .offset) { skip = try expression() }
        var limit: Expression?
        if accept(.limit) { limit = try expression() }
        return Projection(
            isDistinct: isDistinct, includesAll: includesAll, items: items, order: order,
            skip: skip, limit: limit, span: span(from: first))
    }

    mutating func projectionItem() throws(Diagnostic) -> ProjectionItem {
        let first = index
        let value = try expression()
        let source = text(of: span(from: first))
        let alias = accept(.as) ? try name("a name for the column") : nil
        return ProjectionItem(
            expression: value, alias: alias, sourceText: source, span: span(from: first))
    }

    mutating func sortItem() throws(Diagnostic) -> SortItem {
        let first = index
        let value = try expression()
        let isDescending = accept(oneOf: .desc, .descending)
        if !isDescending { _ = accept(oneOf: .asc, .ascending) }
        return SortItem(expression: value, isDescending: isDescending, span: span(from: first))
    }

    mutating func loadCSVClause() throws(Diagnostic) -> LoadCSVClause {
        let first = index
        try expect(.load)
        try expect(.csv)
        let hasHeaders = accept(.with)
        if hasHeaders { try expect(.headers) }
        try expect(.from)
        let source = try expression()
        try expect(.as)
        let variable = try name("a name for the rows")
        let fieldTerminator = accept(.fieldTerminator) ? try expression() : nil
        return LoadCSVClause(
            hasHeaders: hasHeaders, source: source, variable: variable,
            fieldTerminator: fieldTerminator, span: span(from: first))
    }
}
