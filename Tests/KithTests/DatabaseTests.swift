import Kith
import KithValues
import Testing

@Suite("A database in memory")
struct DatabaseTests {
    @Test("makes nodes and finds them again")
    func createsAndMatches() throws {
        let database = try Database.inMemory()
        let made = try database.execute(
            "CREATE (a:Customer {id: 1, name: 'Sara'})-[:FRIEND {since: 2020}]->(b:Customer {id: 2, name: 'Ben'})"
        )
        #expect(made.changes.nodesCreated == 2)
        #expect(made.changes.relationshipsCreated == 1)
        let result = try database.execute(
            "MATCH (a:Customer)-[f:FRIEND]->(b) RETURN a.name AS a, f.since AS since, b.name AS b")
        #expect(result.columns == ["a", "since", "b"])
        let row = try #require(result.rows.first)
        #expect(try row.get("a", as: String.self) == "Sara")
        #expect(try row.get("since", as: Int.self) == 2020)
        #expect(try row.get("b", as: String.self) == "Ben")
    }
}
