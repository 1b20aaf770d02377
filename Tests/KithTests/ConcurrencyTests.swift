import Glibc
import Kith
import Synchronization
import Testing

/// One writer and eight readers through the library, all with the same prepared statements. Meant for
/// the thread sanitizer as well.
@Suite("Readers and a writer of the library")
struct ConcurrencyTests {
    private final class Shared: Sendable {
        let database: Database
        let isOver = Atomic<Bool>(false)
        let reads = Atomic<Int>(0)
        let faults = Atomic<Int>(0)

        init(_ database: Database) { self.database = database }
    }

    /// What a reader asks, and what every commit answers in round `r` with `5 (r + 1)` steps.
    private static let questions: [(text: String, answer: @Sendable (Int) -> [[Int]])] = [
        ("MATCH (c:Counter) RETURN c.round AS a, c.round AS b", { [[$0, $0], [$0, $0]] }),
        (
            "MATCH (s:Step) RETURN count(*) AS a, max(s.number) AS b",
            { [[5 * $0 + 5, 5 * $0 + 4]] }
        ),
        (
            "MATCH (a:Step)-[n:NEXT]->(b:Step) WHERE b.number = a.number + 1"
                + " RETURN count(n) AS a, sum(n.weight) AS b",
            { [[5 * $0 + 4, (5 * $0 + 4) * (5 * $0 + 5) / 2]] }
        ),
        (
            "MATCH (a:Step {number: 0})-[:NEXT*1..3]->(b) RETURN count(b) AS a, max(b.number) AS b",
            { _ in [[3, 3]] }
        ),
        (
            "MATCH (a:Step {number: 2})-[:NEXT]-(b) RETURN b.number AS a, b.number * 2 AS b ORDER BY a",
            { _ in [[1, 2], [3, 6]] }
        ),
        (
            "MATCH (a:Step {number: 0}), (b:Step {number: 4}), p = shortestPath((a)-[:NEXT*]-(b))"
                + " RETURN length(p) AS a, b.number AS b",
            { _ in [[4, 4]] }
        ),
        (
            "MATCH (a:Step {number: 1})-[:NEXT*1..2]-(b) RETURN count(DISTINCT b) AS a, 3 AS b",
            { _ in [[3, 3]] }
        ),
        (
            "MATCH (s:Step) WITH s.kind AS kind, count(*) AS n ORDER BY kind"
                + " RETURN n AS a, size(kind) AS b",
            { round in (0..<5).map { _ in [round + 1, 6] } }
        ),
    ]

    @Test(
        "each transaction reads one commit, whatever is written meanwhile and however little is kept",
        arguments: [64 << 20, 24 << 10])
    func readWhileWriting(decodedBudgetInBytes: Int) throws {
        let path = "/tmp/kith-threads-\(getpid())-\(decodedBudgetInBytes).kith"
        defer { _ = unlinkFile(path) }
        var options = Database.Options()
        options.graph.allowsSmallBudgets = true
        options.graph.decodedCacheBudgetInBytes = decodedBudgetInBytes
        let shared = Shared(try Database.open(path, options: options))
        try shared.database.execute("CREATE CONSTRAINT FOR (s:Step) REQUIRE s.number IS UNIQUE")
        try shared.database.execute("CREATE (:Counter {round: -1}), (:Counter {round: -1})")
        let texts = Self.questions.map(\.text)
        let statements = try texts.map { try PreparedStatement($0) }
        try Self.write(0, to: shared.database)
        let readers = (0..<8).map { _ in
            Self.start {
                while !shared.isOver.load(ordering: .acquiring) {
                    let isRight = (try? Self.reads(shared.database, statements)) ?? false
                    if !isRight { shared.faults.add(1, ordering: .relaxed) }
                    shared.reads.add(1, ordering: .relaxed)
                }
            }
        }
        var round = 1
        while round <= 40 || (shared.reads.load(ordering: .relaxed) < 60 && round < 2_000) {
            try Self.write(round, to: shared.database)
            round += 1
        }
        shared.isOver.store(true, ordering: .releasing)
        for reader in readers { pthread_join(reader, nil) }
        #expect(shared.faults.load(ordering: .relaxed) == 0)
        #expect(shared.reads.load(ordering: .relaxed) >= 60)
        try shared.database.close()
    }

    private static func write(_ round: Int, to database: Database) throws {
        try database.write { transaction in
            try transaction.execute("MATCH (c:Counter) SET c.round = \(round)")
            try transaction.execute(
                """
                UNWIND range(5 * \(round), 5 * \(round) + 4) AS n
                CREATE (:Step {number: n, kind: 'kind ' + toString(n % 5)})
                """)
            try transaction.execute(
                """
                UNWIND range(5 * \(round), 5 * \(round) + 4) AS n
                MATCH (a:Step {number: n - 1}), (b:Step {number: n})
                CREATE (a)-[:NEXT {weight: n}]->(b)
                """)
        }
    }

    /// Whether a transaction's answers belong to one round.
    private static func reads(
        _ database: Database, _ statements: [PreparedStatement]
    ) throws -> Bool {
        try database.read { transaction in
            var round: Int?
            for (statement, question) in zip(statements, questions) {
                let rows = try transaction.run(statement).collected().rows
                let answer = try rows.map {
                    [try $0.get("a", as: Int.self), try $0.get("b", as: Int.self)]
                }
                let known = round ?? answer.first?.first ?? -1
                if answer != question.answer(known) { return false }
                round = known
            }
            return true
        }
    }

    private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
        final class Box {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body)).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box)
        precondition(code == 0, "a thread could not be started")
        return thread
    }
}
