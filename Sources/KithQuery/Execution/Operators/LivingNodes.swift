import KithGraph
import KithValues

/// Leaves out the rows on which a node that an earlier clause bound has been deleted since, or is null.
final class LivingNodes: Operator {
    private let input: Operator
    private let variable: VariableID

    init(input: Operator, variable: VariableID) {
        self.input = input
        self.variable = variable
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.next(context) else { return nil }
        let vector = batch[variable]
        var rows: [Int32] = []
        for row in 0..<batch.count {
            guard case .node(let node) = vector.value(at: row) else { continue }
            let isAlive = try context.onGraph { () throws(GraphError) in
                try context.graph.isAlive(node)
            }
            if isAlive { rows.append(Int32(row)) }
        }
        return rows.count == batch.count ? batch : batch.gathered(rows)
    }

    override func restart() { input.restart() }
}

/// The step of ``LivingNodes``.
struct LivingNodesStep: PlanStep {
    let variable: VariableID

    var name: String { "LivingNodes" }
    func details(_ names: VariableNames) -> String { names.name(variable) }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        LivingNodes(input: inputs[0], variable: variable)
    }
}
