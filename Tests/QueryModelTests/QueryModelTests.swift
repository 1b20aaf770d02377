import Foundation
import Testing

/// Random statements on random graphs, by the engine under random choices and by the model.
///
/// - `Generator/`: random graphs and statements; `Model/`: the reference evaluator;
/// - `Engine`, `EngineChoices`: the engine, run in every way it can be;
/// - `Comparison`, `Answer`: what counts as the same;
/// - `ReadingCase`, `WritingCase`: a graph and the statements that are compared on it;
/// - `Shrinking`: makes what was found small.
@Suite("The engine answers as the model does")
struct QueryModelTests {
    /// A plain run repeats itself, so that it says something about a change; a run for some time
    /// draws a seed.
    struct Plan {
        let seed: UInt64
        let seconds: Double?
        let queries: Int
        static let parts = 2

        init() {
            let environment = ProcessInfo.processInfo.environment
            seconds = environment["KITH_FUZZ_SECONDS"].flatMap { Double($0) }
            seed =
                environment["KITH_FUZZ_SEED"].flatMap { UInt64($0) }
                ?? (seconds == nil ? 3 : UInt64.random(in: 0..<1_000_000_000))
            queries = environment["KITH_FUZZ_QUERIES"].flatMap { Int($0) } ?? 20_000
        }

        static let shared = Plan()
    }

    @Test("on random statements", arguments: 0..<Plan.parts)
    func randomStatements(part: Int) throws {
        let plan = Plan.shared
        let start = Date()
        var worked = (reading: 0.0, writing: 0.0)
        var tally = Tally()
        var number = UInt64(part)
        while tally.failures.count < 3 {
            let seconds = Date().timeIntervalSince(start)
            if let most = plan.seconds, seconds > most { break }
            if plan.seconds == nil, tally.compared >= plan.queries / Plan.parts { break }
            let seed = plan.seed &+ number &* 7_919
            // Three of four cases write; there are fewer statements in them.
            let before = RandomCase.workedSeconds()
            if number / UInt64(Plan.parts) % 4 > 0 {
                try WritingCase(seed: seed).run(&tally)
                worked.writing += RandomCase.workedSeconds() - before
            } else {
                try ReadingCase(seed: seed).run(&tally)
                worked.reading += RandomCase.workedSeconds() - before
            }
            number += UInt64(Plan.parts)
        }
        let time = Int(Date().timeIntervalSince(start))
        print(
            "part \(part) from KITH_FUZZ_SEED=\(plan.seed): \(tally.description)\n  "
                + "\(time) s; \(Int(worked.reading * 1_000)) ms of work on reading statements and "
                + "\(Int(worked.writing * 1_000)) ms on writing ones")
        for failure in tally.failures { Issue.record("\(failure.description)") }
    }
}

/// What a run saw.
struct Tally {
    /// The statements that engine and model agreed on, and how many of them wrote.
    var compared = 0
    var written = 0
    /// The statements that failed in both.
    var failed = 0
    var rows = 0
    var statements = 0
    var skipped: [String: Int] = [:]
    var failures: [Failure] = []

    var description: String {
        let reasons = skipped.sorted { $0.value > $1.value }.prefix(8).map {
            "\n  not compared: \($0.value) \($0.key)"
        }
        return "\(compared) statements compared (\(written) wrote, \(failed) failed in both, "
            + "\(rows) rows) of \(statements)" + reasons.joined()
    }

    mutating func skip(_ reason: String) {
        skipped[String(reason.prefix(90)), default: 0] += 1
    }

    mutating func agreed(_ statement: CompiledStatement, _ run: Comparison.Run) {
        compared += 1
        if statement.isWriting { written += 1 }
        switch run.outcome {
        case .failed: failed += 1
        case .rows(let found): rows += found.count
        }
    }
}
