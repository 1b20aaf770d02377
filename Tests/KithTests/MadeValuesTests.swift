import Kith
import Testing

@Suite("Values that an expression makes")
struct MadeValuesTests {
    private func outcome(_ text: String, megabytes: Int) throws -> String {
        let database = try Database.inMemory()
        var limits = Database.Limits()
        limits.memoryInBytes = megabytes << 20
        let query = Query(text)
        do throws(KithError) {
            return try "\(database.execute(query, limits: limits).rows[0][0])"
        } catch {
            return error.code.detail
        }
    }

    @Test(
        "count against the memory limit, a list for each of many rows too",
        arguments: [
            "UNWIND range(1, 1000) AS i WITH range(0, 20000 + i) AS list RETURN size(list)",
            "RETURN size([x IN range(1, 1000) | size(range(0, 20000 + x))])",
            "RETURN size([x IN range(1, 1000) | size([y IN range(0, 20000 + x) | y])])",
            "RETURN size([x IN range(1, 10000000) | x])",
            "WITH reduce(s = 'x', k IN range(1, 20) | s + s) AS s UNWIND range(1, 100) AS i RETURN size(s + i)",
            "WITH range(1, 100000) AS l UNWIND range(1, 100) AS i RETURN size(l || [i])",
            "RETURN all(x IN range(1, 10000000) WHERE x > 0)",
        ])
    func limited(text: String) throws {
        #expect(try outcome(text, megabytes: 20) == "OutOfMemory")
    }

    @Test("are given back once they are made")
    func givenBack() throws {
        var options = Database.Options()
        options.execution.batchSize = 16
        options.limits.memoryInBytes = 64 << 20
        let database = try Database.inMemory(options: options)
        let rows = try database.execute(
            """
            UNWIND range(1, 320) AS i
            RETURN sum(size([x IN range(0, 20000 + i % 7) | x + i])) AS sum
            """
        ).rows
        #expect(try rows[0].get("sum", as: Int.self) > 6_400_000)
    }
}
