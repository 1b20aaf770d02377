import Foundation

/// `grammar/kith.ebnf`, read.
public struct Grammar {
    /// The right side of a rule, or a part of one.
    public indirect enum Node {
        /// A keyword or sign.
        case terminal(String)
        /// What another rule describes.
        case rule(String)
        /// One after the other.
        case sequence([Node])
        /// One of these.
        case choice([Node])
        /// Once or not at all.
        case optional(Node)
        /// Any number of times.
        case repetition(Node)
    }

    /// The rules by name.
    public private(set) var rules: [String: Node] = [:]
    /// The names of the rules in order.
    public private(set) var names: [String] = []

    /// The folder `grammar` of the package.
    public static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("grammar")

    /// The text of a file in the folder.
    public static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// The grammar of the package.
    public static func load() throws -> Grammar { Grammar(try text("kith.ebnf")) }

    /// Reads the text of a grammar.
    public init(_ text: String) {
        var reader = Reader(tokens: Grammar.tokens(text))
        while let name = reader.next() {
            reader.expect("=")
            rules[name] = reader.choice()
            names.append(name)
            reader.expect(";")
        }
    }

    private static func tokens(_ text: String) -> [String] {
        var tokens: [String] = []
        var rest = Substring(text)
        while let first = rest.first {
            if rest.hasPrefix("(*") {
                let end = rest.range(of: "*)")?.upperBound ?? rest.endIndex
                rest = rest[end...]
            } else if first.isWhitespace {
                rest.removeFirst()
            } else if first == "'" {
                let end = rest.dropFirst().firstIndex(of: "'") ?? rest.endIndex
                tokens.append(String(rest[..<end]))
                rest = rest[end...].dropFirst()
            } else if first.isLetter {
                let word = rest.prefix { $0.isLetter }
                tokens.append(String(word))
                rest = rest.dropFirst(word.count)
            } else {
                tokens.append(String(first))
                rest.removeFirst()
            }
        }
        return tokens
    }

    private struct Reader {
        var tokens: [String]
        var index = 0

        mutating func next() -> String? {
            guard index < tokens.count else { return nil }
            index += 1
            return tokens[index - 1]
        }

        mutating func expect(_ token: String) {
            let found = next()
            precondition(found == token, "\(token) expected in the grammar, not \(found ?? "")")
        }

        func sees(_ token: String) -> Bool { index < tokens.count && tokens[index] == token }

        mutating func choice() -> Node {
            var parts = [sequence()]
            while sees("|") {
                index += 1
                parts.append(sequence())
            }
            return parts.count == 1 ? parts[0] : .choice(parts)
        }

        mutating func sequence() -> Node {
            var parts: [Node] = []
            while index < tokens.count, !["|", "]", "}", ")", ";"].contains(tokens[index]) {
                parts.append(part())
            }
            return parts.count == 1 ? parts[0] : .sequence(parts)
        }

        mutating func part() -> Node {
            let token = next() ?? ""
            switch token {
            case "[":
                let inner = choice()
                expect("]")
                return .optional(inner)
            case "{":
                let inner = choice()
                expect("}")
                return .repetition(inner)
            case "(":
                let inner = choice()
                expect(")")
                return inner
            default:
                return token.hasPrefix("'") ? .terminal(String(token.dropFirst())) : .rule(token)
            }
        }
    }

    /// Every terminal of the grammar.
    public var terminals: Set<String> {
        var found: Set<String> = []
        func walk(_ node: Node) {
            switch node {
            case .terminal(let text): found.insert(text)
            case .rule: break
            case .sequence(let parts), .choice(let parts): parts.forEach(walk)
            case .optional(let part), .repetition(let part): walk(part)
            }
        }
        rules.values.forEach(walk)
        return found
    }
}
