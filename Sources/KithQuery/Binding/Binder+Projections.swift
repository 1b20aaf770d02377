import KithLanguage
import KithValues

/// WITH and RETURN.
extension Binder {
    /// One column of a projection, while it is being bound.
    private struct Column {
        let name: Name
        let expression: Expression
        /// Whether the text gives the column a name, or it is a variable's.
        let isNamed: Bool
    }

    /// Binds a projection; afterwards ``scope`` holds its columns alone.
    ///
    /// `filter`: the WHERE of a WITH.
    func projection(
        _ projection: Projection, filter: Expression?, isReturn: Bool
    ) throws(QueryError) -> (BoundProjection, [BoundQuery.Column]) {
        let columns = try self.columns(of: projection, isReturn: isReturn)
        let before = scope
        let isAggregating = columns.contains { aggregates($0.expression) }
        let grouping = isAggregating ? Grouping(before: before, firstLocal: 0) : nil
        var items: [BoundProjection.Item] = []
        var groupingKeys: [BoundProjection.Item] = []
        if let grouping {
            groupingKeys = try keys(columns, grouping)
            items = try groupedItems(columns, grouping)
        } else {
            for column in columns { items.append(try item(column)) }
        }
        var bound = BoundProjection(items: items)
        bound.groupingKeys = groupingKeys
        bound.aggregates = grouping?.aggregates ?? []
        bound.isDistinct = projection.isDistinct
        var after = Scope()
        after.outer = before.outer
        for (column, item) in zip(columns, items) { after.add(column.name, item.variable) }
        let isClosed = isAggregating || projection.isDistinct
        scope = isClosed ? after : overlay(before, after, columns)
        let needsEntries = isClosed || !projection.order.isEmpty
        let entries = ProjectedExpressions(
            zip(needsEntries ? columns : [], items).map { ($0.expression, $1.variable) })
        let outerClosed = closedScope
        closedScope = isClosed ? before : nil
        bound.sortKeys = try sortKeys(projection.order, entries, grouping)
        bound.skip = try rowCount(projection.skip, "SKIP")
        bound.limit = try rowCount(projection.limit, "LIMIT")
        if !isReturn, let column = columns.first(where: { !$0.isNamed }) {
            throw .syntax(
                "NoExpressionAlias", "this needs a name", column.expression.span,
                hint: "Add `AS name`.")
        }
        projectedItems = isClosed ? entries : ProjectedExpressions()
        bound.predicate = try self.filter(filter)
        projectedItems = ProjectedExpressions()
        closedScope = outerClosed
        scope = after
        let resultColumns = zip(columns, items).map {
            BoundQuery.Column(name: $0.name.text, variable: $1.variable)
        }
        return (bound, resultColumns)
    }

    /// The names of before and those of the columns, which hide equal ones.
    private func overlay(_ before: Scope, _ after: Scope, _ columns: [Column]) -> Scope {
        var result = before
        for column in columns {
            if let variable = after.variable(column.name) { result.add(column.name, variable) }
        }
        return result
    }

    private func columns(
        of projection: Projection, isReturn: Bool
    ) throws(QueryError) -> [Column] {
        var columns: [Column] = []
        if projection.includesAll {
            let names = scope.sortedNames
            if names.isEmpty, isReturn {
                throw .syntax(
                    "NoVariablesInScope", "there is no variable that `*` could stand for",
                    projection.span)
            }
            for name in names {
                columns.append(
                    Column(
                        name: name, expression: Expression(kind: .variable(name), span: name.span),
                        isNamed: true))
            }
        }
        for item in projection.items {
            if let alias = item.alias {
                columns.append(Column(name: alias, expression: item.expression, isNamed: true))
            } else if case .variable(let name) = item.expression.kind {
                columns.append(Column(name: name, expression: item.expression, isNamed: true))
            } else {
                let name = Name(item.sourceText, span: item.span)
                columns.append(Column(name: name, expression: item.expression, isNamed: false))
            }
        }
        var seen: Set<Name> = []
        for column in columns where !seen.insert(column.name).inserted {
            throw .syntax(
                "ColumnNameConflict", "there are two columns `\(column.name.text)`",
                column.name.span, hint: "Give one of them another name with AS.")
        }
        return columns
    }

    private func item(_ column: Column) throws(QueryError) -> BoundProjection.Item {
        let bound = try expression(column.expression)
        return BoundProjection.Item(variable: variable(for: column, bound), expression: bound)
    }

    /// The variable of a column: the same one where a variable keeps its name.
    private func variable(for column: Column, _ bound: BoundExpression) -> VariableID {
        if case .variable(let variable) = bound.kind,
            case .variable(let name) = column.expression.kind, name == column.name
        {
            return variable
        }
        return makeVariable(column.name.text, bound.type)
    }

    /// Binds the columns without aggregates, which are what rows are grouped by.
    private func keys(
        _ columns: [Column], _ grouping: Grouping
    ) throws(QueryError) -> [BoundProjection.Item] {
        var keys: [BoundProjection.Item] = []
        for column in columns where !aggregates(column.expression) {
            guard grouping.keys.entry(of: column.expression) == nil else { continue }
            let key = try item(column)
            keys.append(key)
            grouping.keys.add(column.expression, key.variable)
        }
        return keys
    }

    /// Binds all columns over the keys and the aggregates, which are found on the way.
    private func groupedItems(
        _ columns: [Column], _ grouping: Grouping
    ) throws(QueryError) -> [BoundProjection.Item] {
        let outerMode = aggregation
        aggregation = .grouped(grouping)
        groupings.append(grouping)
        defer {
            aggregation = outerMode
            groupings.removeLast()
        }
        var items: [BoundProjection.Item] = []
        var taken: VariableSet = []
        for column in columns {
            grouping.firstLocal = variables.count
            let bound = try expression(column.expression)
            let variable = groupedVariable(for: column, bound, grouping, taken)
            taken.insert(variable)
            items.append(BoundProjection.Item(variable: variable, expression: bound))
        }
        return items
    }

    /// The variable of a column that is computed for each group: the key's or the aggregate's own
    /// where the column is nothing else, and no column before has taken it.
    private func groupedVariable(
        for column: Column, _ bound: BoundExpression, _ grouping: Grouping,
        _ taken: VariableSet
    ) -> VariableID {
        guard case .variable(let variable) = bound.kind,
            !taken.contains(variable)
        else { return makeVariable(column.name.text, bound.type) }
        let info = variables[variable.index]
        if !info.isNamed, grouping.aggregateVariables.contains(variable) {
            variables[variable.index] = VariableInfo(
                name: column.name.text, isNamed: true, type: info.type)
            return variable
        }
        let isOwnKey = info.name.utf8.elementsEqual(column.name.text.utf8)
        return isOwnKey ? variable : makeVariable(column.name.text, bound.type)
    }

    /// Binds the keys of ORDER BY where ``scope`` holds what they can use.
    private func sortKeys(
        _ items: [SortItem], _ entries: ProjectedExpressions, _ grouping: Grouping?
    ) throws(QueryError) -> [BoundProjection.SortKey] {
        let outerMode = aggregation
        let outerItems = projectedItems
        let outerCount = groupings.count
        aggregation = grouping.map { .grouped($0) } ?? .forbidden
        projectedItems = entries
        if let grouping {
            grouping.place = .sortKey
            groupings.append(grouping)
        }
        defer {
            aggregation = outerMode
            projectedItems = outerItems
            groupings.removeLast(groupings.count - outerCount)
        }
        var keys: [BoundProjection.SortKey] = []
        for item in items {
            grouping?.hasCall = aggregates(item.expression)
            keys.append(
                BoundProjection.SortKey(
                    expression: try expression(item.expression),
                    isDescending: item.isDescending))
        }
        return keys
    }

    /// The variable that already holds the value of an expression of the projection at hand.
    func projected(_ expression: Expression) -> VariableID? {
        guard let grouping = groupings.last else {
            return projectedItems.isEmpty ? nil : entry(projectedItems, expression, isSorting: true)
        }
        let isSorting = grouping.place == .sortKey
        if isSorting, let variable = entry(projectedItems, expression, isSorting: true) {
            return variable
        }
        return entry(grouping.keys, expression, isSorting: isSorting)
            ?? entry(grouping.calls, expression, isSorting: isSorting)
    }

    private func entry(
        _ entries: ProjectedExpressions, _ expression: Expression, isSorting: Bool
    ) -> VariableID? {
        switch expression.kind {
        case .literal, .parameter: return nil
        case .variable(let name):
            // A column's name goes before what the same name meant in the columns' expressions.
            if isSorting, scope.variable(name) != nil { return nil }
        default: break
        }
        guard let entry = entries.entry(of: expression) else { return nil }
        let isHidden = localNames.contains {
            ExpressionSearch.mentions($0, in: entry.expression)
        }
        return isHidden ? nil : entry.variable
    }

    /// Binds the number behind SKIP or LIMIT, which is the same for all rows.
    func rowCount(
        _ expression: Expression?, _ clause: String
    ) throws(QueryError) -> BoundExpression? {
        guard let expression else { return nil }
        let usesRow = ExpressionSearch.contains(expression) {
            switch $0.kind {
            case .variable, .mapProjection, .patternPredicate, .patternComprehension,
                .shortestPath, .subquery:
                true
            default: false
            }
        }
        guard !usesRow else {
            throw .syntax(
                "NonConstantExpression", "the number of \(clause) cannot depend on the rows",
                expression.span, hint: "Use a number or a parameter.")
        }
        let outerItems = projectedItems
        projectedItems = ProjectedExpressions()
        defer { projectedItems = outerItems }
        let bound = try self.expression(expression)
        if case .literal(.integer(let value)) = bound.kind, value < 0 {
            throw .syntax(
                "NegativeIntegerArgument", "\(clause) takes a number that is not negative",
                expression.span)
        }
        try require(bound, .integer, "the number of \(clause)")
        return bound
    }
}
