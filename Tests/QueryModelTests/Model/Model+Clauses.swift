import KithLanguage
import KithValues

@testable import KithQuery

/// Clauses: each takes all rows and gives all rows.
extension Model {
    func run(_ clause: BoundClause, _ rows: [Row]) throws -> [Row] {
        try spend(rows.count)
        switch clause {
        case .match(let match): return try run(match, rows).shuffled(using: &shuffler)
        case .unwind(let list, let variable):
            return try rows.flatMap { row -> [Row] in
                switch try evaluate(list, row) {
                case .null: return []
                case .list(let elements): return elements.map { Self.with(row, variable, $0) }
                case let single: return [Self.with(row, variable, single)]
                }
            }
        case .project(let projection): return try run(projection, rows)
        case .create(let pattern): return try run(create: pattern, rows)
        case .merge(let merge): return try rows.flatMap { try run(merge, $0) }
        case .set(let changes):
            for row in rows { try apply(changes, row) }
            return rows
        case .delete(let entities, let detach):
            try delete(entities, detach, rows)
            return rows
        case .forEach(let variable, let list, let clauses):
            for row in rows {
                for element in try elements(of: list, row) ?? [] {
                    _ = try run(clauses, [Self.with(row, variable, element)])
                }
            }
            return rows
        case .callSubquery(let call): return try rows.flatMap { try run(call, $0) }
        case .callProcedure, .loadCSV: preconditionFailure("the model knows no such clause")
        }
    }

    /// CREATE for all rows. What its properties read is the graph before the clause; only where they
    /// read what the same clause makes does each row see what was made before.
    private func run(create pattern: BoundPattern, _ rows: [Row]) throws -> [Row] {
        let own = Set(pattern.newVariables)
        if pattern.expressions.contains(where: { !$0.freeVariables.isDisjoint(with: own) }) {
            return try rows.map { try create(pattern, $0, nil) }
        }
        let read = try rows.map { try properties(of: pattern, $0) }
        return try zip(rows, read).map { try create(pattern, $0, $1) }
    }

    private func run(_ match: BoundMatch, _ rows: [Row]) throws -> [Row] {
        var results: [Row] = []
        for row in rows {
            var found: [Row] = []
            for matching in try matches(match.pattern, row) {
                if let predicate = match.predicate, try truth(predicate, matching.row) != true {
                    continue
                }
                found.append(matching.row)
            }
            if found.isEmpty, match.isOptional {
                var empty = row
                for variable in match.pattern.newVariables { empty[variable.index] = .null }
                found = [empty]
            }
            results += found
        }
        return results
    }

    private func run(_ call: BoundCallSubquery, _ row: Row) throws -> [Row] {
        var results = try run(call.query, from: row)
        if call.isUnit { return [row] }
        if results.isEmpty, call.isOptional {
            results = [call.query.columns.map { _ in .null }]
        }
        return results.map { values in
            var next = row
            for (column, value) in zip(call.query.columns, values) {
                next[column.variable.index] = value
            }
            return next
        }
    }

    private func run(_ projection: BoundProjection, _ input: [Row]) throws -> [Row] {
        var rows = try projected(projection, input).flatMap { $0 }
        let skipped = try projection.skip.map { try bound($0) } ?? 0
        let kept = try projection.limit.map { try bound($0) } ?? .max
        rows = Array(rows.dropFirst(skipped).prefix(kept))
        if let predicate = projection.predicate {
            rows = try rows.filter { try truth(predicate, $0) == true }
        }
        return rows
    }

    /// The rows of WITH or RETURN before SKIP and LIMIT: groups of which each comes before the next,
    /// while the order within one is open.
    func projected(_ projection: BoundProjection, _ input: [Row]) throws -> [[Row]] {
        var rows = projection.isAggregating ? try grouped(projection, input) : input
        rows = try rows.map { row in
            var next = row
            for item in projection.items {
                next[item.variable.index] = try evaluate(item.expression, row)
            }
            return next
        }
        if projection.isDistinct {
            rows = Self.distinct(rows) { row in projection.items.map { row[$0.variable.index] } }
        }
        if projection.isAggregating || projection.isDistinct {
            rows.shuffle(using: &shuffler)
        }
        return projection.sortKeys.isEmpty ? [rows] : try sorted(rows, projection.sortKeys)
    }

    /// The number of SKIP or LIMIT.
    func bound(_ expression: BoundExpression) throws -> Int {
        let value = try evaluate(expression, Row(repeating: .null, count: variableCount))
        guard case .integer(let number) = value else {
            throw ModelError("SyntaxError", "InvalidArgumentType")
        }
        guard number >= 0 else { throw ModelError("SyntaxError", "NegativeIntegerArgument") }
        return Int(number)
    }

    /// Groups of rows with equivalent keys, in order.
    private func sorted(_ rows: [Row], _ keys: [BoundProjection.SortKey]) throws -> [[Row]] {
        let keyed = try rows.enumerated().map { position, row in
            (
                position: position, row: row,
                values: try keys.map { try evaluate($0.expression, row) }
            )
        }
        func compare(_ left: [Value], _ right: [Value]) -> Int {
            for (index, key) in keys.enumerated() {
                let order = Value.orderCompare(left[index], right[index])
                if order != 0 { return key.isDescending ? -order : order }
            }
            return 0
        }
        let ordered = keyed.sorted { left, right in
            let order = compare(left.values, right.values)
            return order == 0 ? left.position < right.position : order < 0
        }
        var groups: [(values: [Value], rows: [Row])] = []
        for entry in ordered {
            if let last = groups.indices.last, compare(groups[last].values, entry.values) == 0 {
                groups[last].rows.append(entry.row)
            } else {
                groups.append((entry.values, [entry.row]))
            }
        }
        return groups.map { $0.rows }
    }

    /// One row a group: the first of its rows, with the keys and the aggregates.
    private func grouped(_ projection: BoundProjection, _ input: [Row]) throws -> [Row] {
        var groups: [(keys: [Value], rows: [Row])] = []
        for row in input {
            let keys = try projection.groupingKeys.map { try evaluate($0.expression, row) }
            if let index = groups.firstIndex(where: { Self.areEquivalent($0.keys, keys) }) {
                groups[index].rows.append(row)
            } else {
                groups.append((keys, [row]))
            }
        }
        if groups.isEmpty, projection.groupingKeys.isEmpty { groups = [([], [])] }
        return try groups.map { group in
            var result = group.rows.first ?? Row(repeating: .null, count: variableCount)
            for (key, value) in zip(projection.groupingKeys, group.keys) {
                result[key.variable.index] = value
            }
            for aggregate in projection.aggregates {
                result[aggregate.variable.index] = try self.aggregate(aggregate, group.rows)
            }
            return result
        }
    }
}
