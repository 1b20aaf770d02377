import Kith
import KithValues
import Testing

@Suite("Statements run by their text")
struct ParsedStatementTests {
    @Test("run with the parameters of their own, and are planned for the schema there is")
    func again() throws {
        let database = try Database.inMemory()
        func make(_ number: Int) throws { try database.execute("CREATE (:Note {id: \(number)})") }
        try make(1)
        try make(2)
        try database.execute("CREATE CONSTRAINT n FOR (n:Note) REQUIRE n.id IS UNIQUE")
        try make(3)
        #expect(throws: KithError.self) { try make(2) }
        let rows = try database.read { try $0.rows("MATCH (n:Note) RETURN n.id AS id ORDER BY id") }
        #expect(try rows.map { try $0.get("id", as: Int.self) } == [1, 2, 3])
    }

    @Test("are told apart byte by byte")
    func alike() throws {
        let database = try Database.inMemory()
        let texts = ["\u{e9}", "e\u{301}"]
        for text in texts + texts {
            let row = try #require(
                try database.execute(Query("RETURN '" + text + "' AS t")).rows.first)
            guard case .string(let given) = row[0] else { Issue.record("no text"); continue }
            #expect(Array(given.utf8) == Array(text.utf8))
        }
    }

    @Test("may be more than are remembered, and long, and wrong")
    func many() throws {
        let database = try Database.inMemory()
        for round in 0..<2 {
            for number in 0..<600 {
                let filler = number % 50 == 0 ? String(repeating: " ", count: 20_000) : ""
                let row = try #require(
                    try database.execute(Query("RETURN " + "\(number)" + filler + " AS n")).rows
                        .first)
                #expect(try row.get("n", as: Int.self) == number, "round \(round)")
            }
            #expect(throws: KithError.self) { try database.execute("RETURN 1 +") }
        }
    }
}
