import Kith
import KithTestSupport
import Testing

@testable import KithQuery

/// Tests of strings for equality, which are made by the codes of the columns' dictionaries where there are
/// some: beside the same tests in plain Swift.
struct StringEqualityTests {
    private struct Row {
        var status: String?
        var name: String
        /// Strings in some chunks, numbers in others.
        var mixed: Value
    }

    private static let statuses = ["paid", "open", "late", "", "päid"]
    private static let count = 7_000
    private static let pathsPerNode = 3

    private func rows(_ random: inout SplitMix) -> [Row] {
        (0..<Self.count).map { id in
            // Some chunks have nobody without a status.
            let isMissing = id > 2_500 && random.next() % 9 == 0
            return Row(
                status: isMissing ? nil : Self.statuses[Int(random.next() % 5)],
                name: "n\(id)", mixed: id < 5_000 ? .string("paid") : .integer(Int64(id)))
        }
    }

    private func insert(_ rows: [Row], into database: Database) throws {
        let values = rows.enumerated().map { id, row in
            Value.map(
                ValueMap([
                    ("id", .integer(Int64(id))), ("status", Self.value(row.status)),
                    ("name", .string(row.name)), ("mixed", row.mixed),
                ]))
        }
        _ = try database.execute(
            PreparedStatement("UNWIND $rows AS row CREATE (n:N) SET n = row"),
            parameters: ["rows": .list(values)])
        try database.execute("CREATE CONSTRAINT FOR (n:N) REQUIRE n.id IS UNIQUE")
        // The far ends come in random order.
        try database.execute(
            """
            MATCH (n:N) UNWIND range(1, \(Self.pathsPerNode)) AS k
            MATCH (m:N {id: (n.id * 37 + k * 1777) % \(Self.count)}) CREATE (n)-[:R]->(m)
            """)
    }

    private static func value(_ text: String?) -> Value {
        guard let text else { return .null }
        return .string(text)
    }

    private func matches(_ value: Value, _ text: String, isNegated: Bool) -> Bool {
        switch value {
        case .null: false
        case .string(let own): (own == text) != isNegated
        default: isNegated
        }
    }

    @Test("strings are equal where they are, whatever text was sought before and in any order")
    func equality() throws {
        var random = SplitMix(seed: 5)
        var rows = rows(&random)
        var options = Database.Options()
        options.graph.decodedCacheBudgetInBytes = 1 << 20
        let database = try Database.inMemory(options: options)
        try insert(rows, into: database)
        let forms = ["(n:N)", "(:N)-[:R]->(n:N)"]
        for round in 0..<14 {
            if round % 5 == 4 {
                let id = Int(random.next() % UInt64(Self.count))
                rows[id].status = round % 2 == 0 ? "late" : nil
                _ = try database.execute(
                    PreparedStatement("MATCH (n:N {id: $id}) SET n.status = $status"),
                    parameters: [
                        "id": .integer(Int64(id)), "status": Self.value(rows[id].status),
                    ])
            }
            let text = round % 4 == 3 ? "n123" : Self.statuses[Int(random.next() % 5)]
            for (form, property) in zip(
                [forms[round % 2], forms[(round / 2) % 2], forms[1]], ["status", "name", "mixed"])
            {
                for isNegated in [false, true] {
                    let query =
                        "MATCH \(form) WHERE n.\(property) \(isNegated ? "<>" : "=") $text "
                        + "RETURN count(*) AS c, sum(n.id) AS s"
                    let statement = try PreparedStatement(query)
                    let ids = rows.indices.filter { id in
                        let value =
                            switch property {
                            case "status": Self.value(rows[id].status)
                            case "name": Value.string(rows[id].name)
                            default: rows[id].mixed
                            }
                        return matches(value, text, isNegated: isNegated)
                    }
                    let times = form == forms[0] ? 1 : Self.pathsPerNode
                    for _ in 0..<2 {
                        let found = try database.read { transaction in
                            try transaction.run(statement, parameters: ["text": .string(text)])
                                .collected()
                        }
                        let sum = ids.reduce(0, +) * times
                        let expected = [ids.count * times, sum].map { Value.integer(Int64($0)) }
                        #expect(
                            "\(found.rows[0].values)" == "\(expected)",
                            "\(query) with \(text)")
                    }
                }
            }
        }
    }
}
