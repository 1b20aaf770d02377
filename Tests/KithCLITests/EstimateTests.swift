import Kith
import Testing

@testable import KithCRM

/// The planner's estimates beside what happens, on a graph of skewed degrees and values.
struct EstimateTests {
    private static let queries = [
        "MATCH (c:Customer {id: 17}) RETURN c.name",
        "MATCH (c:Customer) WHERE c.stage = 'active' RETURN c.id",
        "MATCH (o:Order) WHERE o.status = 'nothing has this' RETURN o.id",
        "MATCH (c:Customer {id: 17})-[:FRIEND]-(f:Customer) RETURN f.id",
        "MATCH (a:Customer)-[:FRIEND]-(b:Customer)-[:FRIEND]-(c:Customer) RETURN a.id, c.id",
        "MATCH (a:Customer)-[:FRIEND]-(b)-[:FRIEND]-(c)-[:FRIEND]-(a) RETURN count(*)",
        "MATCH (c:Customer)-[:PLACED]->(o:Order)-[:CONTAINS]->(p:Product) RETURN c.lang, p.name, count(*)",
        "MATCH (s:Supplier)-[:SUPPLIES]->(:Product)<-[:CONTAINS]-(:Order)<-[:PLACED]-(c:Customer) RETURN s.name, count(DISTINCT c)",
        "MATCH (i:Interaction)-[:VIA]->(ch:Channel) WHERE i.rating >= 4 RETURN ch.name, count(*)",
        "MATCH (i:Interaction {purpose: 'complaint'})-[:VIA]->(ch:Channel) RETURN ch.name, avg(i.rating)",
        "MATCH (c:Customer)-[:FRIEND]-(f:Customer) WITH c, count(f) AS n ORDER BY n DESC LIMIT 5 RETURN c.id, n",
        "MATCH (c:Customer) WHERE c.lang IN ['de', 'fr', 'fa'] RETURN DISTINCT c.city",
        "MATCH (c:Customer) WHERE c.name STARTS WITH 'A' OR c.id < 50 RETURN c.id",
        "MATCH (c:Customer) WHERE c.id > 100 AND c.id <= 150 RETURN c.id",
        "MATCH (c:Customer) WHERE NOT (c)-[:PLACED]->() RETURN c.id",
        "MATCH (c:Customer) WHERE c.email IS NOT NULL AND NOT c.stage = 'lost' RETURN count(*)",
        "MATCH (c:Customer {id: 17})-[:FRIEND*1..2]-(f) RETURN count(DISTINCT f)",
        "MATCH (c:Customer {id: 17})-[:PLACED]->(o) WITH c, o MATCH (c)-[:FRIEND]-(f) RETURN o.id, f.id",
    ]

    @Test("are right within twice for most steps, and within fifty times for all")
    func errors() throws {
        let database = try DemoTests.database(1_000)
        var errors: [(error: Double, step: String)] = []
        for query in Self.queries {
            let result = try database.execute(Query("PROFILE " + query))
            let profile = try #require(result.profile)
            for row in profile {
                let estimated = max(try row.get("estimatedRows", as: Double.self), 1)
                let actual = max(try row.get("rows", as: Double?.self) ?? 0, 1)
                let step = try row.get("operator", as: String.self)
                errors.append(
                    (
                        max(estimated / actual, actual / estimated),
                        "\(step): \(estimated) for \(actual) in \(query)"
                    ))
            }
        }
        errors.sort { $0.error < $1.error }
        #expect(errors.count > 80)
        #expect(errors[errors.count / 2].error < 2)
        #expect(errors[errors.count * 9 / 10].error < 5)
        let worst = try #require(errors.last)
        #expect(worst.error < 50, "\(worst.step)")
    }

    @Test("do not depend on when they are asked for")
    func repeatable() throws {
        func plans() throws -> [[String]] {
            let database = try DemoTests.database(200)
            return try Self.queries.map { query in
                try database.execute(Query("EXPLAIN " + query)).rows.map {
                    "\($0.values[0]) \($0.values[1]) \($0.values[2])"
                }
            }
        }
        #expect(try plans() == plans())
    }
}
