/// Clauses and whole queries.
extension QueryGenerator {
    /// A query that only reads.
    mutating func readingQuery() -> String {
        if choices.chance(20) { return countingQuery() }
        if choices.chance(20) { return aimedQuery() }
        var text = branch()
        if choices.chance(10) {
            // Every branch of a UNION has the same columns.
            let word = choices.pick(["UNION", "UNION ALL"])
            scope = []
            text = simpleBranch() + " \(word) "
            scope = []
            text += simpleBranch()
        }
        return text
    }

    /// Patterns of which most variables are read by nobody, and what is computed over them.
    private mutating func countingQuery() -> String {
        var clauses = ["MATCH \(pattern())\(condition(25))"]
        if choices.chance(40) {
            clauses.append(
                "\(choices.pick(["MATCH", "OPTIONAL MATCH"])) \(pattern())\(condition(20))")
        }
        if choices.chance(20) { clauses.append("WITH \(choices.chance(30) ? "DISTINCT " : "")*") }
        if scope.isEmpty, clauses.count > 1, clauses.last?.hasPrefix("WITH") == true {
            clauses.removeLast()
        }
        if choices.chance(15) { clauses.append(unwind()) }
        var items: [String] = []
        var columns: [Variable] = []
        for _ in 0..<choices.below(3) {
            let kind = choices.pick([Kind.node, .integer, .any])
            let key = kind == .node ? variable(.node) ?? "1" : expression(kind, 0)
            let name = freshName("k")
            items.append("\(key) AS \(name)")
            columns.append(Variable(name: name, kind: kind))
        }
        for _ in 0...choices.below(3) {
            let (text, kind) = aggregate()
            let name = freshName("a")
            items.append("\(text) AS \(name)")
            columns.append(Variable(name: name, kind: kind))
        }
        let isChained = choices.chance(25)
        clauses.append((isChained ? "WITH " : "RETURN ") + items.joined(separator: ", "))
        if isChained {
            scope = columns
            clauses.append("RETURN " + projection(isLast: true))
        }
        return clauses.joined(separator: " ")
    }

    private mutating func branch() -> String {
        var clauses: [String] = []
        for _ in 0..<choices.pick([1, 1, 2, 2, 1, 3, 4]) {
            clauses.append(readingClause(isFirst: clauses.isEmpty))
        }
        clauses.append("RETURN " + projection(isLast: true))
        return clauses.joined(separator: " ")
    }

    private mutating func simpleBranch() -> String {
        "\(readingClause(isFirst: true)) RETURN \(any(1)) AS x, \(integer(1)) AS y"
    }

    mutating func readingClause(isFirst: Bool) -> String {
        switch isFirst ? choices.below(8) : choices.below(16) {
        case 5: return unwind()
        case 6, 8, 9: return "OPTIONAL MATCH \(pattern())\(condition(60))"
        case 10, 11, 12, 13: return "WITH \(projection(isLast: false))"
        case 14: return callSubquery()
        default: return "MATCH \(pattern())\(condition(50))"
        }
    }

    private mutating func condition(_ percent: Int) -> String {
        choices.chance(percent) ? " WHERE \(boolean(choices.pick([1, 1, 2])))" : ""
    }

    private mutating func unwind() -> String {
        let source =
            choices.chance(15)
            ? variable(.any) ?? list(2)
            : choices.chance(15) ? "[[1, [2, null]], [], null, [3, 'a'], 4]" : list(2)
        let name = freshName("x")
        scope.append(Variable(name: name, kind: .any))
        return "UNWIND \(source) AS \(name)"
    }

    /// What stands in EXISTS and COUNT, and before the RETURN of COLLECT.
    mutating func subqueryBody() -> String {
        var text =
            "MATCH \(choices.chance(20) ? pattern() : path(steps: choices.below(2) + 1, named: true))"
        text += condition(40)
        if choices.chance(10) { text += " MATCH \(path(steps: 1, named: true))\(condition(30))" }
        if choices.chance(8) { text += " WITH " + projection(isLast: false) }
        return text
    }

    /// A whole subquery with one column.
    mutating func subquery() -> String {
        if choices.chance(10) {
            let word = choices.pick(["UNION", "UNION ALL"])
            let outer = scope
            let left = "\(subqueryBody()) RETURN \(any(1)) AS x"
            scope = outer
            return "\(left) \(word) \(subqueryBody()) RETURN \(any(1)) AS x"
        }
        let body = subqueryBody()
        let isDistinct = choices.chance(15)
        var text = body + " RETURN \(isDistinct ? "DISTINCT " : "")\(any(1)) AS x"
        if choices.chance(25) {
            text += " ORDER BY x\(choices.pick(["", " DESC"]))"
            if choices.chance(50) { text += " LIMIT \(choices.below(3))" }
        }
        return text
    }

    private mutating func callSubquery() -> String {
        if depth > 1 { return "MATCH \(pattern())" }
        let kept = scope.filter { _ in choices.chance(60) }
        var added: [Variable] = []
        let word = choices.chance(20) ? "OPTIONAL CALL" : "CALL"
        let text = inOwnScope { generator -> String in
            generator.scope = kept
            var body = generator.readingClause(isFirst: true)
            if generator.choices.chance(30) { body += " " + generator.readingClause(isFirst: true) }
            if generator.choices.chance(15) {
                body += " WITH " + generator.projection(isLast: false)
            }
            let name = generator.freshName("c")
            if generator.choices.chance(40) {
                body += " RETURN count(*) AS \(name)"
                added.append(Variable(name: name, kind: .integer))
            } else {
                let kind = generator.choices.pick([Kind.any, .node, .integer])
                body += " RETURN \(generator.expression(kind, 1)) AS \(name)"
                if generator.choices.chance(20) {
                    body += " ORDER BY \(name)\(generator.choices.pick(["", " DESC"]))"
                    if generator.choices.chance(60) {
                        body += " LIMIT \(generator.choices.below(3))"
                    }
                } else if generator.choices.chance(12) {
                    generator.scope = kept
                    body +=
                        " UNION ALL \(generator.readingClause(isFirst: true)) "
                        + "RETURN \(generator.expression(kind, 1)) AS \(name)"
                }
                added.append(Variable(name: name, kind: kind))
            }
            return "\(word) (\(kept.map { $0.name }.joined(separator: ", "))) { \(body) }"
        }
        scope += added
        return text
    }

    /// The items of WITH or RETURN and all that may follow them; the scope becomes what they give.
    mutating func projection(isLast: Bool) -> String {
        var items: [String] = []
        var next: [Variable] = []
        let aggregates = choices.chance(30)
        for variable in scope where choices.chance(aggregates ? 25 : 60) {
            items.append(variable.name)
            next.append(variable)
        }
        if choices.chance(60) || items.isEmpty && !aggregates {
            let kind = choices.pick([Kind.any, .integer, .string, .boolean, .list, .map])
            let text = expression(kind, 2)
            let name = freshName("v")
            items.append("\(text) AS \(name)")
            next.append(Variable(name: name, kind: kind))
            if aggregates, choices.chance(10), kind == .integer {
                let total = freshName("v")
                items.append("\(text) + count(*) AS \(total)")
                next.append(Variable(name: total, kind: .integer))
            }
        }
        var isDistinct = false
        if aggregates {
            for _ in 0...choices.below(2) {
                let (text, kind) = aggregate()
                let name = freshName("a")
                items.append("\(text) AS \(name)")
                next.append(Variable(name: name, kind: kind))
            }
        } else {
            isDistinct = choices.chance(20)
        }
        let old = scope
        scope = next
        var text = (isDistinct ? "DISTINCT " : "") + items.joined(separator: ", ")
        text += ordering(next, canSeeOld: !isDistinct && !aggregates ? old : [])
        if !isLast, choices.chance(30) { text += " WHERE \(boolean(2))" }
        return text
    }

    private mutating func ordering(_ columns: [Variable], canSeeOld old: [Variable]) -> String {
        guard choices.chance(35) else { return "" }
        var keys: [String] = []
        let hidden = old.filter { $0.kind == .node }
        if let first = hidden.first, choices.chance(30) {
            keys.append(
                "\(first.name).\(choices.pick(["q", "p", "u"]))\(choices.pick([""," DESC"]))")
        }
        for column in columns {
            var key = column.name
            if isWriting {
                // The ids of what the statement makes, by which entities are ordered, are open.
                if [.path, .list, .relationships].contains(column.kind) { continue }
                if [.node, .relationship].contains(column.kind) { key += ".u" }
            }
            keys.append(key + choices.pick(["", " DESC"]))
        }
        if keys.isEmpty { return "" }
        var text = " ORDER BY " + keys.joined(separator: ", ")
        if choices.chance(40) { text += " SKIP \(choices.below(4))" }
        if choices.chance(50) { text += " LIMIT \(choices.below(6))" }
        return text
    }

    private mutating func aggregate() -> (String, Kind) {
        switch choices.below(20) {
        case 12: return ("sum(DISTINCT \(integer(1)))", .integer)
        case 13: return ("avg(DISTINCT \(integer(1)))", .any)
        case 14:
            return (
                "percentileDisc(\(integer(1)), \(choices.pick(["0.5", "0", "1", "0.3"])))", .any
            )
        case 15:
            return (
                "percentileCont(\(integer(1)), \(choices.pick(["0.5", "0", "1", "0.25"])))", .any
            )
        case 16: return ("sum(\(entity().map { "\($0).u" } ?? "1"))", .integer)
        case 17: return ("collect(\(entity().map { "\($0).u" } ?? "1"))", .list)
        case 18:
            if let relationship = variable(.relationship) {
                return ("count(\(relationship))", .integer)
            }
        case 1: return ("count(\(any(1)))", .integer)
        case 2: return ("count(DISTINCT \(any(1)))", .integer)
        case 3: return ("sum(\(integer(1)))", .integer)
        case 4: return ("avg(\(integer(1)))", .any)
        case 5: return ("min(\(any(1)))", .any)
        case 6: return ("max(\(any(1)))", .any)
        case 7: return ("collect(\(any(1)))", .list)
        case 8: return ("collect(DISTINCT \(any(1)))", .list)
        case 9: return ("size(collect(\(any(1))))", .integer)
        case 10:
            if let node = variable(.node) { return ("count(DISTINCT \(node))", .integer) }
        case 11: return ("sum(\(integer(0))) + count(*)", .integer)
        default: break
        }
        return ("count(*)", .integer)
    }
}
