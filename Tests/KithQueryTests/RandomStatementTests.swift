import Foundation
import KithGraph
import KithLanguage
import KithTestSupport
import KithValues
import Testing

@testable import KithQuery

/// Random statements, most of them nonsense, run to an end or an error.
struct RandomStatementTests {
    private static var environment: StatementEnvironment {
        StatementEnvironment(
            time: StatementEnvironment.systemTime(),
            clock: { StatementEnvironment.systemTime() },
            defaultZone: StatementEnvironment.utc, seed: 1)
    }

    private static let parameters: [String: Value] = [
        "a": .integer(1), "1": .list([.integer(1), .null]), "x y": .string("s"), "k": .integer(2),
    ]

    /// Runs a statement in a transaction of its own; the detail of the error, if it fails.
    private func run(
        _ text: String, in store: GraphStore, commits: Bool
    ) throws -> String? {
        let writer = try store.beginWrite(timeoutInMilliseconds: 1_000)
        defer { if !commits { writer.rollback() } }
        try writer.beginStatement()
        do throws(QueryError) {
            let prepared = try QueryPipeline.prepare(
                try QueryPipeline.parse(text)[0], graph: writer.reader,
                environment: Self.environment)
            _ = try QueryPipeline.run(
                prepared, graph: writer.reader, writer: writer, parameters: Self.parameters,
                environment: Self.environment
            ).allRows()
        } catch {
            return error.detail
        }
        guard commits else { return nil }
        try writer.endStatement()
        _ = try writer.commit()
        return nil
    }

    @Test("run or fail with an error, and never trap")
    func neverTrap() throws {
        let settings = ProcessInfo.processInfo.environment
        let seed = settings["KITH_SEED"].flatMap { UInt64($0) } ?? 20_240_502
        let count = settings["KITH_SENTENCES"].flatMap { Int($0) } ?? 900
        print("random statements: KITH_SEED=\(seed)")
        var generator = SentenceGenerator(try Grammar.load(), seed: seed)
        let store = try GraphStore.inMemory()
        let graph = """
            CREATE (a:Person:a {b: 1, n: 'x', `x y`: [1]})-[:b {a: 1}]->(b:b {größe: 2.5}),
                   (b)-[:Person]->(:n {n: true}), (a)-[:a]->(a)
            """
        #expect(try run(graph, in: store, commits: true) == nil)
        // All names of the generator stand for something, so that many statements get far.
        let names = """
            MATCH (a)-[n]->(b)
            WITH a, b, n, 1 AS Person, [1, null, 'a'] AS `x y`, {a: 1, b: null} AS größe
            """
        var succeeded = 0
        for number in 0..<count {
            let depth = 20 + number % 40
            let text =
                switch number % 3 {
                case 0:
                    names + " RETURN " + generator.sentence(of: "expression", depthMax: depth)
                case 1: names + " " + generator.sentence(of: "query", depthMax: depth)
                default: generator.sentence(of: "query", depthMax: depth)
                }
            if try run(text, in: store, commits: false) == nil { succeeded += 1 }
        }
        #expect(succeeded > count / 200, "seed \(seed): \(succeeded) statements succeeded")
    }
}
