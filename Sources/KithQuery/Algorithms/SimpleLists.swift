import KithGraph

/// The lists of a projection without edges from a node to itself, and with one edge to each neighbour:
/// of several between the same two nodes the lightest stays.
final class SimpleLists: @unchecked Sendable {
    // Sendable: written only by its initializer.

    let nodeCount: Int
    let offsets: UnsafeMutablePointer<Int>
    let targets: UnsafeMutablePointer<UInt32>
    /// The weight of each edge; nil where there are none.
    let weights: UnsafeMutablePointer<Double>?

    private static let blockSize = 4_096

    /// Copies lists.
    init(_ lists: ProjectedLists, _ team: WorkTeam) throws(WorkStopped) {
        let count = lists.nodeCount
        nodeCount = count
        offsets = .filled(count + 1, 0)
        let degrees = UnsafeMutablePointer<UInt32>.filled(count, 0)
        defer { degrees.deallocate() }
        do throws(WorkStopped) {
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
        } catch {
            offsets.deallocate()
            throw error
        }
        var total = 0
        for node in 0..<count {
            offsets[node] = total
            total &+= Int(degrees[node])
        }
        offsets[count] = total
        targets = .allocate(capacity: max(total, 1))
        weights = lists.weights == nil ? nil : .allocate(capacity: max(total, 1))
        try team.forEachBlock(of: count, size: Self.blockSize) { block, _ in
            for node in block { copy(node, lists) }
        }
    }

    deinit {
        offsets.deallocate()
        targets.deallocate()
        weights?.deallocate()
    }

    private func copy(_ node: Int, _ lists: ProjectedLists) {
        let start = offsets[node]
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
