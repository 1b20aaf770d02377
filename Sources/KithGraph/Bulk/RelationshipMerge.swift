/// Merges sorted runs of relationships, a batch at a time.
final class RelationshipMerge {
    /// Some relationships in order: row `i` of the columns belongs to edge `i`.
    struct Batch {
        var edges: SortedEdges
        var columns: [(key: UInt32, column: LoadedColumn)]
    }

    /// Where a run is being read.
    private struct Place {
        var run: RelationshipRun
        var block: RelationshipBlock
        var nextBlock: Int
        var row = 0
    }

    private var places: [Place] = []
    /// The ends of the next row of each place.
    private var heads: [(source: UInt64, target: UInt64)] = []
    /// The places that have rows left, the one with the smallest row first: each is not greater than
    /// the two that follow at twice its position.
    private var heap: [Int] = []
    private let keys: [UInt32]

    init(_ runs: [RelationshipRun]) throws(GraphError) {
        keys = Set(runs.flatMap(\.keys)).sorted()
        for run in runs where run.blockCount > 0 {
            let block = try run.read(0)
            places.append(Place(run: run, block: block, nextBlock: 1))
            heads.append((block.sources[0], block.targets[0]))
        }
        heap = places.indices.sorted { isBefore($0, $1) }
    }

    /// Equal ends come in the order of runs.
    @inline(__always)
    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = (heads[left], heads[right])
        if a.source != b.source { return a.source < b.source }
        if a.target != b.target { return a.target < b.target }
        return left < right
    }

    /// The next relationships, at most `limit`; nil at the end.
    func next(atMost limit: Int) throws(GraphError) -> Batch? {
        guard !heap.isEmpty else { return nil }
        let first = UnsafeMutablePointer<UInt64>.allocate(capacity: limit)
        let second = UnsafeMutablePointer<UInt64>.allocate(capacity: limit)
        let columns = keys.map { _ in LoadedColumn() }
        var picks: [RowPick] = []
        var filled = 0
        do throws(GraphError) {
            while filled < limit, !heap.isEmpty {
                let index = heap[0]
                let taken = rows(of: index, atMost: limit - filled)
                copyEnds(of: index, taken, first + filled, second + filled)
                if !keys.isEmpty {
                    for row in taken {
                        picks.append(
                            RowPick(source: Int32(index), row: Int32(truncatingIfNeeded: row)))
                    }
                }
                filled += taken.count
                places[index].row = taken.upperBound
                if taken.upperBound == places[index].block.sources.count {
                    gather(picks, into: columns)
                    picks.removeAll(keepingCapacity: true)
                    try loadNextBlock(index)
                }
                noteHead(index)
                siftDown()
            }
        } catch {
            first.deallocate()
            second.deallocate()
            throw error
        }
        gather(picks, into: columns)
        return Batch(
            edges: SortedEdges(first: first, second: second, count: filled, rows: []),
            columns: zip(keys, columns).map { (key: $0, column: $1) })
    }

    private func copyEnds(
        of index: Int, _ rows: Range<Int>, _ first: UnsafeMutablePointer<UInt64>,
        _ second: UnsafeMutablePointer<UInt64>
    ) {
        places[index].block.sources.withUnsafeBufferPointer { sources in
            if let base = sources.baseAddress {
                first.update(from: base + rows.lowerBound, count: rows.count)
            }
        }
        places[index].block.targets.withUnsafeBufferPointer { targets in
            if let base = targets.baseAddress {
                second.update(from: base + rows.lowerBound, count: rows.count)
            }
        }
    }

    private func noteHead(_ index: Int) {
        let row = places[index].row
        guard row < places[index].block.sources.count else { return }
        heads[index] = (places[index].block.sources[row], places[index].block.targets[row])
    }

    /// The rows at the head of the heap that come before those of all other places.
    private func rows(of index: Int, atMost count: Int) -> Range<Int> {
        let start = places[index].row
        let end = min(places[index].block.sources.count, start + count)
        var row = start + 1
        var other: Int?
        if heap.count > 1 { other = heap[1] }
        if heap.count > 2, isBefore(heap[2], heap[1]) { other = heap[2] }
        guard let other else { return start..<end }
        let (source, target) = heads[other]
        while row < end {
            let own = places[index].block.sources[row]
            if own > source { break }
            if own == source {
                let end = places[index].block.targets[row]
                if end > target || (end == target && index > other) { break }
            }
            row += 1
        }
        return start..<row
    }

    private func gather(_ picks: [RowPick], into columns: [LoadedColumn]) {
        guard !picks.isEmpty else { return }
        for (key, column) in zip(keys, columns) {
            let sources = places.map { place in
                // A run that is read to its end has no block any more.
                place.block.columns.isEmpty
                    ? nil : place.run.keys.firstIndex(of: key).map { place.block.columns[$0] }
            }
            column.append(picks, from: sources)
        }
    }

    private func loadNextBlock(_ index: Int) throws(GraphError) {
        let place = places[index]
        places[index].row = 0
        guard place.nextBlock < place.run.blockCount else {
            places[index].block = RelationshipBlock()
            heap[0] = heap[heap.count - 1]
            heap.removeLast()
            return
        }
        places[index].block = try place.run.read(place.nextBlock)
        places[index].nextBlock += 1
    }

    private func siftDown() {
        var position = 0
        while true {
            var child = position * 2 + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, isBefore(heap[child + 1], heap[child]) { child += 1 }
            guard isBefore(heap[child], heap[position]) else { return }
            heap.swapAt(child, position)
            position = child
        }
    }
}
