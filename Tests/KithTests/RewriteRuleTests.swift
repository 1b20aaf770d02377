import Kith
import KithTestSupport
import KithValues
import Testing

@testable import KithQuery

/// Every rewrite gives what the plan without it gives, on random graphs with loops and parallel
/// relationships.
@Suite("Rewrite rules")
struct RewriteRuleTests {
    /// Statements that rewrites apply to, each with what could go wrong with them.
    static let statements = [
        // Chains whose ends nobody looks at, with relationships of one type that must differ.
        "MATCH (a)-[:R]->(b)-[:R]->(c) RETURN count(*) AS n",
        "MATCH (a)-[:R]-(b)-[:R]-(c) RETURN count(*) AS n",
        "MATCH (a)-[:R]-(b)-[:R]-(c)-[:R]-(d) RETURN count(*) AS n",
        "MATCH (a)-[:R]-(b)-[:R]-(c) WHERE a <> c RETURN count(*) AS n",
        "MATCH (a)-[:R]->(b)<-[:R]-(c) WHERE a <> c RETURN b.k AS k, count(*) AS n, sum(b.k) AS s",
        "MATCH (a:A)-[:R|S]-(b)-[:S]->(c:B) RETURN a.k AS k, count(*) AS n, avg(a.k) AS m",
        "MATCH (a)-[:R]->(b), (b)-[:S]->(c), (b)<-[:S]-(d:A) RETURN count(*) AS n, count(DISTINCT b) AS m",
        "MATCH (a)-[x:R]->(b)-[:R]->(c) RETURN collect(x.w) AS x, count(*) AS n",
        // Cycles.
        "MATCH (a)-[:R]->(b)-[:R]->(c), (a)-[:R]->(c) RETURN count(*) AS n",
        "MATCH (a)-[:R]->(b)-[:R]->(c)-[:R]->(a) RETURN count(*) AS n",
        "MATCH (a)-[:R]-(b)-[:R]-(c)-[:R]-(a) RETURN count(*) AS n",
        "MATCH (a)-[:R|S]-(b)-[:R|S]-(c)-[:R|S]-(a) RETURN a.k AS k, count(*) AS n",
        "MATCH (a)-[:R]->(b)-[:S]->(c), (a)-[:R]->(c) RETURN c.k AS k, count(*) AS n",
        "MATCH (a)-[:R]->(b)-[:R]->(c), (a)-[:R]->(c) RETURN a.k AS a, b.k AS b, c.k AS c",
        "MATCH (a)-[:R]-(b)-[:R]-(c)-[:R]-(d)-[:R]-(a) RETURN count(*) AS n",
        "MATCH (a)-[:R]->(a)-[:R]->(b) RETURN count(*) AS n",
        // Several clauses, whose relationships may be the same.
        "MATCH (a)-[:R]->(b) MATCH (b)-[:R]->(c) RETURN count(*) AS n",
        "MATCH (a:A) MATCH (a)-[:R]-(b) MATCH (b)-[:R]-(c) WHERE c.k > 1 RETURN count(*) AS n",
        "MATCH (a)-[:R]->(b) MATCH (a)-[:R]->(c) MATCH (b)-[:R]->(c) RETURN count(*) AS n",
        "MATCH (a)-[:R]->(b) WITH b MATCH (b)-[:S]->(c) RETURN b.k AS k, count(*) AS n",
        // Optional parts.
        "MATCH (a)-[:R]->(b) OPTIONAL MATCH (b)-[:S]->(c) RETURN count(*) AS n, count(c) AS c",
        "MATCH (a)-[:R]->(b) OPTIONAL MATCH (b)-[:S]->(c) RETURN a.k AS k, count(*) AS n",
        "MATCH (a) OPTIONAL MATCH (a)-[:R]->(b:B) OPTIONAL MATCH (a)<-[:S]-(c) RETURN count(*) AS n",
        "MATCH (a) OPTIONAL MATCH (a)-[:R]->(b) OPTIONAL MATCH (b)-[:S]->(c) RETURN count(*) AS n",
        "MATCH (a)-[:S]->(b) OPTIONAL MATCH (b)-[:R]->(c)-[:S]->(d) WHERE d.k > 2 RETURN count(*) AS n",
        // Semi- and anti-joins.
        "MATCH (a)-[:R]-(b)-[:R]-(c) WHERE NOT (a)-[:R]-(c) AND a <> c RETURN count(*) AS n",
        "MATCH (a)-[:R]-(b)-[:R]->(c) WHERE (c)-[:S]->(a) AND a <> c RETURN count(*) AS n",
        "MATCH (a)-[:R]-(b)-[:R]-(c) WHERE NOT (a)<-[:R|S]-(c) RETURN count(*) AS n",
        "MATCH (a)-[:R]->(b)<-[:S]-(c) WHERE NOT (b)-[:R]-(c) AND c <> a RETURN count(*) AS n",
        "MATCH (a)-[:R]->(b) WHERE (b)-[:S]->(a) OR NOT (a)<-[:R]-(b) RETURN count(*) AS n",
        "MATCH (a) WHERE EXISTS { (a)-[:R]->() } AND NOT (a)<-[:S]-() RETURN count(*) AS n",
        "MATCH (a) RETURN COUNT { (a)-[:R]-() } AS d, count(*) AS n",
        "MATCH (a:A), (b:B) WHERE EXISTS { (a)-[:R|S]->(b) } RETURN count(*) AS n",
        "OPTIONAL MATCH (a:A {k: 99}) MATCH (b) WHERE NOT (a)-[:R]->(b) RETURN count(*) AS n",
        // Nodes and products that are only counted.
        "MATCH (a:A), (b:B) RETURN count(*) AS n",
        "MATCH (a:A), (b)-[:R]->(c:B) RETURN count(*) AS n",
        "MATCH ()-[:S]->(:B) RETURN count(*) AS n",
        "MATCH (a)-[:R*1..2]->(b)-[:S]->(c) RETURN count(*) AS n",
        // Duplicates seen by every kind of aggregate.
        "MATCH (a:A)-[:R]-(b)-[:S]-(c) RETURN a.k AS k, count(b.k) AS c, sum(a.k) AS s, "
            + "min(b.k) AS lo, max(a.k) AS hi, stDev(a.k) AS d, percentileDisc(a.k, 0.5) AS p, "
            + "collect(a.k) AS l, count(DISTINCT b.k) AS e",
        "UNWIND [1, 2, 2] AS x MATCH (a {k: x})-[:R]->(b) RETURN x, count(*) AS n",
        // Groups whose rows follow each other, and some whose rows only seem to.
        "MATCH (a)-[:R]-(b) WITH a, count(*) AS n, collect(b.k) AS l, max(b.k) AS m "
            + "RETURN a.k AS k, n, l, m",
        "MATCH (a:A)-[x:R]->(b) WITH a, a.k AS k, sum(x.w) AS s ORDER BY s DESC, k LIMIT 2 "
            + "RETURN k, s",
        "MATCH (a)-[:R]->(b)-[:S|R]->(c) WITH a, count(DISTINCT c) AS n, avg(b.k) AS m "
            + "RETURN count(*) AS r, sum(n) AS n, max(m) AS m",
        "MATCH (a)-[:R]-(b) WITH a, b.k AS k, count(*) AS n RETURN a.k AS a, k, n",
        "MATCH (a)-[:R]->(b)-[:R]->(c) WITH a, c, count(*) AS n RETURN a.k AS a, c.k AS c, n",
        "MATCH (a) UNWIND [1, 2, a.k] AS x WITH a, collect(x) AS l WHERE a.k > 0 RETURN a.k AS k, l",
        "MATCH (a)-[:R]->(b)-[:S]->(c) RETURN a.k AS k, a, count(*) AS n, sum(b.k) AS s",
        "MATCH (a)-[:R]-(b) WITH a, count(b) AS n MATCH (a)-[:S]->(c) RETURN a.k AS k, n, sum(c.k) AS s",
        // Groups by nodes that have places, also where rows turn out to have no node, or no numbers.
        "MATCH (a)-[x:R]->(b:B) WITH b, sum(x.w) AS s, max(x.w) AS hi, min(-x.w) AS lo, "
            + "count(a.k) AS n, avg(a.k) AS m RETURN b.k AS k, s, hi, lo, n, m",
        "MATCH (a)-[x:R]-(b:A) WITH b, b.k AS k, sum(x.w / 2.0) AS s, max(x.w / 4.0) AS hi, "
            + "avg(9000000000000000000 + x.w) AS m RETURN k, s, hi, m",
        "MATCH (a)-[x]-(b:A) WITH b, sum(CASE WHEN x.w % 3 <> 0 THEN x.w END) AS s, "
            + "max(CASE WHEN x.w % 5 <> 0 THEN x.w END) AS hi, "
            + "min(CASE WHEN x.w % 4 <> 0 THEN x.w ELSE 0.5 END) AS lo RETURN b.k AS k, s, hi, lo",
        "MATCH (a)-[x]->(b:B) WITH b, max(CASE WHEN x.w > 6 THEN 'text' ELSE x.w END) AS hi, "
            + "count(CASE WHEN x.w > 3 THEN 1 END) AS n RETURN b.k AS k, hi, n",
        "MATCH (b) OPTIONAL MATCH (b)-[x:R]->(a:A) WITH a, count(*) AS n, max(x.w) AS hi "
            + "RETURN a.k AS k, n, hi",
    ]

    /// A small random graph: few nodes, many relationships, loops and parallel ones among them.
    static func graph(seed: UInt64) throws -> Database {
        var random = SeededGenerator(seed: seed)
        let database = try Database.inMemory()
        let nodes = 3 + Int(random.next() % 7)
        try database.write { transaction in
            for key in 0..<nodes {
                let label = ["A", "B", "A:B", "C"][Int(random.next() % 4)]
                let text = "CREATE (:\(label) {k: \(key % 4)})"
                try transaction.execute(Query(text))
            }
            let count = Int(random.next() % UInt64(nodes * 4))
            for weight in 0..<count {
                let type = random.next() % 3 == 0 ? "S" : "R"
                let (from, to) = (random.next() % UInt64(nodes), random.next() % UInt64(nodes))
                let pair = from * UInt64(nodes) + to
                let text =
                    "MATCH (a), (b) WITH a, b ORDER BY id(a), id(b) SKIP \(pair) LIMIT 1 "
                    + "CREATE (a)-[:\(type) {w: \(weight)}]->(b)"
                try transaction.execute(Query(text))
            }
        }
        return database
    }

    /// The rows of a statement, in an order of their own.
    private func rows(_ transaction: Transaction, _ text: String) throws -> [String] {
        try transaction.rows(Query(text)).map { row in
            row.values.map { value -> String in
                guard case .list(let elements) = value else { return "\(value)" }
                return "\(elements.map { "\($0)" }.sorted())"
            }.joined(separator: " | ")
        }.sorted()
    }

    @Test("give what plans without them give", arguments: 0..<8)
    func rulesChangeNothing(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed) + 1_000)
        try Self.graph(seed: UInt64(seed)).read { transaction in
            let rules = RewriteRule.allCases.map { $0.rawValue }
            for text in Self.statements {
                transaction.execution = .standard
                transaction.execution.disabledRules = Set(rules)
                let expected = try rows(transaction, text)
                let without = rules[Int(random.next() % UInt64(rules.count))]
                for (disabled, order) in [
                    ([], nil), ([], random.next()), ([without], random.next()),
                ] {
                    transaction.execution = .standard
                    transaction.execution.disabledRules = Set(disabled)
                    transaction.execution.joinOrderSeed = order
                    if order != nil {
                        transaction.execution.batchSize = 1 + seed % 3
                        transaction.execution.threads = 2
                        transaction.execution.parallelRowsMin = 0
                    }
                    let found = try rows(transaction, text)
                    #expect(
                        found == expected,
                        "graph \(seed), without \(disabled), order \(String(describing: order)): \(text)"
                    )
                }
            }
        }
    }

    @Test("hold no longer than the counts that they rely on")
    func assumptionsAreChecked() throws {
        let database = try Database.inMemory()
        try database.execute("CREATE (:A)-[:R]->(:B), (:A)-[:R]->(:B), (:C)")
        let text = "MATCH (a:A)-[:R]->(b:B) RETURN count(*) AS n"
        let pairs = "MATCH (a:A)-[:R]->(x)<-[:R]-(b:B) RETURN count(*) AS n"
        func counts(_ transaction: Transaction) throws -> [String] {
            try [text, pairs].map { "\(try transaction.rows(Query($0)).map { $0.values })" }
        }
        let before = try database.read { try counts($0) }
        try database.write { transaction in
            try transaction.execute("MATCH (a:A), (c:C) WITH a, c LIMIT 1 CREATE (a)-[:R]->(c)")
            let within = try counts(transaction)
            #expect(within[0] == before[0])
        }
        try database.write { transaction in
            try transaction.execute("MATCH (a:A)-[:R]->(c:C) SET a:B")
            try transaction.execute("MATCH (c:C) CREATE (:A)-[:R]->(c)")
        }
        let after = try database.read { try counts($0) }
        #expect(after[0] == before[0])
        let plain = try database.read { transaction in
            transaction.execution.disabledRules = Set(RewriteRule.allCases.map { $0.rawValue })
            return try counts(transaction)
        }
        #expect(after == plain)
    }
}
