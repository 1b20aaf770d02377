import KithValues

/// Lets each distinct row through once, in the order of first appearance.
final class Distinct: Operator {
    private let input: Operator
    private let keys: [VariableID]
    /// The nodes so far, while one key is all and every row has a node.
    private var nodes: NodeSet?
    private var rows: GroupTable?
    private var chargedInBytes = 0
    /// The run that the bytes were charged to.
    private var run: UInt64 = 0

    /// A set of nodes that takes more is not kept for the next run.
    private static let keptInBytesMax = 1 << 20

    init(input: Operator, keys: [VariableID]) {
        self.input = input
        self.keys = keys
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.next(context) else { return nil }
        if batch.count == 0 { return batch }
        let fresh = freshNodes(batch) ?? freshRows(batch)
        if run != context.run {
            run = context.run
            chargedInBytes = 0
        }
        let size = (nodes?.sizeInBytes ?? 0) + (rows?.sizeInBytes ?? 0)
        try context.memory.take(size - chargedInBytes)
        chargedInBytes = size
        return fresh.count == batch.count ? batch : batch.gathered(fresh)
    }

    /// The rows with nodes that are new; nil where rows must be told apart by a table.
    private func freshNodes(_ batch: Batch) -> [Int32]? {
        guard rows == nil, keys.count == 1 else { return nil }
        let key = batch[keys[0]]
        guard key.layout == .node, key.validity == nil, !key.isConstant else { return nil }
        let nodes = nodes ?? NodeSet()
        self.nodes = nodes
        var isPossible = true
        let fresh = [Int32](unsafeUninitializedCapacity: batch.count) { target, count in
            guard let base = target.baseAddress,
                let found = nodes.insert(key.ids, count: batch.count, fresh: base)
            else {
                isPossible = false
                return
            }
            count = found
        }
        return isPossible ? fresh : nil
    }

    /// The rows that are new by the table.
    private func freshRows(_ batch: Batch) -> [Int32] {
        let table: GroupTable
        if let rows {
            table = rows
        } else {
            table = GroupTable(keyCount: keys.count)
            if let nodes, nodes.count > 0 {
                table.add(
                    [.ids(.node, nodes.members, count: nodes.count)], count: nodes.count)
                nodes.removeAll()
            }
            rows = table
        }
        var next = Int32(table.count)
        let groups = table.groups(of: keys.map { batch[$0] }, count: batch.count)
        var fresh: [Int32] = []
        for (row, group) in groups.enumerated() where group == next {
            fresh.append(Int32(row))
            next += 1
        }
        return fresh
    }

    override func restart() {
        rows = nil
        nodes?.removeAll()
        if let kept = nodes, kept.sizeInBytes > Self.keptInBytesMax { nodes = nil }
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The step of ``Distinct``.
struct DistinctStep: PlanStep {
    let keys: [VariableID]

    var name: String { "Distinct" }
    func details(_ names: VariableNames) -> String { names.list(keys) }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Distinct(input: inputs[0], keys: keys)
    }
}
