import KithValues

extension GraphReader {
    /// Counts, for each pair, the edges from the first node whose far end has an edge with the second
    /// node.
    ///
    /// The second node's edges are only asked whether there are any: `seconds[i]` is followed by
    /// `request.secondTypes` and `request.secondDirection`.
    ///
    /// - Precondition: `marks` were made for this reader; the buffers have one length.
    public func countAdjacentNeighbours(
        of firsts: UnsafeBufferPointer<UInt64>, _ seconds: UnsafeBufferPointer<UInt64>,
        _ request: IntersectionRequest, marks: NeighbourMarks,
        into counts: UnsafeMutablePointer<Int64>
    ) throws(GraphError) {
        let step = cache.enter()
        defer { cache.leave(step) }
        defer { marks.clear() }
        let followed = lists(types: request.firstTypes, direction: request.firstDirection)
        let marked = lists(types: request.secondTypes, direction: request.secondDirection)
        for pair in 0..<firsts.count {
            if marks.pivot != seconds[pair] { try marks.mark(seconds[pair], marked, self) }
            let node = firsts[pair]
            var total: Int64 = 0
            for list in followed {
                let run = try neighbourRun(list, node, marks.scratch)
                total &+= countMarked(run, marks)
                if list.skipsLoops, marks.mark(node) != 0 {
                    total &-= Int64(run.edgeCount(to: node))
                }
            }
            counts[pair] = total
        }
    }
}
