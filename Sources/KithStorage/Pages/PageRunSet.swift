/// A run of pages.
struct PageRun: Hashable, Sendable {
    var start: UInt32
    var count: UInt32

    var end: UInt32 { start + count }
    var last: UInt32 { start + count - 1 }
}

/// Pages as runs in order, as few of them as possible.
struct PageRunSet: Sendable {
    private(set) var runs: [PageRun] = []

    init() {}

    /// Takes runs that are in order and apart from one another.
    init(ordered: [PageRun]) { runs = ordered }

    mutating func reserveCapacity(_ count: Int) { runs.reserveCapacity(count) }

    /// Adds pages that are not in the set, joined with their neighbours.
    ///
    /// - Complexity: O(log *n*) to find the place, O(*n*) to make room.
    mutating func insert(_ run: PageRun) {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].start < run.start { low = middle + 1 } else { high = middle }
        }
        let joinsBefore = low > 0 && runs[low - 1].end == run.start
        let joinsAfter = low < runs.count && run.end == runs[low].start
        switch (joinsBefore, joinsAfter) {
        case (true, true):
            runs[low - 1].count += run.count + runs[low].count
            runs.remove(at: low)
        case (true, false): runs[low - 1].count += run.count
        case (false, true):
            runs[low] = PageRun(start: run.start, count: run.count + runs[low].count)
        case (false, false): runs.insert(run, at: low)
        }
    }
}
