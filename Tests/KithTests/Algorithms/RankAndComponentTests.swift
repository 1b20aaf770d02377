import Kith
import KithTestSupport
import Testing

/// Whether two results agree, up to the rounding of sums in another order.
func expectEqual(
    _ found: [Int: Double], _ expected: [Int: Double], within tolerance: Double = 1e-9,
    _ comment: String
) {
    #expect(found.count == expected.count, "\(comment)")
    for (key, value) in expected {
        guard let mine = found[key] else {
            Issue.record("\(comment): node \(key) is missing")
            return
        }
        let isNear = abs(mine - value) <= tolerance * max(1, abs(value))
        #expect(isNear || mine == value, "\(comment): node \(key) has \(mine), not \(value)")
        if !isNear, mine != value { return }
    }
}

/// The choices of a projection that every algorithm is tried with.
struct ProjectionChoice: CustomTestStringConvertible {
    var labels: [String] = []
    var types: [String] = []
    var direction: String?
    var isWeighted = false

    /// The options of a call, with more of them.
    func options(_ more: String = "") -> String {
        func list(_ names: [String]) -> String {
            "[" + names.map { "'\($0)'" }.joined(separator: ", ") + "]"
        }
        var parts: [String] = []
        if !labels.isEmpty { parts.append("labels: \(list(labels))") }
        if !types.isEmpty { parts.append("types: \(list(types))") }
        if let direction { parts.append("direction: '\(direction)'") }
        if isWeighted { parts.append("weight: 'weight'") }
        if !more.isEmpty { parts.append(more) }
        return "{" + parts.joined(separator: ", ") + "}"
    }

    func plain(_ graph: AlgorithmGraph, direction standard: String) -> PlainGraph {
        graph.plain(labels: labels, types: types, direction: direction ?? standard)
    }

    var testDescription: String { options() }

    static let undirected: [ProjectionChoice] = [
        ProjectionChoice(),
        ProjectionChoice(labels: ["A"]),
        ProjectionChoice(labels: ["A", "B"], types: ["S"]),
        ProjectionChoice(labels: ["B"], types: ["R", "S"]),
        ProjectionChoice(labels: ["Node"], types: ["R"]),
    ]

    static let all: [ProjectionChoice] = ["outgoing", "incoming", "both"].flatMap { direction in
        undirected.flatMap { choice in
            [false, true].map { isWeighted in
                var result = choice
                result.direction = direction
                result.isWeighted = isWeighted
                return result
            }
        }
    }
}

/// Random graphs, and the same with what an open transaction changed.
enum AlgorithmTrial {
    static let seeds: [UInt64] = [1, 2, 3]

    static func run(
        seed: UInt64, nodes: Int = 60, edges: Int = 150,
        _ body: (AlgorithmGraph, Transaction) throws -> Void
    ) throws {
        let graph = try AlgorithmGraph.random(seed: seed, nodes: nodes, edges: edges)
        try graph.database.read { try body(graph, $0) }
        let transaction = try graph.database.beginWrite()
        defer { transaction.end() }
        var generator = SeededGenerator(seed: seed &+ 1_000)
        try graph.grow(nodes: nodes / 5, edges: edges / 5, transaction, &generator)
        try graph.shrink(
            nodes: min(nodes / 10, 20), edges: min(edges / 20, 20), transaction, &generator)
        try body(graph, transaction)
    }
}

@Suite("Degrees, ranks and components")
struct RankAndComponentTests {
    @Test("are those of the definitions", arguments: AlgorithmTrial.seeds)
    func definitions(seed: UInt64) throws {
        try AlgorithmTrial.run(seed: seed) { graph, transaction in
            for choice in ProjectionChoice.all {
                let plain = choice.plain(graph, direction: "outgoing")
                let options = choice.options("iterations: 7, tolerance: 0, damping: 0.9")
                expectEqual(
                    try AlgorithmGraph.numbers("algo.pageRank(\(options))", "score", transaction),
                    plain.byKey(
                        plain.pageRank(
                            damping: 0.9, iterations: 7, isWeighted: choice.isWeighted)),
                    "pageRank \(options)")
                expectEqual(
                    try AlgorithmGraph.numbers(
                        "algo.degree(\(choice.options()))", "score", transaction),
                    plain.byKey(plain.degrees(isWeighted: choice.isWeighted)),
                    "degree \(choice.options())")
            }
            for choice in ProjectionChoice.undirected {
                let plain = choice.plain(graph, direction: "both")
                expectSamePartition(
                    try AlgorithmGraph.numbers(
                        "algo.wcc(\(choice.options()))", "componentId", transaction),
                    plain.byKey(plain.components().map(Double.init)), "wcc \(choice.options())")
            }
        }
    }

    @Test("start walks at the sources of a personal rank", arguments: AlgorithmTrial.seeds)
    func personal(seed: UInt64) throws {
        try AlgorithmTrial.run(seed: seed) { graph, transaction in
            for choice in ProjectionChoice.all where choice.labels.isEmpty {
                let plain = choice.plain(graph, direction: "outgoing")
                let chosen = [plain.keys[1], plain.keys[5], plain.keys[9]]
                let keys = chosen.map(String.init).joined(separator: ", ")
                let options = choice.options("iterations: 5, tolerance: 0, sources: sources")
                let text =
                    """
                    MATCH (n:Node) WHERE n.key IN [\(keys)] WITH collect(n) AS sources
                    CALL algo.pageRank(\(options)) YIELD node, score RETURN node.key, score
                    """
                var found: [Int: Double] = [:]
                for row in try transaction.rows(Query(text)) {
                    guard case .integer(let key) = row[0], case .float(let score) = row[1] else {
                        continue
                    }
                    found[Int(key)] = score
                }
                expectEqual(
                    found,
                    plain.byKey(
                        plain.pageRank(
                            damping: 0.85, iterations: 5, isWeighted: choice.isWeighted,
                            sources: [1, 5, 9])), "\(options)")
            }
        }
    }

    @Test("are the same on any number of threads, over many chunks")
    func threads() throws {
        try AlgorithmTrial.run(seed: 9, nodes: 6_000, edges: 12_000) { graph, transaction in
            let plain = graph.plain(direction: "both")
            let calls = [
                ("algo.pageRank", "score", "direction: 'both', iterations: 4, tolerance: 0"),
                ("algo.pageRank", "score", "iterations: 4, weight: 'weight'"),
                ("algo.degree", "score", "direction: 'both', weight: 'weight'"),
                ("algo.wcc", "componentId", ""),
            ]
            for (name, column, more) in calls {
                var first: [Int: Double]?
                for threads in [1, 2, 5] {
                    let options = ProjectionChoice().options(
                        (more.isEmpty ? "" : more + ", ") + "threads: \(threads)")
                    let found = try AlgorithmGraph.numbers(
                        "\(name)(\(options))", column, transaction)
                    if let first { #expect(found == first, "\(name)(\(options))") }
                    first = found
                }
                guard let first else { continue }
                if name == "algo.wcc" {
                    expectSamePartition(
                        first, plain.byKey(plain.components().map(Double.init)), name)
                }
            }
        }
    }
}

/// Whether two results divide the nodes alike, whatever the numbers of the parts.
func expectSamePartition(_ found: [Int: Double], _ expected: [Int: Double], _ comment: String) {
    let keys = expected.keys.sorted()
    #expect(found.keys.sorted() == keys, "\(comment)")
    func numbers(_ parts: [Int: Double]) -> [Int] {
        PlainGraph.renumbered(keys.map { Int(parts[$0] ?? -1) })
    }
    #expect(numbers(found) == numbers(expected), "\(comment)")
}
