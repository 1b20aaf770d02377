import CShims
import KithValues

/// Intersection of adjacency: the heart of patterns that close a cycle.
///
/// The neighbours of one node of the pair are marked, once for a run of pairs that share it, and the
/// other node's list is probed against the marks; where the other list is much longer, the marked
/// neighbours are searched in it instead. Either way the work is bounded by the shorter list.
extension GraphReader {
    /// Counts, for each pair, the ways to a node that is a neighbour of both.
    ///
    /// - Precondition: `result` was made for this reader; the buffers have one length.
    public func countCommonNeighbours(
        of firsts: UnsafeBufferPointer<UInt64>, _ seconds: UnsafeBufferPointer<UInt64>,
        _ request: IntersectionRequest, using result: CommonNeighbours,
        into counts: UnsafeMutablePointer<Int64>
    ) throws(GraphError) {
        try intersect(firsts, seconds, request, result) {
            (pair, pivot, other, lists) throws(GraphError) in
            var total: Int64 = 0
            var isUnusual = request.setsLoopsAside && (pivot == other || result.marks.pivotHasLoop)
            for list in lists {
                let run = try neighbourRun(list, other, result.marks.scratch)
                let (found, meetsOther) =
                    isSearched(run, result.marks)
                    ? (countSearching(run, result.marks), run.edgeCount(to: other) > 0)
                    : countScanning(run, other, result.marks)
                total &+= found
                if meetsOther, list.skipsLoops {
                    total &-= Int64(run.edgeCount(to: other)) &* result.marks.edgeCount(to: other)
                }
                isUnusual = isUnusual || (request.setsLoopsAside && meetsOther)
            }
            if isUnusual {
                total = try countApart(pivot, other, lists, result.marks)
                result.unusualPairs.append(Int32(truncatingIfNeeded: pair))
            }
            counts[pair] = total
        }
    }

    /// Finds, for each pair from `start` on, the nodes that are neighbours of both, until so many are
    /// found that the caller should take them.
    ///
    /// - Returns: the first pair that is not done.
    /// - Precondition: `result` was made for this reader; the buffers have one length.
    public func findCommonNeighbours(
        of firsts: UnsafeBufferPointer<UInt64>, _ seconds: UnsafeBufferPointer<UInt64>,
        from start: Int, enough: Int, _ request: IntersectionRequest,
        into result: CommonNeighbours
    ) throws(GraphError) -> Int {
        var end = start
        let rest = start..<firsts.count
        try intersect(
            UnsafeBufferPointer(rebasing: firsts[rest]),
            UnsafeBufferPointer(rebasing: seconds[rest]), request, result
        ) { (pair, pivot, other, lists) throws(GraphError) in
            guard result.nodes.count < enough else { return }
            end = start &+ pair &+ 1
            try find(start &+ pair, pivot, other, lists, request, result)
        }
        return end
    }

    /// Calls `body` for each pair with one of its nodes marked, the other node, and its lists.
    private func intersect(
        _ firsts: UnsafeBufferPointer<UInt64>, _ seconds: UnsafeBufferPointer<UInt64>,
        _ request: IntersectionRequest, _ result: CommonNeighbours,
        _ body: (Int, UInt64, UInt64, [ListsOfType]) throws(GraphError) -> Void
    ) throws(GraphError) {
        var step = cache.enterLong()
        defer { cache.leave(step) }
        let marksFirst = Self.runCount(firsts) <= Self.runCount(seconds)
        let (pivots, others) = marksFirst ? (firsts, seconds) : (seconds, firsts)
        let request = marksFirst ? request : request.exchanged
        let marked = lists(types: request.firstTypes, direction: request.firstDirection)
        let probed = lists(types: request.secondTypes, direction: request.secondDirection)
        defer { result.marks.clear() }
        for pair in 0..<pivots.count {
            let pivot = pivots[pair]
            if result.marks.pivot != pivot {
                try result.marks.mark(pivot, marked, self)
            }
            try body(pair, pivot, others[pair], probed)
            _ = cache.renew(&step)
        }
    }
}
