/// Statements of the shapes at which rewrite rules and indexes aim, which are rare among random ones.
extension QueryGenerator {
    /// What an index of ``RandomGraph`` is asked for, or a pattern of which only the number counts.
    mutating func aimedQuery() -> String {
        choices.chance(50) ? indexedQuery() : countedQuery()
    }

    /// The labels and properties that have indexes.
    private static let indexed: [(label: String, key: String)] = [
        ("A", "p"), ("A", "q"), ("B", "s"), ("B", "p"), ("C", "u"), ("A", "q"), ("B", "q"),
    ]

    /// A condition on indexed properties, its values among the stored ones or just beside them.
    private mutating func indexedQuery() -> String {
        var clauses: [String] = []
        var value: String?
        if choices.chance(35) {
            let name = freshName("x")
            let list = choices.pick([
                "[1, 2, 1, null]", "[1.0, 1, 'a', 'ab']", "[0, 3, -1]", "$l", "range(0, 3)",
            ])
            clauses.append("UNWIND \(list) AS \(name)")
            scope.append(Variable(name: name, kind: .any))
            value = name
        }
        let name = freshName("n")
        if choices.chance(15) {
            let edge = freshName("r")
            scope.append(Variable(name: edge, kind: .relationship))
            clauses.append("MATCH ()-[\(edge):R]-() WHERE \(bound("\(edge).w", value))")
        } else {
            let (label, key) = choices.pick(Self.indexed)
            var conditions = [bound("\(name).\(key)", value)]
            if choices.chance(40) {
                let second = key == "q" ? (label == "A" ? "p" : "s") : key
                conditions.append(bound("\(name).\(second)", choices.chance(50) ? value : nil))
            }
            let word = choices.pick([" AND ", " AND ", " OR "])
            scope.append(Variable(name: name, kind: .node))
            let optional = choices.chance(25) && !clauses.isEmpty ? "OPTIONAL " : ""
            clauses.append(
                "\(optional)MATCH (\(name):\(label)) WHERE \(conditions.joined(separator: word))")
        }
        if choices.chance(25) { clauses.append("MATCH \(path(steps: 1, named: true))") }
        clauses.append("RETURN " + projection(isLast: true))
        return clauses.joined(separator: " ")
    }

    /// A condition that bounds a property.
    private mutating func bound(_ property: String, _ variable: String?) -> String {
        let plain = choices.pick(["0", "1", "2", "3", "1.0", "0.5", "'a'", "'ab'", "true", "$i"])
        let value = variable ?? plain
        switch choices.below(10) {
        case 0, 1, 2, 9: return "\(property) \(choices.pick([">=", "<=", ">", "<"])) \(value)"
        case 3, 4: return "\(value) \(choices.pick([">=", "<=", ">", "<=", "="])) \(property)"
        case 5:
            return
                "\(property) IN [\(value), \(plain), 1, 1.0, \(choices.pick(["1", "null", "'a'"]))]"
        case 6:
            return
                "\(property) STARTS WITH \(variable ?? choices.pick(["'a'", "''", "'ab'", "'Ä'"]))"
        case 7:
            let upper = choices.pick(["1", "2", "3", "'b'"])
            return
                "\(plain) \(choices.pick(["<=", "<"])) \(property) \(choices.pick(["<=", "<"])) \(upper)"
        default: return "\(property) = \(value)"
        }
    }

    /// A relationship pattern without a name.
    private mutating func way() -> String {
        let type = choices.pick([":R", ":S", "", ":R|S", ":T"])
        let arrow = choices.pick([("-", "->"), ("<-", "-"), ("-", "-")])
        return "\(arrow.0)[\(type)]\(arrow.1)"
    }

    /// A pattern, others from its nodes of which nobody reads the far end, and how many there are.
    private mutating func countedQuery() -> String {
        let (first, second, third) = (freshName("n"), freshName("n"), freshName("n"))
        var known = [first]
        var clauses = ["MATCH (\(first)\(labelText()))"]
        if choices.chance(65) {
            known.append(second)
            // A node that may be null.
            if choices.chance(30) {
                clauses.append("OPTIONAL MATCH (\(first))\(way())(\(second)\(labelText()))")
            } else {
                clauses[0] += "\(way())(\(second)\(labelText()))"
            }
        }
        if known.count == 2, choices.chance(30) {
            clauses[clauses.count - 1] += ", (\(choices.pick(known)))\(way())()"
        }
        for _ in 0...choices.below(2) {
            let word = choices.pick(["OPTIONAL MATCH", "MATCH", "OPTIONAL MATCH"])
            let near = choices.pick(known)
            switch choices.below(5) {
            case 0:
                let far = freshName("n")
                clauses.append(
                    "\(word) (\(near))\(way())(\(far)) WHERE \(far) <> \(choices.pick(known))")
            case 1:
                let far = freshName("n")
                let negation = choices.pick(["", "NOT "])
                clauses.append(
                    "\(word) (\(near))\(way())(\(far)) "
                        + "WHERE \(negation)(\(choices.pick(known)))\(way())(\(far))")
            case 2:
                clauses.append("\(word) (\(near))\(way())(), (\(choices.pick(known)))\(way())()")
            case 3: clauses.append("\(word) (\(near))\(way())(\(choices.pick(known)))")
            default: clauses.append("\(word) (\(near))\(way())()")
            }
        }
        if choices.chance(20) {
            clauses.append("MATCH (\(choices.pick(known)))\(way())(\(third))")
            known.append(third)
        }
        var items: [String] = []
        if choices.chance(50) {
            items.append("\(choices.pick(known))\(choices.pick(["", ".q", ".p"])) AS k")
        }
        for (number, text) in [
            "count(*)", "sum(\(choices.pick(known)).q)", "avg(\(choices.pick(known)).u)",
            "count(\(choices.pick(known)).p)", "count(DISTINCT \(choices.pick(known)))",
            "max(\(choices.pick(known)).p)",
        ].enumerated() where choices.chance(number == 0 ? 70 : 25) {
            items.append("\(text) AS a\(number)")
        }
        if items.isEmpty { items = ["count(*) AS a0"] }
        return clauses.joined(separator: " ") + " RETURN " + items.joined(separator: ", ")
    }
}
