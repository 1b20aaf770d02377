import Foundation
import KithGraph

@testable import KithQuery

/// How statements are made and run in any case.
enum RandomCase {
    /// In how many ways each statement is run.
    static let choiceCount = 8

    static let traces = ProcessInfo.processInfo.environment["KITH_FUZZ_TRACE"] != nil

    static func trace(_ text: String) {
        if traces { FileHandle.standardError.write(Data("\(text);\n".utf8)) }
    }

    static func temporaryPath() -> String {
        NSTemporaryDirectory() + "kith-fuzz-\(UUID().uuidString)"
    }

    /// The choices of one statement: two runs of each plan.
    static func engineChoices(_ choices: inout Choices) -> [EngineChoices] {
        (0..<(choiceCount / 2)).flatMap { _ -> [EngineChoices] in
            let way = EngineChoices(&choices)
            return [way, way.rerun(&choices)]
        }
    }

    /// The time that this thread has worked.
    static func workedSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// A graph that does not change, in memory and in a file, and reading statements on it.
struct ReadingCase {
    let seed: UInt64
    private static let statementCount = 120

    func run(_ tally: inout Tally) throws {
        var choices = Choices(seed: seed)
        let random = RandomGraph(&choices)
        let options = GraphOptions(&choices)
        let memory = try Engine(path: nil, options: options)
        try memory.prepare(random.statements)
        let path = RandomCase.temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try Engine(path: path, options: options)
        try file.prepare(random.statements)
        try file.reopen()
        let graph = try memory.graph()
        let readers = (try memory.reader(), try file.reader())
        for number in 0..<Self.statementCount {
            var generator = QueryGenerator(
                Choices(seed: seed &* 31 &+ UInt64(number)))
            let text = generator.readingQuery()
            RandomCase.trace(text)
            tally.statements += 1
            let (statement, reason) = try Engine.compile(text, readers.0)
            guard let statement else {
                tally.skip("refused " + reason)
                continue
            }
            guard let comparison = Comparison(statement, on: graph, []) else {
                tally.skip("the model does not say, or works too long")
                continue
            }
            let ways = RandomCase.engineChoices(&choices)
            let runs = try ways.map { way in
                let reader = way.isReopened ? readers.1 : readers.0
                return Comparison.Run(
                    outcome: try Engine.outcome(statement, way, reader), graph: nil)
            }
            switch comparison.verdict(runs) {
            case .agreed: tally.agreed(statement, runs[0])
            case .skipped(let reason): tally.skip(reason)
            case .disagreed(let worst, let difference):
                let failure = Failure(
                    seed: seed, graph: random, recorded: generator.choices.recorded,
                    isWriting: false, choices: ways[worst], text: text, difference: difference)
                tally.failures.append(failure.shrunk())
                return
            }
        }
        try file.close()
    }
}

/// A graph that changes: transactions of several statements, some of which fail, and some of which
/// are rolled back.
struct WritingCase {
    let seed: UInt64
    private static let transactionCount = 8

    func run(_ tally: inout Tally) throws {
        var choices = Choices(seed: seed)
        let random = RandomGraph(&choices, hasConstraints: true)
        let path = choices.chance(50) ? RandomCase.temporaryPath() : nil
        defer { if let path { try? FileManager.default.removeItem(atPath: path) } }
        let engine = try Engine(path: path, options: GraphOptions(&choices))
        try engine.prepare(random.statements)
        var graph = try engine.graph()
        var number: UInt64 = 0
        for _ in 0..<Self.transactionCount {
            if choices.chance(40) { try engine.reopen() }
            let transaction = try engine.beginWriting()
            var inside = graph
            for _ in 0...choices.below(3) {
                number += 1
                let generator = QueryGenerator(Choices(seed: seed &* 31 &+ number))
                guard
                    let next = try run(
                        generator, in: transaction, on: inside, random, &choices, &tally)
                else { return try engine.end(transaction, commits: false) }
                inside = next
            }
            let commits = choices.chance(75)
            try engine.end(transaction, commits: commits)
            if commits { graph = inside }
            let stored = try engine.graph()
            guard GraphDigest(stored) == GraphDigest(graph) else {
                return tally.failures.append(
                    history(random, "after a \(commits ? "commit" : "rollback") another graph"))
            }
            graph = stored
            if graph.nodes.count > 30 || graph.relationships.count > 40 { break }
        }
        let findings = try engine.findings()
        if !findings.isEmpty {
            tally.failures.append(history(random, findings.joined(separator: "\n")))
        }
        try engine.close()
    }

    /// Runs one statement in every way and keeps what the last one wrote; gives the graph afterwards,
    /// nil after a failure of the test.
    private func run(
        _ made: QueryGenerator, in transaction: EngineTransaction, on graph: ModelGraph,
        _ random: RandomGraph, _ choices: inout Choices, _ tally: inout Tally
    ) throws -> ModelGraph? {
        var generator = made
        let isWriting = !choices.chance(20)
        let text = isWriting ? generator.writingQuery() : generator.readingQuery()
        RandomCase.trace(text)
        tally.statements += 1
        let (statement, reason) = try Engine.compile(text, transaction.reader)
        guard let statement else {
            tally.skip("refused " + reason)
            return graph
        }
        guard let comparison = Comparison(statement, on: graph, random.constraints) else {
            tally.skip("the model does not say, or works too long")
            return graph
        }
        let ways = RandomCase.engineChoices(&choices)
        var runs: [Comparison.Run] = []
        for (index, way) in ways.enumerated() {
            let (outcome, after) = try transaction.run(
                statement, way, kept: index == ways.count - 1)
            runs.append(Comparison.Run(outcome: outcome, graph: after))
        }
        func failure(_ way: EngineChoices, _ difference: String) -> Failure {
            Failure(
                seed: seed, graph: RandomGraph(graph, of: random),
                recorded: generator.choices.recorded, isWriting: isWriting, choices: way,
                text: text, difference: difference)
        }
        switch comparison.verdict(runs) {
        case .agreed: tally.agreed(statement, runs[0])
        case .skipped(let reason): tally.skip(reason)
        case .disagreed(let worst, let difference):
            tally.failures.append(failure(ways[worst], difference).shrunk())
            return nil
        }
        let now = try transaction.graph()
        // What was tried before the last way, and a failed last way, must have left no trace.
        let expected = runs.last?.graph ?? graph
        guard GraphDigest(now) == GraphDigest(expected) else {
            tally.failures.append(failure(ways[ways.count - 1], "undoing it left another graph"))
            return nil
        }
        return now
    }

    private func history(_ random: RandomGraph, _ difference: String) -> Failure {
        Failure(
            seed: seed, graph: random, recorded: [], isWriting: true, choices: EngineChoices(),
            text: "the statements of this case, KITH_FUZZ_TRACE=1 shows them",
            difference: difference)
    }
}
