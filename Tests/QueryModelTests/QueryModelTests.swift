import Foundation
import KithTestSupport
import Testing

@testable import KithQuery

/// Random statements on random graphs, by the engine under random choices and by the model.
@Suite("The engine answers as the model does")
struct QueryModelTests {
    /// What a run saw.
    struct Tally {
        var compared = 0
        var skipped: [String: Int] = [:]
        var failures: [Failure] = []
    }

    static let environment = ProcessInfo.processInfo.environment

    @Test("on random statements")
    func randomStatements() throws {
        let seconds = Self.environment["KITH_FUZZ_SECONDS"].flatMap { Double($0) }
        // A plain run repeats itself, so that it says something about a change; a run for some time
        // draws a seed.
        let seed =
            Self.environment["KITH_FUZZ_SEED"].flatMap { UInt64($0) }
            ?? (seconds == nil ? 3 : UInt64.random(in: 0..<1_000_000_000))
        let wanted = Self.environment["KITH_FUZZ_QUERIES"].flatMap { Int($0) } ?? 1_000
        print("random statements from KITH_FUZZ_SEED=\(seed)")
        let start = Date()
        var tally = Tally()
        var number: UInt64 = 0
        func isDone() -> Bool {
            if tally.failures.count >= 5 { return true }
            if let seconds { return Date().timeIntervalSince(start) > seconds }
            return tally.compared >= wanted
        }
        while !isDone() {
            try runCase(seed: seed &+ number &* 7_919, &tally)
            number += 1
        }
        let time = Int(Date().timeIntervalSince(start))
        print("\(tally.compared) statements compared in \(number) cases and \(time) s")
        for (reason, count) in tally.skipped.sorted(by: { $0.value > $1.value }).prefix(12) {
            print("  not compared: \(count) \(reason)")
        }
        for failure in tally.failures {
            Issue.record("seed \(seed):\n\(failure.description)")
        }
    }

    /// One graph and some statements on it, one after the other.
    private func runCase(seed: UInt64, _ tally: inout Tally) throws {
        var choices = Choices(seed: seed)
        let random = RandomGraph(&choices)
        let path =
            choices.chance(10) ? NSTemporaryDirectory() + "kith-fuzz-\(UUID().uuidString)" : nil
        defer {
            if let path { try? FileManager.default.removeItem(atPath: path) }
        }
        let engine = try Engine(path: path)
        for statement in random.schema + [random.creation] where !statement.isEmpty {
            let (outcome, _) = try engine.run(statement, choices: EngineChoices())
            guard case .rows = outcome else {
                Issue.record("\(statement) gave \(outcome)")
                return
            }
        }
        var graph = try engine.graph()
        for number in 0..<16 {
            let isWriting = choices.chance(30)
            if choices.chance(20) { try engine.reopen() }
            let engineChoices = EngineChoices(&choices)
            var generator = QueryGenerator(Choices(seed: seed &* 31 &+ UInt64(number)))
            let text = isWriting ? generator.writingQuery() : generator.readingQuery()
            let commits = choices.chance(80)
            if Self.environment["KITH_FUZZ_TRACE"] != nil {
                FileHandle.standardError.write(Data("\(engineChoices): \(text)\n".utf8))
            }
            let comparison = Comparison(
                text: text, before: graph, choices: engineChoices, commits: commits)
            let (verdict, after) = try comparison.verdict(engine)
            switch verdict {
            case .agreed: tally.compared += 1
            case .skipped(let reason): tally.skipped[String(reason.prefix(90)), default: 0] += 1
            case .disagreed(let difference):
                let failure = Failure(
                    graph: RandomGraph(graph, schema: random.schema),
                    recorded: generator.choices.recorded, isWriting: isWriting,
                    choices: engineChoices, text: text, difference: difference)
                tally.failures.append(failure.shrunk())
                return
            }
            if isWriting {
                let stored = try engine.graph()
                #expect(stored.canonical == after.canonical, "the commit differs: \(text)")
                graph = stored
            }
            if graph.nodes.count > 40 || graph.relationships.count > 40 { return }
        }
    }
}
