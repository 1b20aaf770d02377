import KithValues

@testable import KithQuery

/// Whether engine and model agree on one statement.
enum Verdict {
    case agreed
    /// The statement cannot be compared: it asks too much of the model, or leaves its result open in
    /// a way that the model does not follow.
    case skipped(String)
    /// They do not; the number of the run, and what differs.
    case disagreed(Int, String)
}

/// Compares what the engine answers under several choices with what the model says.
struct Comparison {
    private let statement: CompiledStatement
    private let before: ModelGraph
    private let constraints: [ModelConstraint]
    private var first: ModelRun

    /// Asks the model; nil when that is too much work for it.
    init?(_ statement: CompiledStatement, on before: ModelGraph, _ constraints: [ModelConstraint]) {
        self.statement = statement
        self.before = before
        self.constraints = constraints
        first = ModelRun(outcome: .rows(ModelRows(groups: [])), graph: before)
        guard let run = modelled(1) else { return nil }
        first = run
    }

    /// One run of the engine; the graph after it, which is nil where nothing was written.
    struct Run {
        let outcome: Outcome
        let graph: ModelGraph?

        /// Whether the choices made the engine take too long.
        var isTooSlow: Bool {
            if case .failed("ResourceError", _) = outcome { true } else { false }
        }
    }

    /// How often the model shuffles its rows to find a result that it leaves open.
    private static let shufflesMax: UInt64 = 60

    func verdict(_ runs: [Run]) -> Verdict {
        let naming = Answer.Naming(before: before)
        let answer = answer(first, naming)
        if runs.contains(where: { $0.isTooSlow }) { return .skipped("too slow in some order") }
        var open = runs.indices.filter { !accepts(answer, runs[$0], naming) }
        if open.isEmpty { return .agreed }
        // Other orders of rows may lead elsewhere.
        var isOpen = false
        for shuffle in 2...Self.shufflesMax {
            guard let run = modelled(shuffle) else { break }
            let other = self.answer(run, naming)
            if !(other == answer) {
                isOpen = true
                open.removeAll { accepts(other, runs[$0], naming) }
                if open.isEmpty { return .agreed }
            }
            if shuffle == 20, !isOpen { break }
        }
        guard let worst = open.first else { return .agreed }
        if isOpen {
            let sorting = Answer.Naming(before: before, sortsLists: true)
            guard let second = modelled(2) else { return .skipped("too much work for the model") }
            let sorted = self.answer(first, sorting)
            guard sorted == self.answer(second, sorting) else { return .skipped("open result") }
            guard let worst = open.first(where: { !accepts(sorted, runs[$0], sorting) }) else {
                return .agreed
            }
            return .disagreed(worst, difference(first, runs[worst], sorting))
        }
        return .disagreed(worst, difference(first, runs[worst], naming))
    }

    private func answer(_ run: ModelRun, _ naming: Answer.Naming) -> Answer {
        Answer(run, naming, isWriting: statement.isWriting)
    }

    private func accepts(_ answer: Answer, _ run: Run, _ naming: Answer.Naming) -> Bool {
        answer.accepts(run.outcome, run.graph ?? before, naming)
    }

    private func modelled(_ shuffle: UInt64) -> ModelRun? {
        let model = Model(
            before, parameters: QueryGenerator.parameters,
            variableCount: statement.bound.variables.count, shuffle: shuffle,
            constraints: constraints)
        do {
            let rows = try model.run(statement.bound)
            return ModelRun(outcome: .rows(rows), graph: model.graph)
        } catch let error as ModelError {
            return error.type == "Model" ? nil : failed(error.type, model)
        } catch let error as ValueError {
            return failed(error.type.rawValue, model)
        } catch {
            preconditionFailure("an error the model does not know: \(error)")
        }
    }

    /// A relationship without its ends, which is refused at the end, may fail the statement earlier in
    /// some other way.
    private func failed(_ type: String, _ model: Model) -> ModelRun {
        ModelRun(outcome: .failed(type: model.graph.isWhole ? type : nil), graph: before)
    }

    private static func rest(_ lines: [String], without others: [String]) -> [String] {
        var counts: [String: Int] = [:]
        for line in others { counts[line, default: 0] += 1 }
        return lines.filter { line in
            counts[line, default: 0] -= 1
            return counts[line, default: 0] < 0
        }
    }

    private func difference(_ expected: ModelRun, _ got: Run, _ naming: Answer.Naming) -> String {
        func list(_ title: String, _ lines: [String]) -> String {
            "  \(title):\n" + lines.prefix(12).map { "    \($0)\n" }.joined()
        }
        let graph = got.graph ?? before
        let found: [String] =
            switch got.outcome {
            case .failed(let type, let detail): ["fails with \(type): \(detail)"]
            case .rows(let rows): rows.map { naming.text($0, graph) }
            }
        let wanted = answer(expected, naming).lines
        var text = list("the model's rows (\(wanted.count))", wanted)
        text += list("the engine's rows (\(found.count))", found)
        guard statement.isWriting, GraphDigest(expected.graph) != GraphDigest(graph) else {
            return text
        }
        let (model, engine) = (expected.graph.canonical, graph.canonical)
        return text + list("only in the model's graph", Self.rest(model, without: engine))
            + list("only in the engine's graph", Self.rest(engine, without: model))
    }
}
