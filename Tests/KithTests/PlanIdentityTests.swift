import KithTestSupport
import KithValues
import Testing

@testable import Kith
@testable import KithGraph

/// A plan is kept for a catalog: never for another one that looks the same by its numbers.
@Suite("Plans and the catalogs they were made for")
struct PlanIdentityTests {
    private static func labels(_ database: Database) throws -> [String] {
        try database.execute("MATCH (n) RETURN labels(n)[0] + keys(n)[0] AS l ORDER BY l").rows.map
        {
            try $0.get("l", as: String.self)
        }
    }

    @Test("do not outlive the part of a transaction that was undone")
    func undonePart() throws {
        let database = try Database.inMemory()
        let statement = try PreparedStatement("CREATE (:X {a: 2})")
        let writer = try database.store.beginWrite()
        for (other, isKept) in [("CREATE (:X {a: 1})", false), ("CREATE (:Z {b: 1})", true)] {
            writer.beginPart()
            let transaction = Transaction(database, sharing: writer)
            try transaction.execute(Query(other))
            for _ in 0..<2 { _ = try transaction.run(statement).collected() }
            try transaction.commit()
            if isKept { writer.endPart() } else { try writer.rollbackPart() }
        }
        try writer.commit()
        #expect(try Self.labels(database) == ["Xa", "Xa", "Zb"])
        #expect(try database.store.check() == [])
    }

    @Test("do not outlive the database")
    func closedDatabase() throws {
        let statement = try PreparedStatement("CREATE (:X {a: 1})")
        for round in 0..<60 {
            let database = try Database.inMemory()
            if round % 2 == 1 { try database.execute("CREATE (:Y {b: 1})") }
            _ = try database.execute(statement)
            #expect(try Self.labels(database) == (round % 2 == 1 ? ["Xa", "Yb"] : ["Xa"]))
        }
    }

    @Test("A constraint that takes the place of another one in a transaction is stored")
    func replacedConstraint() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/constraints.kith"
        for name in ["first", "second", "second"] {
            let database = try Database.open(path)
            try database.write { transaction in
                for known in try transaction.rows("SHOW CONSTRAINTS") {
                    let old = try known.get("name", as: String.self)
                    try transaction.execute(Query("DROP CONSTRAINT " + old))
                }
                try transaction.execute(
                    Query("CREATE CONSTRAINT " + name + " FOR (n:N) REQUIRE n.id IS UNIQUE"))
            }
            try database.close()
            let again = try Database.open(path)
            #expect(try again.store.check() == [])
            let names = try again.execute("SHOW CONSTRAINTS").rows.map {
                try $0.get("name", as: String.self)
            }
            #expect(names == [name])
            try again.execute("MERGE (:N {id: 1})")
            #expect(throws: KithError.self) { try again.execute("CREATE (:N {id: 1})") }
            try again.close()
        }
    }
}
