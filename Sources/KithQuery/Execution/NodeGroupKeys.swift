import KithValues

/// The keys of groups that were made by a node, which they follow from: read once a group instead of once
/// a row.
final class NodeGroupKeys {
    let node: VariableID
    private let keys: [Project.Item]
    /// Whether the node is itself a key, so that no two groups have the same keys.
    private let isKey: Bool
    private var grouping: RowGrouping?

    init(node: VariableID, keys: [Project.Item]) {
        self.node = node
        self.keys = keys
        isKey = keys.contains { ($0.expression as? VariableReference)?.variable == node }
    }

    /// Reads the keys of all groups, of which the node is the only one; false where two nodes have the
    /// same keys, so that their groups would have to be one.
    func read(
        _ aggregation: Aggregation, _ context: ExecutionContext
    ) throws(QueryError) -> Bool {
        if isKey { return true }
        let grouping = grouping ?? RowGrouping(keys: keys)
        self.grouping = grouping
        var start = 0
        let total = aggregation.groupCount
        while start < total {
            let range = start..<min(total, start + context.batchSize)
            var batch = Batch(count: range.count, width: context.variableCount)
            batch[node] = aggregation.keyVector(0, range)
            _ = try grouping.groups(of: batch, context)
            guard grouping.count == range.upperBound else { return false }
            start = range.upperBound
        }
        try context.memory.take(grouping.sizeInBytes)
        return true
    }

    /// Puts the keys of some groups in the place of the node.
    func exchange(
        _ batch: inout Batch, _ range: Range<Int>, _ context: ExecutionContext
    ) throws(QueryError) {
        let nodes = batch
        batch.remove(node)
        for (index, key) in keys.enumerated() {
            if let grouping {
                batch[key.variable] = grouping.keyVector(index, range)
            } else {
                batch[key.variable] = try key.expression.evaluate(nodes, context)
            }
        }
    }

    /// Forgets the groups.
    func restart() {
        if grouping?.reset() == false { grouping = nil }
    }
}
