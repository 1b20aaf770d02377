import Kith
import KithGraph
import Testing

@testable import KithCRM

struct DemoTests {
    static func database(_ customers: Int, seed: UInt64 = 20_260_630) throws -> Database {
        let database = try Database.inMemory()
        let load = try BulkLoad(store: database.store)
        try DemoGraph(customerCount: customers, seed: seed).fill(load)
        try load.finish()
        return database
    }

    func number(_ database: Database, _ statement: String) throws -> Int {
        let rows = try database.execute(Query(statement)).rows
        guard case .integer(let number)? = rows.first?.values.first else { return -1 }
        return Int(number)
    }

    @Test("is a customer graph by the canonical schema, sound and the same on every run")
    func whole() throws {
        let database = try Self.database(300)
        #expect(try database.store.check().isEmpty)
        let expectations: [(String, ClosedRange<Int>)] = [
            ("MATCH (n:Customer) RETURN count(*)", 300...300),
            ("MATCH (n:Person:Party) RETURN count(*)", 300...300),
            ("MATCH (n:Supplier:Company) RETURN count(*)", 8...8),
            ("MATCH (n:Channel) RETURN count(*)", 10...10),
            ("MATCH (:Customer)-[r:FRIEND]->(:Customer) RETURN count(r)", 900...3_000),
            ("MATCH (a)-[r:FRIEND]->(a) RETURN count(r)", 0...0),
            ("MATCH (:Customer)-[r:PLACED]->(:Order) RETURN count(r)", 900...6_000),
            ("MATCH (o:Order) WHERE NOT (o)-[:CONTAINS]->(:Product) RETURN count(*)", 0...0),
            ("MATCH (o:Order) WHERE NOT (o)<-[:PLACED]-(:Customer) RETURN count(*)", 0...0),
            ("MATCH (p:Product) WHERE NOT (p)<-[:SUPPLIES]-(:Supplier) RETURN count(*)", 0...0),
            ("MATCH (:Interaction)-[r:VIA]->(:Channel) RETURN count(r)", 600...6_000),
            ("MATCH (:Customer)-[r:TOUCHED]->(:Campaign) RETURN count(r)", 100...2_000),
            ("MATCH (c:Customer) RETURN count(DISTINCT c.lang)", 8...16),
            ("MATCH (c:Customer) RETURN count(DISTINCT c.email)", 300...300),
        ]
        for (statement, range) in expectations {
            let found = try number(database, statement)
            #expect(range.contains(found), "\(statement): \(found)")
        }
        let again = try Self.database(300)
        let summary = """
            MATCH (c:Customer) OPTIONAL MATCH (c)-[f:FRIEND]-() WITH c, count(f) AS friends
            RETURN c.id, c.name, c.city, c.since, c.stage, friends ORDER BY c.id
            """
        let first = try database.execute(Query(summary)).rows.map { "\($0.values)" }
        #expect(first == (try again.execute(Query(summary)).rows.map { "\($0.values)" }))
        let other = try Self.database(300, seed: 1)
        #expect(first != (try other.execute(Query(summary)).rows.map { "\($0.values)" }))
    }

    @Test("an order's total is the sum of its lines, to the cent")
    func totals() throws {
        let database = try Self.database(50)
        let wrong = """
            MATCH (o:Order)-[l:CONTAINS]->() WITH o, sum(l.price * l.quantity) AS total
            WHERE total <> o.total RETURN count(*)
            """
        #expect(try number(database, wrong) == 0)
    }

    @Test("degrees have a heavy tail, and friends mostly share a community")
    func friends() {
        let people = DemoPeople(count: 5_000, seed: 3)
        let pairs = people.friendships()
        var degrees = [Int](repeating: 0, count: 5_000)
        var near = 0
        for pair in pairs {
            #expect(pair.from < pair.to)
            degrees[pair.from] += 1
            degrees[pair.to] += 1
            if people.community(of: pair.from).contains(pair.to) { near += 1 }
        }
        let sorted = degrees.sorted()
        let mean = Double(pairs.count * 2) / 5_000
        #expect((6...25).contains(mean), "\(mean)")
        #expect(Double(sorted[4_999]) > 8 * mean, "\(sorted[4_999])")
        #expect(Double(sorted[2_500]) < mean)
        #expect(Double(near) > 0.6 * Double(pairs.count))
    }

    @Test("names come in at least eight scripts")
    func scripts() {
        let people = DemoPeople(count: 2_000, seed: 3)
        var blocks: Set<UInt32> = []
        for index in 0..<2_000 {
            for scalar in people.person(index).name.unicodeScalars where scalar.value > 0x24F {
                blocks.insert(scalar.value >> 8)
            }
        }
        #expect(blocks.count >= 8)
    }

    @Test("every stop of the tour is answered")
    func tour() throws {
        let database = try Self.database(200)
        for stop in DemoTour.stops {
            let result = try database.execute(Query(stop.statement))
            #expect(!result.rows.isEmpty, "\(stop.question)")
            #expect(result.warnings.isEmpty, "\(stop.question)")
        }
    }
}
