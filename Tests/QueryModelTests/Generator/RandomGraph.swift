import KithTestSupport
import KithValues

/// A random small graph, as the statements that make it.
struct RandomGraph {
    /// Schema statements, then one CREATE a node and a relationship, so that they can be left out
    /// one by one.
    var schema: [String] = []
    var nodes: [String] = []
    var relationships: [(text: String, source: Int, target: Int)] = []

    init(_ choices: inout Choices) {
        let indexes = [
            "CREATE INDEX FOR (n:A) ON (n.p)", "CREATE INDEX FOR (n:A) ON (n.q)",
            "CREATE INDEX FOR (n:B) ON (n.s)", "CREATE INDEX FOR (n:B) ON (n.p)",
            "CREATE INDEX FOR (n:C) ON (n.u)", "CREATE INDEX FOR ()-[r:R]-() ON (r.w)",
        ]
        if choices.chance(50) { schema = indexes.filter { _ in choices.chance(50) } }
        let nodeCount = 1 + choices.below(8)
        for number in 0..<nodeCount {
            let labels = choices.pick([":A", "", ":B", ":A:B", ":C", ":A:C", ":A"])
            nodes.append("\(labels) {\(Self.properties(number, &choices))}")
        }
        for number in 0..<(choices.below(8) + choices.below(9)) {
            let type = choices.pick(["R", "R", "S", "T"])
            var properties = "u: \(number + 50)"
            if choices.chance(60) { properties += ", w: \(choices.below(3))" }
            if choices.chance(30) { properties += ", p: \(Self.mixed(&choices))" }
            relationships.append(
                (
                    "[:\(type) {\(properties)}]", choices.below(nodeCount),
                    choices.below(nodeCount)
                ))
        }
    }

    private static func properties(_ number: Int, _ choices: inout Choices) -> String {
        var texts = ["u: \(number)"]
        if choices.chance(70) { texts.append("p: \(mixed(&choices))") }
        if choices.chance(60) { texts.append("q: \(choices.below(4))") }
        if choices.chance(60) { texts.append("s: \(choices.pick(["'a'", "'b'", "'ab'", "'Ä'"]))") }
        if choices.chance(30) { texts.append("l: \(choices.pick(["[1, 2]", "['a']", "[]"]))") }
        return texts.joined(separator: ", ")
    }

    private static func mixed(_ choices: inout Choices) -> String {
        choices.pick(["1", "2", "'a'", "1.0", "true", "0.5", "false", "'b'", "[1, 2]", "3"])
    }

    /// One statement that makes the whole graph.
    var creation: String {
        var parts = nodes.enumerated().map { "(x\($0)\($1))" }
        parts += relationships.map { "(x\($0.source))-\($0.text)->(x\($0.target))" }
        return parts.isEmpty ? "" : "CREATE " + parts.joined(separator: ", ")
    }

    /// The graph without one of its nodes and its relationships; nil when it cannot be.
    func without(node: Int) -> RandomGraph {
        var result = self
        result.nodes.remove(at: node)
        result.relationships = relationships.compactMap {
            if $0.source == node || $0.target == node { return nil }
            return (
                $0.text, $0.source > node ? $0.source - 1 : $0.source,
                $0.target > node ? $0.target - 1 : $0.target
            )
        }
        return result
    }

    /// The graph without one of its relationships.
    func without(relationship: Int) -> RandomGraph {
        var result = self
        result.relationships.remove(at: relationship)
        return result
    }
}

extension RandomGraph {
    /// A graph as it stands, with these schema statements.
    init(_ graph: ModelGraph, schema: [String]) {
        self.schema = schema
        func text(_ properties: [String: Value]) -> String {
            let entries = properties.sorted { $0.key < $1.key }
            return "{"
                + entries.map { "\($0.key): \($0.value.literalText)" }.joined(separator: ", ")
                + "}"
        }
        for node in graph.nodes {
            nodes.append(
                "\(node.labels.sorted().map { ":\($0)" }.joined()) \(text(node.properties))")
        }
        for edge in graph.relationships {
            relationships.append(
                (
                    "[:\(edge.type) \(text(edge.properties))]",
                    graph.position(node: edge.source) ?? 0, graph.position(node: edge.target) ?? 0
                ))
        }
    }
}
