import Kith
import KithTestSupport
import Testing

@testable import KithQuery

/// Prepared statements that run again: plans and operators of earlier runs must not show.
struct PreparedReuseTests {
    private func database() throws -> Database {
        let database = try Database.inMemory()
        try database.execute("CREATE CONSTRAINT FOR (n:N) REQUIRE n.id IS UNIQUE")
        try database.execute("UNWIND range(0, 9) AS i CREATE (:N {id: i, name: 'n' + i})")
        try database.execute(
            "MATCH (a:N), (b:N) WHERE b.id = a.id + 1 CREATE (a)-[:NEXT {w: a.id}]->(b)")
        return database
    }

    private func first(
        _ statement: PreparedStatement, _ transaction: Transaction, _ id: Int64
    ) throws -> String {
        let result = try transaction.run(statement, parameters: ["id": .integer(id)]).collected()
        return result.rows.map { "\($0.values)" }.sorted().joined(separator: " ")
    }

    @Test("a run gives what a first run gives, whatever ran before")
    func runsAgain() throws {
        let database = try database()
        let texts = [
            "MATCH (n:N {id: $id}) RETURN n.name, n.id, $id, 7",
            "MATCH (n:N {id: $id})--(m:N) RETURN m.name",
            "MATCH (n:N {id: $id})-[:NEXT*1..3]-(m) RETURN count(DISTINCT m)",
            "MATCH (n:N) WHERE n.id < $id RETURN n.id % 3 AS k, count(*), max(n.name) ORDER BY k",
            "MATCH (a:N {id: $id}), (b:N {id: 0}), p = shortestPath((a)-[:NEXT*]-(b)) "
                + "RETURN length(p)",
            "MATCH (n:N) RETURN DISTINCT n.id / 4 AS q ORDER BY q DESC LIMIT 2",
            "MATCH (n:N) WHERE n.id < $id RETURN n.id % 3 AS k, collect(DISTINCT n.id / 4), "
                + "count(DISTINCT n), sum(n.id), avg(n.id), min(n.id), sum(n.id / 2.0) ORDER BY k",
            "MATCH (n:N {id: $id})--(m:N) RETURN m.id, m.name, count(DISTINCT n), max(n.name)",
            "MATCH (n:N) WHERE n.id <> $id RETURN count(DISTINCT n.name), collect(DISTINCT n.name)",
        ]
        for text in texts {
            let statement = try PreparedStatement(text)
            for id in [3, 5, 99, 3, 0] as [Int64] {
                let again = try database.read { try first(statement, $0, id) }
                let fresh = try database.read { try first(PreparedStatement(text), $0, id) }
                #expect(again == fresh, "\(text) with \(id)")
            }
            // An abandoned run is not used again.
            try database.read { transaction in
                _ = try transaction.run(statement, parameters: ["id": .integer(5)]).next()
            }
            try database.write { transaction in
                _ = try transaction.execute("MATCH (n:N {id: 5}) SET n.name = 'five'")
                let again = try first(statement, transaction, 5)
                let fresh = try first(PreparedStatement(text + " "), transaction, 5)
                #expect(again == fresh, "\(text) among changes")
            }
        }
    }

    /// Statements that several threads run, and in which operators keep what is theirs for the next run.
    private static let sharedOut = [
        "MATCH (n:N)-[:R]->(m:N) RETURN m.a, count(*), sum(n.id), max(n.id) ORDER BY m.a",
        "MATCH (n:N)-[:R]->(m:N) WITH m, count(n) AS f, max(n.id) AS x "
            + "RETURN count(*), sum(f), sum(x)",
        "MATCH (a:N)-[:R]-(b:N)-[:R]-(c:N) WHERE a <> c AND NOT (a)-[:R]-(c) RETURN count(*)",
        "MATCH (a:N)-[:R]->(b:N)-[:R]->(c:N), (a)-[:R]->(c) RETURN count(*)",
        "MATCH (a:N)-[:R]-(b:N)-[:R]-(c:N), (a)-[:R]-(c) RETURN a.a AS k, count(*) ORDER BY k",
        "MATCH (n:N)-[:R]->(m) RETURN n.id AS x, m.id AS y ORDER BY y DESC, x LIMIT 7",
        "MATCH (n:N)-[:R]->(m) WHERE EXISTS { (m)-[:R]->(n) } RETURN count(*)",
    ]

    /// Texts that threads number, and groups with places, of which some are not asked for.
    private static let grouped = [
        "MATCH (n:N)-[:R]->(m:N) RETURN m.s AS s, n.a AS a, count(*), sum(m.id) ORDER BY s, a",
        "MATCH (n:N)-[:R]->(m:N) RETURN m.s, n.s, count(*), max(n.id)",
        "MATCH (n:N)-[:R]->(m:N) RETURN m.a, m.s, count(*), avg(n.id)",
        "MATCH (n:N)-[:R]->(m:N) WITH m, count(n) AS f, sum(n.id) AS s LIMIT 700 "
            + "RETURN count(*), sum(f), sum(s)",
        "MATCH (n:N)-[:R]->(m:N) WITH m, count(n) AS f, sum(n.id) AS s, max(n.a) AS x "
            + "RETURN f, count(*), sum(s), sum(x) ORDER BY f",
        "MATCH (n:N)-[:R]->(m:N) WITH m, min(n.x) AS x, sum(n.x) AS s, count(n.x) AS c "
            + "RETURN count(*), sum(x), sum(s), sum(c)",
        "MATCH (n:N)-[:R]->(m:N) WITH m, avg(n.id) AS x, count(*) AS c RETURN sum(toInteger(x)), sum(c)",
    ]

    @Test("groups of texts and of nodes are those of one thread in each run")
    func groupsAgain() throws {
        let database = try Database.inMemory()
        try database.execute("CREATE CONSTRAINT FOR (n:N) REQUIRE n.id IS UNIQUE")
        try database.execute(
            "UNWIND range(0, 2999) AS i CREATE (:N {id: i, a: i % 7, s: 's' + (i * i % 31)})")
        try database.execute("MATCH (n:N) WHERE n.id % 3 = 0 REMOVE n.s SET n.x = n.id")
        // More rows in random order than texts are looked up one by one for.
        try database.execute(
            """
            MATCH (n:N) UNWIND range(1, 9) AS k
            MATCH (m:N {id: (n.id * 7 + k * k * 31) % 3000}) CREATE (n)-[:R]->(m)
            """)
        let statements = try Self.grouped.map { try PreparedStatement($0) }
        func compare(_ transaction: Transaction, _ place: String) throws {
            for statement in statements {
                for threads in [2, 1, 2, 5, 2] {
                    transaction.execution.parallelRowsMin = 0
                    transaction.execution.threads = threads
                    let again = try transaction.run(statement).collected()
                    transaction.execution.threads = 1
                    let fresh = try transaction.run(PreparedStatement(statement.text)).collected()
                    #expect(
                        again.rows.map { "\($0.values)" } == fresh.rows.map { "\($0.values)" },
                        "\(statement.text) on \(threads) threads \(place)")
                }
            }
        }
        for round in 0..<3 {
            for _ in 0..<2 { try database.read { try compare($0, "in round \(round)") } }
            try database.write { transaction in
                _ = try transaction.execute(
                    "MATCH (n:N) WHERE n.id % 9 = \(round) SET n.s = 'new' + \(round), n.x = 1")
                try compare(transaction, "among the changes of round \(round)")
            }
        }
    }

    @Test("a run on several threads gives what a first run on one gives, whatever ran before")
    func severalThreadsAgain() throws {
        let database = try Database.inMemory()
        try database.execute("CREATE CONSTRAINT FOR (n:N) REQUIRE n.id IS UNIQUE")
        try database.execute("UNWIND range(0, 2999) AS i CREATE (:N {id: i, a: i % 7})")
        try database.execute(
            """
            MATCH (n:N) UNWIND [1, 2, 3, 30, 33] AS k
            MATCH (m:N {id: (n.id + k * k) % 3000}) CREATE (n)-[:R]->(m)
            """)
        let statements = try Self.sharedOut.map { try PreparedStatement($0) }
        func compare(_ transaction: Transaction, _ place: String) throws {
            for statement in statements {
                transaction.execution.parallelRowsMin = 0
                transaction.execution.threads = 3
                let again = try transaction.run(statement).collected()
                transaction.execution.threads = 1
                let fresh = try transaction.run(PreparedStatement(statement.text)).collected()
                #expect(
                    again.rows.map { "\($0.values)" } == fresh.rows.map { "\($0.values)" },
                    "\(statement.text) \(place)")
            }
        }
        for round in 0..<4 {
            for _ in 0..<2 { try database.read { try compare($0, "in round \(round)") } }
            try database.write { transaction in
                _ = try transaction.execute(
                    "MATCH (n:N)-[r:R]->(m:N) WHERE (n.id + m.id) % 11 = \(round) DELETE r")
                _ = try transaction.execute(
                    """
                    MATCH (n:N) WHERE n.id % 10 = \(round)
                    MATCH (m:N {id: (n.id * 7 + 2) % 3000}) CREATE (n)-[:R]->(m)
                    """)
                try compare(transaction, "among the changes of round \(round)")
            }
        }
    }

    @Test("a plan of a transaction that was rolled back is not used for other names")
    func rolledBack() throws {
        let database = try database()
        let statement = try PreparedStatement("MATCH (n:N {id: $id}) RETURN n.fresh")
        let first = try database.beginWrite()
        _ = try first.execute("MATCH (n:N) SET n.fresh = 1")
        #expect(try self.first(statement, first, 2) == "[\(Value.integer(1))]")
        first.rollback()
        let second = try database.beginWrite()
        _ = try second.execute("MATCH (n:N) SET n.other = 2")
        #expect(try self.first(statement, second, 2) == "[\(Value.null)]")
        try second.commit()
        #expect(try database.read { try self.first(statement, $0, 2) } == "[\(Value.null)]")
    }

    /// What operators remember of decoded columns between runs holds only while the cache keeps them and
    /// the graph is the same.
    @Test(
        "a few values are right however often they were read, with little memory and among changes")
    func fewValues() throws {
        let path = "/tmp/kith-reuse-\(UInt64.random(in: 0 ... .max)).kith"
        defer { _ = unlinkFile(path) }
        var options = Database.Options()
        options.graph.allowsSmallBudgets = true
        options.graph.decodedCacheBudgetInBytes = 300 << 10
        let database = try Database.open(path, options: options)
        let count = 8_000 as Int64
        try database.execute("CREATE CONSTRAINT FOR (n:N) REQUIRE n.id IS UNIQUE")
        try database.execute(
            """
            UNWIND range(0, 7999) AS i
            CREATE (:N {id: i, a: i * 7, f: i / 4.0, d: date('2020-01-01') + duration({days: i % 900}),
                part: CASE WHEN i % 3 = 0 THEN null ELSE i END, mixed: CASE WHEN i > 6000 THEN 'x' ELSE i END})
            """)
        try database.execute(
            """
            MATCH (n:N) UNWIND range(1, 5) AS k
            MATCH (m:N {id: (n.id * 31 + k * k * 1777) % 8000}) CREATE (n)-[:R]->(m)
            """)
        let texts = [
            "MATCH (n:N {id: $id})-[:R]->(m) RETURN m.id, m.a + m.f AS x ORDER BY m.id, x",
            "MATCH (n:N {id: $id})-[:R]->(m) WHERE m.d > date('2021-01-01') RETURN m.d, m.id ORDER BY m.id",
            "MATCH (n:N {id: $id})-[:R]-(m) RETURN m.part, m.mixed, m.id ORDER BY m.id, m.part",
            "MATCH (n:N {id: $id})-[:R*1..2]-(m) WHERE m.a <> 70 RETURN count(DISTINCT m), sum(m.a)",
        ]
        let statements = try texts.map { try PreparedStatement($0) }
        var random = SplitMix(seed: 11)
        for round in 0..<12 {
            if round % 4 == 3 {
                let id = Int64(random.next() % UInt64(count))
                try database.execute(
                    "MATCH (n:N {id: \(id)})-[:R]->(m) SET m.a = m.a + 1, m.f = toInteger(m.f)")
            }
            for (text, statement) in zip(texts, statements) {
                for _ in 0..<6 {
                    let id = Int64(random.next() % UInt64(count))
                    try database.read { transaction in
                        let again = try transaction.run(statement, parameters: ["id": .integer(id)])
                            .collected()
                        let fresh = try transaction.rows(
                            Query(text.replacing("$id", with: "\(id)")))
                        #expect(
                            again.rows.map { "\($0.values)" } == fresh.map { "\($0.values)" },
                            "\(text) with \(id)")
                    }
                }
            }
        }
        #expect(try database.read { $0.graph.decodedEvictedInBytes } > 1 << 20)
    }
}
