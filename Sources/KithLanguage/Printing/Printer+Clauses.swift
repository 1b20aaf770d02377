extension Printer {
    mutating func query(_ query: Query) {
        for (index, branch) in query.branches.enumerated() {
            if index > 0 {
                write(query.unions[index - 1].keepsDuplicates ? " UNION ALL " : " UNION ")
            }
            nested { printer in printer.list(branch.clauses, separator: " ") { $0.clause($1) } }
        }
    }

    mutating func clause(_ clause: Clause) {
        switch clause {
        case .match(let clause):
            write(clause.isOptional ? "OPTIONAL MATCH " : "MATCH ")
            graphPattern(clause.pattern)
        case .unwind(let clause):
            write("UNWIND ")
            expression(clause.list)
            write(" AS ")
            variable(clause.variable)
        case .with(let clause):
            write("WITH ")
            projection(clause.projection)
            filter(clause.filter)
        case .returning(let clause):
            write("RETURN ")
            projection(clause.projection)
        case .call(let clause): procedureCall(clause)
        case .subquery(let clause): subquery(clause)
        case .loadCSV(let clause): loadCSV(clause)
        default: writingClause(clause)
        }
    }

    private mutating func writingClause(_ clause: Clause) {
        switch clause {
        case .create(let clause):
            write("CREATE ")
            list(clause.paths) { $0.path($1) }
        case .merge(let clause):
            write("MERGE ")
            path(clause.path)
            for action in clause.actions {
                write(" ON \(action.event.rawValue) SET ")
                list(action.items) { $0.setItem($1) }
            }
        case .set(let clause):
            write("SET ")
            list(clause.items) { $0.setItem($1) }
        case .remove(let clause):
            write("REMOVE ")
            list(clause.items) { $0.removeItem($1) }
        case .delete(let clause):
            write(clause.isDetaching ? "DETACH DELETE " : "DELETE ")
            list(clause.entities) { $0.expression($1) }
        case .forEach(let clause):
            write("FOREACH (")
            variable(clause.variable)
            write(" IN ")
            expression(clause.list)
            write(" | ")
            nested { printer in printer.list(clause.clauses, separator: " ") { $0.clause($1) } }
            write(")")
        default: break
        }
    }

    private mutating func projection(_ projection: Projection) {
        if projection.isDistinct { write("DISTINCT ") }
        if projection.includesAll { write(projection.items.isEmpty ? "*" : "*, ") }
        list(projection.items) { printer, item in
            printer.expression(item.expression)
            if let alias = item.alias {
                printer.write(" AS ")
                printer.variable(alias)
            }
        }
        if !projection.order.isEmpty {
            write(" ORDER BY ")
            list(projection.order) { printer, item in
                printer.expression(item.expression)
                if item.isDescending { printer.write(" DESC") }
            }
        }
        if let skip = projection.skip {
            write(" SKIP ")
            expression(skip)
        }
        if let limit = projection.limit {
            write(" LIMIT ")
            expression(limit)
        }
    }

    private mutating func procedureCall(_ clause: ProcedureCallClause) {
        write(clause.isOptional ? "OPTIONAL CALL " : "CALL ")
        qualifiedName(clause.name)
        if let arguments = clause.arguments {
            write("(")
            list(arguments) { $0.expression($1) }
            write(")")
        }
        yield(clause.yield)
        filter(clause.filter)
    }

    mutating func yield(_ items: YieldItems?) {
        switch items {
        case nil: break
        case .all: write(" YIELD *")
        case .items(let items):
            write(" YIELD ")
            list(items) { printer, item in
                printer.variable(item.name)
                guard let alias = item.alias else { return }
                printer.write(" AS ")
                printer.variable(alias)
            }
        }
    }

    private mutating func subquery(_ clause: SubqueryClause) {
        write(clause.isOptional ? "OPTIONAL CALL " : "CALL ")
        switch clause.imports {
        case .leadingWith: break
        case .all: write("(*) ")
        case .variables(let names):
            write("(")
            list(names) { $0.variable($1) }
            write(") ")
        }
        write("{ ")
        query(clause.query)
        write(" }")
        guard let batching = clause.batching else { return }
        write(" IN TRANSACTIONS")
        if let rowCount = batching.rowCount {
            write(" OF ")
            expression(rowCount)
            write(" ROWS")
        }
        if batching.onError != .fail { write(" ON ERROR \(batching.onError.rawValue)") }
        if let status = batching.statusVariable {
            write(" REPORT STATUS AS ")
            variable(status)
        }
    }

    private mutating func loadCSV(_ clause: LoadCSVClause) {
        write(clause.hasHeaders ? "LOAD CSV WITH HEADERS FROM " : "LOAD CSV FROM ")
        expression(clause.source)
        write(" AS ")
        variable(clause.variable)
        if let terminator = clause.fieldTerminator {
            write(" FIELDTERMINATOR ")
            expression(terminator)
        }
    }

    private mutating func setItem(_ item: SetItem) {
        switch item.kind {
        case .property(let entity, let key, let value):
            expression(entity, holding: .postfix)
            write(".")
            word(key)
            write(" = ")
            expression(value)
        case .element(let entity, let key, let value):
            expression(entity, holding: .postfix)
            write("[")
            expression(key)
            write("] = ")
            expression(value)
        case .replaceAll(let entity, let value):
            variable(entity)
            write(" = ")
            expression(value)
        case .addAll(let entity, let value):
            variable(entity)
            write(" += ")
            expression(value)
        case .labels(let entity, let labels):
            variable(entity)
            labelNames(labels)
        }
    }

    private mutating func labelNames(_ labels: [Name]) {
        for label in labels {
            write(":")
            word(label)
        }
    }

    private mutating func removeItem(_ item: RemoveItem) {
        switch item.kind {
        case .property(let entity, let key):
            expression(entity, holding: .postfix)
            write(".")
            word(key)
        case .element(let entity, let key):
            expression(entity, holding: .postfix)
            write("[")
            expression(key)
            write("]")
        case .labels(let entity, let labels):
            variable(entity)
            labelNames(labels)
        }
    }
}
