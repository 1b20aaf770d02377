import KithLanguage
import KithValues

/// Queries and patterns within expressions.
extension Binder {
    /// Binds what `body` makes as a query of its own that sees all variables of this place.
    func subquery(
        _ body: () throws(QueryError) -> BoundQuery
    ) throws(QueryError) -> BoundSubquery {
        let outerScope = scope
        let outerMode = aggregation
        let outerItems = projectedItems
        projectedItems = ProjectedExpressions()
        frames.append(SubqueryFrame(firstVariable: variables.count))
        scope = scope.forSubquery
        aggregation = .forbidden
        defer {
            scope = outerScope
            aggregation = outerMode
            projectedItems = outerItems
            frames.removeLast()
        }
        let query = try body()
        return BoundSubquery(query: query, imports: frames[frames.count - 1].imports)
    }

    func subqueryExpression(
        _ subquery: SubqueryExpression, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let bound = try self.subquery { () throws(QueryError) in
            switch subquery.body {
            case .pattern(let pattern):
                guard subquery.purpose != .collect else {
                    throw .syntax(
                        "UnexpectedSyntax", "COLLECT needs a query that returns one column", span,
                        hint: "Write `COLLECT { MATCH … RETURN … }`.")
                }
                return try patternQuery(pattern.paths, pattern.filter)
            case .query(let query): return try nestedQuery(query, subquery.purpose, span)
            }
        }
        switch subquery.purpose {
        case .exists: return BoundExpression(.exists(bound), type: .boolean, span: span)
        case .count: return BoundExpression(.count(bound), type: .integer, span: span)
        case .collect:
            let element = type(of: bound.query.columns[0].variable)
            return BoundExpression(
                .collect(bound), type: StaticType(.list, elements: element.kinds), span: span)
        }
    }

    private func nestedQuery(
        _ query: Query, _ purpose: SubqueryExpression.Purpose, _ span: SourceSpan
    ) throws(QueryError) -> BoundQuery {
        if let clause = UpdateSearch.firstUpdate(in: query) {
            throw composition(
                "a query within an expression cannot change the graph", clause.span)
        }
        let bound = try self.query(query, place: .expression)
        if purpose == .collect, bound.columns.count != 1 {
            throw composition(
                "COLLECT needs a query that returns one column", span,
                hint: "End it with `RETURN` and one value.")
        }
        return bound
    }

    private func patternQuery(
        _ paths: [PathPattern], _ filter: Expression?
    ) throws(QueryError) -> BoundQuery {
        let match = try self.match(paths, filter, isOptional: false)
        return BoundQuery(
            branches: [BoundQuery.Branch(clauses: [.match(match)], columns: [])],
            keepsDuplicates: true, columns: [])
    }

    /// Binds `(a)-->(b)` as a truth value; all its names have to exist.
    func patternPredicate(
        _ path: PathPattern, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        if let name = PatternNames.all(in: path).first(where: { scope.variable($0) == nil }) {
            var error = undefined(name)
            error.hint = "A pattern that names something new stands in `EXISTS { … }`."
            throw error
        }
        let bound = try subquery { () throws(QueryError) in
            try patternQuery([path], nil)
        }
        return BoundExpression(.exists(bound), type: .boolean, span: span)
    }

    func patternComprehension(
        _ comprehension: PatternComprehension, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        var type = StaticType.any
        let bound = try collecting(comprehension.pattern, comprehension.filter) {
            () throws(QueryError) in
            let item = try expression(comprehension.projection)
            type = item.type
            return item
        }
        return BoundExpression(
            .collect(bound), type: StaticType(.list, elements: type.kinds), span: span)
    }

    /// Binds a query that matches a pattern and returns one value of each match.
    private func collecting(
        _ path: PathPattern, _ filter: Expression?,
        _ item: () throws(QueryError) -> BoundExpression
    ) throws(QueryError) -> BoundSubquery {
        let names = localNames.count
        localNames += PatternNames.all(in: path).filter { scope.variable($0) == nil }
        defer { localNames.removeLast(localNames.count - names) }
        return try subquery { () throws(QueryError) in
            let match = try self.match([path], filter, isOptional: false)
            let value = try item()
            let column = makeUnnamed(value.type)
            let projection = BoundProjection(items: [
                BoundProjection.Item(variable: column, expression: value)
            ])
            return BoundQuery(
                branches: [
                    BoundQuery.Branch(
                        clauses: [.match(match), .project(projection)], columns: [column])
                ], keepsDuplicates: true,
                columns: [BoundQuery.Column(name: "value", variable: column)])
        }
    }

    /// Binds `shortestPath(…)` as a value: the first of the paths that are found, or null.
    func shortestPath(
        _ path: PathPattern, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        var named = path
        let name = Name("  path", span: span)
        named.variable = name
        let bound = try collecting(named, nil) { () throws(QueryError) in
            try variable(name)
        }
        let list = BoundExpression(
            .collect(bound), type: StaticType(.list, elements: .path), span: span)
        if case .allShortestPathsFunction = path.selector { return list }
        let zero = BoundExpression(.literal(.integer(0)), type: .integer)
        return BoundExpression(.subscripted(list, zero), type: .path, span: span)
    }
}

/// Finds the names that patterns use.
enum PatternNames {
    static func all(in path: PathPattern) -> [Name] {
        [path.variable].compactMap { $0 } + path.elements.flatMap { all(in: $0) }
    }

    static func all(in element: PathElement) -> [Name] {
        switch element {
        case .node(let node): [node.variable].compactMap { $0 }
        case .relationship(let relationship): [relationship.variable].compactMap { $0 }
        case .group(let group):
            [group.variable].compactMap { $0 } + group.elements.flatMap { all(in: $0) }
        }
    }
}

/// Finds clauses that change the graph.
enum UpdateSearch {
    static func firstUpdate(in query: Query) -> Clause? {
        for branch in query.branches {
            for clause in branch.clauses {
                if let found = firstUpdate(in: clause) { return found }
            }
        }
        return nil
    }

    static func firstUpdate(in clause: Clause) -> Clause? {
        switch clause {
        case .create, .merge, .set, .remove, .delete, .forEach: clause
        case .subquery(let subquery): firstUpdate(in: subquery.query)
        default: nil
        }
    }
}
