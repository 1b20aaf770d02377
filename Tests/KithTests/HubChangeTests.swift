import Kith
import KithTestSupport
import Testing

/// A node with many relationships, some of them between the same two nodes, in a transaction that
/// changes them: what leads to one of its neighbours is found among its changed list.
struct HubChangeTests {
    /// The numbers of the relationships that each leaf is reached by.
    private func numbers(
        _ transaction: Transaction, _ pattern: String
    ) throws -> [Int: [Int]] {
        let text = "MATCH " + pattern + " RETURN l.i AS leaf, r.n AS number"
        let rows = try transaction.rows(Query(text))
        var found: [Int: [Int]] = [:]
        for row in rows {
            found[try row.get("leaf", as: Int.self), default: []].append(
                try row.get("number", as: Int.self))
        }
        return found.mapValues { $0.sorted() }
    }

    @Test("has the relationships that a model has, seen from either end", arguments: 1...6)
    func changes(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let database = try Database.inMemory()
        try database.execute(
            "CREATE (:Hub) WITH 1 AS x UNWIND range(0, 19) AS i CREATE (:Leaf {i: i})")
        var model: [Int: [Int]] = [:]
        var next = 0
        for _ in 0..<4 {
            try database.write { transaction in
                for _ in 0..<40 {
                    if Int.random(in: 0..<3, using: &random) > 0 {
                        let leaf = Int.random(in: 0..<20, using: &random)
                        try transaction.execute(
                            "MATCH (h:Hub), (l:Leaf {i: \(leaf)}) CREATE (h)-[:R {n: \(next)}]->(l)"
                        )
                        model[leaf, default: []].append(next)
                        next += 1
                    } else if let leaf = model.keys.sorted().randomElement(using: &random),
                        let number = model[leaf]?.randomElement(using: &random)
                    {
                        // Found from the leaf, so by its incoming edge.
                        try transaction.execute(
                            "MATCH (l:Leaf {i: \(leaf)})<-[r]-() WHERE r.n = \(number) DELETE r")
                        model[leaf] = model[leaf]?.filter { $0 != number }
                        if model[leaf]?.isEmpty == true { model[leaf] = nil }
                    }
                }
                let fromLeaves = try numbers(transaction, "(l:Leaf)<-[r]-(:Hub)")
                #expect(fromLeaves == model)
                let fromHub = try numbers(transaction, "(h:Hub)-[r]->(l)")
                #expect(fromHub == model)
            }
        }
        let gone = model.keys.filter { $0 % 2 == 0 }
        try database.execute("MATCH (l:Leaf) WHERE l.i % 2 = 0 DETACH DELETE l")
        for leaf in gone { model[leaf] = nil }
        let left = try database.read { transaction in
            try numbers(transaction, "(l:Leaf)<-[r]-(:Hub)")
        }
        #expect(left == model)
    }
}
