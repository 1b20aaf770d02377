import KithGraph
import KithValues

/// Multiplies each row's weight by the number of nodes, or of those with a label.
final class NodeCount: Operator {
    private let input: Operator
    private let step: NodeCountStep

    init(input: Operator, step: NodeCountStep) {
        self.input = input
        self.step = step
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.nextNonEmpty(context) else { return nil }
        let graph = context.graph
        let count: Int
        if let label = step.label {
            count = graph.catalog.label(label).map { graph.nodeCount(label: $0) } ?? 0
        } else {
            count = graph.nodeCount
        }
        return try RowWeights.multiplied(
            batch, by: EdgeCounting.equal(Int64(count), count: batch.count), step.weight,
            isWeighted: step.isWeighted, kept: batch.aliveVariables)
    }

    override func restart() { input.restart() }
}

/// The step of ``NodeCount``.
struct NodeCountStep: PlanStep {
    let label: String?
    let weight: VariableID
    let isWeighted: Bool

    var name: String { "NodeCount" }
    func details(_ names: VariableNames) -> String { label.map { ":\($0)" } ?? "" }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        NodeCount(input: inputs[0], step: self)
    }
}
