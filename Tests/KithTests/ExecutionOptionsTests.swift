import Kith
import KithValues
import Testing

@Suite("Execution options")
struct ExecutionOptionsTests {
    private func database() throws -> Database {
        let database = try Database.inMemory()
        try database.execute("CREATE INDEX FOR (n:Number) ON (n.value)")
        try database.execute(
            "UNWIND range(1, 200) AS i CREATE (a:Number {value: i})-[:NEXT]->(:Number {value: -i})")
        return database
    }

    private func plan(_ transaction: Transaction, _ text: String) throws -> String {
        try transaction.rows(Query("EXPLAIN " + text)).map { "\($0)" }.joined(separator: "\n")
    }

    @Test("decide whether a plan uses indexes, also after one that does was kept")
    func indexesCanBeLeftOut() throws {
        let text = "MATCH (n:Number {value: 7}) RETURN n.value AS value"
        try database().read { transaction in
            let seeking = try plan(transaction, text)
            #expect(seeking.contains("IndexSeek"))
            transaction.execution.usesIndexes = false
            let scanning = try plan(transaction, text)
            #expect(!scanning.contains("IndexSeek"))
            let rows = try transaction.rows(Query(text))
            #expect(rows.count == 1)
            transaction.execution = .standard
            let again = try plan(transaction, text)
            #expect(again == seeking)
        }
    }

    @Test("draw different orders of a pattern's steps, which give the same rows")
    func ordersAreDrawn() throws {
        let text =
            "MATCH (a:Number)-[:NEXT]->(b:Number)<-[:NEXT]-(c), (d:Number {value: 3}) "
            + "RETURN count(*) AS count UNION ALL MATCH (a:Number)-[:NEXT]->(b) RETURN count(*) AS count"
        try database().read { transaction in
            let expected = try transaction.rows(Query(text)).map { "\($0)" }
            var plans: Set<String> = []
            for seed in 0..<20 {
                transaction.execution.joinOrderSeed = UInt64(seed)
                let first = try plan(transaction, text)
                let second = try plan(transaction, text)
                #expect(second == first)
                plans.insert(first)
                let rows = try transaction.rows(Query(text)).map { "\($0)" }
                #expect(rows == expected)
            }
            #expect(plans.count > 3)
        }
    }

    @Test("bound the rows of a batch", arguments: [1, 2, 3, 2_048])
    func batchesAreBounded(size: Int) throws {
        try database().read { transaction in
            transaction.execution.batchSize = size
            let stream = try transaction.run(
                PreparedStatement("UNWIND range(1, 10) AS i RETURN i ORDER BY i DESC"))
            var sizes: [Int] = []
            while let rows = try stream.next() { sizes.append(rows.count) }
            #expect(sizes.allSatisfy { $0 <= size })
            #expect(sizes.reduce(0, +) == 10)
        }
    }
}
