import Kith
import KithQuery
import KithValues
import Testing

/// Errors and warnings go into logs and bug reports: none may say what is stored.
///
/// Values that occur nowhere else are stored, and everything that can fail is done with them.
@Suite("Errors say nothing of what is stored")
struct ErrorPrivacyTests {
    /// The stored values as literals, and the piece of text by which each would be known.
    private static let markers: [(literal: String, trace: String)] = [
        ("'S3CRET text'", "S3CRET"), ("'5ECRETS-77-77'", "5ECRET"), ("987654321", "987654321"),
        ("-8765432109876", "8765432109876"), ("1234.56789", "1234.56789"), ("1.5e300", "e300"),
        ("date('1987-06-05')", "1987"), ("datetime('1986-05-04T03:02:01Z')", "1986"),
        ("duration('P77DT777S')", "777"), ("money('4711.42', 'EUR')", "4711"),
        ("money('4711.42', 'SEK')", "SEK"), ("['S3CRET in a list', 55555]", "S3CRET"),
        ("true", "S3CRET"),
    ]

    /// A database that has them, one node each and all of them in one.
    private static func database() throws -> Database {
        let database = try Database.inMemory()
        for (number, marker) in markers.enumerated() {
            try execute("CREATE (:M {k: \(number), v: \(marker.literal)})", in: database)
        }
        let all = markers.enumerated().map { "v\($0.offset): \($0.element.literal)" }
        try execute("CREATE (:All {\(all.joined(separator: ", "))})", in: database)
        return database
    }

    private static func execute(_ text: String, in database: Database) throws {
        try database.execute(Query(text))
    }

    /// The errors and warnings of a statement.
    private struct Texts {
        var failures = 0
        var leaks: [String] = []

        mutating func take(_ text: String, _ parts: [String]) {
            let whole = parts.joined(separator: " ")
            for marker in markers where whole.contains(marker.trace) && !text.contains(marker.trace)
            {
                leaks.append("\(text): \(whole)")
            }
        }

        /// Runs a statement for stored values `x` and `y`, which it finds by their numbers.
        mutating func run(
            _ text: String, _ x: Int = 0, _ y: Int = 0, in database: Database
        ) {
            do throws(KithError) {
                let result = try database.execute(
                    PreparedStatement(text),
                    parameters: ["x": .integer(Int64(x)), "y": .integer(Int64(y))])
                for warning in result.warnings {
                    take(text, [warning.message] + warning.suggestions)
                }
            } catch {
                failures += 1
                take(text, [error.description, error.hint ?? ""] + error.suggestions)
                if let cause = error.cause as? QueryError {
                    take(text, [cause.message, cause.hint ?? ""])
                }
            }
        }
    }

    @Test("by any function, whatever stored values it is called with")
    func functions() throws {
        let database = try Self.database()
        var texts = Texts()
        for function in FunctionRegistry.standard.scalars {
            let count = max(function.requiredCount, min(function.parameters.count, 2))
            guard count > 0 else { continue }
            let arguments = (0..<count).map { $0 % 2 == 0 ? "x.v" : "y.v" }
            let text =
                "MATCH (x:M {k: $x}), (y:M {k: $y})"
                + " RETURN \(function.name)(\(arguments.joined(separator: ", ")))"
            for first in Self.markers.indices {
                for second in count > 1 ? Array(Self.markers.indices) : [0] {
                    texts.run(text, first, second, in: database)
                }
            }
        }
        #expect(texts.failures > 500)
        #expect(texts.leaks.prefix(20) == [])
    }

    @Test("by any operator between two stored values")
    func operators() throws {
        let database = try Self.database()
        var texts = Texts()
        let forms = [
            "x + y", "x - y", "x * y", "x / y", "x % y", "x ^ y", "x < y", "x = y", "x AND y",
            "NOT x", "x OR y", "x XOR y", "-x", "x IN y", "x STARTS WITH y", "x CONTAINS y",
            "x =~ y", "x[y]", "x[y..1]", "x[0..y]", "x.nothing", "x.year", "{a: 1}[x]",
            "[i IN x | i + y]", "[i IN x WHERE i]", "all(i IN x WHERE i)", "any(i IN y WHERE x)",
            "reduce(s = y, i IN x | s * i)", "CASE WHEN x THEN 1 END",
            "CASE x WHEN y THEN 1 / 0 END",
            "x / 0", "x % 0", "x * 9223372036854775807", "x * 1e300 * 1e300", "x:Label",
            "x {.*}", "(x)[0]", "[1, 2][x]", "'abc'[x]", "size(x)", "date(x)", "x IS NULL",
            "percentileCont(x, y)", "sum(x)", "avg(x)", "sum(x) + sum(y)", "stDev(x)", "min(x) / 0",
            "count(DISTINCT x) / 0", "percentileDisc(1, y)", "collect(x)[y]", "x + $missing",
        ]
        for form in forms {
            for first in Self.markers.indices {
                for second in Self.markers.indices {
                    texts.run(
                        "MATCH (a:M {k: $x}), (b:M {k: $y}) WITH a.v AS x, b.v AS y RETURN \(form)",
                        first, second, in: database)
                }
            }
        }
        #expect(texts.failures > 1_000)
        #expect(texts.leaks.prefix(20) == [])
    }

    @Test("by any clause that is given a stored value")
    func clauses() throws {
        let database = try Self.database()
        var texts = Texts()
        let forms = [
            "UNWIND x AS u RETURN u / 0", "WITH x WHERE x RETURN 1",
            "RETURN 1 ORDER BY 1 / x, x + 1",
            "LOAD CSV FROM x AS row RETURN row", "LOAD CSV WITH HEADERS FROM x AS row RETURN row",
            "DELETE x", "DETACH DELETE x", "SET x.p = 1", "SET x = {p: 1}", "SET x += {p: 1}",
            "SET a = x", "SET a += x", "SET a[x] = 1", "SET a.p = {q: x}", "SET a.p = [x, [x]]",
            "SET a.p = a", "REMOVE x.p", "REMOVE a[x]", "CREATE (:N {p: {q: x}})",
            "CREATE (x)-[:R]->(a)", "CREATE (a)-[:R {p: {q: x}}]->(a)",
            "MERGE (:N {p: null, q: x})",
            "MERGE (:N {p: {q: x}})", "FOREACH (i IN x | CREATE (:N {p: 1 / (i - i)}))",
            "CALL show.labels() YIELD label RETURN label / x",
            "CALL (x) { RETURN x / 0 AS r } RETURN r",
            "CALL (x) { UNWIND x AS i CREATE (:N {p: {q: i}}) } IN TRANSACTIONS OF 1 ROW",
            "MATCH (x) RETURN x", "MATCH (x)-->(b) RETURN b", "MATCH (n {k: x / 0}) RETURN n",
            "MATCH p = shortestPath((x)-[*]-(a)) RETURN p",
            "MATCH (n) WHERE id(n) = x / 0 RETURN n",
            "RETURN startNode(x)", "RETURN EXISTS { MATCH (n {k: x / 0}) }", "RETURN 1 LIMIT x",
            "RETURN 1 SKIP toInteger(x)", "RETURN x.nothing.more",
            "MATCH (n:Mm {v: x}) RETURN n.vv",
        ]
        for form in forms {
            for number in Self.markers.indices {
                texts.run("MATCH (a:M {k: $x}) WITH a, a.v AS x \(form)", number, in: database)
            }
        }
        #expect(texts.failures > 250)
        #expect(texts.leaks.prefix(20) == [])
    }

    @Test("by constraints and indexes that stored values break")
    func constraints() throws {
        var texts = Texts()
        for number in Self.markers.indices {
            let database = try Self.database()
            let value = "MATCH (a:All) WITH a.v\(number) AS x"
            for label in ["U", "K", "E", "T"] {
                try Self.execute(
                    "\(value) CREATE (:\(label) {p: x}), (:\(label) {p: x})", in: database)
            }
            try database.execute("CREATE (:E), (:K)")
            for constraint in [
                "FOR (n:U) REQUIRE n.p IS UNIQUE", "FOR (n:K) REQUIRE n.p IS NODE KEY",
                "FOR (n:E) REQUIRE n.p IS NOT NULL", "FOR (n:T) REQUIRE n.p IS :: ZONED TIME",
            ] { texts.run("CREATE CONSTRAINT c \(constraint)", in: database) }
            for label in ["U", "K", "E", "T"] {
                try Self.execute("MATCH (n:\(label)) DETACH DELETE n", in: database)
            }
            for constraint in [
                "u FOR (n:U) REQUIRE n.p IS UNIQUE", "k FOR (n:K) REQUIRE n.p IS NODE KEY",
                "e FOR (n:E) REQUIRE n.p IS NOT NULL", "t FOR (n:T) REQUIRE n.p IS :: ZONED TIME",
            ] { texts.run("CREATE CONSTRAINT \(constraint)", in: database) }
            for label in ["U", "K", "E", "T"] {
                texts.run("\(value) CREATE (:\(label) {p: x}), (:\(label) {p: x})", in: database)
                texts.run("\(value) CREATE (:\(label) {q: x})", in: database)
                texts.run("\(value) MERGE (n:\(label) {p: x}) SET n.p = null", in: database)
            }
        }
        #expect(texts.failures > 80)
        #expect(texts.leaks.prefix(20) == [])
    }
}
