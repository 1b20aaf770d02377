import KithLanguage
import KithValues

/// Clauses, one by one; each changes ``scope`` as the clause does.
extension Binder {
    func clause(_ clause: Clause) throws(QueryError) -> BoundClause {
        switch clause {
        case .match(let clause):
            return .match(
                try match(
                    clause.pattern.paths, clause.pattern.filter, isOptional: clause.isOptional))
        case .unwind(let clause): return try unwind(clause)
        case .with(let clause):
            let (projection, _) = try projection(
                clause.projection, filter: clause.filter, isReturn: false)
            return .project(projection)
        case .returning(let clause):
            throw composition("RETURN cannot stand here", clause.span)
        case .call(let call): return .callProcedure(try procedureCall(call))
        case .subquery(let clause): return .callSubquery(try subqueryCall(clause))
        case .loadCSV(let clause): return try loadCSV(clause)
        case .create(let clause): return .create(try create(clause))
        case .merge(let clause): return .merge(try merge(clause))
        case .set(let clause): return .set(try changes(clause.items))
        case .remove(let clause): return .set(try removals(clause.items))
        case .delete(let clause): return try delete(clause)
        case .forEach(let clause): return try forEach(clause)
        }
    }

    /// Makes a variable that a clause adds to the scope, where the name must be new.
    func introduce(_ name: Name, _ type: StaticType) throws(QueryError) -> VariableID {
        guard scope.variable(name) == nil else { throw alreadyBound(name) }
        let variable = makeVariable(name.text, type)
        scope.add(name, variable)
        return variable
    }

    private func unwind(_ clause: UnwindClause) throws(QueryError) -> BoundClause {
        let list = try expression(clause.list)
        try require(list, .list, "what UNWIND takes apart")
        let variable = try introduce(clause.variable, elementType(of: list.type))
        return .unwind(list, variable: variable)
    }

    private func loadCSV(_ clause: LoadCSVClause) throws(QueryError) -> BoundClause {
        let source = try expression(clause.source)
        try require(source, .string, "the file of LOAD CSV")
        let terminator = try clause.fieldTerminator.map { (text) throws(QueryError) in
            try expression(text)
        }
        if let terminator { try require(terminator, .string, "FIELDTERMINATOR") }
        let type: StaticType = clause.hasHeaders ? .map : StaticType(.list, elements: .string)
        let variable = try introduce(clause.variable, type)
        return .loadCSV(
            BoundLoadCSV(
                source: source, hasHeaders: clause.hasHeaders, variable: variable,
                fieldTerminator: terminator, span: clause.span))
    }
}
