import Foundation
import Kith
import Testing

@testable import KithCLI

/// What people see of errors and warnings: the examples of `docs/errors`, as the shell shows them.
struct ErrorTextTests {
    /// Takes rows and forgets them.
    private struct NoRows: RowReceiver {
        func begin(columns: [String]) {}
        func receive(_ rows: [[OutputValue]]) {}
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/errors")

    private static let pages: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".md") && $0 != "README.md" }.sorted()
    }()

    /// The errors or warnings of a statement.
    private func problems(
        of statement: String, strict: Bool, _ runner: DatabaseRunner
    ) -> [StatementProblem] {
        var request = StatementRequest(text: statement)
        request.isStrict = strict
        var rows = NoRows()
        do throws(StatementProblem) {
            return try runner.run(request, into: &rows).warnings
        } catch {
            return [error]
        }
    }

    @Test("take at most six lines, and mark their place", arguments: pages)
    func lines(page: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: page), encoding: .utf8)
        guard let block = text.firstMatch(of: /```cypher\n((?s:.*?))\n```/) else { return }
        let statements = String(block.1).components(separatedBy: ";\n")
        let runner = DatabaseRunner(try Database.inMemory())
        for statement in statements.dropLast() {
            #expect(problems(of: statement, strict: false, runner).isEmpty)
        }
        let last = statements[statements.count - 1]
        let found = problems(of: last, strict: false, runner)
        #expect(!found.isEmpty)
        for problem in found {
            let shown = ProblemPrinter(usesColour: false).text(of: problem, in: last)
            let lines = shown.split(separator: "\n")
            #expect(lines.count <= 6, "\(shown)")
            #expect(lines[0].contains("[\(problem.code)]"), "\(shown)")
            if problem.place != nil { #expect(shown.contains("^"), "\(shown)") }
        }
        // In strict mode warnings are errors too, but for advice on a run that is over.
        if page == "MissingIndex.md" { return }
        let strict = problems(of: last, strict: true, runner)
        #expect(strict.count == 1 || found.count != 1)
        #expect(strict.allSatisfy { $0.type != "" })
    }

    @Test("name what was meant for ten of the twelve mistakes that people make most")
    func twelveMistakes() throws {
        let runner = DatabaseRunner(try Database.inMemory())
        let graph = """
            CREATE (:Customer {name: 'Ada', age: 36})-[:PLACED]->(:Order {total: 5})
            """
        #expect(problems(of: graph, strict: false, runner).isEmpty)
        let mistakes: [(String, String?)] = [
            ("MTCH (c:Customer) RETURN c", "MATCH"),
            ("MATCH (c:Customer) RETRUN c", "RETURN"),
            ("MATCH (c:Custmer) RETURN c", "Customer"),
            ("MATCH (c:Customer)-[:PLACD]->(o) RETURN o", "PLACED"),
            ("MATCH (c:Customer) RETURN c.nmae", "name"),
            ("MATCH (c:Customer) RETURN toUper(c.name)", "toUpper"),
            ("MATCH (customer:Customer) RETURN custmer.name", "customer"),
            ("MATCH (c:Customer) WHERE c.age > '30' RETURN c", "30"),
            ("MATCH (c:Customer {name: $name}) RETURN c", "Pass a value"),
            ("RETURN date('2024-02-30')", "from 1 to 29"),
            ("RETURN 1 / 0", nil), ("RETURN 9223372036854775807 + 1", nil),
            ("MATCH (c:Customer {name: 'Ada}) RETURN c", "End it with `'`"),
        ]
        for (statement, meant) in mistakes {
            let problem = try #require(problems(of: statement, strict: false, runner).first)
            let shown = ProblemPrinter(usesColour: false).text(of: problem, in: statement)
            #expect(shown.contains("^"), "\(shown)")
            if let meant { #expect(shown.contains(meant), "\(shown)") }
        }
    }

    @Test("CALL { } IN TRANSACTIONS runs in the command and keeps what was committed")
    func transactions() throws {
        let runner = DatabaseRunner(try Database.inMemory())
        let failing = """
            UNWIND [1, 2, 0] AS x CALL (x) { CREATE (:N {x: 1 / x}) } IN TRANSACTIONS OF 1 ROW
            """
        #expect(problems(of: failing, strict: false, runner).first?.detail == "DivisionByZero")
        #expect(try runner.database.execute("MATCH (n:N) RETURN n.x").rows.count == 2)
        #expect(problems(of: "BEGIN", strict: false, runner).isEmpty)
        let refused = problems(of: failing, strict: false, runner)
        #expect(refused.first?.detail == "TransactionOpen")
    }
}
