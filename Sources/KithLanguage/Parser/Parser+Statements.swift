/// Statements, and how queries are made of clauses.
extension Parser {
    mutating func script() throws(Diagnostic) -> [Statement] {
        var statements: [Statement] = []
        while true {
            while accept(.semicolon) {}
            guard token.kind != .end else { return statements }
            statements.append(try statement())
            guard isNext(.semicolon) || token.kind == .end else {
                throw unexpected(Parser.statementEnd)
            }
        }
    }

    mutating func statement() throws(Diagnostic) -> Statement {
        let first = index
        depthSeen = 0
        heightSeen = 0
        stepCount = 0
        var mode = Statement.Mode.run
        if accept(.explain) {
            mode = .explain
        } else if accept(.profile) {
            mode = .profile
        }
        let kind = try statementBody()
        return Statement(
            mode: mode, kind: kind, nestingDepth: depthSeen + heightSeen + stepCount,
            span: span(from: first))
    }

    private mutating func statementBody() throws(Diagnostic) -> Statement.Kind {
        if isNext(.create), let kind = try schemaCreation() { return kind }
        if isNext(.drop) { return try dropStatement() }
        if isNext(.show) { return .show(try showStatement()) }
        if accept(.begin) { return try transactionCommand(.begin) }
        if accept(.commit) { return try transactionCommand(.commit) }
        if accept(.rollback) { return try transactionCommand(.rollback) }
        return .query(try query())
    }

    private mutating func transactionCommand(
        _ command: TransactionCommand
    ) throws(Diagnostic) -> Statement.Kind {
        _ = accept(.transaction)
        return .transaction(command)
    }

    mutating func query() throws(Diagnostic) -> Query {
        let first = index
        var branches = [try singleQuery()]
        var unions: [Query.Union] = []
        while isNext(.union) {
            let keyword = index
            advance()
            let keepsDuplicates = accept(.all)
            if !keepsDuplicates { _ = accept(.distinct) }
            unions.append(
                Query.Union(keepsDuplicates: keepsDuplicates, span: span(from: keyword)))
            branches.append(try singleQuery())
        }
        return Query(branches: branches, unions: unions, span: span(from: first))
    }

    mutating func singleQuery() throws(Diagnostic) -> SingleQuery {
        if needsDeepStack {
            return try onDeepStack { (parser) throws(Diagnostic) in try parser.singleQuery() }
        }
        let first = index
        var clauses: [Clause] = []
        while let next = try clause() {
            clauses.append(next)
            try countStep()
        }
        guard !clauses.isEmpty else {
            throw unexpected("a clause such as MATCH, CREATE or RETURN")
        }
        if clauses.count > 1, yieldAllIndex >= first {
            throw Diagnostic(
                detail: "UnexpectedSyntax",
                message: "`YIELD *` is for a CALL that stands alone",
                span: tokens[yieldAllIndex].span,
                hint: "Name the columns that the clauses behind it use.")
        }
        return SingleQuery(clauses: clauses, span: span(from: first))
    }

    /// Reads the next clause; nil, and nothing is read, where none begins.
    mutating func clause() throws(Diagnostic) -> Clause? {
        guard case .keyword(let keyword) = token.kind else {
            noteClauses()
            return nil
        }
        switch keyword {
        case .match: return .match(try matchClause())
        case .optional:
            return isKeyword(.call, at: index + 1) ? try callClause() : .match(try matchClause())
        case .unwind: return .unwind(try unwindClause())
        case .with: return .with(try withClause())
        case .return: return .returning(try returnClause())
        case .create: return .create(try createClause())
        case .merge: return .merge(try mergeClause())
        case .set: return .set(try setClause())
        case .remove: return .remove(try removeClause())
        case .delete, .detach: return .delete(try deleteClause())
        case .forEach: return .forEach(try forEachClause())
        case .call: return try callClause()
        case .load: return .loadCSV(try loadCSVClause())
        default:
            noteClauses()
            return nil
        }
    }

    /// The words that clauses begin with.
    static let clauseKeywords: [Keyword] = [
        .match, .optional, .where, .return, .with, .unwind, .create, .merge, .set, .remove,
        .delete, .detach, .forEach, .call, .load, .union,
    ]

    private mutating func noteClauses() {
        for keyword in Parser.clauseKeywords { note(keyword) }
    }
}
