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

    @Test("times and maps are read and bound as Swift types")
    func timesAndMaps() throws {
        let database = try Database.inMemory()
        let text = """
            RETURN localtime('10:11') AS lt, time('10:11Z') AS t, localdatetime('2020-01-02T03:04') AS ldt,
                datetime('2020-01-02T03:04Z') AS dt, duration('P1DT2H') AS d, {a: 1, b: 2} AS m
            """
        let row = try database.execute(Query(text)).rows[0]
        let (local, time) = (
            try row.get("lt", as: LocalTime.self), try row.get("t", as: ZonedTime.self)
        )
        let (localDate, date) = (
            try row.get("ldt", as: LocalDateTime.self), try row.get("dt", as: ZonedDateTime.self)
        )
        let duration = try row.get("d", as: CalendarDuration.self)
        let map = try row.get("m", as: [String: Int].self)
        #expect(map == ["a": 1, "b": 2])
        #expect(try row.get("m", as: ValueMap.self).entries.map(\.key) == ["a", "b"])
        #expect(throws: KithError.self) { try row.get("m", as: [String: String].self) }
        let same = try database.execute(
            """
            RETURN \(local) = localtime('10:11') AND \(time) = time('10:11Z')
                AND \(localDate) = localdatetime('2020-01-02T03:04')
                AND \(date) = datetime('2020-01-02T03:04Z') AND \(duration) = duration('P1DT2H')
                AND \(map) = {a: 1, b: 2} AS same
            """)
        #expect(try same.rows[0].get("same", as: Bool.self))
        let node = try database.execute("CREATE (n:N {a: 1, b: 2}) RETURN n").rows[0]
        #expect(try node.get("n", as: [String: Int].self) == map)
    }

    @Test("statements that look the same and differ in their bytes are two")
    func texts() throws {
        let database = try Database.inMemory()
        for (text, size) in [("\u{e9}", 1), ("e\u{301}", 2)] {
            let statement = "RETURN size('" + text + "') AS size"
            let rows = try database.execute(Query(statement)).rows
            #expect(try rows[0].get("size", as: Int.self) == size)
        }
    }

    @Test("a parameter nested deeper than values may be is refused, whatever is done with it")
    func deepParameters() throws {
        let database = try Database.inMemory()
        func nested(_ depth: Int) -> Value {
            (0..<depth).reduce(Value.integer(1)) { value, depth in
                depth % 2 == 0 ? .list([value]) : .map(ValueMap([("a", value)]))
            }
        }
        let statement = try PreparedStatement("RETURN $x AS x")
        #expect(try database.execute(statement, parameters: ["x": nested(400)]).rows.count == 1)
        do {
            _ = try database.execute(statement, parameters: ["x": nested(401)])
            Issue.record("it was taken")
        } catch {
            #expect(error.code == KithError.Code("ResourceError", "NestingTooDeep"))
            #expect(error.place?.column == 8)
        }
    }

    @Test("a relationship that a statement deletes and returns has its type and its ends")
    func deletedRelationships() throws {
        let database = try Database.inMemory()
        try database.execute("CREATE (:A)-[:OLD {x: 1}]->(:B)")
        for text in [
            "MATCH (a)-[r:OLD]->(b) DELETE r RETURN r, a, b",
            "CREATE (a)-[r:NEW]->(b) DELETE r RETURN r, a, b",
        ] {
            let row = try database.execute(Query(text)).rows[0]
            let relationship = try row.get("r", as: Relationship.self)
            #expect(relationship.type == (text.contains("OLD") ? "OLD" : "NEW"))
            #expect(relationship.start == (try row.get("a", as: Node.self).id))
            #expect(relationship.end == (try row.get("b", as: Node.self).id))
            #expect(relationship.properties.entries.isEmpty)
        }
    }
}
