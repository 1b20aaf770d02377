/// Expressions by the kind of value they should give.
extension QueryGenerator {
    mutating func expression(_ kind: Kind, _ size: Int = 2) -> String {
        switch kind {
        case .integer: integer(size)
        case .string: string(size)
        case .boolean: boolean(size)
        case .any: any(size)
        case .list: list(size)
        case .map: map(size)
        case .node: variable(.node) ?? "null"
        case .relationship: variable(.relationship) ?? "null"
        case .path: variable(.path) ?? "null"
        case .relationships: variable(.relationships) ?? "[]"
        }
    }

    /// A node or relationship to read properties of.
    mutating func entity() -> String? {
        let known = variables(.node) + variables(.relationship)
        return known.isEmpty ? nil : choices.pick(known)
    }

    mutating func integer(_ size: Int) -> String {
        let literal = String(choices.below(4))
        let way = choices.below(size > 0 ? 16 : 4)
        switch way {
        case 1, 4:
            if let entity = entity() { return "\(entity).\(choices.pick(["q", "u"]))" }
        case 2, 5: if let variable = variable(.integer) { return variable }
        case 3: return choices.pick(["$i", "null", "-1", "$n"])
        case 6, 7:
            return "(\(integer(size - 1)) \(choices.pick(["+", "-", "*"])) \(integer(size - 1)))"
        case 8: return "size(\(list(size - 1)))"
        case 9: return "coalesce(\(integer(size - 1)), \(integer(0)))"
        case 10:
            return "CASE WHEN \(boolean(size - 1)) THEN \(integer(size - 1)) "
                + (choices.chance(60) ? "ELSE \(integer(size - 1)) " : "") + "END"
        case 11:
            if depth < 2 {
                return inOwnScope {
                    $0.choices.chance(20)
                        ? "COUNT { \($0.subquery()) }" : "COUNT { \($0.subqueryBody()) }"
                }
            }
        case 12:
            if let path = variable(.path) { return "length(\(path))" }
            if let list = variable(.relationships) { return "size(\(list))" }
        case 13:
            let (sum, element) = (freshName("s"), freshName("e"))
            return "reduce(\(sum) = \(integer(0)), \(element) IN \(integers(size - 1)) "
                + "| \(sum) + \(choices.pick([element, "coalesce(\(element), 1)"])))"
        case 14: if let node = variable(.node) { return "size(labels(\(node)))" }
        case 15:
            return "CASE \(any(size - 1)) WHEN \(any(size - 1)) THEN \(integer(size - 1)) "
                + "WHEN \(any(0)) THEN \(integer(0)) ELSE \(integer(0)) END"
        default: break
        }
        return literal
    }

    mutating func string(_ size: Int) -> String {
        let literal = choices.pick(["'a'", "'b'", "'ab'", "''", "'Ä'"])
        switch choices.below(size > 0 ? 9 : 4) {
        case 1: if let entity = entity() { return "\(entity).s" }
        case 2: if let variable = variable(.string) { return variable }
        case 3: return choices.pick(["$s", "null"])
        case 4: return "(\(string(size - 1)) + \(string(size - 1)))"
        case 5: return "toUpper(\(string(size - 1)))"
        case 6: return "toString(\(integer(size - 1)))"
        case 7: if let relationship = variable(.relationship) { return "type(\(relationship))" }
        case 8: return "substring(\(string(size - 1)), 0, 1)"
        default: break
        }
        return literal
    }

    mutating func any(_ size: Int) -> String {
        switch choices.below(size > 0 ? 10 : 6) {
        case 1, 2, 6: if let entity = entity() { return "\(entity).p" }
        case 3: if let variable = variable(.any) { return variable }
        case 4: return choices.pick(["null", "0.5", "1.0", "true", "false", "2.5", "'a'"])
        case 5: return string(0)
        case 7: return choices.pick([list(size - 1), map(size - 1), boolean(size - 1)])
        case 8: return "\(list(size - 1))[\(choices.pick(["0", "1", "-1", "$i"]))]"
        case 9: return "\(map(size - 1)).p"
        default: break
        }
        return integer(size - 1)
    }

    /// A list of integers and nulls.
    mutating func integers(_ size: Int) -> String {
        switch choices.below(4) {
        case 1: return "range(\(choices.below(2)), \(choices.below(4)))"
        case 2: return "[\(integer(size)), \(integer(size - 1)), \(integer(0))]"
        case 3:
            let element = freshName("e")
            return "[\(element) IN range(0, 3) | \(element) * \(integer(0))]"
        default: return "[\(integer(0))]"
        }
    }

    mutating func list(_ size: Int) -> String {
        switch choices.below(size > 0 ? 12 : 4) {
        case 1: if let variable = variable(.list) { return variable }
        case 2: return choices.pick(["$l", "[]", "null", "[null]", "[[1, null], [], 'a']"])
        case 3: if let entity = entity() { return "\(entity).l" }
        case 4, 5:
            let count = choices.below(4)
            return "[" + (0..<count).map { _ in any(size - 1) }.joined(separator: ", ") + "]"
        case 6, 7: return comprehension(size - 1)
        case 8:
            if let path = variable(.path) {
                return choices.pick(["nodes", "relationships"]) + "(\(path))"
            }
        case 9: return "\(list(size - 1))[\(choices.pick(["0..1", "1..", "..-1"]))]"
        case 10: if depth < 2 { return patternComprehension() }
        case 11:
            if depth < 2 {
                return inOwnScope { "COLLECT { \($0.subquery()) }" }
            }
        default: break
        }
        return integers(size - 1)
    }

    private mutating func comprehension(_ size: Int) -> String {
        let source = list(size)
        let name = freshName("e")
        return inOwnScope { generator in
            generator.scope.append(Variable(name: name, kind: .any))
            let filter = generator.choices.chance(50) ? " WHERE \(generator.boolean(size))" : ""
            let result = generator.choices.chance(60) ? " | \(generator.any(size))" : ""
            return "[\(name) IN \(source)\(filter)\(result)]"
        }
    }

    private mutating func patternComprehension() -> String {
        inOwnScope { generator in
            let pattern = generator.path(steps: 1, named: false)
            let filter = generator.choices.chance(40) ? " WHERE \(generator.boolean(1))" : ""
            return "[\(pattern)\(filter) | \(generator.any(1))]"
        }
    }

    mutating func map(_ size: Int) -> String {
        switch choices.below(size > 0 ? 5 : 2) {
        case 1: return choices.pick(["$m", "{}", "null"])
        case 2: if let variable = variable(.map) { return variable }
        case 3:
            if let node = variable(.node) {
                return "\(node) {.p, .q, x: \(any(size - 1))}"
            }
        case 4: if let entity = entity() { return "properties(\(entity))" }
        default: break
        }
        return "{p: \(any(size - 1)), s: \(string(0))}"
    }

    mutating func boolean(_ size: Int) -> String {
        switch choices.below(size > 0 ? 24 : 8) {
        case 1:
            if let entity = entity() {
                return "\(entity).\(choices.pick(["p", "q", "s"])) = \(any(0))"
            }
        case 2: if let entity = entity() { return "\(entity).p IS \(negation())NULL" }
        case 3: return choices.pick(["true", "false", "null", "$b"])
        case 4: if let variable = variable(.boolean) { return variable }
        case 5: if let node = variable(.node) { return "\(node):\(labelExpression())" }
        case 6:
            if let entity = entity() {
                return "\(entity).\(choices.pick(["q", "u", "p"])) \(order()) \(integer(0))"
            }
        case 7: if let entity = entity() { return "\(entity).s STARTS WITH \(string(0))" }
        case 8, 9: return "(\(boolean(size - 1)) AND \(boolean(size - 1)))"
        case 10, 11: return "(\(boolean(size - 1)) OR \(boolean(size - 1)))"
        case 12: return "(NOT \(boolean(size - 1)))"
        case 13: return "(\(boolean(size - 1)) XOR \(boolean(size - 1)))"
        case 14: return "(\(any(size - 1)) IN \(list(size - 1)))"
        case 15: return "(\(any(size - 1)) \(choices.pick(["=", "<>"])) \(any(size - 1)))"
        case 16:
            return "(\(integer(size - 1)) \(order()) \(integer(size - 1)) \(order()) \(integer(0)))"
        case 17: return "(\(list(size - 1)) \(choices.pick(["=", "<>", "<"])) \(list(size - 1)))"
        case 18: return "(\(any(size - 1)) IS \(negation())NULL)"
        case 19, 20: if depth < 2 { return existence() }
        case 21: return quantifier(size - 1)
        case 22:
            let nodes = variables(.node)
            if nodes.count > 1 {
                return "\(choices.pick(nodes)) \(choices.pick(["=", "<>"])) \(choices.pick(nodes))"
            }
        case 23:
            return
                "(\(string(size - 1)) \(choices.pick(["CONTAINS", "ENDS WITH"])) \(string(size - 1)))"
        default: break
        }
        return "\(integer(size - 1)) \(order()) \(integer(0))"
    }

    private mutating func negation() -> String { choices.pick(["", "NOT "]) }

    private mutating func order() -> String { choices.pick(["=", "<", "<=", ">", ">=", "<>"]) }

    private mutating func existence() -> String {
        if let node = variable(.node), choices.chance(40) {
            return "(\(node))\(relationship(named: false, simple: true))(\(labelText()))"
        }
        return inOwnScope {
            $0.choices.chance(20)
                ? "EXISTS { \($0.subquery()) }" : "EXISTS { \($0.subqueryBody()) }"
        }
    }

    private mutating func quantifier(_ size: Int) -> String {
        let word = choices.pick(["any", "all", "none", "single"])
        let source = list(size)
        let name = freshName("e")
        return inOwnScope { generator in
            generator.scope.append(Variable(name: name, kind: .any))
            let test = generator.choices.pick(["\(name) = 1", "\(name) IS NULL"])
            let condition = generator.choices.chance(50) ? generator.boolean(size) : test
            return "\(word)(\(name) IN \(source) WHERE \(condition))"
        }
    }
}
