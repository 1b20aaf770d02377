import Kith
import KithTestSupport
import Testing

@Suite("Communities")
struct CommunityTests {
    private static let choices = ProjectionChoice.undirected.flatMap { choice in
        [false, true].map { isWeighted in
            var result = choice
            result.isWeighted = isWeighted
            return result
        }
    }

    /// The communities that a call gives for the nodes of a plain graph, and their modularity.
    private func communities(
        _ call: String, _ plain: PlainGraph, _ transaction: Transaction
    ) throws -> (parts: [Int], modularity: Double) {
        let parts = try AlgorithmGraph.numbers(call, "communityId", transaction)
        let modularity = try AlgorithmGraph.numbers(call, "modularity", transaction)
        #expect(parts.count == plain.count)
        return (plain.keys.map { Int(parts[$0] ?? -1) }, modularity.values.first ?? 0)
    }

    @Test(
        "have the modularity that they say, and no node gains by moving",
        arguments: AlgorithmTrial.seeds)
    func louvain(seed: UInt64) throws {
        try AlgorithmTrial.run(seed: seed) { graph, transaction in
            for choice in Self.choices {
                for resolution in [1, 0.5] {
                    let plain = choice.plain(graph, direction: "both")
                    let call =
                        "algo.louvain(\(choice.options("seed: \(seed), resolution: \(resolution)")))"
                    let found = try communities(call, plain, transaction)
                    let expected = plain.modularity(
                        found.parts, resolution: resolution, isWeighted: choice.isWeighted)
                    #expect(abs(found.modularity - expected) < 1e-9, "\(call)")
                    for node in 0..<plain.count {
                        for other in Set(plain.lists[node].map { found.parts[$0.target] }) {
                            var moved = found.parts
                            moved[node] = other
                            let gain =
                                plain.modularity(
                                    moved, resolution: resolution, isWeighted: choice.isWeighted)
                                - expected
                            #expect(gain < 1e-9, "\(call): \(plain.keys[node])")
                        }
                    }
                }
            }
        }
    }

    @Test("hang together where Leiden finds them", arguments: AlgorithmTrial.seeds)
    func leiden(seed: UInt64) throws {
        try AlgorithmTrial.run(seed: seed) { graph, transaction in
            for choice in Self.choices {
                let plain = choice.plain(graph, direction: "both")
                let call = "algo.leiden(\(choice.options("seed: \(seed)")))"
                let found = try communities(call, plain, transaction)
                let expected = plain.modularity(
                    found.parts, resolution: 1, isWeighted: choice.isWeighted)
                #expect(abs(found.modularity - expected) < 1e-9, "\(call)")
                var inner = plain
                for node in 0..<inner.count {
                    inner.lists[node].removeAll { found.parts[$0.target] != found.parts[node] }
                }
                #expect(
                    PlainGraph.renumbered(found.parts) == inner.components(), "\(call) falls apart")
                let other = try communities(
                    "algo.louvain(\(choice.options()))", plain, transaction)
                #expect(found.modularity > other.modularity - 0.05, "\(call)")
            }
        }
    }

    @Test("agree with most neighbours where labels are propagated", arguments: AlgorithmTrial.seeds)
    func labels(seed: UInt64) throws {
        try AlgorithmTrial.run(seed: seed) { graph, transaction in
            for choice in Self.choices {
                let plain = choice.plain(graph, direction: "both")
                let call =
                    "algo.labelPropagation(\(choice.options("seed: \(seed), iterations: 1000")))"
                let found = try AlgorithmGraph.numbers(call, "communityId", transaction)
                for node in 0..<plain.count {
                    var weights: [Double: Double] = [:]
                    for edge in plain.lists[node] {
                        weights[found[plain.keys[edge.target]] ?? -1, default: 0] +=
                            choice.isWeighted ? edge.weight : 1
                    }
                    guard let most = weights.values.max() else { continue }
                    let own = weights[found[plain.keys[node]] ?? -2] ?? 0
                    #expect(own == most, "\(call): \(plain.keys[node])")
                }
            }
        }
    }

    @Test("travel along relationships where labels have a direction")
    func directedLabels() throws {
        let graph = try AlgorithmGraph()
        try graph.connect([(1, 2), (2, 3), (3, 4), (4, 5)])
        try graph.database.read { transaction in
            let along = try AlgorithmGraph.numbers(
                "algo.labelPropagation({direction: 'outgoing'})", "communityId", transaction)
            #expect(Set(along.values).count == 1)
            let against = try AlgorithmGraph.numbers(
                "algo.labelPropagation({direction: 'incoming', iterations: 100})", "communityId",
                transaction)
            #expect(Set(against.values).count == 1)
        }
    }
}
