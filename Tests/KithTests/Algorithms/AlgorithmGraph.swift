import Kith
import KithTestSupport
import Testing

/// A graph in a database, and the same graph as plain lists.
final class AlgorithmGraph {
    struct Edge {
        var source: Int
        var target: Int
        var type: String
        var weight: Double
    }

    let database: Database
    /// The labels of each node by key; `Node` is one of them.
    private(set) var labels: [Int: Set<String>] = [:]
    private(set) var edges: [Edge] = []
    private var nextKey = 0

    init() throws {
        database = try Database.inMemory()
        try database.execute("CREATE INDEX FOR (n:Node) ON (n.key)")
    }

    /// A random graph: several labels and types, parallel relationships, relationships of a node with
    /// itself, nodes without any, and nodes that were deleted.
    static func random(
        seed: UInt64, nodes: Int, edges: Int
    ) throws -> AlgorithmGraph {
        let graph = try AlgorithmGraph()
        var generator = SeededGenerator(seed: seed)
        try graph.database.write { transaction in
            try graph.grow(nodes: nodes, edges: edges, transaction, &generator)
        }
        try graph.database.write { transaction in
            try graph.shrink(
                nodes: min(nodes / 10, 30), edges: min(edges / 10, 30), transaction, &generator)
        }
        return graph
    }

    /// Adds nodes, and relationships between any.
    func grow(
        nodes: Int, edges: Int, _ transaction: Transaction, _ generator: inout SeededGenerator
    ) throws {
        let sets: [[String]] = [[], ["A"], ["B"], ["A", "B"]]
        for set in sets {
            let keys = (0..<nodes / sets.count + 1).map { nextKey + $0 }
            nextKey += keys.count
            let names = set.map { ":\($0)" }.joined()
            let list = keys.map(String.init).joined(separator: ", ")
            try transaction.run("UNWIND [\(list)] AS key CREATE (:Node\(names) {key: key})")
            for key in keys { labels[key] = Set(set + ["Node"]) }
        }
        // Not all nodes get relationships.
        let keys = labels.keys.sorted().dropLast(3)
        for type in ["R", "S"] {
            var rows: [String] = []
            for _ in 0..<edges / 2 {
                let source = keys.randomElement(using: &generator) ?? 0
                let target =
                    Int.random(in: 0..<12, using: &generator) == 0
                    ? source : keys.randomElement(using: &generator) ?? 0
                let weight = Double(Int.random(in: 1...20, using: &generator)) / 4
                for _ in 0..<(Int.random(in: 0..<10, using: &generator) == 0 ? 2 : 1) {
                    self.edges.append(
                        Edge(source: source, target: target, type: type, weight: weight))
                    rows.append("[\(source), \(target), \(weight)]")
                }
            }
            try transaction.run(
                """
                UNWIND [\(rows.joined(separator: ", "))] AS row
                MATCH (a:Node {key: row[0]}), (b:Node {key: row[1]})
                CREATE (a)-[:\(type) {weight: row[2]}]->(b)
                """)
        }
    }

    /// Adds relationships as they are listed, of type R.
    func connect(_ pairs: [(Int, Int)], weights: [Double]? = nil) throws {
        let keys = Set(pairs.flatMap { [$0.0, $0.1] }).sorted()
        for key in keys where labels[key] == nil { labels[key] = ["Node"] }
        let list = keys.map(String.init).joined(separator: ", ")
        let text = "UNWIND [\(list)] AS key CREATE (:Node {key: key})"
        try database.execute(Query(text))
        var rows: [String] = []
        for (index, pair) in pairs.enumerated() {
            let weight = weights?[index] ?? 1
            edges.append(Edge(source: pair.0, target: pair.1, type: "R", weight: weight))
            rows.append("[\(pair.0), \(pair.1), \(weight)]")
        }
        let relationships =
            """
            UNWIND [\(rows.joined(separator: ", "))] AS row
            MATCH (a:Node {key: row[0]}), (b:Node {key: row[1]})
            CREATE (a)-[:R {weight: row[2]}]->(b)
            """
        try database.execute(Query(relationships))
    }

    /// Deletes some nodes with their relationships, and some relationships more.
    func shrink(
        nodes: Int, edges: Int, _ transaction: Transaction, _ generator: inout SeededGenerator
    ) throws {
        for _ in 0..<nodes {
            let key = labels.keys.sorted().randomElement(using: &generator) ?? 0
            try transaction.execute("MATCH (n:Node {key: \(key)}) DETACH DELETE n")
            labels[key] = nil
            self.edges.removeAll { $0.source == key || $0.target == key }
        }
        for _ in 0..<edges {
            guard let edge = self.edges.randomElement(using: &generator) else { break }
            // All relationships between the two of this type and weight go.
            try transaction.run(
                """
                MATCH (:Node {key: \(edge.source)})-[r:\(edge.type) {weight: \(edge.weight)}]->\
                (:Node {key: \(edge.target)}) DELETE r
                """)
            self.edges.removeAll {
                $0.source == edge.source && $0.target == edge.target && $0.type == edge.type
                    && $0.weight == edge.weight
            }
        }
    }

    /// The part of the graph that options say, with nodes numbered in the order of their keys.
    func plain(
        labels wanted: [String] = [], types: [String] = [], direction: String
    ) -> PlainGraph {
        let keys = labels.keys.sorted().filter { key in
            wanted.isEmpty || !(labels[key] ?? []).isDisjoint(with: wanted)
        }
        let numbers = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
        var lists = [[PlainGraph.Edge]](repeating: [], count: keys.count)
        for edge in edges where types.isEmpty || types.contains(edge.type) {
            guard let source = numbers[edge.source], let target = numbers[edge.target] else {
                continue
            }
            if direction != "incoming" {
                lists[source].append(PlainGraph.Edge(target: target, weight: edge.weight))
            }
            if direction == "incoming" || (direction == "both" && source != target) {
                lists[target].append(PlainGraph.Edge(target: source, weight: edge.weight))
            }
        }
        return PlainGraph(keys: keys, lists: lists)
    }

    /// The values that a procedure gives, by the node's key.
    static func values(
        _ call: String, _ column: String, _ transaction: Transaction
    ) throws -> [Int: Value] {
        var found: [Int: Value] = [:]
        let text = "CALL \(call) YIELD node, \(column) RETURN node.key, \(column)"
        for row in try transaction.rows(Query(text)) {
            guard case .integer(let key) = row[0] else { continue }
            #expect(found[Int(key)] == nil, "a node comes once")
            found[Int(key)] = row[1]
        }
        return found
    }

    /// The same as numbers.
    static func numbers(
        _ call: String, _ column: String, _ transaction: Transaction
    ) throws -> [Int: Double] {
        try values(call, column, transaction).compactMapValues {
            switch $0 {
            case .integer(let value): Double(value)
            case .float(let value): value
            default: nil
            }
        }
    }
}

/// A directed graph as lists of neighbours; undirected ones list each edge at both ends.
struct PlainGraph {
    struct Edge {
        var target: Int
        var weight: Double
    }

    var keys: [Int]
    var lists: [[Edge]]

    var count: Int { keys.count }

    /// Results by key.
    func byKey<Result>(_ values: [Result]) -> [Int: Result] {
        Dictionary(uniqueKeysWithValues: zip(keys, values))
    }
}

extension Transaction {
    /// Runs a statement given as text, nothing of which is a parameter.
    func run(_ text: String) throws { try execute(Query(text)) }
}
