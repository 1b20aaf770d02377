import KithGraph
import KithValues

/// That rows are grouped by a node, and that most nodes with a label are expected to have some.
struct NodePlaces: Sendable {
    let node: VariableID
    /// A label that all the nodes are expected to have.
    let label: String

    /// Whether an aggregate keeps no more than a number or two for each group, as it may where every
    /// node has a place.
    static func keepsNumbers(_ function: String, isDistinct: Bool) -> Bool {
        !isDistinct && ["count", "sum", "avg", "min", "max"].contains(function)
    }

    /// There are at most so many places for each node that there is.
    private static let placesPerNode = 4
    /// So many chunks may hold few nodes.
    private static let sparseChunks = 8
    /// Some aggregates keep more than one number for each group.
    private static let bytesPerAggregate = 16
    /// The places of all threads take at most this part of the memory of the statement, and of decoded
    /// data; one set of places may take it of the statement's alone, for a table would take more.
    private static let shareOfMemory = 4

    /// The ids among which those of the label are, and how many sets of places there may be for so many
    /// threads; nil where they lie too far apart, or are too many for the memory.
    func range(
        aggregates: Int, threads: Int, _ context: ExecutionContext
    ) throws(QueryError) -> (ids: Range<UInt64>, sets: Int)? {
        let graph = context.graph
        guard let label = graph.catalog.label(label) else { return nil }
        let chunks = try context.onGraph { () throws(GraphError) in
            try graph.nodeChunks(label: label)
        }
        guard let first = chunks.first, let last = chunks.last else { return nil }
        let slots = GraphLimits.slotsPerChunk
        let count = (Int(last.rawValue - first.rawValue) + 1) * slots
        let most = Self.placesPerNode * graph.nodeCount(label: label) + Self.sparseChunks * slots
        guard count <= min(most, Int(Int32.max)) else { return nil }
        let size = count * (1 + aggregates * Self.bytesPerAggregate)
        guard size <= context.limits.memoryInBytes / Self.shareOfMemory else { return nil }
        let room =
            min(context.limits.memoryInBytes, graph.decodedBudgetInBytes) / Self.shareOfMemory
        let start = first.rawValue * UInt64(slots)
        return (start..<start + UInt64(count), max(1, min(threads, room / size)))
    }
}

/// Numbers groups by a node without any table: a node's place among all ids of its label is its group.
/// Some of the groups may have no rows.
final class NodeGrouping {
    /// The ids that have places.
    let ids: Range<UInt64>
    /// Which places have rows, a byte each.
    private let isUsed: UnsafeMutablePointer<UInt8>
    private var groups: UnsafeMutablePointer<Int32>
    private var capacity = 1

    init(_ ids: Range<UInt64>) {
        self.ids = ids
        isUsed = .allocate(capacity: max(ids.count, 1))
        isUsed.initialize(repeating: 0, count: ids.count)
        groups = .allocate(capacity: 1)
    }

    deinit {
        isUsed.deallocate()
        groups.deallocate()
    }

    /// The number of groups, with or without rows.
    var count: Int { ids.count }

    /// The group of each row, valid until the next call; nil where some row has no node, or none of
    /// those that have places.
    func groups(of nodes: Vector, count rowCount: Int) -> UnsafePointer<Int32>? {
        guard nodes.layout == .node, nodes.validity == nil else { return nil }
        makeRoom(rowCount)
        let (groups, isUsed) = (groups, isUsed)
        let first = ids.lowerBound
        if nodes.isConstant {
            guard ids.contains(nodes.ids[0]) else { return nil }
            let place = Int(nodes.ids[0] - first)
            groups.update(repeating: Int32(truncatingIfNeeded: place), count: rowCount)
            isUsed[place] = 1
            return UnsafePointer(groups)
        }
        let numbers = nodes.ids
        let last = UInt64(ids.count) &- 1
        // Its highest bit is set once a place is not among those there are.
        var outside: UInt64 = 0
        var row = 0
        while row < rowCount {
            let place = numbers[row] &- first
            outside |= place | (last &- place)
            groups[row] = Int32(truncatingIfNeeded: place)
            row &+= 1
        }
        guard outside &>> 63 == 0 else { return nil }
        row = 0
        while row < rowCount {
            isUsed[Int(groups[row])] = 1
            row &+= 1
        }
        return UnsafePointer(groups)
    }

    private func makeRoom(_ rows: Int) {
        guard rows > capacity else { return }
        capacity = rows
        groups.deallocate()
        groups = .allocate(capacity: rows)
    }

    /// Forgets all rows.
    func reset() { isUsed.update(repeating: 0, count: count) }

    /// Takes over which places of the same ids have rows, for some of the places.
    func merge(_ other: NodeGrouping, _ places: Range<Int>) {
        let (isUsed, theirs) = (isUsed, other.isUsed)
        for place in places { isUsed[place] |= theirs[place] }
    }

    /// The groups of a range that have rows, counted from its beginning.
    func used(in range: Range<Int>) -> [Int32] {
        let isUsed = isUsed + range.lowerBound
        return [Int32](unsafeUninitializedCapacity: range.count + 1) { found, count in
            guard let base = found.baseAddress else { return }
            var place = 0
            while place < range.count {
                base[count] = Int32(truncatingIfNeeded: place)
                count &+= Int(isUsed[place])
                place &+= 1
            }
        }
    }

    /// The nodes of groups, which are counted from `start`.
    func nodes(_ groups: UnsafeBufferPointer<Int32>, from start: Int) -> Vector {
        let result = Vector(.node, count: groups.count)
        let first = ids.lowerBound &+ UInt64(start)
        for row in 0..<groups.count {
            result.ids[row] = first &+ UInt64(truncatingIfNeeded: groups[row])
        }
        return result
    }

    /// The bytes it holds.
    var sizeInBytes: Int { count + capacity * 4 }
}
