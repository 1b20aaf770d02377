import KithGraph
import KithValues

/// Equal rows with the sums of their weights: what one thread fills.
///
/// Rows of one node are summed by node, all others by hashing.
final class WeightGroups {
    let sums: NodeSums
    private(set) var table: GroupTable
    private(set) var totals: [Int64] = []
    private let step: GroupWeightsStep
    private(set) var chargedInBytes = 0

    /// `sums` may hold what other rows left there.
    init(_ step: GroupWeightsStep, sums: NodeSums = NodeSums()) {
        self.step = step
        self.sums = sums
        table = GroupTable(keyCount: step.keys.count)
    }

    /// Adds all rows of an operator.
    func addAll(_ input: Operator, _ context: ExecutionContext) throws(QueryError) {
        while let batch = try input.next(context) {
            if batch.count > 0 { try add(batch, context) }
        }
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
            try addToTable(keys, weights, count: batch.count)
        }
        try charge(context)
    }

    private func addToTable(
        _ keys: [Vector], _ weights: Vector, count: Int
    ) throws(QueryError) {
        let (weights, mask) = (weights.integers, weights.positionMask)
        var overflows = false
        if keys.isEmpty {
            var total = totals.first ?? 0
            for row in 0..<count {
                let (sum, overflow) = total.addingReportingOverflow(weights[row & mask])
                total = sum
                overflows = overflows || overflow
            }
            if totals.isEmpty { totals = [total] } else { totals[0] = total }
        } else {
            let groups = table.groups(of: keys, count: count)
            while totals.count < table.count { totals.append(0) }
            totals.withUnsafeMutableBufferPointer { totals in
                for row in 0..<count {
                    let group = Int(groups[row])
                    let (sum, overflow) = totals[group].addingReportingOverflow(
                        weights[row & mask])
                    totals[group] = sum
                    overflows = overflows || overflow
                }
            }
        }
        guard !overflows else { throw RowWeights.overflow }
    }

    /// Adds the hashed rows of another thread's groups.
    func mergeTable(_ other: WeightGroups, _ context: ExecutionContext) throws(QueryError) {
        if !other.totals.isEmpty {
            let all = 0..<other.totals.count
            let weights = Vector(.integer, count: all.count)
            for row in all { weights.integers[row] = other.totals[row] }
            let keys = step.keys.indices.map { other.table.columns[$0].vector(all) }
            try addToTable(keys, weights, count: all.count)
        }
        context.memory.give(back: other.chargedInBytes)
        try charge(context)
    }

    /// Adds the sums by node of all threads.
    func mergeSums(_ others: [NodeSums], _ context: ExecutionContext) throws(QueryError) {
        for other in others { sums.merge(other) }
        guard !sums.isOverflowing else { throw RowWeights.overflow }
        try charge(context)
    }

    private func charge(_ context: ExecutionContext) throws(QueryError) {
        let size = sums.sizeInBytes + table.sizeInBytes + totals.count * 8
        try context.memory.take(size - chargedInBytes)
        chargedInBytes = size
    }

    /// Forgets everything.
    func removeAll() {
        sums.removeAll()
        table = GroupTable(keyCount: step.keys.count)
        totals = []
    }
}

/// Merges equal rows: each row that comes out is different from the others and carries the sum of the
/// weights of those it stands for. Takes all its input before it gives a row.
final class GroupWeights: Operator {
    /// Where the rows come from.
    private enum Input {
        case rows(Operator)
        case parts(ParallelChain)
    }

    private let input: Input
    private let step: GroupWeightsStep
    private let groups: WeightGroups
    private var reader = NodeSumReader()
    private var isFilled = false
    private var position = 0

    init(input: Operator, step: GroupWeightsStep) {
        self.input = .rows(input)
        self.step = step
        groups = WeightGroups(step)
    }

    init(chain: ParallelChain, step: GroupWeightsStep) {
        input = .parts(chain)
        self.step = step
        groups = WeightGroups(step)
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if !isFilled {
            try fill(context)
            isFilled = true
        }
        if step.keys.isEmpty { return total(context) }
        if step.keys.count == 1,
            let batch = reader.next(groups.sums, step.keys[0], step.weight, context)
        {
            return batch
        }
        return rest(context)
    }

    private func fill(_ context: ExecutionContext) throws(QueryError) {
        switch input {
        case .rows(let input): try groups.addAll(input, context)
        case .parts(let chain):
            // Sums by node do not depend on the order of rows: each thread keeps one table of them.
            let sums = PerThread<NodeSums>(chain.workers.count)
            try chain.run(context) {
                (task, context) throws(QueryError) -> WeightGroups in
                let part = WeightGroups(step, sums: sums.own(task.worker) { NodeSums() })
                try part.addAll(task.input, context)
                return part
            } combine: { (part) throws(QueryError) in
                try groups.mergeTable(part, context)
            }
            try groups.mergeSums(sums.all, context)
        }
    }

    /// The only row, where there are no keys.
    private func total(_ context: ExecutionContext) -> Batch? {
        guard position == 0, let total = groups.totals.first else { return nil }
        position = 1
        return Batch(count: 1, width: context.variableCount).with(
            step.weight, .constant(.integer(total), count: 1))
    }

    /// The rows that went into the hash table.
    private func rest(_ context: ExecutionContext) -> Batch? {
        guard position < groups.table.count else { return nil }
        let range = position..<min(groups.table.count, position + context.batchSize)
        position = range.upperBound
        var batch = Batch(count: range.count, width: context.variableCount)
        for (index, key) in step.keys.enumerated() {
            batch[key] = groups.table.columns[index].vector(range)
        }
        let weights = Vector(.integer, count: range.count)
        for (row, group) in range.enumerated() { weights.integers[row] = groups.totals[group] }
        batch[step.weight] = weights
        return batch
    }

    override func restart() {
        groups.removeAll()
        reader = NodeSumReader()
        isFilled = false
        position = 0
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
            chunk = sums.firstChunk(from: chunk)
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
struct GroupWeightsStep: PartitionedStep {
    /// Variables that hold nodes or relationships.
    let keys: [VariableID]
    let weight: VariableID
    let isWeighted: Bool

    var name: String { "GroupRows" }
    func details(_ names: VariableNames) -> String { names.list(keys) }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        GroupWeights(input: inputs[0], step: self)
    }
    func makeOperator(_ chain: ParallelChain, _ builder: OperatorBuilder) -> Operator {
        GroupWeights(chain: chain, step: self)
    }
}
