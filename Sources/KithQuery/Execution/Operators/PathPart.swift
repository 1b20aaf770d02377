import KithValues

/// A part of a path to be selected, ready to run: gives the repetitions that begin at a node.
final class PathPart {
    /// A nested plan that follows one repetition.
    private struct Running {
        let plan: SelectPathsStep.Repetition
        let body: Operator
        let cell: OuterCell
    }

    let step: SelectPathsStep.Part
    private let forward: Running
    private let backward: Running
    private let condition: VectorExpression?
    /// Whether what it finds depends on more of the outer row than the node.
    let readsOuterRow: Bool

    /// The most nodes that are followed at once.
    private static let nodesAtOnceMax = 1_024

    init(_ step: SelectPathsStep.Part, _ builder: OperatorBuilder) throws(QueryError) {
        self.step = step
        forward = try Self.running(step.forward, builder)
        backward = try Self.running(step.backward, builder)
        condition = try builder.compile(step.arrivalCondition)
        var reads = step.arrivalCondition?.freeVariables ?? []
        if let arrival = step.arrival { reads.remove(arrival) }
        readsOuterRow =
            !reads.isEmpty || !step.forward.imports.isEmpty || !step.backward.imports.isEmpty
    }

    private static func running(
        _ plan: SelectPathsStep.Repetition, _ builder: OperatorBuilder
    ) throws(QueryError) -> Running {
        Running(plan: plan, body: try builder.build(plan.body), cell: builder.cell(plan.outer))
    }

    /// The repetitions that begin at each of `nodes`, or end there when followed backward.
    ///
    /// `outer` is the one outer row.
    func edges(
        at nodes: [UInt64], isForward: Bool, _ outer: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [[PathEdge]] {
        var result: [[PathEdge]] = nodes.map { _ in [] }
        if step.maximum == 0 { return result }
        let running = isForward ? forward : backward
        var first = 0
        while first < nodes.count {
            let count = min(Self.nodesAtOnceMax, nodes.count - first)
            var rows = outer.keeping(running.plan.imports).repeated(0, count: count)
            rows[running.plan.start] = .ids(.node, Array(nodes[first..<first + count]))
            let numbers = Vector(.integer, count: count)
            for row in 0..<count { numbers.integers[row] = Int64(first + row) }
            rows[running.plan.rowNumber] = numbers
            running.cell.set(rows)
            running.body.restart()
            while let found = try running.body.next(context) {
                add(found, running.plan, to: &result)
            }
            first += count
        }
        return result
    }

    private func add(
        _ found: Batch, _ plan: SelectPathsStep.Repetition, to result: inout [[PathEdge]]
    ) {
        guard found.count > 0 else { return }
        let (numbers, ends) = (found[plan.rowNumber], found[plan.end])
        for row in 0..<found.count {
            guard case .integer(let number) = numbers.value(at: row),
                case .node(let end) = ends.value(at: row)
            else { continue }
            var relationships: [UInt64] = []
            for variable in step.innerRelationships {
                switch found[variable].value(at: row) {
                case .relationship(let id): relationships.append(id.rawValue)
                case .list(let elements):
                    for case .relationship(let id) in elements {
                        relationships.append(id.rawValue)
                    }
                default: break
                }
            }
            result[Int(number)].append(
                PathEdge(
                    end: end.rawValue, relationships: relationships,
                    groups: step.groups.map { found[$0.inner].value(at: row) }))
        }
    }

    /// Which of `nodes` the path may go on from, behind this part.
    func admits(
        _ nodes: [UInt64], _ outer: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [Bool] {
        guard let condition, let arrival = step.arrival, !nodes.isEmpty else {
            return nodes.map { _ in true }
        }
        var rows = outer.repeated(0, count: nodes.count)
        rows[arrival] = .ids(.node, nodes)
        let truth = try condition.evaluate(rows, context)
        return try TruthVector.codes(truth, span: condition.span).map { $0 == 1 }
    }
}
