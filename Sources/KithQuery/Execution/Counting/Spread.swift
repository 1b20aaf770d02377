import KithGraph
import KithValues

/// Follows relationships and merges the rows that arrive at one node, without making them.
final class Spread: Operator {
    private let input: Operator
    private let step: SpreadStep
    private let sums = NodeSums()
    private var isFilled = false
    private var reader = NodeSumReader()
    private var chargedInBytes = 0

    init(input: Operator, step: SpreadStep) {
        self.input = input
        self.step = step
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if !isFilled {
            while let batch = try input.next(context) {
                if batch.count > 0 { try add(batch, context) }
            }
            isFilled = true
        }
        return reader.next(sums, step.to, step.weight, context)
    }

    private func add(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        let types = step.types.types(context)
        if types?.isEmpty == true { return }
        let nodes = batch[step.from]
        var weights = RowWeights.vector(batch, step.weight, isWeighted: step.isWeighted)
        let (sources, rows) = nodes.presentIDs(.node)
        if sources.count < batch.count {
            weights = rows.withUnsafeBufferPointer { rows in
                rows.baseAddress.map { weights.gathered($0, count: rows.count) } ?? weights
            }
        }
        try context.onGraph { () throws(GraphError) in
            try sources.withUnsafeBufferPointer { sources throws(GraphError) in
                try context.graph.spread(
                    sources, weights.integers, weightMask: weights.positionMask,
                    types: types ?? [], direction: step.direction.graphDirection, into: sums)
            }
        }
        guard !sums.isOverflowing else { throw RowWeights.overflow }
        let size = sums.sizeInBytes
        try context.memory.take(size - chargedInBytes)
        chargedInBytes = size
    }

    override func restart() {
        sums.removeAll()
        isFilled = false
        reader = NodeSumReader()
        input.restart()
    }
}

/// The step of ``Spread``.
struct SpreadStep: PlanStep {
    let from: VariableID
    let to: VariableID
    let types: TypeCondition
    let direction: PatternDirection
    let weight: VariableID
    let isWeighted: Bool

    var name: String { "ExpandAndGroup" }
    func details(_ names: VariableNames) -> String {
        "(\(names.name(from)))\(direction.arrow(types.text))(\(names.name(to)))"
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Spread(input: inputs[0], step: self)
    }
}
