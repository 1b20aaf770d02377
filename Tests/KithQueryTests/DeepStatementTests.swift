import Glibc
import KithGraph
import KithLanguage
import KithValues
import Testing

@testable import KithQuery

/// Statements that nest to the limit, or are very long, run where stacks are small.
struct DeepStatementTests {
    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    /// Statements, and the text of the only value that each gives.
    static let statements: [(name: String, text: String, result: String)] = [
        ("sums", "RETURN " + repeated("1 + (", 999) + "1" + repeated(")", 999), "1000"),
        ("NOT", "RETURN " + repeated("NOT ", 1_000) + "true", "true"),
        ("calls", "RETURN " + repeated("abs(", 1_000) + "1" + repeated(")", 1_000), "1"),
        (
            "CASE", "RETURN " + repeated("CASE WHEN true THEN ", 999) + "1" + repeated(" END", 999),
            "1"
        ),
        (
            "comprehensions",
            "RETURN " + repeated("[x IN ", 998) + "[1]" + repeated(" | x]", 998) + "[0]", "1"
        ),
        (
            "EXISTS", "RETURN " + repeated("EXISTS { RETURN ", 499) + "1" + repeated(" }", 499),
            "true"
        ),
        ("CALL", repeated("CALL { ", 499) + "RETURN 1 AS a" + repeated(" } RETURN a", 499), "1"),
        ("long sum", "RETURN 1" + repeated(" + 1", 20_000), "20001"),
        ("long text", "RETURN size('a'" + repeated(" + 'a'", 5_000) + ")", "5001"),
        ("long XOR", "RETURN true" + repeated(" XOR true", 10_000), "true"),
        ("long AND", "UNWIND [1] AS a RETURN a = 1" + repeated(" AND a = 1", 5_000), "true"),
        ("long comparison", "RETURN 1" + repeated(" <= 1", 10_000), "true"),
        ("long pattern", "MATCH (a)" + repeated("-->()", 600) + " RETURN count(*)", "0"),
        (
            "long path",
            "MATCH p = (a:A)" + repeated("-[:R]-(:A)", 400) + " WHERE a.x = 1 RETURN count(p)", "0"
        ),
        ("many clauses", "WITH 1 AS a" + repeated(" WITH a + 1 AS a", 2_000) + " RETURN a", "2001"),
    ]

    @Test("runs on a stack of 512 KiB", arguments: statements)
    func runs(name: String, text: String, result: String) throws {
        let outcome = SmallStack.run {
            do {
                let store = try GraphStore.inMemory()
                let graph = try store.beginRead()
                let environment = StatementEnvironment(
                    time: StatementEnvironment.systemTime(),
                    clock: { StatementEnvironment.systemTime() },
                    defaultZone: StatementEnvironment.utc, seed: 1)
                let statement = try QueryPipeline.parse(text)[0]
                let prepared = try QueryPipeline.prepare(
                    statement, graph: graph, environment: environment)
                let cursor = try QueryPipeline.run(
                    prepared, graph: graph, writer: nil, parameters: [:],
                    environment: environment)
                return try cursor.allRows().map { $0.map(\.literalText) }.joined()
                    .joined(separator: ", ")
            } catch {
                return "\(error)"
            }
        }
        #expect(outcome == result)
    }

    @Test("refuses a statement with too many clauses")
    func refusesTooManyClauses() {
        let count = LanguageLimits.stepCountMax
        for (text, isAccepted) in [
            (Self.repeated("CREATE () ", count), true),
            (Self.repeated("CREATE () ", count + 1), false),
            ("MATCH ()" + Self.repeated("-->()", count) + " RETURN 1", false),
        ] {
            do throws(Diagnostic) {
                _ = try Parser.parse(text)
                #expect(isAccepted)
            } catch {
                #expect(!isAccepted)
                #expect(error.detail == "StatementTooLong")
            }
        }
    }
}

/// Runs tests on a thread whose stack is small.
enum SmallStack {
    private final class Work {
        let body: () -> String
        var result = ""
        init(_ body: @escaping () -> String) { self.body = body }
    }

    /// What `body` returns on a stack of 512 KiB.
    static func run(_ body: @escaping () -> String) -> String {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 512 * 1024)
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let work = Work(body)
        pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                let work = Unmanaged<Work>.fromOpaque(context).takeUnretainedValue()
                work.result = work.body()
                return nil
            }, Unmanaged.passUnretained(work).toOpaque())
        pthread_join(thread, nil)
        return work.result
    }
}
