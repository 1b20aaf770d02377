import KithGraph
import Synchronization

/// Trees of nodes, which any thread may join: each knows its parent, roots themselves.
///
/// Roots hang below smaller roots only, so what hangs together ends with its smallest node as its root,
/// whoever was first.
final class UnionForest: @unchecked Sendable {
    // Sendable: the parents are atomic.
    private let parents: UnsafeMutablePointer<Atomic<UInt32>>

    private static let blockSize = 16_384

    init(count: Int, _ team: WorkTeam) throws(WorkStopped) {
        let parents = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: max(count, 1))
        self.parents = parents
        try team.forEachBlock(of: count, size: Self.blockSize) { block, _ in
            for node in block {
                (parents + node).initialize(to: Atomic(UInt32(truncatingIfNeeded: node)))
            }
        }
    }

    deinit { parents.deallocate() }

    @inline(__always)
    func parent(_ node: Int) -> UInt32 { parents[node].load(ordering: .relaxed) }

    /// Makes one tree of the trees of two nodes.
    @inline(__always)
    func join(_ one: UInt32, _ other: UInt32) {
        var first = parent(Int(one))
        var second = parent(Int(other))
        while first != second {
            let high = max(first, second)
            let low = min(first, second)
            let above = parent(Int(high))
            if above == low { return }
            if above == high {
                let (done, _) = parents[Int(high)].compareExchange(
                    expected: high, desired: low, ordering: .relaxed)
                if done { return }
            }
            first = parent(Int(parent(Int(high))))
            second = parent(Int(low))
        }
    }

    /// Hangs a node directly below its root.
    @inline(__always)
    func flatten(_ node: Int) {
        var root = parent(node)
        while true {
            let above = parent(Int(root))
            if above == root { break }
            root = above
        }
        parents[node].store(root, ordering: .relaxed)
    }
}
