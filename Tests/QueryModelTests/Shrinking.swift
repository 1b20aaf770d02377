import Foundation

/// A failure that can be made again from nothing: a graph, a statement, and choices.
struct Failure {
    /// The case in which it was found.
    let seed: UInt64
    var graph: RandomGraph
    var recorded: [UInt32]
    var isWriting: Bool
    var choices: EngineChoices
    var text: String
    var difference: String
    var isReproduced = false

    /// What a person needs to see it.
    var description: String {
        let statements = graph.statements.map { $0 + ";\n" }.joined()
        let reproduced = isReproduced ? "" : " (only within its case)"
        return "found by KITH_FUZZ_SEED=\(seed)\(reproduced):\n\(statements)\n\(text);\n"
            + "-- \(choices)\n\(difference)"
    }

    /// Makes the statement's text of recorded choices.
    static func text(_ recorded: [UInt32], isWriting: Bool) -> String {
        var generator = QueryGenerator(Choices(replaying: recorded))
        return isWriting ? generator.writingQuery() : generator.readingQuery()
    }

    /// How the statement fails on its graph; nil when it does not.
    func reproduced() -> String? {
        let path = choices.isReopened ? RandomCase.temporaryPath() : nil
        defer { if let path { try? FileManager.default.removeItem(atPath: path) } }
        do {
            let engine = try Engine(path: path)
            try engine.prepare(graph.statements)
            try engine.reopen()
            let before = try engine.graph()
            let transaction = try engine.beginWriting()
            defer { try? engine.end(transaction, commits: false) }
            guard let statement = try Engine.compile(text, transaction.reader).0,
                let comparison = Comparison(statement, on: before, graph.constraints)
            else { return nil }
            let (outcome, after) = try transaction.run(statement, choices, kept: true)
            let run = Comparison.Run(outcome: outcome, graph: after)
            if case .disagreed(_, let difference) = comparison.verdict([run]) { return difference }
            return nil
        } catch let error as ModelError {
            // The smaller graph breaks a constraint, or the like.
            return error.type == "Model" ? nil : "unexpected error: \(error)"
        } catch {
            return "unexpected error: \(error)"
        }
    }

    /// The smallest failure that is found by leaving out parts of this one.
    func shrunk() -> Failure {
        var best = self
        guard best.reproduced() != nil else { return self }
        best.isReproduced = true
        var attempts = 0
        var hasImproved = true
        while hasImproved, attempts < 800 {
            hasImproved = false
            for candidate in best.smaller() {
                attempts += 1
                if attempts > 800 { break }
                guard let difference = candidate.reproduced() else { continue }
                best = candidate
                best.difference = difference
                hasImproved = true
                break
            }
        }
        return best
    }

    private func smaller() -> [Failure] {
        var candidates: [Failure] = []
        for simpler in choices.simpler {
            var candidate = self
            candidate.choices = simpler
            candidates.append(candidate)
        }
        candidates += smallerTexts()
        candidates += graph.smaller.map { smaller in
            var candidate = self
            candidate.graph = smaller
            return candidate
        }
        return candidates
    }

    private func smallerTexts() -> [Failure] {
        var candidates: [Failure] = []
        var texts: Set<String> = [text]
        func consider(_ recorded: [UInt32]) {
            let text = Self.text(recorded, isWriting: isWriting)
            guard text.utf8.count < self.text.utf8.count, texts.insert(text).inserted else {
                return
            }
            var candidate = self
            candidate.recorded = recorded
            candidate.text = text
            candidates.append(candidate)
        }
        for length in [16, 8, 4, 2, 1] {
            for start in stride(
                from: 0, to: max(recorded.count - length + 1, 0), by: max(length / 2, 1))
            {
                var shorter = recorded
                shorter.removeSubrange(start..<(start + length))
                consider(shorter)
                var zeroed = recorded
                for index in start..<(start + length) { zeroed[index] = 0 }
                consider(zeroed)
            }
        }
        return candidates.sorted { $0.text.utf8.count < $1.text.utf8.count }
    }
}
