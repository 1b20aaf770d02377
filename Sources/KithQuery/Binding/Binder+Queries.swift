import KithLanguage
import KithValues

/// Queries: chains of clauses, and UNION.
extension Binder {
    /// Where a query stands, which decides how it may end.
    enum QueryPlace: Equatable {
        case statement
        case expression
        case call
    }

    /// The clauses of a branch and what it returns; nil where it has no RETURN.
    struct BoundBranch {
        var clauses: [BoundClause] = []
        var clauseSpans: [SourceSpan] = []
        var columns: [BoundQuery.Column]?
    }

    func topLevel(_ query: Query) throws(QueryError) -> BoundQuery {
        try checkTransactions(of: query)
        return try self.query(query, place: .statement)
    }

    func query(_ query: Query, place: QueryPlace) throws(QueryError) -> BoundQuery {
        try checkUnions(query)
        let before = scope
        var branches: [BoundBranch] = []
        for branch in query.branches {
            scope = before
            branches.append(try self.branch(branch.clauses, place, isAlone: query.unions.isEmpty))
        }
        scope = before
        guard branches.count > 1 else {
            let columns = branches[0].columns ?? []
            return BoundQuery(
                branches: [
                    BoundQuery.Branch(
                        clauses: branches[0].clauses, clauseSpans: branches[0].clauseSpans,
                        columns: columns.map(\.variable))
                ], keepsDuplicates: true, columns: columns)
        }
        return try union(branches, query)
    }

    private func checkUnions(_ query: Query) throws(QueryError) {
        guard let first = query.unions.first else { return }
        for union in query.unions where union.keepsDuplicates != first.keepsDuplicates {
            throw composition(
                "UNION and UNION ALL cannot be mixed", union.span,
                hint: "Use the same one throughout.")
        }
    }

    private func union(
        _ branches: [BoundBranch], _ query: Query
    ) throws(QueryError) -> BoundQuery {
        let names = (branches[0].columns ?? []).map(\.name)
        var types = [StaticType?](repeating: nil, count: names.count)
        var bound: [BoundQuery.Branch] = []
        for (index, branch) in branches.enumerated() {
            let columns = branch.columns ?? []
            var variables: [VariableID] = []
            for (position, name) in names.enumerated() {
                guard let column = columns.first(where: { $0.name.utf8.elementsEqual(name.utf8) })
                else { break }
                variables.append(column.variable)
                let type = self.type(of: column.variable)
                types[position] = types[position]?.union(type) ?? type
            }
            guard variables.count == names.count, columns.count == names.count,
                (branch.columns == nil) == (branches[0].columns == nil)
            else {
                throw .syntax(
                    "DifferentColumnsInUnion", "the queries of UNION return different columns",
                    query.branches[index].clauses.last?.span ?? query.span,
                    hint: names.isEmpty
                        ? "All or none of them have to return something."
                        : "All have to return \(names.map { "`\($0)`" }.joined(separator: ", ")).")
            }
            bound.append(
                BoundQuery.Branch(
                    clauses: branch.clauses, clauseSpans: branch.clauseSpans, columns: variables))
        }
        let columns = zip(names, types).map { name, type in
            BoundQuery.Column(name: name, variable: makeVariable(name, type ?? .any))
        }
        return BoundQuery(
            branches: bound, keepsDuplicates: query.unions.first?.keepsDuplicates ?? false,
            columns: columns)
    }

    /// Binds the clauses of one branch from the ``scope`` there is.
    func branch(
        _ clauses: [Clause], _ place: QueryPlace, isAlone: Bool
    ) throws(QueryError) -> BoundBranch {
        var result = BoundBranch()
        let imported = importingScope
        importingScope = nil
        if let imported, case .with = clauses.first { scope = imported }
        defer { importingScope = imported }
        for (index, clause) in clauses.enumerated() {
            let isLast = index == clauses.count - 1
            result.clauseSpans.append(clause.span)
            if case .returning(let clause) = clause {
                guard isLast else {
                    throw composition(
                        "RETURN is the last clause of a query", clauses[index + 1].span,
                        hint: "Use WITH where more clauses follow.")
                }
                let (projection, columns) = try self.projection(
                    clause.projection, filter: nil, isReturn: true)
                result.clauses.append(.project(projection))
                result.columns = columns
            } else if case .call(let call) = clause, clauses.count == 1, place == .statement {
                let (bound, columns) = try standaloneCall(call)
                result.clauses.append(.callProcedure(bound))
                result.columns = columns.isEmpty ? nil : columns
            } else {
                if isLast, place != .expression { try checkEnd(clause) }
                result.clauses.append(try self.clause(clause))
            }
        }
        return result
    }

    /// Refuses a query that ends with a clause that does nothing by itself.
    private func checkEnd(_ clause: Clause) throws(QueryError) {
        let word: String
        switch clause {
        case .match: word = "MATCH"
        case .unwind: word = "UNWIND"
        case .with: word = "WITH"
        case .loadCSV: word = "LOAD CSV"
        default: return
        }
        throw composition(
            "a query cannot end with \(word)", clause.span, hint: "Add RETURN and what you want.")
    }
}
