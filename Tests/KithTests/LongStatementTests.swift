import Kith
import Testing

/// Statements of thousands of parts are planned in a time that does not grow with a power of their
/// length, or are refused by a limit with a name; and planning can be stopped.
@Suite("A statement of thousands of parts")
struct LongStatementTests {
    private let database: Database

    init() throws {
        database = try Database.inMemory()
        try database.execute("CREATE (:A {x: 1})-[:R]->(:A {x: 2})")
    }

    /// Runs a statement in the processor time that it may take here, where nothing is optimised.
    private func run(_ text: String, seconds: Int = 20) throws -> Result {
        var limits = Database.Limits()
        limits.durationInMilliseconds = seconds * 1000
        return try database.execute(Query(text), limits: limits)
    }

    private func parts(_ count: Int, by separator: String, _ part: (Int) -> String) -> String {
        (0..<count).map(part).joined(separator: separator)
    }

    @Test("makes 5,000 nodes with properties, and 5,000 relationships between them")
    func creates() throws {
        let nodes = parts(5_000, by: ", ") { "(n\($0):N {i: \($0)})" }
        let ring = parts(5_000, by: ", ") { "(n\($0))-[:NEXT]->(n\(($0 + 1) % 5_000))" }
        let result = try run("CREATE \(nodes), \(ring)")
        #expect(result.changes.nodesCreated == 5_000)
        #expect(result.changes.relationshipsCreated == 5_000)
        let rows = try run("MATCH (a:N)-[:NEXT]->(b:N) WHERE b.i = (a.i + 1) % 5000 RETURN a").rows
        #expect(rows.count == 5_000)
    }

    @Test("sets 5,000 properties of one node, one by one and as a map")
    func properties() throws {
        let items = parts(5_000, by: ", ") { "a.p\($0) = \($0)" }
        #expect(try run("MATCH (a:A {x: 1}) SET \(items)").changes.propertiesSet == 5_000)
        let map = parts(5_000, by: ", ") { "p\($0): \($0)" }
        #expect(try run("MATCH (a:A {x: 2}) SET a += {\(map)}").changes.propertiesSet == 5_000)
        let sum = try run("MATCH (a:A) UNWIND keys(a) AS k RETURN sum(a[k]) AS sum, count(*) AS n")
        #expect(try sum.rows[0].get("sum", as: Int.self) == 4_999 * 5_000 + 3)
        #expect(try run("MATCH (a:A {x: 2}) SET a = {x: 2}").changes.propertiesSet == 5_000)
    }

    @Test("groups by 5,000 columns, and aggregates as many")
    func columns() throws {
        let keys = parts(5_000, by: ", ") { "a.x + \($0) AS c\($0)" }
        let grouped = try run("MATCH (a:A) RETURN \(keys), count(*) AS n ORDER BY c0")
        #expect(grouped.columns.count == 5_001)
        #expect(try grouped.rows.map { try $0.get("c4999", as: Int.self) } == [5_000, 5_001])
        let sums = parts(5_000, by: ", ") { "sum(a.x + \($0)) AS c\($0)" }
        let all = try run("MATCH (a:A) RETURN \(sums)")
        #expect(try all.rows[0].get("c4999", as: Int.self) == 3 + 2 * 4_999)
    }

    @Test("takes 5,000 parameters")
    func parameters() throws {
        let columns = parts(5_000, by: ", ") { "$p\($0) AS c\($0)" }
        let values = (0..<5_000).map { ("p\($0)", Value.integer(Int64($0))) }
        let result = try database.execute(
            PreparedStatement("RETURN \(columns)"),
            parameters: Dictionary(uniqueKeysWithValues: values))
        #expect(try result.rows[0].get("c4999", as: Int.self) == 4_999)
    }

    @Test("tests 5,000 conditions, and a list of 100,000")
    func conditions() throws {
        for operation in ["OR", "AND"] {
            let terms = parts(5_000, by: " \(operation) ") { "a.x <> \($0)" }
            let rows = try run("MATCH (a:A) WHERE \(terms) RETURN a").rows
            #expect(rows.count == (operation == "OR" ? 2 : 0))
        }
        let list = parts(100_000, by: ", ") { "\($0)" }
        #expect(try run("MATCH (a:A) WHERE a.x IN [\(list)] RETURN a").rows.count == 2)
        let ranges = parts(2_000, by: " AND ") { "a.x > -\($0)" }
        #expect(try run("MATCH (a:A) WHERE \(ranges) RETURN a").rows.count == 2)
    }

    @Test("finds patterns of many parts that are not connected, alike or in a star")
    func patterns() throws {
        let nodes = parts(200, by: ", ") { "(a\($0):A {x: 1})" }
        #expect(try run("MATCH \(nodes) RETURN a0").rows.count == 1)
        let joined = parts(150, by: ", ") { "(a\($0):A)" }
        let equal = parts(149, by: " AND ") { "a\($0).x = a\($0 + 1).x" }
        #expect(try run("MATCH \(joined) WHERE \(equal) RETURN a0").rows.count == 2)
        let star = parts(300, by: ", ") { "(a)-->(b\($0))" }
        #expect(try run("MATCH \(star) RETURN count(*) AS n").rows.count == 1)
        #expect(try run("EXPLAIN MATCH \(star) RETURN a").rows.count > 300)
        let chain = String(repeating: "-->()", count: 500)
        #expect(try run("MATCH p = (a)\(chain) RETURN p").rows.isEmpty)
        let clauses = parts(1_000, by: " ") { "MATCH (a\($0))-->(a\($0 + 1))" }
        #expect(try run("EXPLAIN \(clauses) RETURN a0").rows.count > 1_000)
    }

    @Test("is refused where a pattern is too large", arguments: ["MATCH", "MERGE"])
    func limit(clause: String) throws {
        let hops = String(repeating: "-[:R]->()", count: 2_500)
        let error = #expect(throws: KithError.self) {
            try run("\(clause) (a)\(hops) RETURN a")
        }
        #expect(error?.code == .init("SyntaxError", "StatementTooLong"))
        #expect(error?.place != nil)
    }

    @Test("is not planned to the end where it is cancelled or its time is over")
    func stopped() throws {
        let hops = String(repeating: "-->()", count: 1_900)
        let text = "MATCH (a)\(hops) RETURN a"
        var limits = Database.Limits()
        limits.durationInMilliseconds = 20
        let late = #expect(throws: KithError.self) {
            try database.execute(Query(text), limits: limits)
        }
        #expect(late?.code == .init("ResourceError", "DeadlineExceeded"))
        #expect(late?.place?.column == 1)
        let control = StatementControl()
        control.cancel()
        let cancelled = #expect(throws: KithError.self) {
            try database.execute(Query(text), control: control)
        }
        #expect(cancelled?.code == .init("ResourceError", "Cancelled"))
    }
}
