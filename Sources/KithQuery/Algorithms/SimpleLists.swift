import KithGraph

/// The lists of a projection without edges from a node to itself, and with one edge to each neighbour:
/// of several between the same two nodes the lightest stays.
final class SimpleLists: @unchecked Sendable {
    // Sendable: written only by its initializer.

    let nodeCount: Int
    let offsets: UnsafePointer<Int>
    let targets: UnsafePointer<UInt32>
    /// The weight of each edge; nil where there are none.
    let weights: UnsafePointer<Double>?
    /// The lists themselves, where there is nothing to leave out.
    private let shared: ProjectedLists?

    private static let blockSize = 4_096

    /// Copies lists, or takes them as they are where nothing is to be left out.
    init(_ lists: ProjectedLists, _ team: WorkTeam) throws(WorkStopped) {
        let count = lists.nodeCount
        nodeCount = count
        let degrees = UnsafeMutablePointer<UInt32>.filled(count, 0)
        defer { degrees.deallocate() }
        try team.forEachBlock(of: count, size: Self.blockSize) { block, _ in
            for node in block {
                var previous = UInt32(truncatingIfNeeded: node)
                var isFirst = true
                var degree: UInt32 = 0
                for edge in lists.range(of: node) {
                    let target = lists.targets[edge]
                    if Int(target) == node || (target == previous && !isFirst) { continue }
                    previous = target
                    isFirst = false
                    degree &+= 1
                }
                degrees[node] = degree
            }
        }
        var total = 0
        for node in 0..<count { total &+= Int(degrees[node]) }
        if total == lists.edgeCount {
            (offsets, targets, weights) = (lists.offsets, lists.targets, lists.weights)
            shared = lists
            return
        }
        shared = nil
        let offsets = UnsafeMutablePointer<Int>.allocate(capacity: count + 1)
        let targets = UnsafeMutablePointer<UInt32>.allocate(capacity: max(total, 1))
        let weights: UnsafeMutablePointer<Double>? =
            lists.weights == nil ? nil : .allocate(capacity: max(total, 1))
        (self.offsets, self.targets) = (UnsafePointer(offsets), UnsafePointer(targets))
        self.weights = UnsafePointer(weights)
        var start = 0
        for node in 0..<count {
            offsets[node] = start
            start &+= Int(degrees[node])
        }
        offsets[count] = start
        try team.forEachBlock(of: count, size: Self.blockSize) { block, _ in
            for node in block { Self.copy(node, lists, from: offsets[node], targets, weights) }
        }
    }

    deinit {
        guard shared == nil else { return }
        offsets.deallocate()
        targets.deallocate()
        weights?.deallocate()
    }

    private static func copy(
        _ node: Int, _ lists: ProjectedLists, from start: Int,
        _ targets: UnsafeMutablePointer<UInt32>, _ weights: UnsafeMutablePointer<Double>?
    ) {
        var place = start
        for edge in lists.range(of: node) {
            let target = lists.targets[edge]
            if Int(target) == node { continue }
            if place > start, targets[place - 1] == target {
                if let weights, let given = lists.weights {
                    weights[place - 1] = min(weights[place - 1], given[edge])
                }
                continue
            }
            targets[place] = target
            if let weights, let given = lists.weights { weights[place] = given[edge] }
            place += 1
        }
    }

    /// The edges of a node.
    @inline(__always)
    func range(of node: Int) -> Range<Int> {
        Range(uncheckedBounds: (offsets[node], offsets[node &+ 1]))
    }

    /// The number of a node's neighbours.
    @inline(__always)
    func degree(of node: Int) -> Int { offsets[node &+ 1] &- offsets[node] }
}
