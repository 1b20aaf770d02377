import Kith
import KithQuery
import KithTestSupport
import KithValues
import Testing

/// Statements that change much at once do what one statement a row does, in whatever order things
/// happen inside.
@Suite("Statements for many rows")
struct BulkStatementTests {
    private static let creations = [
        "CREATE (:Note {id: r.i, body: r.b})",
        "CREATE (n:Note:Extra {id: r.i, body: r.b, body: r.x})",
        "CREATE (n:Note {id: r.i})-[:ABOUT {weight: r.x}]->(m:Thing {body: r.b})<-[:ABOUT]-(n)",
        "MATCH (c:Customer {id: r.c}) CREATE (c)-[:WROTE {at: r.i}]->(:Note {id: r.i, body: r.b})",
        "MATCH (c:Customer {id: r.c}), (d:Customer {id: r.d}) CREATE (c)<-[:KNOWS {since: r.x}]-(d)",
        "CREATE (a:Note {id: r.i})-[:NEXT]->(:Note {id: a.id + 1000})",
        "MERGE (c:Customer {id: r.c}) CREATE (c)-[:HAS]->(:Note {body: r.b})",
    ]
    private static let changes = [
        "MATCH (c:Customer {id: r.c}) SET c.name = r.b",
        "MATCH (c:Customer {id: r.c}) SET c.name = r.b, c.score = r.x",
        "MATCH (c:Customer {id: r.c}) SET c.score = r.x, c.score = c.score + 1",
        "MATCH (c:Customer {id: r.c}), (d:Customer {id: r.d}) SET c.score = r.x, d.name = r.b",
        "MATCH (c:Customer {id: r.c}) SET c.id = r.c, c.name = r.b",
        "MATCH (c:Customer {id: r.c}) REMOVE c.score SET c.new = r.x",
        "MATCH (c:Customer {id: r.c}) SET c.seen = true SET c += {name: r.b}",
    ]

    private static func rows(_ random: inout SeededGenerator) -> [Value] {
        (0..<Int.random(in: 0...120, using: &random)).map { number in
            var map = ValueMap()
            map["i"] = .integer(Int64(number))
            map["c"] = .integer(Int64.random(in: 0..<50, using: &random))
            map["d"] = .integer(Int64.random(in: 0..<45, using: &random))
            if Bool.random(using: &random) { map["b"] = .string("body \(number % 7)") }
            switch Int.random(in: 0..<6, using: &random) {
            case 0: map["x"] = .integer(Int64(number))
            case 1: map["x"] = .float(0.5)
            case 2: map["x"] = .null
            case 3: map["x"] = .integer(7)
            default: break
            }
            return .map(map)
        }
    }

    private static func made() throws -> Database {
        let database = try Database.inMemory()
        try database.execute(
            "CREATE CONSTRAINT c FOR (c:Customer) REQUIRE c.id IS UNIQUE")
        try database.execute("CREATE INDEX n FOR (n:Note) ON (n.body)")
        try database.execute(
            "UNWIND range(0, 39) AS i CREATE (:Customer {id: i, name: 'customer ' + toString(i)})")
        return database
    }

    /// All nodes and relationships with what can be told of them, as text in an order of its own.
    private static func contents(_ database: Database) throws -> [String] {
        var lines: [String] = []
        for text in [
            "MATCH (n) RETURN labels(n) AS l, properties(n) AS p",
            "MATCH (a)-[r]->(b) RETURN type(r) AS t, properties(r) AS p, properties(a) AS a,"
                + " properties(b) AS b, labels(a) AS l, labels(b) AS m",
            "MATCH (b)<-[r]-(a) RETURN type(r) AS t, a.id AS a, b.id AS b, b.body AS c",
            "MATCH (n:Note) WHERE n.body STARTS WITH 'body' RETURN n.body AS b, n.id AS i",
        ] {
            let rows = try database.execute(Query(text)).rows
            lines += rows.map { text.prefix(12) + $0.values.map { "\($0)" }.joined(separator: "|") }
                .sorted()
        }
        return lines
    }

    @Test(
        "change the graph as one statement for each does", arguments: 1...12 as ClosedRange<UInt64>)
    func sameAsSingle(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (many, single) = (try Self.made(), try Self.made())
        for _ in 0..<6 {
            let pool = Bool.random(using: &random) ? Self.creations : Self.changes
            let text = pool[Int.random(in: 0..<pool.count, using: &random)]
            let rows = Self.rows(&random)
            let statement = try PreparedStatement("UNWIND $rows AS r " + text)
            let summary = try many.execute(statement, parameters: ["rows": .list(rows)]).changes
            var total = ChangeCounts()
            for row in rows {
                let one = try single.execute(statement, parameters: ["rows": .list([row])]).changes
                total.nodesCreated += one.nodesCreated
                total.relationshipsCreated += one.relationshipsCreated
                total.propertiesSet += one.propertiesSet
                total.labelsAdded += one.labelsAdded
            }
            #expect(summary == total, "seed \(seed): \(text)")
            #expect(try Self.contents(many) == Self.contents(single), "seed \(seed): \(text)")
        }
        #expect(try many.store.check() == [])
    }

    @Test("change nothing where one row fails")
    func failsWhole() throws {
        let database = try Self.made()
        let before = try Self.contents(database)
        for text in [
            "UNWIND range(0, 99) AS i CREATE (:Customer {id: 100 + i % 60, name: 'x'})",
            "UNWIND range(0, 99) AS i CREATE (:Customer {id: 130 - i, name: 'x'})",
            "UNWIND range(0, 39) AS i MATCH (c:Customer {id: i}) SET c.id = 7",
            "UNWIND [1, 2, {a: 1}] AS x CREATE (:Note {id: 1, body: x})",
            "UNWIND [1, 2, {a: 1}] AS x MATCH (c:Customer {id: 1}) SET c.name = x",
            "UNWIND range(0, 999) AS i CREATE (a:Note {id: i})-[:T]->(:Thing {x: a.id})"
                + " CREATE (:Customer {id: 1000 - i})",
            "UNWIND [1, 99] AS i OPTIONAL MATCH (c:Customer {id: i}) CREATE (c)-[:T]->(:Note {id: i})",
        ] {
            #expect(throws: KithError.self) { try database.execute(Query(text)) }
            #expect(try Self.contents(database) == before, "\(text)")
        }
        // Values that change places are each there once when the statement ends.
        try database.execute("MATCH (c:Customer) SET c.id = 39 - c.id")
        #expect(try database.store.check() == [])
    }
}
