/// Patterns.
extension QueryGenerator {
    /// A label expression without its colon.
    mutating func labelExpression() -> String {
        choices.pick(["A", "B", "C", "A&B", "A|B", "!A", "A&!B", "(A|C)&!B", "%", "!%", "Nowhere"])
    }

    /// A label with its colon, or nothing.
    mutating func labelText() -> String {
        choices.chance(25)
            ? ":\(choices.chance(70) ? choices.pick(["A", "B", "C"]) : labelExpression())" : ""
    }

    /// `MATCH` patterns: one or two paths, or a figure of several relationships.
    mutating func pattern() -> String {
        if choices.chance(16) { return figure() }
        if choices.chance(4) { return selectedPath() }
        var text = namedPath()
        if choices.chance(20) { text += ", " + namedPath(short: true) }
        return text
    }

    private mutating func namedPath(short: Bool = false) -> String {
        let steps = short ? choices.below(2) : choices.pick([0, 1, 1, 1, 2, 2, 3])
        guard choices.chance(15) else { return path(steps: steps, named: true) }
        let name = freshName("p")
        let text = "\(name) = \(path(steps: steps, named: true))"
        scope.append(Variable(name: name, kind: .path))
        return text
    }

    /// Nodes and relationships one after the other; new names enter the scope.
    mutating func path(steps: Int, named: Bool) -> String {
        // Properties and conditions may use only what was known before the pattern.
        let before = scope
        var added: [Variable] = []
        var text = node(&added, before)
        for _ in 0..<steps {
            scope = before
            let (step, variable) = namedRelationship(quantifiable: true, isNamed: named)
            if let variable { added.append(variable) }
            text += step
            text += node(&added, before)
        }
        scope = before + added
        return text
    }

    private mutating func node(_ added: inout [Variable], _ before: [Variable]) -> String {
        let known = (before + added).filter { $0.kind == .node }.map { $0.name }
        if !known.isEmpty, choices.chance(before.isEmpty ? 10 : 25) {
            return "(\(choices.pick(known))\(choices.chance(15) ? labelText() : ""))"
        }
        scope = before
        let isNamed = choices.chance(70)
        let name = isNamed ? freshName("n") : ""
        var text = "(\(name)\(labelText())"
        if choices.chance(8) {
            text +=
                " {\(choices.pick(["p", "q", "s", "u"])): \(choices.chance(60) ? literal() : any(1))}"
        }
        if isNamed, choices.chance(8) {
            scope.append(Variable(name: name, kind: .node))
            text += " WHERE \(boolean(1))"
            scope = before
        }
        if isNamed { added.append(Variable(name: name, kind: .node)) }
        return text + ")"
    }

    mutating func literal() -> String {
        choices.pick(["1", "2", "0", "'a'", "'b'", "1.0", "true", "null", "$i"])
    }

    /// A path of which only the shortest count.
    private mutating func selectedPath() -> String {
        let before = scope
        let (path, first, last) = (freshName("p"), freshName("n"), freshName("n"))
        let start = choices.chance(40) ? variable(.node) ?? first : first
        let end = choices.chance(30) ? variable(.node) ?? last : last
        let type = choices.chance(50) ? choices.pick([":R", ":R|S", ":S"]) : ""
        let arrow = choices.pick([("-", "->"), ("-", "-"), ("<-", "-")])
        let ends = "(\(start)\(labelText()))"
        let word = choices.pick([
            "ALL SHORTEST", "ANY SHORTEST", "SHORTEST 2 GROUPS", "SHORTEST 2", "ALL SHORTEST",
        ])
        let length = choices.pick(["+", "{1,3}", "*", "{2}", "{0,2}"])
        var text = "\(path) = \(word) \(ends)"
        if choices.chance(20) { text += "\(edge(of: type))(\(labelText()))" }
        text += "\(arrow.0)[\(type)]\(arrow.1)\(length)(\(end)\(labelText()))"
        scope = before
        for name in Set([start, end]).sorted() where !before.contains(where: { $0.name == name }) {
            scope.append(Variable(name: name, kind: .node))
        }
        scope.append(Variable(name: path, kind: .path))
        return text
    }

    private mutating func edge(of type: String) -> String {
        let arrow = choices.pick([("-", "->"), ("-", "-"), ("<-", "-")])
        return "\(arrow.0)[\(type)]\(arrow.1)"
    }

    /// A node of a figure: a name, known or new, and rarely a label.
    private mutating func corner(_ name: String) -> String { "(\(name)\(labelText()))" }

    /// A relationship of a figure.
    private mutating func edge(_ added: inout [Variable]) -> (String, String) {
        var name = ""
        if choices.chance(20) {
            name = freshName("r")
            added.append(Variable(name: name, kind: .relationship))
        }
        let type = choices.chance(40) ? choices.pick([":R", ":S", ":R|S"]) : ""
        let arrow = choices.pick([("-", "->"), ("<-", "-"), ("-", "-"), ("-", "->")])
        return ("\(arrow.0)[\(name)\(type)]", arrow.1)
    }

    /// A cycle, a star, parallel relationships, or a loop; the first corner may be a known node.
    private mutating func figure() -> String {
        var added: [Variable] = []
        func noteNode(_ name: String) { added.append(Variable(name: name, kind: .node)) }
        let known = choices.chance(35) ? variable(.node) : nil
        let first = known ?? freshName("n")
        if known == nil { noteNode(first) }
        var text = ""
        switch choices.below(6) {
        case 0, 1:
            // A triangle or square; sometimes in two parts, as people write them.
            let length = choices.pick([3, 3, 4, 2])
            text = corner(first)
            var last = first
            let isSplit = choices.chance(40)
            for _ in 1..<length {
                let (left, right) = edge(&added)
                last = freshName("n")
                noteNode(last)
                text += "\(left)\(right)\(corner(last))"
            }
            let (left, right) = edge(&added)
            text += isSplit ? ", (\(last))\(left)\(right)(\(first))" : "\(left)\(right)(\(first))"
        case 2, 3:
            // A star whose ends are mostly read by nobody.
            let arms = (0..<(2 + choices.below(2))).map { arm -> String in
                let (left, right) = edge(&added)
                let isNamed = choices.chance(50)
                let end = isNamed ? freshName("n") : ""
                if isNamed { noteNode(end) }
                return "\(arm == 0 ? corner(first) : "(\(first))")\(left)\(right)\(corner(end))"
            }
            text = arms.joined(separator: ", ")
        case 4:
            let second = freshName("n")
            noteNode(second)
            let (one, other) = (edge(&added), edge(&added))
            text =
                "\(corner(first))\(one.0)\(one.1)(\(second)), "
                + "(\(first))\(other.0)\(other.1)(\(second))"
        default:
            let (left, right) = edge(&added)
            text = "\(corner(first))\(left)\(right)(\(first))"
        }
        scope += added
        return text
    }

    /// A relationship without a name.
    mutating func relationship(named: Bool, simple: Bool) -> String {
        namedRelationship(quantifiable: !simple, isNamed: named).0
    }

    /// A relationship, and the variable it introduces.
    private mutating func namedRelationship(
        quantifiable: Bool, isNamed: Bool
    ) -> (String, Variable?) {
        if quantifiable, choices.chance(5) { return quantifiedPart(isNamed: isNamed) }
        if isNamed, choices.chance(4), let known = variable(.relationship) {
            // One that an earlier clause found; within one clause that is refused.
            let arrow = choices.pick([("-", "->"), ("-", "-"), ("<-", "-")])
            return ("\(arrow.0)[\(known)]\(arrow.1)", nil)
        }
        let isLong = quantifiable && choices.chance(14)
        let name = isNamed && choices.chance(40) ? freshName("r") : ""
        var inside = name
        if choices.chance(40) {
            inside += ":" + choices.pick(["R", "S", "T", "R|S", "!R", "S|T", "%", "Unknown|R"])
        }
        var after = ""
        if isLong {
            if choices.chance(50) {
                inside += choices.pick(
                    ["*1..2", "*2", "*0..1", "*0..2", "*..2", "*1..3", "*0", "*", "*2..", "*3"])
            } else {
                after = choices.pick(
                    ["{1,2}", "{2}", "{0,1}", "{,2}", "{0,2}", "{1,3}", "+", "*", "{2,}", "{3}"])
            }
        }
        if choices.chance(4) { inside += " {\(choices.pick(["w", "p"])): \(literal())}" }
        let arrow = choices.pick([("-", "->"), ("-", "-"), ("<-", "-")])
        let body = inside.isEmpty && choices.chance(50) ? "" : "[\(inside)]"
        let variable = Variable(name: name, kind: isLong ? .relationships : .relationship)
        return (arrow.0 + body + arrow.1 + after, name.isEmpty ? nil : variable)
    }

    /// `((x)-[r]->(y) WHERE …){1,2}` between two nodes, and one of the lists that its variables are
    /// outside.
    private mutating func quantifiedPart(isNamed: Bool) -> (String, Variable?) {
        let (start, edge, end) = (freshName("g"), freshName("h"), freshName("k"))
        let group = choices.pick([
            nil, Variable(name: edge, kind: .relationships), Variable(name: start, kind: .list),
            Variable(name: end, kind: .list),
        ])
        let text = inOwnScope { generator in
            let arrow = generator.choices.pick([("-", "->"), ("-", "-"), ("<-", "-")])
            let type = generator.choices.chance(40) ? ":R" : ""
            var text = "((\(start))\(arrow.0)[\(edge)\(type)]\(arrow.1)(\(end))"
            if generator.choices.chance(30) { text += "<-[:S]-()" }
            if generator.choices.chance(50) {
                generator.scope += [
                    Variable(name: start, kind: .node), Variable(name: end, kind: .node),
                    Variable(name: edge, kind: .relationship),
                ]
                text += " WHERE \(generator.boolean(1))"
            }
            return text + ")"
                + generator.choices.pick(["{1,2}", "{0,1}", "{2}", "{1}", "+", "*", "{0,2}"])
        }
        return (text, isNamed ? group : nil)
    }
}
