import KithGraph

/// The nodes that one round of a search begins at, and those that it finds for the next: for each of the
/// ``NodeParts`` a list, which one thread writes.
final class SearchFront: @unchecked Sendable {
    // Sendable: in a round each list that is found is one thread's own; the rest changes between rounds.

    let parts: [Range<Int>]
    private let team: WorkTeam
    /// Fewer nodes are left to one thread.
    private let sharedMin: Int
    private var present: UnsafeMutablePointer<UInt32>
    private var next: UnsafeMutablePointer<UInt32>
    private var counts: UnsafeMutablePointer<Int>
    private var nextCounts: UnsafeMutablePointer<Int>
    /// A bit for each node of a part, all 0, to put nodes in order by.
    private let marks: [UnsafeMutablePointer<UInt64>]

    /// Counts of different parts lie in different lines of the cache.
    private static let countStride = 16
    /// After so many nodes a thread asks whether the search is to end.
    private static let blockSize = 8_192
    /// Found nodes that are a smaller share of their part are not put in order.
    private static let orderedShareMin = 1_024

    /// A front without nodes.
    init(_ parts: NodeParts, _ lists: EdgeLists, _ team: WorkTeam, sharedMin: Int = 128) {
        self.parts = parts.ranges
        self.team = team
        self.sharedMin = sharedMin
        // Who finds writes the place after the last node, too.
        present = .allocate(capacity: lists.nodeCount + parts.count)
        next = .allocate(capacity: lists.nodeCount + parts.count)
        marks = parts.ranges.map { .filled($0.count / 64 + Self.countStride, 0) }
        counts = .filled(parts.count * Self.countStride, 0)
        nextCounts = .filled(parts.count * Self.countStride, 0)
    }

    deinit {
        present.deallocate()
        next.deallocate()
        counts.deallocate()
        nextCounts.deallocate()
        for marks in marks { marks.deallocate() }
    }

    /// The number of nodes.
    var count: Int { parts.indices.reduce(0) { $0 + counts[$1 * Self.countStride] } }

    /// The nodes of a part.
    @inline(__always)
    func nodes(_ part: Int) -> UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(
            start: present + parts[part].lowerBound + part, count: counts[part * Self.countStride])
    }

    /// Where the nodes go that are found in a part, each at most once.
    func room(_ part: Int) -> UnsafeMutablePointer<UInt32> {
        next + parts[part].lowerBound + part
    }

    /// Notes how many nodes were found in a part.
    func found(_ count: Int, _ part: Int) { nextCounts[part * Self.countStride] = count }

    /// Makes one node the front, which has none.
    func begin(with node: Int) {
        guard let part = parts.firstIndex(where: { $0.contains(node) }) else { return }
        present[parts[part].lowerBound + part] = UInt32(truncatingIfNeeded: node)
        counts[part * Self.countStride] = 1
    }

    /// Calls `body` for each part, and makes what it found the front.
    func round(_ body: (_ part: Int) -> Void) throws(WorkStopped) {
        try round(of: count, body)
    }

    /// The same, where the round is about so many nodes.
    func round(of count: Int, _ body: (_ part: Int) -> Void) throws(WorkStopped) {
        try forEachPart(of: count, body)
        turn()
    }

    /// Calls `body` for each part, to do something about so many nodes.
    func forEachPart(
        of count: Int, _ body: (_ part: Int) -> Void
    ) throws(WorkStopped) {
        if count < sharedMin {
            try team.checkpoint()
            for part in parts.indices { body(part) }
        } else {
            try team.forEachPart(of: parts.count, body)
        }
    }

    /// Calls `body` for blocks of the nodes, with the number of the thread that it runs on.
    func forEachBlock(
        size: Int, _ body: (_ nodes: UnsafeBufferPointer<UInt32>, _ worker: Int) -> Void
    ) throws(WorkStopped) {
        let blocks = parts.indices.map { (counts[$0 * Self.countStride] + size - 1) / size }
        try team.forEachBlock(of: blocks.reduce(0, +), size: 1) { numbers, worker in
            var (block, part) = (numbers.lowerBound, 0)
            while block >= blocks[part] {
                block -= blocks[part]
                part += 1
            }
            let nodes = nodes(part)
            let range = block * size..<min((block + 1) * size, nodes.count)
            body(UnsafeBufferPointer(rebasing: nodes[range]), worker)
        }
    }

    private func turn() {
        swap(&present, &next)
        swap(&counts, &nextCounts)
    }

    /// Visits the edges from the front to a part; see ``EdgeLists/follow(_:to:prepare:begin:visit:)``.
    @inline(__always)
    func follow<Context>(
        _ lists: EdgeLists, to part: Int, prepare: (_ node: Int) -> Void = { _ in },
        begin: (_ node: Int) -> Context,
        visit: (_ context: Context, _ edge: Int, _ target: Int) -> Void
    ) {
        for segment in parts.indices {
            let nodes = nodes(segment)
            var start = 0
            while start < nodes.count {
                if start > 0, team.isStopping { return }
                let end = min(start &+ Self.blockSize, nodes.count)
                lists.follow(
                    UnsafeBufferPointer(rebasing: nodes[start..<end]), to: parts[part],
                    prepare: prepare, begin: begin, visit: visit)
                start = end
            }
        }
    }

    /// Puts `count` nodes that were found in a part in ascending order, where they are not too few: their
    /// lists then are read one after the other in memory.
    func order(_ count: Int, _ part: Int) {
        let range = parts[part]
        guard count > range.count / Self.orderedShareMin, count > 1 else { return }
        let (room, marks) = (room(part), marks[part])
        for index in 0..<count {
            let place = Int(room[index]) &- range.lowerBound
            marks[place &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: place & 63)
        }
        var place = 0
        var word = 0
        while place < count {
            var bits = marks[word]
            marks[word] = 0
            let first = range.lowerBound &+ word &* 64
            while bits != 0 {
                room[place] = UInt32(truncatingIfNeeded: first &+ bits.trailingZeroBitCount)
                bits &= bits &- 1
                place &+= 1
            }
            word &+= 1
        }
    }
}
