import Kith

/// `kith-benchmarks algorithms DATABASE [LABEL TYPE] [--only wcc,kCore] [--threads N] [--runs N]`: graph algorithms over one type of relationships of
/// an imported graph, through the library.
///
/// The projection is made by the first call, which is reported apart; each algorithm then runs on one
/// thread and on all, in turn, so that what else the machine does meets both; or with `--threads` on so
/// many only.
enum AlgorithmWorkload {
    private struct Algorithm {
        let name: String
        let options: String
        let column: String
        let runs: Int
    }

    private static let algorithms: [Algorithm] = [
        Algorithm(
            name: "pageRank", options: "direction: 'both', iterations: 20, tolerance: 0",
            column: "score", runs: 7),
        Algorithm(name: "wcc", options: "", column: "componentId", runs: 9),
        Algorithm(name: "louvain", options: "", column: "modularity", runs: 3),
        Algorithm(name: "leiden", options: "", column: "modularity", runs: 3),
        Algorithm(name: "labelPropagation", options: "", column: "communityId", runs: 3),
        Algorithm(name: "triangles", options: "", column: "triangles", runs: 3),
        Algorithm(name: "kCore", options: "", column: "coreValue", runs: 5),
        Algorithm(name: "scc", options: "", column: "componentId", runs: 3),
        Algorithm(name: "shortestPaths", options: "source: s", column: "distance", runs: 5),
        Algorithm(
            name: "shortestPaths", options: "source: s, weight: 'since_ts'", column: "distance",
            runs: 3),
        Algorithm(
            name: "betweenness", options: "direction: 'both', samples: 16", column: "score",
            runs: 1),
    ]

    static func run(_ arguments: [String]) throws {
        guard let path = arguments.first else {
            print(
                "usage: kith-benchmarks algorithms DATABASE [LABEL TYPE] [--only NAME,…] [--threads N]"
                    + " [--runs N]")
            return
        }
        let given = Options(arguments)
        let only = given.value("--only").map { Set($0.split(separator: ",").map(String.init)) }
        let threads = given.value("--threads").flatMap(Int.init)
        let runs = given.value("--runs").flatMap(Int.init)
        let names = arguments.dropFirst().prefix { !$0.hasPrefix("--") }
        let label = names.first ?? "Customer"
        let type = names.dropFirst().first ?? "FRIEND"
        var options = Database.Options()
        options.isReadOnly = true
        let database = try Database.open(path, options: options)
        try database.read { transaction in
            var definition = ProjectionDefinition()
            definition.labels = [label]
            definition.types = [type]
            definition.direction = .both
            let start = seconds()
            let projection = try transaction.projection(definition)
            let made = seconds() - start
            print(
                "  projection: \(projection.nodes.count) nodes, \(projection.lists.edgeCount) edges,"
                    + " \(projection.sizeInBytes >> 20) MiB, \(rounded(made * 1e3, 0)) ms")
            for algorithm in algorithms where only?.contains(algorithm.name) ?? true {
                let runs = runs ?? algorithm.runs
                guard let threads else {
                    try compare(algorithm, label, type, runs, transaction)
                    continue
                }
                var times: [Double] = []
                // The first run makes what of the projection is still missing.
                for run in 0...runs {
                    let (time, _) = try once(algorithm, label, type, threads, transaction)
                    if run > 0 { times.append(time) }
                }
                print(
                    "  \(algorithm.name): \(rounded(times.median * 1e3, 2)) ms, least"
                        + " \(rounded((times.min() ?? 0) * 1e3, 2))")
            }
        }
    }

    /// The seconds that one call takes, and what it gives.
    private static func once(
        _ algorithm: Algorithm, _ label: String, _ type: String, _ threads: Int?,
        _ transaction: Transaction
    ) throws -> (seconds: Double, result: String) {
        let common =
            "labels: '\(label)', types: '\(type)'" + (threads.map { ", threads: \($0)" } ?? "")
        let more = algorithm.options.isEmpty ? "" : ", " + algorithm.options
        let source =
            algorithm.options.contains("source: s") ? "MATCH (s:\(label)) WITH s LIMIT 1 " : ""
        let text =
            source
            + "CALL algo.\(algorithm.name)({\(common)\(more)}) YIELD \(algorithm.column) "
            + "RETURN max(\(algorithm.column)), count(*)"
        let start = seconds()
        let rows = try transaction.rows(Query(text))
        return (seconds() - start, "\(rows[0][0])")
    }

    private static func compare(
        _ algorithm: Algorithm, _ label: String, _ type: String, _ runs: Int,
        _ transaction: Transaction
    ) throws {
        var times: [[Double]] = [[], []]
        var result = ""
        // The first run makes what of the projection is still missing.
        for run in 0...runs {
            for place in 0..<2 {
                let time: Double
                (time, result) = try once(
                    algorithm, label, type, place == 0 ? 1 : nil, transaction)
                if run > 0 { times[place].append(time) }
            }
        }
        print(
            "  \(algorithm.name): one thread \(rounded(times[0].median * 1e3, 1)) ms, all"
                + " \(rounded(times[1].median * 1e3, 1)) ms, ratio"
                + " \(rounded(times[0].median / times[1].median)) (of the least"
                + " \(rounded((times[0].min() ?? 0) / (times[1].min() ?? 1)))); greatest"
                + " \(algorithm.column)"
                + " \(result)")
    }
}
