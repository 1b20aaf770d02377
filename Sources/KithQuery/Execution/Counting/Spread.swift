import KithGraph
import KithValues

/// Follows relationships and merges the rows that arrive at one node, without making them.
final class Spread: Operator {
    /// Where the rows come from.
    private enum Input {
        case rows(Operator)
        case parts(ParallelChain)
    }

    private let input: Input
    private let step: SpreadStep
    private let sums = NodeSums()
    private var isFilled = false
    private var reader = NodeSumReader()

    init(input: Operator, step: SpreadStep) {
        self.input = .rows(input)
        self.step = step
    }

    init(chain: ParallelChain, step: SpreadStep) {
        input = .parts(chain)
        self.step = step
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if !isFilled {
            try fill(context)
            isFilled = true
        }
        return reader.next(sums, step.to, step.weight, context)
    }

    private func fill(_ context: ExecutionContext) throws(QueryError) {
        switch input {
        case .rows(let input): try addAll(input, to: sums, context)
        case .parts(let chain):
            // Sums do not depend on the order of rows: each thread keeps one table of them.
            let parts = PerThread<NodeSums>(chain.workers.count)
            try chain.run(context) { (task, context) throws(QueryError) in
                let part = parts.own(task.worker) { NodeSums() }
                try addAll(task.input, to: part, context)
            } combine: { (_) throws(QueryError) in
            }
            for part in parts.all { sums.merge(part) }
            guard !sums.isOverflowing else { throw RowWeights.overflow }
        }
    }

    private func addAll(
        _ input: Operator, to sums: NodeSums, _ context: ExecutionContext
    ) throws(QueryError) {
        let types = step.types.types(context)
        while let batch = try input.next(context) {
            guard batch.count > 0 else { continue }
            let before = sums.sizeInBytes
            try add(batch, types, to: sums, context)
            try context.memory.take(sums.sizeInBytes - before)
        }
    }

    private func add(
        _ batch: Batch, _ types: [RelationshipTypeID]?, to sums: NodeSums,
        _ context: ExecutionContext
    ) throws(QueryError) {
        if types?.isEmpty == true { return }
        let nodes = batch[step.from]
        var weights = RowWeights.vector(batch, step.weight, isWeighted: step.isWeighted)
        if nodes.layout == .node, nodes.validity == nil, !nodes.isConstant {
            defer { withExtendedLifetime((nodes, weights)) {} }
            return try add(
                UnsafeBufferPointer(start: nodes.ids, count: nodes.count), weights, types,
                to: sums, context)
        }
        let (sources, rows) = nodes.presentIDs(.node)
        if sources.count < batch.count {
            weights = rows.withUnsafeBufferPointer { rows in
                rows.baseAddress.map { weights.gathered($0, count: rows.count) } ?? weights
            }
        }
        try sources.withUnsafeBufferPointer { sources throws(QueryError) in
            try add(sources, weights, types, to: sums, context)
        }
    }

    private func add(
        _ sources: UnsafeBufferPointer<UInt64>, _ weights: Vector, _ types: [RelationshipTypeID]?,
        to sums: NodeSums, _ context: ExecutionContext
    ) throws(QueryError) {
        try context.onGraph { () throws(GraphError) in
            try context.graph.spread(
                sources, weights.integers, weightMask: weights.positionMask,
                types: types ?? [], direction: step.direction.graphDirection, into: sums)
        }
        guard !sums.isOverflowing else { throw RowWeights.overflow }
    }

    override func restart() {
        sums.removeAll()
        isFilled = false
        reader = NodeSumReader()
        switch input {
        case .rows(let input): input.restart()
        case .parts(let chain): chain.restart()
        }
    }

    override var mayRunAgain: Bool {
        switch input {
        case .rows(let input): input.mayRunAgain
        case .parts(let chain): chain.mayRunAgain
        }
    }
}

/// The step of ``Spread``.
struct SpreadStep: PartitionedStep {
    let from: VariableID
    let to: VariableID
    let types: TypeCondition
    let direction: PatternDirection
    let weight: VariableID
    let isWeighted: Bool
    /// How many relationships it is expected to follow.
    let estimatedEdges: Double

    var estimatedWork: Double { estimatedEdges }
    var name: String { "ExpandAndGroup" }
    func details(_ names: VariableNames) -> String {
        "(\(names.name(from)))\(direction.arrow(types.text))(\(names.name(to)))"
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Spread(input: inputs[0], step: self)
    }
    func makeOperator(_ chain: ParallelChain, _ builder: OperatorBuilder) -> Operator {
        Spread(chain: chain, step: self)
    }
}
