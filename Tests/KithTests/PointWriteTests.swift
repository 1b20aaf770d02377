import KithTestSupport
import KithValues
import Testing

@testable import Kith
@testable import KithQuery

/// Statements that write for one row do what their plan's operators do, which PROFILE runs.
@Suite("Statements that write for one row")
struct PointWriteTests {
    private static let texts = [
        "CREATE (:Note {id: $i, body: $b})",
        "CREATE (n:Note:Extra:Note {id: $i, body: $b, body: $x, more: 7}) RETURN n, n.body AS body, $x",
        "CREATE (n {body: $b})",
        "CREATE (n:Note {id: $i})-[r:ABOUT {weight: $x}]->(m:Thing {body: $b})<-[:ABOUT]-(n)",
        "CREATE (n:Note {id: $i})-[r:ABOUT {weight: $x}]->(n) RETURN r.weight AS w, n.none AS none",
        "MATCH (c:Customer {id: $c}) CREATE (c)-[:WROTE {at: $i}]->(:Note {id: $i, body: $b})",
        "MATCH (c:Customer {id: $c}), (d:Customer {id: $d}) CREATE (c)<-[k:KNOWS {since: $x}]-(d)"
            + " SET c.known = $i, k.since = $b RETURN k, c.known AS known, k.since AS since",
        "MATCH (c:Customer {id: $c}) SET c.name = $b",
        "MATCH (c:Customer {id: $c}) SET c.name = $b, c.score = $x REMOVE c.old RETURN c.name AS n, c",
        "MATCH (c:Customer {id: $c}) SET c.id = $d",
        "MATCH (c:Customer {id: $c}) SET c.id = $d SET c.id = $c",
        "MATCH (c:Customer {id: $c}) SET c.fresh = null, c.score = $x",
        "MATCH (c:Customer {id: $c}) MATCH (n:Key {k: $b}) SET n.v = $x, c.last = $b",
        "CREATE (:Key {k: $b, v: $x})",
        "CREATE (:Key:Must {k: $b, v: $x})",
        "MERGE (c:Customer {id: $c})",
        "MERGE (c:Customer {id: $c}) ON CREATE SET c.name = $b, c.made = $i ON MATCH SET c.seen = $i"
            + " SET c.score = $x RETURN c, c.seen AS seen",
        "MATCH (a:Customer {id: $c}) MERGE (b:Customer {id: $d}) CREATE (a)-[:KNOWS {since: $i}]->(b)",
        "MERGE (k:Key {k: $b}) ON CREATE SET k.v = $x ON MATCH SET k.k = $d, k.v = null",
        "MATCH (k:Key {k: $b}) DELETE k",
        "MATCH (c:Customer {id: $c}) DELETE c",
        "MATCH (c:Customer {id: $c}), (d:Customer {id: $d}) SET c.gone = true DETACH DELETE c, d",
        "MATCH (c:Customer {id: $c}) CREATE (c)-[r:KNOWS]->(:Note {id: $i}) DELETE r",
        "CREATE (a:Note {id: $i}) WITH a MATCH (c:Customer {id: $c}) CREATE (a)-[:OF]->(c)",
    ]

    private static func parameters(_ random: inout SeededGenerator) -> [String: Value] {
        let strange: [Value] = [
            .null, .float(.nan), .string("body"), .list([.integer(1), .null]),
            .map(ValueMap([("a", .integer(1))])), .string(String(repeating: "long ", count: 200)),
            .float(0.5), .integer(7), .node(NodeID(rawValue: 3)), .boolean(true),
        ]
        func some(_ plain: Value) -> Value {
            let place = Int.random(in: 0..<strange.count * 2, using: &random)
            return place < strange.count ? strange[place] : plain
        }
        return [
            "i": .integer(Int64.random(in: 0..<1_000, using: &random)),
            "c": some(.integer(Int64.random(in: 0..<12, using: &random))),
            "d": some(.integer(Int64.random(in: 0..<12, using: &random))),
            "b": some(.string("body \(Int.random(in: 0..<9, using: &random))")),
            "x": some(.integer(Int64.random(in: 0..<5, using: &random))),
        ]
    }

    private static func made() throws -> Database {
        let database = try Database.inMemory()
        for text in [
            "CREATE CONSTRAINT c FOR (c:Customer) REQUIRE c.id IS UNIQUE",
            "CREATE CONSTRAINT k FOR (k:Key) REQUIRE k.k IS UNIQUE",
            "CREATE CONSTRAINT m FOR (m:Must) REQUIRE m.v IS NOT NULL",
            "CREATE CONSTRAINT w FOR ()-[r:ABOUT]-() REQUIRE r.weight IS :: INTEGER | STRING",
            "CREATE INDEX n FOR (n:Note) ON (n.body, n.id)",
            "UNWIND range(0, 9) AS i CREATE (:Key {k: 'key ' + toString(i)})",
            "UNWIND range(0, 9) AS i CREATE (:Customer {id: i, name: 'customer ' + toString(i), old: i})",
        ] { try database.execute(Query(text)) }
        return database
    }

    /// All nodes and relationships with what can be told of them.
    private static func contents(_ transaction: Transaction) throws -> [String] {
        try [
            "MATCH (n) RETURN id(n) AS i, labels(n) AS l, properties(n) AS p",
            "MATCH (a)-[r]->(b) RETURN id(a) AS a, id(r) AS r, id(b) AS b, type(r) AS t, properties(r) AS p",
            "MATCH (b)<-[r]-(a) RETURN id(b) AS b, id(r) AS r, id(a) AS a",
            "MATCH (n:Note) WHERE n.body >= '' RETURN n.body AS b, n.id AS i",
        ].flatMap { text in
            try transaction.rows(Query(text)).map {
                $0.values.map { "\($0)" }.joined(separator: "|")
            }
            .sorted()
        }
    }

    /// What a statement says, or how it fails.
    private static func outcome(
        _ text: String, shift: Int, _ parameters: [String: Value], _ transaction: Transaction
    ) throws -> String {
        do {
            let result = try transaction.run(PreparedStatement(text), parameters: parameters)
                .collected()
            let rows = result.rows.map { row in
                row.values.map { "\($0)" }.joined(separator: "|") + "\(row.entities)"
            }
            return "\(result.columns) \(rows) \(result.changes)"
        } catch {
            let column = error.place.map { $0.column - shift } ?? -1
            return "\(error.code) \(error.message) \(column)"
        }
    }

    @Test("do as their operators do", arguments: 1...8 as ClosedRange<UInt64>)
    func sameAsOperators(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (short, long) = (try Self.made(), try Self.made())
        var failures = 0
        for round in 0..<12 {
            let (first, second) = (try short.beginWrite(), try long.beginWrite())
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let text = Self.texts[Int.random(in: 0..<Self.texts.count, using: &random)]
                let parameters = Self.parameters(&random)
                let said = try Self.outcome(text, shift: 0, parameters, first)
                let expected = try Self.outcome("PROFILE " + text, shift: 8, parameters, second)
                #expect(said == expected, "seed \(seed), round \(round): \(text) \(parameters)")
                if said.contains("Error") || said.contains("Failed") { failures += 1 }
                #expect(try Self.contents(first) == Self.contents(second), "\(text) \(parameters)")
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                first.rollback()
                second.rollback()
            } else {
                try first.commit()
                try second.commit()
            }
        }
        #expect(failures > 0)
        #expect(try short.store.check() == [])
    }

    @Test("take no operators", arguments: texts)
    func takesNoOperators(text: String) throws {
        let transaction = try Self.made().beginWrite()
        let limits = StatementLimits.standard
        for (text, expected) in [
            (text, true), ("PROFILE " + text, false), ("UNWIND [1] AS u " + text, false),
        ] {
            let prepared = try transaction.prepared(
                PreparedStatement(text), control: StatementControl(), limits: limits)
            #expect(prepared.isPoint == expected, "\(text)")
        }
    }

    @Test("are cancelled before they begin")
    func cancelled() throws {
        let database = try Self.made()
        let control = StatementControl()
        control.cancel()
        let statement = try PreparedStatement("CREATE (:Note {id: 1})")
        #expect(throws: KithError.self) { try database.execute(statement, control: control) }
        #expect(try database.execute("MATCH (n:Note) RETURN n").rows.isEmpty)
    }
}
