import CShims
import KithValues

extension GraphReader {
    /// So many pairs in a run that share one node make marking that node's neighbours worth it.
    private static let markedRunMin = 4

    /// Writes, for each pair of nodes, how many edges of some types lead between them, seen from the
    /// first. Between a node and itself an edge counts once whatever the direction.
    ///
    /// An empty list of types stands for all. Where neighbouring pairs share a node its neighbours
    /// are marked once; otherwise each pair is searched in the sorted list of its first node.
    ///
    /// - Precondition: `marks` were made for this reader.
    public func edgeCounts(
        from sources: UnsafeBufferPointer<UInt64>, to targets: UnsafeBufferPointer<UInt64>,
        types: [RelationshipTypeID], direction: Direction, marks: NeighbourMarks,
        into counts: UnsafeMutablePointer<Int64>
    ) throws(GraphError) {
        precondition(sources.count == targets.count, "a pair has two nodes")
        var step = cache.enterLong()
        defer { cache.leave(step) }
        let sharesSources = Self.runCount(sources) <= Self.runCount(targets)
        let pivots = sharesSources ? sources : targets
        let others = sharesSources ? targets : sources
        let lists = marks.firstLists.lists(
            in: self, types: types, direction: sharesSources ? direction : direction.reversed)
        defer { marks.clear() }
        // Marks of nodes all over the graph touch memory for all of them: where it is scarce a list that
        // is sorted is searched instead.
        let isSearched = lists.count == 1 && !cache.hasPlenty
        var start = 0
        while start < pivots.count {
            let pivot = pivots[start]
            var end = start &+ 1
            while end < pivots.count, pivots[end] == pivot { end &+= 1 }
            _ = cache.renew(&step)
            if isSearched {
                let run = try neighbourRun(lists[0], pivot, marks.scratch)
                for row in start..<end { counts[row] = Int64(run.edgeCount(to: others[row])) }
                start = end
                continue
            }
            if end &- start >= Self.markedRunMin {
                try marks.mark(pivot, lists, self)
                for row in start..<end { counts[row] = marks.edgeCount(to: others[row]) }
                start = end
                continue
            }
            for row in start..<end {
                counts[row] = Int64(
                    try edgeCount(between: pivot, others[row], lists, marks.scratch))
            }
            start = end
        }
    }

    /// How many edges of some lists lead between two nodes. Within a step of the cache.
    func edgeCount(
        between node: UInt64, _ other: UInt64, _ lists: [ListsOfType], _ scratch: NeighbourScratch
    ) throws(GraphError) -> Int {
        var total = 0
        var index = 0
        while index < lists.count {
            if !(lists[index].skipsLoops && node == other) {
                total &+= try neighbourRun(lists, at: index, node, scratch)
                    .edgeCount(to: other)
            }
            index &+= 1
        }
        return total
    }

    /// How many runs of equal nodes there are: the side with fewer is marked less often.
    static func runCount(_ nodes: UnsafeBufferPointer<UInt64>) -> Int {
        var runs = 1
        var index = 1
        while index < nodes.count {
            runs &+= kith_bool_to_int(nodes[index] != nodes[index &- 1])
            index &+= 1
        }
        return runs
    }
}

extension Direction {
    /// The direction seen from the other end.
    public var reversed: Direction {
        switch self {
        case .outgoing: .incoming
        case .incoming: .outgoing
        case .both: .both
        }
    }
}
