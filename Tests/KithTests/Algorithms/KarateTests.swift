import Kith
import Testing

/// Published numbers of a small graph: the friendships of a karate club (Zachary 1977).
@Suite("The karate club")
struct KarateTests {
    static let friendships: [(Int, Int)] = [
        (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (1, 9), (1, 11), (1, 12), (1, 13),
        (1, 14), (1, 18), (1, 20), (1, 22), (1, 32), (2, 3), (2, 4), (2, 8), (2, 14), (2, 18),
        (2, 20), (2, 22), (2, 31), (3, 4), (3, 8), (3, 9), (3, 10), (3, 14), (3, 28), (3, 29),
        (3, 33), (4, 8), (4, 13), (4, 14), (5, 7), (5, 11), (6, 7), (6, 11), (6, 17), (7, 17),
        (9, 31), (9, 33), (9, 34), (10, 34), (14, 34), (15, 33), (15, 34), (16, 33), (16, 34),
        (19, 33), (19, 34), (20, 34), (21, 33), (21, 34), (23, 33), (23, 34), (24, 26), (24, 28),
        (24, 30), (24, 33), (24, 34), (25, 26), (25, 28), (25, 32), (26, 32), (27, 30), (27, 34),
        (28, 34), (29, 32), (29, 34), (30, 33), (30, 34), (31, 33), (31, 34), (32, 33), (32, 34),
        (33, 34),
    ]

    private func numbers(_ call: String, _ column: String) throws -> [Int: Double] {
        let graph = try AlgorithmGraph()
        try graph.connect(Self.friendships)
        return try graph.database.read { try AlgorithmGraph.numbers(call, column, $0) }
    }

    private func expect(
        _ found: [Int: Double], _ published: [Int: Double], within tolerance: Double = 5e-7
    ) {
        for (node, value) in published {
            #expect(abs((found[node] ?? -1) - value) <= tolerance, "\(node): \(found[node] ?? -1)")
        }
    }

    @Test("has the ranks that are published")
    func ranks() throws {
        let ranks = try numbers("algo.pageRank({direction: 'both'})", "score")
        expect(
            ranks,
            [34: 0.100919, 1: 0.096997, 33: 0.071693, 3: 0.057079, 2: 0.052877, 12: 0.009565])
        #expect(abs(ranks.values.reduce(0, +) - 1) < 1e-12)
        let between = try numbers("algo.betweenness({direction: 'both'})", "score")
        expect(
            between, [1: 231.0714, 34: 160.5516, 33: 76.6905, 3: 75.8508, 32: 73.0095],
            within: 5e-5)
        expect(
            try numbers("algo.closeness({direction: 'both'})", "score"),
            [1: 0.568966, 3: 0.559322, 34: 0.55])
        expect(
            try numbers("algo.harmonic({direction: 'both'})", "score"),
            [1: 0.70202, 2: 0.580808, 3: 0.636364, 4: 0.535354, 5: 0.444444])
    }

    @Test("has the triangles and cores that are published")
    func parts() throws {
        let triangles = try numbers("algo.triangles()", "triangles")
        expect(triangles, [1: 18, 2: 12, 3: 11, 33: 13, 34: 15])
        #expect(triangles.values.reduce(0, +) == 3 * 45)
        let coefficients = try numbers("algo.triangles()", "coefficient")
        #expect(abs(coefficients.values.reduce(0, +) / 34 - 0.570638) < 5e-7)
        let cores = try numbers("algo.kCore()", "coreValue")
        let deepest = cores.filter { $0.value == 4 }.keys.sorted()
        #expect(deepest == [1, 2, 3, 4, 8, 9, 14, 31, 33, 34])
        #expect(
            (1...4).map { core in cores.values.count { $0 == Double(core) } } == [1, 11, 12, 10])
        #expect(Set(try numbers("algo.wcc()", "componentId").values) == [0])
    }

    @Test("divides into communities near the best that is known")
    func communities() throws {
        for seed in 0..<5 {
            for name in ["louvain", "leiden"] {
                let call = "algo.\(name)({seed: \(seed)})"
                let modularity = try numbers(call, "modularity")[1] ?? 0
                #expect(modularity >= 0.40 && modularity <= 0.41979, "\(call): \(modularity)")
                #expect(try numbers(call, "communityId") == numbers(call, "communityId"))
            }
        }
    }
}
