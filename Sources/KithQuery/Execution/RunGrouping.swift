import KithValues

/// Numbers the groups of rows whose groups follow each other: one ends where the node that all of its
/// rows have in common changes. So no table is needed, and all groups but the last are complete.
final class RunGrouping {
    private let keys: [Project.Item]
    private let node: VariableID
    /// The node of the last group.
    private var last: UInt64?
    /// The keys of the groups, in the pieces in which they came.
    private var pieces: [[Vector]]
    private var groups: UnsafeMutablePointer<Int32>
    private var firstNodes: UnsafeMutablePointer<UInt64>
    private var capacity = 1
    private(set) var count = 0

    /// `keys` read nothing but `node`, and rows with equal keys have the same one.
    init(keys: [Project.Item], node: VariableID) {
        self.keys = keys
        self.node = node
        pieces = keys.map { _ in [] }
        groups = .allocate(capacity: 1)
        firstNodes = .allocate(capacity: 1)
    }

    deinit {
        groups.deallocate()
        firstNodes.deallocate()
    }

    /// The group of each row of `batch`, valid until the next call.
    func groups(
        of batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> UnsafePointer<Int32> {
        makeRoom(batch.count)
        let found = number(batch[node], batch.count)
        guard found > 0 else { return UnsafePointer(groups) }
        count += found
        var firsts = Batch(count: found, width: batch.width)
        firsts[node] = .ids(.node, firstNodes, count: found)
        for (index, key) in keys.enumerated() {
            pieces[index].append(try key.expression.evaluate(firsts, context))
        }
        return UnsafePointer(groups)
    }

    /// Writes the groups of some rows and the nodes of those that begin here, and counts these.
    private func number(_ nodes: Vector, _ rows: Int) -> Int {
        let (ids, mask) = (nodes.ids, nodes.positionMask)
        let (groups, firstNodes) = (groups, firstNodes)
        var previous = last ?? ~ids[0]
        let open = Int32(truncatingIfNeeded: count - 1)
        var group = open
        var row = 0
        while row < rows {
            let id = ids[row & mask]
            group &+= id == previous ? 0 : 1
            groups[row] = group
            // Also written for the other rows of a group, so that there is no branch; for those of the
            // group that was open, the next one's node takes its place.
            firstNodes[Int(max(group &- open &- 1, 0))] = id
            previous = id
            row &+= 1
        }
        last = previous
        return Int(group - open)
    }

    private func makeRoom(_ rows: Int) {
        guard rows > capacity else { return }
        capacity = rows
        groups.deallocate()
        groups = .allocate(capacity: rows)
        firstNodes.deallocate()
        firstNodes = .allocate(capacity: rows)
    }

    /// Some groups' values of a key.
    func keyVector(_ index: Int, _ range: Range<Int>) -> Vector {
        if pieces[index].count > 1 { pieces[index] = [Vector.concatenated(pieces[index])] }
        guard let all = pieces[index].first else { return .nulls(count: range.count) }
        if range.count == all.count { return all }
        return all.slice(from: range.lowerBound, count: range.count)
    }

    /// The bytes it holds, roughly.
    var sizeInBytes: Int {
        capacity * 12 + pieces.reduce(0) { $0 + $1.reduce(0) { $0 + $1.sizeInBytes } }
    }
}
