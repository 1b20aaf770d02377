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
        if try countPlain(firsts, seconds, request, result, counts) { return }
        try intersect(firsts, seconds, request, result) {
            (pair, pivot, other, probes) throws(GraphError) in
            var total: Int64 = 0
            var isUnusual = request.setsLoopsAside && (pivot == other || result.marks.pivotHasLoop)
            for list in probes.indices {
                let run = try neighbourRun(probes, at: list, other, result.marks.scratch)
                let (found, meetsOther) =
                    Self.isSearched(run, result.marks)
                    ? (countSearching(run, result.marks), run.edgeCount(to: other) > 0)
                    : countScanning(run, other, result.marks)
                total &+= found
                if meetsOther, probes[list].skipsLoops {
                    total &-= Int64(run.edgeCount(to: other)) &* result.marks.edgeCount(to: other)
                }
                isUnusual = isUnusual || (request.setsLoopsAside && meetsOther)
            }
            if isUnusual {
                total = try countApart(pivot, other, probes, result.marks)
                result.unusualPairs.append(Int32(truncatingIfNeeded: pair))
            }
            counts[pair] = total
            return true
        }
    }

    /// Counts where the probed neighbours are in one list that no transaction changed: pairs with one
    /// node in common block by block; false, and nothing, where they are not.
    private func countPlain(
        _ firsts: UnsafeBufferPointer<UInt64>, _ seconds: UnsafeBufferPointer<UInt64>,
        _ request: IntersectionRequest, _ result: CommonNeighbours,
        _ counts: UnsafeMutablePointer<Int64>
    ) throws(GraphError) -> Bool {
        guard let sides = PairSides(firsts, seconds, request) else { return true }
        let probed = result.marks.secondLists.lists(
            in: self, types: sides.request.secondTypes, direction: sides.request.secondDirection)
        guard probed.count == 1, let list = probed.first, !list.isChanged, !list.skipsLoops
        else { return false }
        let marked = result.marks.firstLists.lists(
            in: self, types: sides.request.firstTypes, direction: sides.request.firstDirection)
        let (marks, block) = (result.marks, result.block)
        var step = cache.enterLong()
        defer {
            marks.clear()
            block.clear()
            cache.leave(step)
        }
        var pair = 0
        while pair < firsts.count {
            _ = cache.renew(&step)
            let pivot = sides.pivots[pair]
            if marks.pivot != pivot { try marks.mark(pivot, marked, self) }
            var size = 1
            while size < NeighbourBlock.sizeMax, pair &+ size < firsts.count,
                sides.pivots[pair &+ size] == pivot
            { size &+= 1 }
            _ = try block.load(
                sides.others + pair, count: size, list, self,
                packedMax: NeighbourBlock.packedMax)
            size = block.count
            for index in 0..<size {
                let other = sides.others[pair &+ index]
                let run = block.runs[index]
                var (total, meetsOther) =
                    Self.isSearched(run, marks)
                    ? (countSearching(run, marks), run.edgeCount(to: other) > 0)
                    : countScanning(run, other, marks)
                if request.setsLoopsAside, meetsOther || pivot == other || marks.pivotHasLoop {
                    total = try countApart(pivot, other, probed, marks)
                    result.unusualPairs.append(Int32(truncatingIfNeeded: pair &+ index))
                }
                counts[pair &+ index] = total
            }
            pair &+= size
        }
        return true
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
        ) { (pair, pivot, other, probes) throws(GraphError) in
            end = start &+ pair &+ 1
            try find(start &+ pair, pivot, other, probes, request, result)
            return result.count < enough
        }
        return end
    }

    /// Calls `body` for each pair with one of its nodes marked, the other node, and its lists, until it
    /// gives false.
    private func intersect(
        _ firsts: UnsafeBufferPointer<UInt64>, _ seconds: UnsafeBufferPointer<UInt64>,
        _ request: IntersectionRequest, _ result: CommonNeighbours,
        _ body: (Int, UInt64, UInt64, [ListsOfType]) throws(GraphError) -> Bool
    ) throws(GraphError) {
        var step = cache.enterLong()
        defer { cache.leave(step) }
        guard let sides = PairSides(firsts, seconds, request) else { return }
        let marked = result.marks.firstLists.lists(
            in: self, types: sides.request.firstTypes, direction: sides.request.firstDirection)
        let probed = result.marks.secondLists.lists(
            in: self, types: sides.request.secondTypes, direction: sides.request.secondDirection)
        defer { result.marks.clear() }
        for pair in 0..<firsts.count {
            let pivot = sides.pivots[pair]
            if result.marks.pivot != pivot {
                try result.marks.mark(pivot, marked, self)
            }
            guard try body(pair, pivot, sides.others[pair], probed) else { return }
            _ = cache.renew(&step)
        }
    }
}

/// Which node of each pair is marked: that of which fewer different ones come.
private struct PairSides {
    /// The nodes that are marked.
    let pivots: UnsafePointer<UInt64>
    /// The nodes whose lists are probed.
    let others: UnsafePointer<UInt64>
    /// What is asked for, the marked nodes first.
    let request: IntersectionRequest

    /// nil for no pairs.
    init?(
        _ firsts: UnsafeBufferPointer<UInt64>, _ seconds: UnsafeBufferPointer<UInt64>,
        _ request: IntersectionRequest
    ) {
        let marksFirst = GraphReader.runCount(firsts) <= GraphReader.runCount(seconds)
        guard firsts.count > 0, let one = firsts.baseAddress, let other = seconds.baseAddress else {
            return nil
        }
        (pivots, others) = marksFirst ? (one, other) : (other, one)
        self.request = marksFirst ? request : request.exchanged
    }
}
