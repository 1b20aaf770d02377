import CShims
import KithGraph

/// The nodes of a graph in parts of consecutive numbers, one for each thread.
///
/// In a round of a search all threads go over the same nodes, and each follows the edges that lead to its
/// own part. So no two threads write what belongs to one node: nothing is changed atomically, and no line
/// of the cache goes from one processor to the other and back. Lists are sorted by neighbour, so what
/// leads to a part lies together: at the beginning of each list for the first part, at its end for the
/// last. That every thread looks at each list is what it costs.
struct NodeParts {
    let ranges: [Range<Int>]

    /// More would each look at all lists for few edges of their own.
    private static let countMax = 16
    private static let sampleSize = 1_024

    /// Parts that about as many of the edges lead to.
    init(_ lists: EdgeLists, _ team: WorkTeam) {
        let count = min(team.count, Self.countMax)
        guard count > 1 else {
            ranges = [0..<lists.nodeCount]
            return
        }
        let stride = max(lists.edgeCount / Self.sampleSize, 1)
        var sample: [UInt32] = []
        var edge = 0
        while edge < lists.edgeCount {
            sample.append(lists.targets[edge])
            edge += stride
        }
        sample.sort()
        var ranges: [Range<Int>] = []
        var start = 0
        for part in 1..<count {
            let middle = sample.count * part / count
            let end = middle < sample.count ? max(Int(sample[middle]), start) : start
            ranges.append(start..<end)
            start = end
        }
        ranges.append(start..<lists.nodeCount)
        self.ranges = ranges
    }

    var count: Int { ranges.count }
}

/// The lists of neighbours that a search goes along.
struct EdgeLists {
    let nodeCount: Int
    let offsets: UnsafePointer<Int>
    let targets: UnsafePointer<UInt32>
    let weights: UnsafePointer<Double>?

    init(_ lists: ProjectedLists) {
        nodeCount = lists.nodeCount
        (offsets, targets, weights) = (lists.offsets, lists.targets, lists.weights)
    }

    init(_ lists: SimpleLists) {
        nodeCount = lists.nodeCount
        (offsets, targets, weights) = (lists.offsets, lists.targets, nil)
    }

    var edgeCount: Int { offsets[nodeCount] }

    /// The edges of a node.
    @inline(__always)
    func range(of node: Int) -> Range<Int> {
        Range(uncheckedBounds: (offsets[node], offsets[node &+ 1]))
    }

    /// So many nodes ahead of the present one lists are asked for, and twice as many where they begin.
    private static let ahead = 8

    /// Calls `visit` for each edge of `nodes` that leads to `part`; `begin` gives what all edges of a node
    /// are visited with, and `prepare` is called some nodes before.
    @inline(__always)
    func follow<Context>(
        _ nodes: UnsafeBufferPointer<UInt32>, to part: Range<Int>,
        prepare: (_ node: Int) -> Void = { _ in }, begin: (_ node: Int) -> Context,
        visit: (_ context: Context, _ edge: Int, _ target: Int) -> Void
    ) {
        let (isFirst, isLast) = (part.lowerBound == 0, part.upperBound == nodeCount)
        let near = isLast && !isFirst ? 1 : 0
        for index in nodes.indices {
            if index &+ Self.ahead &* 2 < nodes.count {
                let node = Int(nodes[index &+ Self.ahead &* 2])
                kith_prefetch(offsets + node)
                prepare(node)
            }
            if index &+ Self.ahead < nodes.count {
                let edge = offsets[Int(nodes[index &+ Self.ahead]) &+ near] &- near
                kith_prefetch(targets + edge)
                if let weights { kith_prefetch(weights + edge) }
            }
            let node = Int(nodes[index])
            let context = begin(node)
            var edge = offsets[node]
            var end = offsets[node &+ 1]
            if isFirst && isLast {
                while edge < end {
                    visit(context, edge, Int(targets[edge]))
                    edge &+= 1
                }
                continue
            }
            if isLast {
                while edge < end {
                    end &-= 1
                    let target = Int(targets[end])
                    if target < part.lowerBound { break }
                    visit(context, end, target)
                }
                continue
            }
            if !isFirst { edge = first(from: part.lowerBound, edge..<end) }
            while edge < end {
                let target = Int(targets[edge])
                if target >= part.upperBound { break }
                visit(context, edge, target)
                edge &+= 1
            }
        }
    }

    /// The first of a node's edges that leads to a node from `start` on.
    func first(from start: Int, _ edges: Range<Int>) -> Int {
        var (low, high) = (edges.lowerBound, edges.upperBound)
        while low < high {
            let middle = (low &+ high) &>> 1
            if Int(targets[middle]) < start { low = middle &+ 1 } else { high = middle }
        }
        return low
    }
}
