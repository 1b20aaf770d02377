import KithValues

@testable import KithQuery

/// Whether engine and model agree on one statement.
enum Verdict {
    case agreed
    /// The statement cannot be compared: it does not compile, asks too much of the model, or leaves
    /// its result open.
    case skipped(String)
    case disagreed(String)
}

/// Runs one statement in the engine and in the model, and compares results and graphs.
struct Comparison {
    let text: String
    let before: ModelGraph
    let choices: EngineChoices
    /// Whether the engine keeps what was written.
    var commits = true

    /// What remains of a result that must be equal.
    private struct Form: Equatable {
        var rows: [String]
        var graph: [String]
    }

    /// One run of engine or model.
    private struct Run {
        let outcome: Outcome
        let graph: ModelGraph
    }

    /// Runs and compares; gives the engine's graph afterwards too.
    func verdict(_ engine: Engine) throws -> (Verdict, ModelGraph) {
        let (statement, reason) = try engine.bind(text)
        guard let statement else { return (.skipped("refused " + reason), before) }
        guard let first = modelled(statement, 1), let second = modelled(statement, 2) else {
            return (.skipped("too much work"), before)
        }
        let (outcome, graph) = try engine.run(
            text, choices: choices, isWriting: statement.isWriting, commits: commits)
        let after = commits ? graph ?? before : before
        if case .refused(let reason) = outcome {
            return (.disagreed("bound, then refused: \(reason)"), after)
        }
        let found = Run(outcome: outcome, graph: graph ?? before)
        for sortsLists in [false, true] {
            func form(_ run: Run) -> Form { self.form(run, statement, sortsLists) }
            let expected = form(first)
            guard expected == form(second) else { continue }
            let got = form(found)
            if got == expected { return (.agreed, after) }
            for shuffle in 3..<30 {
                guard let other = modelled(statement, UInt64(shuffle)) else { break }
                if form(other) == got { return (.skipped("open result"), after) }
            }
            return (.disagreed(Self.difference(expected, got)), after)
        }
        return (.skipped("open result"), after)
    }

    private func modelled(_ statement: BoundStatement, _ shuffle: UInt64) -> Run? {
        let model = Model(
            before, parameters: QueryGenerator.parameters,
            variableCount: statement.variables.count, shuffle: shuffle)
        do {
            let rows = try model.run(statement)
            return Run(outcome: .rows(rows), graph: model.graph)
        } catch let error as ModelError {
            if error.type == "Model" { return nil }
            return Run(outcome: .failed(type: error.type, detail: error.detail), graph: before)
        } catch let error as ValueError {
            return Run(
                outcome: .failed(type: error.type.rawValue, detail: error.detail), graph: before)
        } catch {
            preconditionFailure("an error the model does not know: \(error)")
        }
    }

    private func form(_ run: Run, _ statement: BoundStatement, _ sortsLists: Bool) -> Form {
        let graph = statement.isWriting ? run.graph.canonical : []
        switch run.outcome {
        case .refused(let reason): return Form(rows: ["refused \(reason)"], graph: graph)
        case .failed(let type, _): return Form(rows: ["failed with \(type)"], graph: graph)
        case .rows(let rows):
            let texts = rows.map { row in
                row.map {
                    Canonical.text($0, entity: { name($0, $1, run.graph) }, sortsLists: sortsLists)
                }.joined(separator: " | ")
            }
            let isOrdered = !sortsLists && Self.isOrdered(statement.query)
            return Form(rows: isOrdered ? texts : texts.sorted(), graph: graph)
        }
    }

    /// A node or relationship of before by its number, a new one by its content.
    private func name(_ isNode: Bool, _ id: UInt64, _ graph: ModelGraph) -> String {
        if isNode {
            if before.position(node: id) != nil { return "n\(id)" }
            return graph.position(node: id).map {
                "new" + Canonical.content(graph.nodes[$0].labels, graph.nodes[$0].properties)
            } ?? "gone"
        }
        if before.position(relationship: id) != nil { return "r\(id)" }
        return graph.position(relationship: id).map {
            graph.relationships[$0].type
                + Canonical.content([], graph.relationships[$0].properties)
        } ?? "gone"
    }

    private static func isOrdered(_ query: BoundQuery) -> Bool {
        guard query.branches.count == 1, case .project(let last) = query.branches[0].clauses.last
        else { return false }
        return !last.sortKeys.isEmpty
    }

    private static func difference(_ expected: Form, _ got: Form) -> String {
        func list(_ title: String, _ lines: [String]) -> String {
            "  \(title):\n" + lines.prefix(12).map { "    \($0)\n" }.joined()
        }
        if expected.rows != got.rows {
            return list("the model's rows (\(expected.rows.count))", expected.rows)
                + list("the engine's rows (\(got.rows.count))", got.rows)
        }
        let (wanted, found) = (Set(expected.graph), Set(got.graph))
        return list("only in the model's graph", expected.graph.filter { !found.contains($0) })
            + list("only in the engine's graph", got.graph.filter { !wanted.contains($0) })
    }
}
