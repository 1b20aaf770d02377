import CShims
import KithValues

extension GraphReader {
    /// Counts, for each pair, the edges from the first node whose far end has an edge with the second
    /// node.
    ///
    /// The second node's edges are only asked whether there are any: `seconds[i]` is followed by
    /// `request.secondTypes` and `request.secondDirection`. The side that changes less often from pair
    /// to pair is marked, and the lists of the other are looked up in the marks.
    ///
    /// - Precondition: `marks` were made for this reader; the buffers have one length.
    public func countAdjacentNeighbours(
        of firsts: UnsafeBufferPointer<UInt64>, _ seconds: UnsafeBufferPointer<UInt64>,
        _ request: IntersectionRequest, marks: NeighbourMarks,
        into counts: UnsafeMutablePointer<Int64>
    ) throws(GraphError) {
        var step = cache.enterLong()
        defer { cache.leave(step) }
        defer { marks.clear() }
        let followed = marks.firstLists.lists(
            in: self, types: request.firstTypes, direction: request.firstDirection)
        let asked = marks.secondLists.lists(
            in: self, types: request.secondTypes, direction: request.secondDirection)
        if asked.count <= 2, Self.runCount(firsts) < Self.runCount(seconds) {
            try countByFirsts(
                firsts, seconds, followed, asked,
                marks.traits(request.secondTypes, request.secondDirection), marks, &step, counts)
            return
        }
        for pair in 0..<firsts.count {
            counts[pair] = try countBySecond(firsts[pair], seconds[pair], followed, asked, marks)
            _ = cache.renew(&step)
        }
    }

    /// Marks the neighbours of the second node and counts those edges of the first that lead there.
    private func countBySecond(
        _ first: UInt64, _ second: UInt64, _ followed: [ListsOfType], _ asked: [ListsOfType],
        _ marks: NeighbourMarks
    ) throws(GraphError) -> Int64 {
        if marks.pivot != second { try marks.mark(second, asked, self) }
        var total: Int64 = 0
        var index = 0
        while index < followed.count {
            let run = try neighbourRun(followed, at: index, first, marks.scratch)
            total &+= countMarked(run, marks)
            if followed[index].skipsLoops, marks.mark(first) != 0 {
                total &-= Int64(run.edgeCount(to: first))
            }
            index &+= 1
        }
        return total
    }

    /// Marks the neighbours of the first nodes and adds up the marks of the second ones' neighbours,
    /// each once.
    private func countByFirsts(
        _ firsts: UnsafeBufferPointer<UInt64>, _ seconds: UnsafeBufferPointer<UInt64>,
        _ followed: [ListsOfType], _ asked: [ListsOfType], _ traits: ListTraits,
        _ marks: NeighbourMarks, _ step: inout DecodedCache.LongStep,
        _ counts: UnsafeMutablePointer<Int64>
    ) throws(GraphError) {
        guard let one = asked.first else {
            counts.update(repeating: 0, count: firsts.count)
            return
        }
        // No optional: its lists would be counted as referred to for each pair, by all threads.
        let (other, hasTwo) = (asked[asked.count - 1], asked.count == 2)
        var pair = 0
        while pair < firsts.count {
            let first = firsts[pair]
            try marks.mark(first, followed, self)
            if marks.isOverflowing {
                // A mark then does not say how many edges there are.
                while pair < firsts.count, firsts[pair] == first {
                    counts[pair] = try countBySecond(first, seconds[pair], followed, asked, marks)
                    pair &+= 1
                }
                continue
            }
            while pair < firsts.count, firsts[pair] == first {
                counts[pair] = try sumDistinct(
                    seconds[pair], one, other, hasTwo: hasTwo, traits, marks)
                pair &+= 1
                _ = cache.renew(&step)
            }
        }
    }

    /// The sum of the marks of a node's neighbours in one list or two, each taken once.
    @inline(__always)
    private func sumDistinct(
        _ node: UInt64, _ one: ListsOfType, _ other: ListsOfType, hasTwo: Bool,
        _ traits: ListTraits,
        _ marks: NeighbourMarks
    ) throws(GraphError) -> Int64 {
        let known = try self.traits(of: node, one, other, hasTwo: hasTwo, traits, marks)
        let isPlain = !known.contains(.repeated)
        let run = try neighbourRun(one, node, marks.scratch)
        let total = isPlain ? sum(run, marks) : sumDistinct(run, marks)
        guard hasTwo else { return total }
        let second = try neighbourRun(other, node, marks.otherScratch)
        return total
            &+ (isPlain ? sum(second, marks) : sumDistinct(second, besides: run, marks))
    }

    /// The sum of the marks of the nodes of a list.
    @inline(__always)
    private func sum(_ run: NeighbourRun, _ marks: NeighbourMarks) -> Int64 {
        var total = 0
        var index = 0
        if let narrow = run.narrow, run.count > 0, marks.covers(run[run.count &- 1]) {
            let counts = UnsafePointer(marks.counts)
            while index < run.count {
                total &+= Int(counts[Int(narrow[index])])
                index &+= 1
            }
            return Int64(total)
        }
        while index < run.count {
            total &+= Int(marks.mark(run[index]))
            index &+= 1
        }
        return Int64(total)
    }

    /// The sum of the marks of the nodes of a list, each taken once.
    @inline(__always)
    private func sumDistinct(_ run: NeighbourRun, _ marks: NeighbourMarks) -> Int64 {
        var total = 0
        var index = 0
        if let narrow = run.narrow, run.count > 0, marks.covers(run[run.count &- 1]) {
            let counts = UnsafePointer(marks.counts)
            var last = ~narrow[0]
            while index < run.count {
                let node = narrow[index]
                total &+= Int(counts[Int(node)]) &* kith_bool_to_int(node != last)
                last = node
                index &+= 1
            }
            return Int64(total)
        }
        var last: UInt64?
        while index < run.count {
            if run[index] != last { total &+= Int(marks.mark(run[index])) }
            last = run[index]
            index &+= 1
        }
        return Int64(total)
    }

    /// The sum of the marks of the nodes of a list, each taken once, that another list does not have.
    @inline(__always)
    private func sumDistinct(
        _ run: NeighbourRun, besides other: NeighbourRun, _ marks: NeighbourMarks
    ) -> Int64 {
        var total: Int64 = 0
        var last: UInt64?
        var index = 0
        while index < run.count {
            let node = run[index]
            index &+= 1
            // Few nodes are marked: only those are searched.
            let mark = marks.mark(node)
            if mark == 0 || node == last { continue }
            last = node
            if other.edgeCount(to: node) == 0 { total &+= Int64(mark) }
        }
        return total
    }
}
