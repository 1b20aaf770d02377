import CShims
import KithValues

/// Probing one list against marks.
extension GraphReader {
    /// A list this many times longer than the marked one is searched rather than scanned.
    private static let searchedRatio = 16

    /// Whether to search the marked neighbours in a list instead of scanning it.
    @inline(__always)
    static func isSearched(_ run: NeighbourRun, _ marks: NeighbourMarks) -> Bool {
        run.count > marks.markedCount &* searchedRatio
    }

    /// The ways over the nodes of a list that are marked, and whether `other`, whose list it is, is in
    /// it itself.
    @inline(__always)
    func countScanning(
        _ run: NeighbourRun, _ other: UInt64, _ marks: NeighbourMarks
    ) -> (ways: Int64, meetsOther: Bool) {
        guard !marks.isOverflowing, let narrow = run.narrow,
            run.count == 0 || marks.covers(run[run.count &- 1])
        else { return countPlainly(run, other, marks) }
        let counts = UnsafePointer(marks.counts)
        let wanted = UInt32(truncatingIfNeeded: other)
        var total = 0
        var meets = 0
        var index = 0
        while index < run.count {
            let node = narrow[index]
            total &+= Int(counts[Int(node)])
            meets |= kith_bool_to_int(node == wanted)
            index &+= 1
        }
        return (Int64(total), meets != 0 && other <= UInt64(UInt32.max))
    }

    /// How many edges of a list lead to marked nodes.
    @inline(__always)
    func countMarked(_ run: NeighbourRun, _ marks: NeighbourMarks) -> Int64 {
        var total: Int64 = 0
        if Self.isSearched(run, marks), marks.listCount == 1 {
            var last: UInt64?
            for node in marks.neighbours where node != last {
                last = node
                total &+= Int64(run.edgeCount(to: node))
            }
            return total
        }
        var index = 0
        if let narrow = run.narrow, run.count > 0, marks.covers(run[run.count &- 1]) {
            let counts = UnsafePointer(marks.counts)
            while index < run.count {
                total &+= Int64(kith_bool_to_int(counts[Int(narrow[index])] != 0))
                index &+= 1
            }
            return total
        }
        while index < run.count {
            total &+= Int64(kith_bool_to_int(marks.mark(run[index]) != 0))
            index &+= 1
        }
        return total
    }

    private func countPlainly(
        _ run: NeighbourRun, _ other: UInt64, _ marks: NeighbourMarks
    ) -> (ways: Int64, meetsOther: Bool) {
        var total: Int64 = 0
        var meets = false
        var index = 0
        while index < run.count {
            let node = run[index]
            var end = index &+ 1
            while end < run.count, run[end] == node { end &+= 1 }
            total &+= marks.edgeCount(to: node) &* Int64(end &- index)
            meets = meets || node == other
            index = end
        }
        return (total, meets)
    }

    /// The ways over the marked nodes that a list has, each searched in it.
    func countSearching(_ run: NeighbourRun, _ marks: NeighbourMarks) -> Int64 {
        var total: Int64 = 0
        for node in marks.neighbours { total &+= Int64(run.edgeCount(to: node)) }
        return total
    }

    /// The ways over nodes that are neither of the pair; none where the pair is one node.
    func countApart(
        _ pivot: UInt64, _ other: UInt64, _ lists: [ListsOfType], _ marks: NeighbourMarks
    ) throws(GraphError) -> Int64 {
        guard pivot != other else { return 0 }
        var total: Int64 = 0
        for list in lists.indices {
            let run = try neighbourRun(lists, at: list, other, marks.scratch)
            for index in 0..<run.count where run[index] != pivot && run[index] != other {
                total &+= marks.edgeCount(to: run[index])
            }
        }
        return total
    }

    /// Appends the common neighbours of one pair.
    func find(
        _ pair: Int, _ pivot: UInt64, _ other: UInt64, _ probes: [ListsOfType],
        _ request: IntersectionRequest, _ result: CommonNeighbours
    ) throws(GraphError) {
        let marks = result.marks
        var isUnusual = request.setsLoopsAside && (pivot == other || marks.pivotHasLoop)
        for list in probes.indices {
            let run = try neighbourRun(probes, at: list, other, marks.scratch)
            let skipsLoops = probes[list].skipsLoops
            result.reserveMatches(run.count)
            let matches = result.matches
            let count = Self.findMarked(run, marks, into: matches)
            result.reserve(count)
            var index = 0
            while index < count {
                let node = matches[index]
                var end = index &+ 1
                while end < count, matches[end] == node { end &+= 1 }
                defer { index = end }
                if skipsLoops && node == other { continue }
                if request.setsLoopsAside, pivot == other || node == other || node == pivot {
                    isUnusual = true
                    continue
                }
                result.add(pair, node, marks.edgeCount(to: node) &* Int64(end &- index))
            }
        }
        if isUnusual { result.unusualPairs.append(Int32(truncatingIfNeeded: pair)) }
    }

    /// Writes the marked nodes of a list, each once for each edge, sorted; gives how many there are.
    private static func findMarked(
        _ run: NeighbourRun, _ marks: NeighbourMarks,
        into matches: UnsafeMutablePointer<UInt64>
    ) -> Int {
        var count = 0
        // Marks of several lists may repeat a node, which would then be found twice.
        if marks.listCount == 1, isSearched(run, marks) {
            var last: UInt64?
            for node in marks.neighbours where node != last {
                last = node
                for _ in 0..<run.edgeCount(to: node) {
                    matches[count] = node
                    count &+= 1
                }
            }
            return count
        }
        var index = 0
        while index < run.count {
            let node = run[index]
            matches[count] = node
            count &+= kith_bool_to_int(marks.mark(node) != 0)
            index &+= 1
        }
        return count
    }
}
