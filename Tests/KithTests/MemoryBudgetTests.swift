import Kith
import KithTestSupport
import KithValues
import Testing

@testable import KithQuery

/// A graph that is many times larger than the memory for what is decoded gives the same answers.
@Suite("A small memory budget")
struct MemoryBudgetTests {
    private static let statements = [
        // Rows in random order, whose columns do not fit together.
        "MATCH (c:Client)-[:BOUGHT]->(p:Product) WITH c, sum(p.price) AS s, max(p.name) AS m "
            + "RETURN c.id AS id, s, m ORDER BY s DESC, id LIMIT 25",
        "MATCH (c:Client)-[:BOUGHT]->(p:Product) RETURN p.kind AS kind, c.country AS country, "
            + "count(*) AS n, sum(p.price) AS s ORDER BY kind, country",
        "MATCH (p:Product)<-[:BOUGHT]-(c:Client) WHERE p.price > 500 AND c.isActive "
            + "RETURN count(*) AS n, avg(p.weight) AS w",
        // Searches, cycles, and counts of neighbours.
        "MATCH (c:Client {id: 17})-[:FRIEND*1..3]-(f) RETURN count(DISTINCT f) AS n",
        "MATCH p = shortestPath((:Client {id: 3})-[:FRIEND*]-(:Client {id: 4400})) "
            + "RETURN length(p) AS n",
        "MATCH (a:Client)-[:FRIEND]->(b)-[:FRIEND]->(c), (a)-[:FRIEND]->(c) WHERE a.id < 200 "
            + "RETURN count(*) AS n",
        "MATCH (a:Client)-[:FRIEND]-(b)-[:FRIEND]-(c) WHERE NOT (a)-[:FRIEND]-(c) "
            + "AND a <> c AND a.id < 60 RETURN count(*) AS n",
        "MATCH (a:Client)-[:FRIEND]-(b)-[:BOUGHT]->(p) WHERE a.id % 497 = 0 "
            + "RETURN p.kind AS kind, count(DISTINCT b) AS n ORDER BY kind",
        "MATCH (c:Client) WHERE c.name CONTAINS '77' RETURN count(*) AS n, min(c.name) AS m",
    ]

    private static func fill(_ database: Database) throws {
        try database.write { transaction in
            try transaction.execute(
                """
                UNWIND range(0, 4999) AS i
                CREATE (:Client {id: i, name: 'client ' + toString(i * 7919 % 5000),
                    country: ['IR', 'DE', 'JP', 'BR'][i % 4], isActive: i % 3 > 0})
                """)
            try transaction.execute(
                """
                UNWIND range(0, 3999) AS i
                CREATE (:Product {id: i, price: i * 31 % 1000, name: 'product ' + toString(i),
                    kind: 'kind ' + toString(i % 7),
                    weight: CASE WHEN i % 5 = 0 THEN null ELSE i / 8.0 END})
                """)
            try transaction.execute("CREATE INDEX FOR (c:Client) ON (c.id)")
            try transaction.execute("CREATE INDEX FOR (p:Product) ON (p.id)")
            try transaction.execute(
                """
                MATCH (c:Client) UNWIND range(1, 3) AS k
                MATCH (p:Product {id: (c.id * 4001 + k * 2657) % 4000}) CREATE (c)-[:BOUGHT]->(p)
                """)
            try transaction.execute(
                """
                MATCH (c:Client) UNWIND range(1, 4) AS k
                MATCH (f:Client {id: (c.id + k * k * 611 + c.id % 13) % 5000})
                CREATE (c)-[:FRIEND]->(f)
                """)
        }
    }

    @Test("that could not be kept to is rounded up")
    func least() throws {
        var tiny = Database.Options()
        tiny.graph.decodedCacheBudgetInBytes = 1
        tiny.graph.storage.cacheBudgetInBytes = 1
        try Database.inMemory(options: tiny).read {
            #expect($0.graph.decodedBudgetInBytes == 1 << 20)
            // Two threads would not be worth what they have in hand.
            #expect($0.execution.threads == 1)
        }
        tiny.graph.decodedCacheBudgetInBytes = 5 << 20
        try Database.inMemory(options: tiny).read {
            #expect($0.graph.decodedBudgetInBytes == 5 << 20)
            #expect($0.execution.threads == min(2, ExecutionOptions.standard.threads))
        }
    }

    @Test("changes no answer, on one thread and on two", arguments: [60 << 10, 200 << 10])
    func answersStay(budgetInBytes: Int) throws {
        let path = "/tmp/kith-budget-\(UInt64.random(in: 0 ... .max)).kith"
        defer { _ = unlinkFile(path) }
        try Self.fill(Database.open(path))
        var small = Database.Options()
        small.graph.allowsSmallBudgets = true
        small.graph.decodedCacheBudgetInBytes = budgetInBytes
        small.graph.storage.cacheBudgetInBytes = 1 << 20
        let plenty = try Database.open(path)
        let scarce = try Database.open(path, options: small)
        for text in Self.statements {
            let query = Query(text)
            let expected = try plenty.read { try $0.rows(query).map { "\($0.values)" } }
            for threads in 1...2 {
                try scarce.read { transaction in
                    transaction.execution.threads = threads
                    transaction.execution.parallelRowsMin = 64
                    let found = try transaction.rows(query).map { "\($0.values)" }
                    #expect(found == expected, "\(threads) threads: \(text)")
                }
            }
        }
        // The memory was scarce: what was let go of would have filled it several times.
        try scarce.read { #expect($0.graph.decodedEvictedInBytes > budgetInBytes * 2) }
    }
}
