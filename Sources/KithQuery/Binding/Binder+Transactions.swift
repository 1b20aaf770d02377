import KithLanguage
import KithValues

/// CALL { … } IN TRANSACTIONS.
extension Binder {
    /// Refuses transactions where the statement could not be divided into them.
    func checkTransactions(of query: Query) throws(QueryError) {
        let clauses = query.branches.flatMap(\.clauses)
        let divided = clauses.filter { $0.isDivided }
        guard let first = divided.first else { return }
        guard query.branches.count == 1 else {
            throw composition("IN TRANSACTIONS cannot stand in a query of a UNION", first.span)
        }
        let update = clauses.first { !$0.isDivided && UpdateSearch.firstUpdate(in: $0) != nil }
        if let update {
            throw composition(
                "beside CALL { } IN TRANSACTIONS nothing else may change the graph", update.span,
                hint: "Move it into the braces, or into a statement of its own.")
        }
        transactionsSpan = first.span
        if let last = clauses.last, last.isDivided { droppedRows = last.span }
    }

    func batching(
        of clause: SubqueryClause
    ) throws(QueryError) -> BoundCallSubquery.Batching? {
        guard let batching = clause.batching else { return nil }
        guard frames.isEmpty else {
            throw composition(
                "IN TRANSACTIONS cannot stand within another query", batching.span,
                hint: "Move it to the statement's outermost clauses.")
        }
        if let name = batching.statusVariable, batching.onError == .fail {
            throw composition(
                "REPORT STATUS needs ON ERROR CONTINUE or ON ERROR BREAK", name.span,
                hint: "With ON ERROR FAIL there are no rows to report on.")
        }
        let rowCount = try self.rowCount(batching.rowCount, "ROWS")
        if case .literal(.integer(0))? = rowCount?.kind {
            throw .syntax(
                "NegativeIntegerArgument", "a transaction takes at least one row", rowCount?.span)
        }
        let status = try batching.statusVariable.map { (name) throws(QueryError) in
            try introduce(name, .map)
        }
        return BoundCallSubquery.Batching(
            rowCount: rowCount, keepsRows: clause.span != droppedRows, onError: batching.onError,
            status: status)
    }
}

extension Clause {
    /// Whether it is a CALL { … } IN TRANSACTIONS.
    fileprivate var isDivided: Bool {
        if case .subquery(let subquery) = self { return subquery.batching != nil }
        return false
    }
}
