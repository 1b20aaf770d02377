import Glibc
import Kith
import Testing

/// Import, export and bulk loading through the library.
struct LibraryFilesTests {
    @Test("a program loads what it makes itself, all of it or nothing")
    func bulkLoading() throws {
        let database = try Database.inMemory()
        try database.bulkLoad { load in
            let people = try load.nodeTable(labels: ["Person"], properties: ["id", "name"])
            var ids: [UInt64] = []
            try people.append(
                count: 2,
                columns: [
                    BulkColumn(.integers([1, 2])),
                    BulkColumn(
                        .strings(offsets: [0, 3, 3], bytes: Array("Ada".utf8)), validity: [1, 0]),
                ], ids: &ids)
            let knows = try load.relationshipTable(type: "KNOWS", properties: [])
            try knows.append(sources: [ids[0]], targets: [ids[1]], columns: [])
        }
        let rows = try database.execute(
            "MATCH (a:Person)-[:KNOWS]->(b) RETURN a.name AS a, b.id AS id, b.name AS b"
        ).rows
        #expect(rows.count == 1)
        #expect(try rows.first?.get("a", as: String.self) == "Ada")
        #expect(try rows.first?.get("id", as: Int.self) == 2)
        #expect(try rows.first?.get("b", as: String?.self) == nil)
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try database.bulkLoad { load in
                let people = try load.nodeTable(labels: ["Person"], properties: [])
                var ids: [UInt64] = []
                try people.append(count: 5, columns: [], ids: &ids)
                throw Stop()
            }
        }
        #expect(
            try database.execute("MATCH (n) RETURN count(*) AS n").rows.first?.get(
                "n", as: Int.self)
                == 2)
        try database.execute("CREATE (:Person {id: 3})")
    }

    @Test("what the library exports it imports again")
    func roundTrip() throws {
        var template = Array("/tmp/kith-library-XXXXXX".utf8CString)
        let directory = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/tmp"
        }
        defer { system("rm -rf \(directory)") }
        let database = try Database.inMemory()
        try database.execute("CREATE (:A {x: 1.5, d: date('2020-02-29')})-[:R {w: [1, 2]}]->(:B:C)")
        let exported = try database.exportFiles(toDirectory: directory)
        #expect(exported.nodes == 2)
        #expect(throws: ImportError.self) { try database.exportFiles(toDirectory: directory) }
        let copy = try Database.inMemory()
        try copy.importFiles(.fromManifest(atPath: directory + "/manifest.json"))
        let rows = try copy.execute(
            "MATCH (a:A)-[r:R]->(b:B:C) RETURN a.x = 1.5 AND a.d = date('2020-02-29') AND r.w = [1, 2] AS same"
        ).rows
        #expect(try rows.map { try $0.get("same", as: Bool.self) } == [true])
    }
}
