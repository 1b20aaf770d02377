import KithGraph
import KithValues

/// Merges equal rows: each row that comes out is different from the others and carries the sum of the
/// weights of those it stands for. Takes all its input before it gives a row.
final class GroupWeights: Operator {
    private let input: Operator
    private let step: GroupWeightsStep
    private let sums = NodeSums()
    private var reader = NodeSumReader()
    private var table: GroupTable
    private var totals: [Int64] = []
    private var isFilled = false
    private var position = 0
    private var chargedInBytes = 0

    init(input: Operator, step: GroupWeightsStep) {
        self.input = input
        self.step = step
        table = GroupTable(keyCount: step.keys.count)
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if !isFilled {
            while let batch = try input.next(context) {
                if batch.count > 0 { try add(batch, context) }
            }
            isFilled = true
        }
        if step.keys.isEmpty { return total(context) }
        if step.keys.count == 1,
            let batch = reader.next(sums, step.keys[0], step.weight, context)
        {
            return batch
        }
        return rest(context)
    }

    private func add(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        let weights = RowWeights.vector(batch, step.weight, isWeighted: step.isWeighted)
        let keys = step.keys.map { batch[$0] }
        if keys.count == 1, keys[0].layout == .node, keys[0].hasNoNulls {
            sums.add(
                keys[0].ids, nodeMask: keys[0].positionMask, weights.integers,
                weightMask: weights.positionMask, count: batch.count)
            guard !sums.isOverflowing else { throw RowWeights.overflow }
        } else {
            let groups =
                keys.isEmpty
                ? [Int32](repeating: 0, count: batch.count)
                : table.groups(of: keys, count: batch.count)
            let groupCount = keys.isEmpty ? 1 : table.count
            while totals.count < groupCount { totals.append(0) }
            let mask = weights.positionMask
            for row in 0..<batch.count {
                let group = Int(groups[row])
                let (sum, overflow) = totals[group].addingReportingOverflow(
                    weights.integers[row & mask])
                guard !overflow else { throw RowWeights.overflow }
                totals[group] = sum
            }
        }
        let size = sums.sizeInBytes + table.sizeInBytes + totals.count * 8
        try context.memory.take(size - chargedInBytes)
        chargedInBytes = size
    }

    /// The only row, where there are no keys.
    private func total(_ context: ExecutionContext) -> Batch? {
        guard position == 0, let total = totals.first else { return nil }
        position = 1
        return Batch(count: 1, width: context.variableCount).with(
            step.weight, .constant(.integer(total), count: 1))
    }

    /// The rows that went into the hash table.
    private func rest(_ context: ExecutionContext) -> Batch? {
        guard position < table.count else { return nil }
        let range = position..<min(table.count, position + context.batchSize)
        position = range.upperBound
        var batch = Batch(count: range.count, width: context.variableCount)
        for (index, key) in step.keys.enumerated() {
            batch[key] = table.columns[index].vector(range)
        }
        let weights = Vector(.integer, count: range.count)
        for (row, group) in range.enumerated() { weights.integers[row] = totals[group] }
        batch[step.weight] = weights
        return batch
    }

    override func restart() {
        sums.removeAll()
        reader = NodeSumReader()
        table = GroupTable(keyCount: step.keys.count)
        totals = []
        isFilled = false
        position = 0
        input.restart()
    }
}

/// Gives the nodes of a table of sums as batches, by id.
struct NodeSumReader {
    private var chunk = 0
    /// The rows of the last chunk that are not given yet.
    private var rest: (batch: Batch, position: Int)?

    /// The next batch; nil after the last.
    mutating func next(
        _ sums: NodeSums, _ node: VariableID, _ weight: VariableID, _ context: ExecutionContext
    ) -> Batch? {
        while true {
            if let (batch, position) = rest, position < batch.count {
                let count = min(context.batchSize, batch.count - position)
                rest = (batch, position + count)
                return batch.slice(from: position, count: count)
            }
            guard chunk < sums.chunkEnd else { return nil }
            let nodes = Vector(.node, count: GraphLimits.slotsPerChunk)
            let weights = Vector(.integer, count: GraphLimits.slotsPerChunk)
            let count = sums.take(chunk: chunk, nodes: nodes.ids, sums: weights.integers)
            chunk += 1
            let batch = Batch(count: count, width: context.variableCount)
                .with(node, nodes.slice(from: 0, count: count))
                .with(weight, weights.slice(from: 0, count: count))
            rest = (batch, 0)
        }
    }
}

/// The step of ``GroupWeights``.
struct GroupWeightsStep: PlanStep {
    /// Variables that hold nodes or relationships.
    let keys: [VariableID]
    let weight: VariableID
    let isWeighted: Bool

    var name: String { "GroupRows" }
    func details(_ names: VariableNames) -> String { names.list(keys) }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        GroupWeights(input: inputs[0], step: self)
    }
}
