/// Sorts the entries of an index whose values are integers, as runs of even steps: where keys were
/// generated in the order in which they are loaded, all of them are a few runs.
struct RunSorter {
    private var runs: [IndexRun] = []
    /// The number of entries.
    private(set) var count = 0
    private var isAscending = true

    /// The memory in use.
    var sizeInBytes: Int { runs.count * MemoryLayout<IndexRun>.stride }

    /// Adds the values of a batch that are there, the first with the id `first`; false, with nothing
    /// added, if one of them cannot be in a run.
    mutating func append(
        _ numbers: ArraySlice<Int64>, validity: ArraySlice<UInt8>?, first: UInt64
    ) -> Bool {
        let canBe = numbers.allSatisfy { $0.magnitude <= UInt64(IndexRun.numberMax) }
        guard canBe else { return false }
        var id = first
        for index in numbers.indices {
            defer { id &+= 1 }
            if let validity, validity[validity.startIndex + index - numbers.startIndex] == 0 {
                continue
            }
            append(numbers[index], id)
        }
        return true
    }

    @inline(__always)
    private mutating func append(_ number: Int64, _ id: UInt64) {
        count &+= 1
        let last = runs.count &- 1
        if last >= 0, runs[last].extend(number, id) { return }
        if last >= 0, !runs[last].precedes(number, id) { isAscending = false }
        runs.append(IndexRun(first: number, step: 1, count: 1, firstID: id))
    }

    /// Hands on everything in order, as runs that do not overlap.
    mutating func drain(_ handOn: (IndexRun) throws(GraphError) -> Void) throws(GraphError) {
        if !isAscending { sort() }
        for run in runs { try handOn(run) }
        runs = []
    }

    /// Hands on everything in the order in which it came.
    mutating func drainUnsorted(
        _ handOn: (IndexRun) throws(GraphError) -> Void
    ) throws(GraphError) {
        for run in runs { try handOn(run) }
        runs = []
        count = 0
        isAscending = true
    }

    private mutating func sort() {
        runs.sort { ($0.first, $0.firstID) < ($1.first, $1.firstID) }
        var areApart = true
        for index in runs.indices.dropFirst()
        where !runs[index - 1].precedes(runs[index].first, runs[index].firstID) {
            areApart = false
            break
        }
        if areApart { return }
        var numbers: [UInt64] = []
        var ids: [UInt64] = []
        numbers.reserveCapacity(count)
        ids.reserveCapacity(count)
        for run in runs {
            for place in 0..<run.count {
                let number = run.first + run.step * Int64(place)
                numbers.append(UInt64(bitPattern: number) ^ 1 << 63)
                ids.append(run.firstID + UInt64(place))
            }
        }
        let order = numbers.withUnsafeBufferPointer { first in
            ids.withUnsafeBufferPointer { second in
                guard let first = first.baseAddress, let second = second.baseAddress else {
                    return [UInt32]()
                }
                return EdgeSort.order(first: first, second: second, count: numbers.count)
            }
        }
        runs = order.map { row in
            IndexRun(
                first: Int64(bitPattern: numbers[Int(row)] ^ 1 << 63), step: 1, count: 1,
                firstID: ids[Int(row)])
        }
    }
}

extension IndexRun {
    /// Whether the last entry comes before another.
    fileprivate func precedes(_ number: Int64, _ id: UInt64) -> Bool {
        (last, firstID + UInt64(count - 1)) < (number, id)
    }
}
