import Kith
import KithTestSupport
import KithValues
import Testing

/// Groups and sums over many rows in the order of a scan and in random order, against what the rows
/// themselves give when they are added up one by one.
@Suite("Groups of many rows")
struct ScatteredGroupsTests {
    private static let nodeCount = 5_000
    private static let edgesPerNode = 5

    /// Nodes of several chunks; some have no kind, some of the last no number.
    private func database(seed: UInt64) throws -> Database {
        var random = SeededGenerator(seed: seed)
        let database = try Database.inMemory()
        try database.write { transaction in
            let nodes = (0..<Self.nodeCount).map { number -> Value in
                let kind = random.next() % 9
                let hasNumber = number < 4_200 || random.next() % 4 > 0
                return .list([
                    .integer(Int64(number)), kind == 0 ? .null : .string("kind \(kind)"),
                    hasNumber ? .integer(Int64(random.next() % 2_000) - 1_000) : .null,
                ])
            }
            _ = try transaction.run(
                PreparedStatement(
                    "UNWIND $nodes AS n CREATE (:N {id: n[0], kind: n[1], number: n[2]})"),
                parameters: ["nodes": .list(nodes)]
            ).collected()
            try transaction.execute("CREATE INDEX FOR (n:N) ON (n.id)")
        }
        try database.write { transaction in
            let pairs = (0..<Self.nodeCount * Self.edgesPerNode).map { _ -> Value in
                .list(
                    (0..<2).map { _ in
                        .integer(Int64(random.next() % UInt64(Self.nodeCount)))
                    })
            }
            _ = try transaction.run(
                PreparedStatement(
                    "UNWIND $pairs AS p MATCH (a:N {id: p[0]}), (b:N {id: p[1]}) "
                        + "CREATE (a)-[:R]->(b)"),
                parameters: ["pairs": .list(pairs)]
            ).collected()
        }
        return database
    }

    /// What grouping by the first column gives: rows, the sum of the second, and its greatest value.
    private func groups(_ rows: [[Value]]) -> [String] {
        var found: [String: (count: Int, sum: Int64, most: Int64?)] = [:]
        for row in rows {
            var group = found["\(row[0])"] ?? (0, 0, nil)
            group.count += 1
            if case .integer(let number) = row[1] {
                group.sum += number
                group.most = max(group.most ?? number, number)
            }
            found["\(row[0])"] = group
        }
        return found.map { key, group in
            let most = group.most.map { Value.integer($0) } ?? .null
            return "\(key) \(Value.integer(Int64(group.count))) \(Value.integer(group.sum)) \(most)"
        }.sorted()
    }

    @Test("are what adding up the rows gives", arguments: [1, 2], [2_048, 1_000])
    func agree(threads: Int, batchSize: Int) throws {
        let aggregates = "count(*) AS n, sum(x.number) AS s, max(x.number) AS hi"
        try database(seed: UInt64(threads * batchSize)).read { transaction in
            transaction.execution.threads = threads
            transaction.execution.batchSize = batchSize
            for (pattern, key) in [
                ("MATCH (k:N)-[:R]->(x:N)", "k.kind"), ("MATCH (x:N)-[:R]->(k:N)", "k.kind"),
                ("MATCH (k:N)-[:R]->(x:N)", "x.kind"), ("MATCH (x:N)", "x.kind"),
                ("MATCH (x:N) WHERE x.number > 100", "x.kind"),
                ("MATCH (k:N)-[:R]->(x:N)", "k.number % 10"),
                ("MATCH (k:N)-[:R]->(x:N)", "x.number"),
            ] {
                let plain = "\(pattern) RETURN \(key) AS k, x.number AS number"
                let rows = try transaction.rows(Query(plain)).map { $0.values }
                let grouped = "\(pattern) RETURN \(key) AS k, \(aggregates)"
                let found = try transaction.rows(Query(grouped)).map { row in
                    row.values.map { "\($0)" }.joined(separator: " ")
                }
                #expect(found.sorted() == groups(rows), "\(pattern) by \(key)")
            }
            let text = "MATCH (x:N)-[:R]->(k:N) WITH k, \(aggregates) RETURN k.id AS k, n, s, hi"
            let byNode = try transaction.rows(Query(text)).map { row in
                row.values.map { "\($0)" }.joined(separator: " ")
            }
            let rows = try transaction.rows(
                "MATCH (x:N)-[:R]->(k:N) RETURN k.id AS k, x.number AS n")
            #expect(byNode.sorted() == groups(rows.map { $0.values }))
        }
    }
}
