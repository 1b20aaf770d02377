import Kith
import KithTestSupport
import Testing

@Suite("Paths, triangles and cores")
struct PathAndCoreTests {
    @Test("are those of the definitions", arguments: AlgorithmTrial.seeds)
    func definitions(seed: UInt64) throws {
        try AlgorithmTrial.run(seed: seed, nodes: 44, edges: 90) { graph, transaction in
            for choice in ProjectionChoice.undirected {
                try compareUndirected(choice, graph, transaction)
            }
            for choice in ProjectionChoice.all where choice.labels != ["Node"] {
                try compareCentralities(choice, graph, transaction)
            }
        }
    }

    private func compareUndirected(
        _ choice: ProjectionChoice, _ graph: AlgorithmGraph, _ transaction: Transaction
    ) throws {
        let plain = choice.plain(graph, direction: "both")
        let options = choice.options()
        expectEqual(
            try AlgorithmGraph.numbers("algo.triangles(\(options))", "triangles", transaction),
            plain.byKey(plain.triangles().map(Double.init)), "triangles \(options)")
        expectEqual(
            try AlgorithmGraph.numbers("algo.triangles(\(options))", "coefficient", transaction),
            plain.byKey(plain.coefficients()), "coefficient \(options)")
        expectEqual(
            try AlgorithmGraph.numbers("algo.kCore(\(options))", "coreValue", transaction),
            plain.byKey(plain.coreNumbers().map(Double.init)), "kCore \(options)")
        let directed = choice.plain(graph, direction: "outgoing")
        expectSamePartition(
            try AlgorithmGraph.numbers("algo.scc(\(options))", "componentId", transaction),
            directed.byKey(directed.strongComponents().map(Double.init)), "scc \(options)")
    }

    private func compareCentralities(
        _ choice: ProjectionChoice, _ graph: AlgorithmGraph, _ transaction: Transaction
    ) throws {
        let plain = choice.plain(graph, direction: "outgoing")
        let options = choice.options()
        expectEqual(
            try AlgorithmGraph.numbers("algo.betweenness(\(options))", "score", transaction),
            plain.byKey(
                plain.betweenness(
                    isWeighted: choice.isWeighted, isUndirected: choice.direction == "both")),
            "betweenness \(options)")
        expectEqual(
            try AlgorithmGraph.numbers("algo.closeness(\(options))", "score", transaction),
            plain.byKey(plain.closeness(isWeighted: choice.isWeighted)), "closeness \(options)")
        expectEqual(
            try AlgorithmGraph.numbers("algo.harmonic(\(options))", "score", transaction),
            plain.byKey(plain.harmonic(isWeighted: choice.isWeighted)), "harmonic \(options)")
    }

    @Test("lead from one node to all others", arguments: AlgorithmTrial.seeds)
    func shortestPaths(seed: UInt64) throws {
        try AlgorithmTrial.run(seed: seed, nodes: 44, edges: 90) { graph, transaction in
            for choice in ProjectionChoice.all where choice.labels.isEmpty {
                let plain = choice.plain(graph, direction: "outgoing")
                let distances = plain.distances(isWeighted: choice.isWeighted)
                for source in [0, 7, 20] {
                    try comparePaths(
                        choice, plain, distances[source], from: source, transaction)
                }
            }
        }
    }

    private func comparePaths(
        _ choice: ProjectionChoice, _ plain: PlainGraph, _ distances: [Double], from source: Int,
        _ transaction: Transaction
    ) throws {
        let key = plain.keys[source]
        let options = choice.options("source: a")
        let text =
            """
            MATCH (a:Node {key: \(key)})
            CALL algo.shortestPaths(\(options)) YIELD node, distance, predecessor, path
            RETURN node.key, distance, predecessor.key, [n IN nodes(path) | n.key],
                reduce(sum = 0.0, r IN relationships(path) |
                    sum + \(choice.isWeighted ? "r.weight" : "1.0"))
            """
        var found: [Int: Double] = [:]
        for row in try transaction.rows(Query(text)) {
            guard case .integer(let end) = row[0], case .float(let distance) = row[1],
                case .list(let way) = row[3], case .float(let sum) = row[4],
                case .integer(let first) = way.first, case .integer(let last) = way.last
            else {
                Issue.record("a row of another form: \(row)")
                return
            }
            found[Int(end)] = distance
            #expect(sum == distance && first == Int64(key) && last == end, "\(options) \(row)")
            if way.count == 1 {
                #expect(row[2].isNull)
            } else if case .integer(let before) = row[2],
                case .integer(let other) = way[way.count - 2]
            {
                #expect(before == other)
            } else {
                Issue.record("no predecessor: \(row)")
            }
        }
        expectEqual(
            found, plain.byKey(distances).filter { $0.value < .infinity }, "\(options) \(key)")
        guard let far = found.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return }
        let single =
            """
            MATCH (a:Node {key: \(key)}), (b:Node {key: \(far.key)})
            CALL algo.shortestPaths(\(choice.options("source: a, target: b"))) YIELD node, distance
            RETURN node.key, distance
            """
        let rows = try transaction.rows(Query(single))
        #expect(rows.count == 1)
        if case .float(let distance) = rows.first?[1] { #expect(distance == far.value) }
    }

    @Test("are the same on any number of threads, over many chunks")
    func threads() throws {
        try AlgorithmTrial.run(seed: 4, nodes: 3_000, edges: 9_000) { _, transaction in
            let calls = [
                ("algo.triangles", "triangles", ""), ("algo.kCore", "coreValue", ""),
                ("algo.betweenness", "score", "samples: 40, seed: 3, direction: 'both'"),
                ("algo.betweenness", "score", "samples: 7, weight: 'weight'"),
                ("algo.harmonic", "score", "types: 'R', labels: 'A'"),
                ("algo.louvain", "communityId", ""),
                ("algo.louvain", "communityId", "seed: 5, weight: 'weight'"),
                ("algo.leiden", "communityId", "seed: 2"),
                ("algo.labelPropagation", "communityId", "seed: 1"),
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
            }
            try comparePathThreads(transaction)
        }
    }

    private func comparePathThreads(_ transaction: Transaction) throws {
        var first: [String]?
        for threads in [1, 2, 5] {
            let text =
                """
                MATCH (a:Node {key: 5})
                CALL algo.shortestPaths({source: a, direction: 'both', threads: \(threads)})
                YIELD node, distance, predecessor RETURN node.key, distance, predecessor.key
                """
            let rows = try transaction.rows(Query(text)).map { "\($0.values)" }
            #expect(rows.count > 1_000)
            if let first { #expect(rows == first) }
            first = rows
        }
    }
}
