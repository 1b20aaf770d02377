import KithTestSupport
import KithValues

/// A random small graph, as the statements that make it.
struct RandomGraph {
    /// The statements that make indexes.
    var indexes: [String] = []
    var constraints: [ModelConstraint] = []
    /// Whether indexes and constraints are made of nodes that are there already.
    var isIndexedLater = false
    /// The nodes and relationships, so that they can be left out one by one.
    var nodes: [String] = []
    var relationships: [(text: String, source: Int, target: Int)] = []

    /// How relationships lie.
    private enum Shape: CaseIterable {
        /// Anywhere.
        case scattered
        /// Many at one node.
        case hub
        /// Many between few nodes: parallel ones, loops and cycles.
        case dense
        /// In a long line, some of them back.
        case line
    }

    private static let allIndexes = [
        "CREATE INDEX FOR (n:A) ON (n.p)", "CREATE INDEX FOR (n:A) ON (n.q)",
        "CREATE INDEX FOR (n:B) ON (n.s)", "CREATE INDEX FOR (n:B) ON (n.p)",
        "CREATE INDEX FOR (n:C) ON (n.u)", "CREATE INDEX FOR ()-[r:R]-() ON (r.w)",
        "CREATE INDEX FOR (n:A) ON (n.q, n.p)", "CREATE INDEX FOR (n:B) ON (n.q, n.s)",
    ]

    init(_ choices: inout Choices, hasConstraints: Bool = false) {
        if choices.chance(60) { indexes = Self.allIndexes.filter { _ in choices.chance(40) } }
        let shape = choices.pick([Shape.scattered, .hub, .dense, .line, .scattered])
        let nodeCount =
            shape == .dense ? 1 + choices.below(4) : 1 + choices.below(shape == .hub ? 12 : 8)
        for number in 0..<nodeCount {
            let labels = choices.pick([":A", "", ":B", ":A:B", ":C", ":A:C", ":A"])
            nodes.append("\(labels) {\(Self.properties(number, &choices))}")
        }
        let count =
            switch shape {
            case .scattered: choices.below(8) + choices.below(9)
            case .hub: nodeCount + choices.below(8)
            case .dense: choices.below(10)
            case .line: nodeCount - 1 + choices.below(3)
            }
        for number in 0..<count {
            let type = choices.pick(["R", "R", "S", "T"])
            var properties = "u: \(number + 50)"
            if choices.chance(60) { properties += ", w: \(choices.below(3))" }
            if choices.chance(30) { properties += ", p: \(Self.mixed(&choices))" }
            var ends = (choices.below(nodeCount), choices.below(nodeCount))
            if shape == .hub, choices.chance(80) { ends.0 = 0 }
            if shape == .line, number < nodeCount - 1 { ends = (number, number + 1) }
            if choices.chance(25) { ends = (ends.1, ends.0) }
            relationships.append(("[:\(type) {\(properties)}]", ends.0, ends.1))
        }
        isIndexedLater = choices.chance(40)
        if hasConstraints, choices.chance(40) { addConstraints(&choices) }
    }

    /// Constraints that hold in the graph: `u` is another number in every node.
    private mutating func addConstraints(_ choices: inout Choices) {
        let kinds = [
            ModelConstraint(kind: .unique, label: "A", property: "u"),
            ModelConstraint(kind: .exists, label: "B", property: "u"),
            ModelConstraint(kind: .key, label: "B", property: "u"),
            ModelConstraint(kind: .integer, label: "A", property: "q"),
        ]
        constraints = [choices.pick(kinds)]
        if choices.chance(30) {
            constraints.append(ModelConstraint(kind: .exists, label: "C", property: "u"))
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

    /// The statements that make the whole graph.
    var statements: [String] {
        let schema = indexes + constraints.map { $0.statement }
        return isIndexedLater ? [creation] + schema : schema + [creation]
    }

    /// One statement that makes all nodes and relationships.
    private var creation: String {
        var parts = nodes.enumerated().map { "(x\($0)\($1))" }
        parts += relationships.map { "(x\($0.source))-\($0.text)->(x\($0.target))" }
        return parts.isEmpty ? "" : "CREATE " + parts.joined(separator: ", ")
    }

    /// The graphs with one part less.
    var smaller: [RandomGraph] {
        indexes.indices.map { without($0, \.indexes) }
            + constraints.indices.map { without($0, \.constraints) }
            + nodes.indices.map { without(node: $0) }
            + relationships.indices.map { without($0, \.relationships) }
    }

    private func without<Part>(
        _ index: Int, _ parts: WritableKeyPath<RandomGraph, [Part]>
    ) -> RandomGraph {
        var result = self
        result[keyPath: parts].remove(at: index)
        return result
    }

    /// The graph without one of its nodes and its relationships.
    private func without(node: Int) -> RandomGraph {
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
}

extension RandomGraph {
    /// A graph as it stands, with the indexes and constraints of another.
    init(_ graph: ModelGraph, of other: RandomGraph) {
        indexes = other.indexes
        constraints = other.constraints
        isIndexedLater = other.isIndexedLater
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
