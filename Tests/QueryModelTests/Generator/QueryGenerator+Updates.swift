/// Statements that write.
extension QueryGenerator {
    /// A query that writes, and may read afterwards what it wrote.
    mutating func writingQuery() -> String {
        isWriting = true
        var clauses: [String] = []
        for _ in 0..<choices.below(3) { clauses.append(readingClause(isFirst: clauses.isEmpty)) }
        if !clauses.isEmpty, !scope.isEmpty, choices.chance(50) {
            // A total order makes what is written independent of how rows were found.
            let keys = scope.map {
                $0.kind == .node || $0.kind == .relationship ? "\($0.name).u" : $0.name
            }
            clauses.append("WITH * ORDER BY " + keys.joined(separator: ", "))
            if choices.chance(50) { clauses[clauses.count - 1] += " LIMIT \(1 + choices.below(5))" }
        }
        for _ in 0...choices.below(3) { clauses.append(update()) }
        if choices.chance(50) {
            if choices.chance(60) {
                clauses.append("WITH " + (scope.isEmpty ? "1 AS one" : "*"))
                clauses.append(readingClause(isFirst: true))
                if choices.chance(25) { clauses.append(update()) }
            }
            clauses.append("RETURN " + projection(isLast: true))
        }
        return clauses.joined(separator: " ")
    }

    private mutating func update() -> String {
        switch choices.below(16) {
        case 1, 2: return "CREATE \(creation())"
        case 3, 4, 5: return "SET \(changes())"
        case 6: return remove()
        case 7, 8: return merge()
        case 9: return delete()
        case 10, 11: return forEach()
        case 12:
            if depth < 1, !scope.isEmpty {
                let names = scope.map { $0.name }.joined(separator: ", ")
                return inOwnScope { "CALL (\(names)) { \($0.update()) }" }
            }
        default: break
        }
        return "CREATE \(newNode(nil))"
    }

    private mutating func newNode(_ name: String?) -> String {
        "(\(name ?? "")\(choices.pick([":A", "", ":B", ":A:B", ":C"])) "
            + "{p: \(any(0)), q: \(integer(1)), u: \(100 + choices.below(900))})"
    }

    private mutating func creation() -> String {
        let before = scope
        let start = freshName("n")
        let left = choices.chance(60) ? variable(.node) : nil
        let right = choices.chance(40) ? variable(.node) : nil
        let leftText = left.map { "(\($0))" } ?? newNode(start)
        let edge = freshName("r")
        let properties = "{w: \(integer(1))}"
        let type = choices.pick(["R", "S", "T", "NewType"])
        let arrow = choices.pick([("-", "->"), ("<-", "-")])
        let end = freshName("n")
        let rightText = right.map { "(\($0))" } ?? newNode(end)
        scope = before
        if left == nil { scope.append(Variable(name: start, kind: .node)) }
        scope.append(Variable(name: edge, kind: .relationship))
        if right == nil { scope.append(Variable(name: end, kind: .node)) }
        return "\(leftText)\(arrow.0)[\(edge):\(type) \(properties)]\(arrow.1)\(rightText)"
    }

    private mutating func changes() -> String {
        // Where rows share nodes it shows whether a row's changes are made before the next row's.
        if choices.chance(20), let one = variable(.node), let other = variable(.node), one != other
        {
            return "\(one).q = \(choices.below(4)), \(other).q = \(4 + choices.below(4))"
        }
        return (0...choices.below(2)).map { _ in change(entity() ?? "null") }.joined(
            separator: ", ")
    }

    private mutating func change(_ entity: String) -> String {
        guard entity != "null" else { return "(null).p = 1" }
        switch choices.below(13) {
        case 9: return "\(entity).u = \(choices.below(8))"
        case 10:
            if let other = self.entity() { return "\(entity) += \(other)" }
        case 11:
            if let other = self.entity() { return "\(entity) = \(other)" }
        case 12: if let other = self.entity() { return "\(entity).p = \(other).p" }
        case 1: return "\(entity).q = \(integer(2))"
        case 2: return "\(entity).s = \(string(2))"
        case 3: return "\(entity) += \(map(1))"
        case 4: return "\(entity) = {p: \(any(0)), u: \(entity).u}"
        case 5:
            if let node = variable(.node) { return "\(node):\(choices.pick(["A", "B", "C:A"]))" }
        case 6: return "\(entity).l = \(choices.pick(["[1, 2]", "['a']", "[]", "null", "$l"]))"
        case 7: return "\(entity)['p'] = \(any(1))"
        default: break
        }
        return "\(entity).p = \(any(1))"
    }

    private mutating func remove() -> String {
        if let node = variable(.node), choices.chance(40) {
            return "REMOVE \(node):\(choices.pick(["A", "B"]))"
        }
        guard let entity = entity() else { return "CREATE ()" }
        return "REMOVE \(entity).\(choices.pick(["p", "q", "s", "u"]))"
    }

    private mutating func merge() -> String {
        let before = scope
        let name = freshName("n")
        var text: String
        var made = [Variable(name: name, kind: .node)]
        if choices.chance(15) {
            // A whole path that may share nodes with what is there and yet is made as a whole.
            let end = freshName("n")
            let type = choices.pick(["R", "S"])
            text =
                "MERGE (\(name):\(choices.pick(["A", "B"])) {q: \(integer(0))})"
                + "-[:\(type)\(choices.chance(30) ? " {w: \(integer(0))}" : "")]->"
                + "(\(end)\(choices.pick([":A", ":B", ""])))"
            made.append(Variable(name: end, kind: .node))
        } else if choices.chance(50), let node = variable(.node) {
            let other = choices.chance(50) ? variable(.node) : nil
            let type = choices.pick(["R", "S"])
            let arrow = choices.pick([("-", "->"), ("-", "-"), ("<-", "-")])
            if let other {
                text = "MERGE (\(node))\(arrow.0)[:\(type)]\(arrow.1)(\(other))"
                made = []
            } else {
                text =
                    "MERGE (\(node))\(arrow.0)[:\(type)]\(arrow.1)"
                    + "(\(name):\(choices.pick(["A", "B"])) {q: \(integer(0))})"
            }
        } else {
            text =
                "MERGE (\(name):\(choices.pick(["A", "B", "C"])) {\(choices.pick(["q", "p"])): \(any(1))})"
        }
        scope = before + made
        if choices.chance(40) { text += " ON CREATE SET \(change(entity() ?? "null"))" }
        if choices.chance(40) { text += " ON MATCH SET \(change(entity() ?? "null"))" }
        return text
    }

    private mutating func delete() -> String {
        let targets = variables(.node) + variables(.relationship) + variables(.path)
        guard !targets.isEmpty else { return "CREATE ()" }
        let word = choices.pick(["DETACH DELETE", "DELETE"])
        if choices.chance(15) {
            return "\(word) \(choices.pick(targets)), \(choices.pick(targets))"
        }
        return "\(word) \(choices.pick(targets))"
    }

    private mutating func forEach() -> String {
        let source = choices.chance(60) ? integers(1) : list(1)
        let name = freshName("f")
        return inOwnScope { generator in
            generator.scope.append(Variable(name: name, kind: .any))
            let body = (0...generator.choices.below(2)).map { _ in generator.loopUpdate(name) }
            return "FOREACH (\(name) IN \(source) | \(body.joined(separator: " ")))"
        }
    }

    private mutating func loopUpdate(_ name: String) -> String {
        switch choices.below(5) {
        case 4:
            if depth < 2 {
                let inner = freshName("f")
                return "FOREACH (\(inner) IN [1, \(name)] | CREATE (:C {p: \(inner)}))"
            }
        case 1: if let entity = entity() { return "SET \(change(entity))" }
        case 2: return merge()
        case 3: if let entity = entity() { return "SET \(entity).q = coalesce(\(entity).q, 0) + 1" }
        default: break
        }
        return "CREATE (:\(choices.pick(["A", "B"])) {p: \(name), u: \(100 + choices.below(900))})"
    }
}
