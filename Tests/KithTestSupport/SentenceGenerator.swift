/// Makes random sentences of the grammar.
///
/// What the grammar's remarks say beside the rules is said here in code: see ``special(_:)``.
public struct SentenceGenerator {
    private let grammar: Grammar
    /// From this length on a sentence comes to its end.
    private let tokenCountMax = 80
    private var random: SeededGenerator
    private var minimumDepths: [String: Int] = [:]
    private var tokens: [String] = []
    private var brackets = 0
    /// The numbers of open brackets at which a `|` would end the expression.
    private var bars: [Int] = []
    private var isInShow = false
    private var hasLength = false

    /// Makes a generator whose sentences depend on the seed alone.
    public init(_ grammar: Grammar, seed: UInt64) {
        self.grammar = grammar
        random = SeededGenerator(seed: seed)
        computeMinimumDepths()
    }

    /// A sentence of `rule`, tokens separated by blanks.
    public mutating func sentence(of rule: String, depthMax: Int) -> String {
        tokens = []
        brackets = 0
        bars = []
        isInShow = false
        hasLength = false
        emit(.rule(rule), depth: depthMax)
        return tokens.joined(separator: " ")
    }

    /// Whether more than what must be may be added.
    private var isShort: Bool { tokens.count < tokenCountMax }

    private mutating func computeMinimumDepths() {
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for name in grammar.names {
                guard let body = grammar.rules[name], let depth = minimumDepth(body),
                    depth + 1 < minimumDepths[name] ?? Int.max
                else { continue }
                minimumDepths[name] = depth + 1
                hasChanged = true
            }
        }
    }

    /// The least depth of rules below `node`; nil as long as it is not known.
    private func minimumDepth(_ node: Grammar.Node) -> Int? {
        switch node {
        case .terminal, .optional, .repetition: return 0
        case .rule(let name): return name == name.uppercased() ? 0 : minimumDepths[name]
        case .sequence(let parts):
            var depth = 0
            for part in parts {
                guard let inner = minimumDepth(part) else { return nil }
                depth = max(depth, inner)
            }
            return depth
        case .choice(let parts): return parts.compactMap { minimumDepth($0) }.min()
        }
    }

    private mutating func emit(_ node: Grammar.Node, depth: Int) {
        switch node {
        case .terminal(let text): terminal(text)
        case .rule(let name): rule(name, depth: depth)
        case .sequence(let parts): for part in parts { emit(part, depth: depth) }
        case .choice(let parts):
            let possible = isShort ? parts.filter { (minimumDepth($0) ?? 99) < depth } : []
            if let choice = possible.randomElement(using: &random) {
                emit(choice, depth: depth)
            } else {
                let depths = parts.map { minimumDepth($0) ?? 99 }
                let least = depths.min() ?? 0
                emit(parts[depths.firstIndex(of: least) ?? 0], depth: depth)
            }
        case .optional(let part):
            if isShort, depth > 0, random.next() % 100 < 35 { emit(part, depth: depth - 1) }
        case .repetition(let part):
            while isShort, depth > 0, random.next() % 100 < 20 { emit(part, depth: depth - 1) }
        }
    }

    private mutating func terminal(_ text: String) {
        switch text {
        case "(", "[", "{", "CASE": brackets += 1
        case ")", "]", "}", "END": brackets -= 1
        default: break
        }
        tokens.append(text)
    }

    private mutating func rule(_ name: String, depth: Int) {
        if special(name, depth: depth) { return }
        switch name {
        case "NAME", "VARIABLE": tokens.append(pick(["a", "b", "n", "Person", "`x y`", "größe"]))
        case "INTEGER": tokens.append(pick(["0", "1", "42", "0xff", "0o17", "1_000"]))
        case "FLOAT": tokens.append(pick(["1.5", ".5", "1e3", "2.5E-3", "3d"]))
        case "STRING": tokens.append(pick(["'a'", "\"b\"", "'it''s'", "'\\n\\u00e9'", "''"]))
        case "PARAMETER": tokens.append(pick(["$a", "$1", "$`x y`"]))
        default:
            guard let body = grammar.rules[name] else {
                preconditionFailure("there is no rule \(name)")
            }
            emit(body, depth: depth - 1)
        }
    }

    private mutating func pick(_ words: [String]) -> String {
        words.randomElement(using: &random) ?? ""
    }

    /// Emits the rules with a remark in the grammar; false for all others.
    private mutating func special(_ name: String, depth: Int) -> Bool {
        switch name {
        case "expressionBeforeBar", "expressionList":
            // An element `x IN list` with a `|` behind it would be a comprehension.
            bars.append(brackets)
            emit(grammar.rules[name] ?? .sequence([]), depth: depth - 1)
            bars.removeLast()
        case "labelExpression" where bars.last == brackets: rule("labelTerm", depth: depth - 1)
        case "valueType" where bars.last == brackets: rule("singleType", depth: depth - 1)
        case "showStatement":
            isInShow = true
            emit(grammar.rules[name] ?? .sequence([]), depth: depth - 1)
            isInShow = false
        case "query" where isInShow:
            isInShow = false
            rule(name, depth: depth)
            isInShow = true
        case "yieldItems" where !isInShow: rule("yieldItem", depth: depth - 1)
        case "variableLength":
            hasLength = true
            emit(grammar.rules[name] ?? .sequence([]), depth: depth - 1)
        case "relationshipPattern":
            let outer = hasLength
            hasLength = false
            rule("relationshipArrow", depth: depth - 1)
            if !hasLength, random.next() % 4 == 0 { rule("pathQuantifier", depth: depth - 1) }
            hasLength = outer
        case "pathQuantifier":
            for token in pick(["+", "*", "{ 2 }", "{ 1 , 3 }", "{ , 3 }", "{ 1 , }"])
                .split(separator: " ")
            {
                terminal(String(token))
            }
        case "pathCount": tokens.append(pick(["2", "$k"]))
        case "schemaTargetBody": tokens += ["n", ":", "Person"]
        case "schemaProperty": tokens += ["n", ".", "name"]
        case "listElementType":
            // Without it, a `<` of a comparison would begin it.
            terminal("<")
            rule("valueType", depth: depth - 1)
            terminal(">")
        case "sum", "comparison": infix(name, depth: depth)
        default: return false
        }
        return true
    }

    /// Emits operators, but no `-` or `<` behind `)`: that could be a pattern.
    private mutating func infix(_ name: String, depth: Int) {
        let operand = name == "sum" ? "product" : "predicate"
        let operators = name == "sum" ? ["+", "-", "||"] : ["=", "<>", "<", "<=", ">", ">="]
        rule(operand, depth: depth - 1)
        while isShort, depth > 0, random.next() % 100 < 20 {
            let sign = pick(operators)
            let isPattern = tokens.last == ")" && (sign == "-" || sign == "<")
            tokens.append(isPattern ? operators[0] : sign)
            rule(operand, depth: depth - 1)
        }
    }
}
