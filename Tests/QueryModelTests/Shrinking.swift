/// A failure that can be made again from nothing: a graph, a statement, and choices.
struct Failure {
    var graph: RandomGraph
    var recorded: [UInt32]
    var isWriting: Bool
    var choices: EngineChoices
    var text: String
    var difference: String

    /// What a person needs to see it.
    var description: String {
        let schema = graph.schema.map { $0 + ";\n" }.joined()
        return "\(schema)\(graph.creation);\n\(text);\n-- \(choices)\n\(difference)"
    }

    /// Makes the statement's text of recorded choices.
    static func text(_ recorded: [UInt32], isWriting: Bool) -> String {
        var generator = QueryGenerator(Choices(replaying: recorded))
        return isWriting ? generator.writingQuery() : generator.readingQuery()
    }

    /// How the statement fails on its graph; nil when it does not.
    func reproduced() -> String? {
        do {
            let engine = try Engine(path: nil)
            for statement in graph.schema + [graph.creation] where !statement.isEmpty {
                _ = try engine.run(statement, choices: EngineChoices())
            }
            let comparison = Comparison(text: text, before: try engine.graph(), choices: choices)
            if case .disagreed(let difference) = try comparison.verdict(engine).0 {
                return difference
            }
            return nil
        } catch {
            return "unexpected error: \(error)"
        }
    }

    /// The smallest failure that is found by leaving out parts of this one.
    func shrunk() -> Failure {
        var best = self
        guard best.reproduced() != nil else { return self }
        var attempts = 0
        var hasImproved = true
        while hasImproved, attempts < 600 {
            hasImproved = false
            for candidate in best.smaller() {
                attempts += 1
                if attempts > 600 { break }
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
        func consider(_ recorded: [UInt32]) {
            let text = Self.text(recorded, isWriting: isWriting)
            guard text.utf8.count < self.text.utf8.count else { return }
            if candidates.contains(where: { $0.text == text }) { return }
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
        candidates.sort { $0.text.utf8.count < $1.text.utf8.count }
        if choices.options != .standard {
            var candidate = self
            candidate.choices = EngineChoices()
            candidates.insert(candidate, at: 0)
        }
        for index in graph.schema.indices {
            var candidate = self
            candidate.graph.schema.remove(at: index)
            candidates.append(candidate)
        }
        for index in graph.nodes.indices {
            var candidate = self
            candidate.graph = graph.without(node: index)
            candidates.append(candidate)
        }
        for index in graph.relationships.indices {
            var candidate = self
            candidate.graph = graph.without(relationship: index)
            candidates.append(candidate)
        }
        return candidates
    }
}
