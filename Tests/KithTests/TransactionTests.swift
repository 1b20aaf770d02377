import Kith
import KithQuery
import KithValues
import Synchronization
import Testing

@Suite("Transactions")
struct TransactionTests {
    @Test("commit what a closure wrote, and nothing of one that threw")
    func commitsOrRollsBack() throws {
        struct Stop: Error {}
        let database = try Database.inMemory()
        try database.write { _ = try $0.execute("CREATE (:A {x: 1})") }
        #expect(throws: Stop.self) {
            try database.write { transaction in
                try transaction.execute("CREATE (:A {x: 2})")
                throw Stop()
            }
        }
        let rows = try database.read { try $0.rows("MATCH (a:A) RETURN a.x AS x") }
        #expect(try rows.map { try $0.get("x", as: Int.self) } == [1])
    }

    @Test("undo a statement that failed and go on")
    func undoesAFailedStatement() throws {
        let database = try Database.inMemory()
        try database.write { transaction in
            try transaction.execute("CREATE (:A {x: 1})")
            #expect(throws: KithError.self) {
                try transaction.execute("UNWIND [1, 0] AS d CREATE (:B {q: 1 / d})")
            }
            try transaction.execute("CREATE (:A {x: 2})")
        }
        let rows = try database.execute("MATCH (n) RETURN labels(n)[0] AS l, count(*) AS n").rows
        #expect(rows.count == 1)
        #expect(try rows[0].get("n", as: Int.self) == 2)
    }

    @Test("give readers the state they began with")
    func readersKeepTheirState() throws {
        let database = try Database.inMemory()
        try database.execute("CREATE (:A)")
        let reader = try database.beginRead()
        defer { reader.end() }
        try database.execute("CREATE (:A)")
        #expect(try reader.rows("MATCH (a:A) RETURN a").count == 1)
        #expect(try database.execute("MATCH (a:A) RETURN a").rows.count == 2)
    }

    @Test("refuse to write in a reading transaction")
    func readersDoNotWrite() throws {
        let database = try Database.inMemory()
        let error = #expect(throws: KithError.self) {
            try database.read { try $0.execute("CREATE (:A)") }
        }
        #expect(error?.code == .init("TransactionError", "ReadOnlyTransaction"))
    }

    @Test("of a session open and end with statements")
    func sessions() throws {
        let database = try Database.inMemory()
        let session = Session(database)
        func run(_ text: String) throws { try session.run(PreparedStatement(text)) { _, _ in } }
        try run("BEGIN")
        try run("CREATE (:A)")
        #expect(session.isInTransaction)
        try run("ROLLBACK")
        #expect(try database.execute("MATCH (a) RETURN a").rows.isEmpty)
        #expect(throws: KithError.self) { try run("COMMIT") }
    }
}

@Suite("Statements")
struct StatementTests {
    @Test("bind parameters and interpolated values, which never become text")
    func bindsParameters() throws {
        let database = try Database.inMemory()
        let name = "O'Neil'}) DETACH DELETE n //"
        try database.execute("CREATE (:P {name: \(name), age: \(7), tags: \(["a", "b"])})")
        let rows = try database.execute(
            Query("MATCH (p:P {name: $name}) RETURN p.age AS age, p.tags AS tags", ["name": name])
        ).rows
        #expect(try rows.first?.get("age", as: Int.self) == 7)
        #expect(try rows.first?.get("tags", as: [String].self) == ["a", "b"])
    }

    @Test("say which parameter is missing before anything runs")
    func missingParameter() throws {
        let database = try Database.inMemory()
        let error = #expect(throws: KithError.self) {
            try database.execute("CREATE (:A {x: $x})")
        }
        #expect(error?.code == .init("ParameterMissing", "MissingParameter"))
        #expect(error?.phase == .compile)
    }

    @Test("stop at their deadline, and leave nothing behind")
    func deadline() throws {
        let database = try Database.inMemory()
        var limits = Database.Limits()
        limits.durationInMilliseconds = 50
        let endless = "UNWIND range(1, 100000000) AS x WITH x WHERE x % 7 = 9 CREATE (:A {x: x})"
        let error = #expect(throws: KithError.self) {
            try database.execute(Query(endless), limits: limits)
        }
        #expect(error?.code.type == "ResourceError")
        #expect(try database.execute("MATCH (a) RETURN a").rows.isEmpty)
    }

    @Test("may take longer than the clock counts", arguments: [Int.max, Int.max / 1_000, 1 << 60])
    func endlessDeadline(milliseconds: Int) throws {
        let database = try Database.inMemory()
        var limits = Database.Limits()
        limits.durationInMilliseconds = milliseconds
        let rows = try database.execute("UNWIND [1, 2] AS x RETURN x", limits: limits).rows
        #expect(rows.count == 2)
    }

    @Test("stop at their memory limit")
    func memoryLimit() throws {
        let database = try Database.inMemory()
        var limits = Database.Limits()
        limits.memoryInBytes = 1 << 20
        let error = #expect(throws: KithError.self) {
            try database.execute(
                "UNWIND range(1, 1000000) AS x WITH x ORDER BY x DESC RETURN x", limits: limits)
        }
        #expect(error?.code == .init("ResourceError", "OutOfMemory"))
    }

    @Test("can be cancelled from another thread's hold")
    func cancellation() throws {
        let database = try Database.inMemory()
        let control = StatementControl()
        control.cancel()
        let error = #expect(throws: KithError.self) {
            try database.execute(
                "UNWIND range(1, 1000000) AS x RETURN count(*)", control: control)
        }
        #expect(error?.code == .init("ResourceError", "Cancelled"))
    }

    @Test("give nodes, relationships and paths with all that belongs to them")
    func entities() throws {
        let database = try Database.inMemory()
        try database.execute("CREATE (:A:B {x: 1})-[:R {w: 2.5}]->(:C)")
        let row = try #require(
            try database.execute("MATCH p = (a:A)-[r]->(c) RETURN a, r, p, c.none AS none").rows
                .first)
        let node = try row.get("a", as: Node.self)
        #expect(node.labels == ["A", "B"])
        #expect(node.properties["x"].flatMap { Int($0, row.entities) } == 1)
        let relationship = try row.get("r", as: Relationship.self)
        #expect(relationship.type == "R")
        #expect(relationship.start == node.id)
        #expect(try row.get("p", as: Path.self).nodes.count == 2)
        #expect(try row.get("none", as: String?.self) == nil)
        #expect(throws: KithError.self) { try row.get("none", as: String.self) }
        #expect(throws: KithError.self) { try row.get("nothing", as: String.self) }
    }

    @Test("of many threads read while one writes")
    func manyReaders() async throws {
        let database = try Database.inMemory()
        try database.execute("UNWIND range(1, 500) AS x CREATE (:N {x: x})")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<20 {
                        let row = try database.execute(
                            "MATCH (n:N) RETURN count(*) AS n, sum(n.x) AS s"
                        ).rows[0]
                        let count = try row.get("n", as: Int.self)
                        let sum = try row.get("s", as: Int.self)
                        // Every commit adds numbers from 501 on, one at a time.
                        #expect(sum == count * (count + 1) / 2)
                    }
                }
            }
            group.addTask {
                for x in 501...540 { try database.execute("CREATE (:N {x: \(x)})") }
            }
            try await group.waitForAll()
        }
    }

    @Test("leave no database open that cannot be opened again")
    func reopening() throws {
        let path = "/tmp/kith-reopen-\(UInt64.random(in: 0 ... .max)).kith"
        defer { _ = unlinkFile(path) }
        let first = try Database.open(path)
        try first.execute("CREATE CONSTRAINT key FOR (a:A) REQUIRE a.x IS UNIQUE")
        try first.execute("UNWIND range(1, 100) AS x CREATE (:A {x: x, day: date('2024-01-01')})")
        try first.close()
        var options = Database.Options()
        options.isReadOnly = true
        let second = try Database.open(path, options: options)
        let row = try second.execute(
            "MATCH (a:A {x: 42}) RETURN a.day.year AS year, COUNT { MATCH (:A) } AS n"
        ).rows[0]
        #expect(try row.get("year", as: Int.self) == 2024)
        #expect(try row.get("n", as: Int.self) == 100)
        #expect(throws: KithError.self) { try second.execute("CREATE (:A {x: 1000})") }
        #expect(try second.store.check().isEmpty)
        try second.close()
    }
}

@Suite("A deadline")
struct DeadlineTests {
    @Test("ends a single long call on the graph, and nothing of the statement stays")
    func endsDeletingAHub() throws {
        let database = try Database.inMemory()
        try database.execute("CREATE (:Hub)")
        try database.execute("MATCH (h:Hub) UNWIND range(1, 40000) AS i CREATE (h)-[:HAS]->(:Leaf)")
        var limits = Database.Limits()
        limits.durationInMilliseconds = 3
        let error = #expect(throws: KithError.self) {
            try database.execute("MATCH (h:Hub) DETACH DELETE h", limits: limits)
        }
        #expect(error?.code == .init("ResourceError", "DeadlineExceeded"))
        let counted = try database.execute("MATCH (:Hub)-[r:HAS]->() RETURN count(r) AS n").rows
        #expect(try counted[0].get("n", as: Int.self) == 40_000)
    }
}

@Suite("Open transactions")
struct OpenTransactionTests {
    @Test("are listed with their mode and their last statement until they end")
    func areListed() throws {
        let database = try Database.inMemory()
        try database.execute("CREATE (:A)")
        func listed() throws -> [[String]] {
            try database.execute(
                """
                SHOW TRANSACTIONS YIELD id, mode, start, commit, statement
                WHERE start <= datetime() RETURN mode, coalesce(statement, '-') AS statement
                """
            ).rows.map {
                [try $0.get("mode", as: String.self), try $0.get("statement", as: String.self)]
            }
        }
        let reader = try database.beginRead()
        let writer = try database.beginWrite()
        _ = try reader.rows("MATCH (a:A) RETURN a")
        var found = try listed()
        #expect(found.count == 3)
        #expect(found[0] == ["read", "MATCH (a:A) RETURN a"])
        #expect(found[1] == ["write", "-"])
        #expect(found[2].first == "read")
        try writer.execute("CREATE (:B)")
        #expect(try listed()[1] == ["write", "CREATE (:B)"])
        try writer.commit()
        reader.end()
        found = try listed()
        #expect(found.count == 1)
        #expect(throws: (any Error).self) {
            try database.write { _ in throw CancellationError() }
        }
        #expect(try listed().count == 1)
    }
}
