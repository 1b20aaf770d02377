import KithValues

/// A sum for each node that has one: pages of 2,048 sums, made where they are needed.
///
/// Nodes come out by id. Sums of nothing but zero count as none. Belongs to one thread.
public final class NodeSums {
    @exclusivity(unchecked) private var pages: [DecodedMemory?] = []
    /// The number of pages made.
    private var pageCount = 0
    /// Whether a sum passed 64 bits; the sums are then of no use.
    public private(set) var isOverflowing = false

    /// For what is spread to it.
    let block = NeighbourBlock()
    @exclusivity(unchecked) fileprivate var knownLists = KnownLists()

    /// Makes an empty table.
    public init() {}

    deinit { removeAll() }

    /// Forgets every sum.
    public func removeAll() {
        for page in pages { page?.free() }
        pages = []
        pageCount = 0
        isOverflowing = false
    }

    /// The bytes it holds.
    public var sizeInBytes: Int {
        pageCount * GraphLimits.slotsPerChunk * 8 + pages.count * 8
    }

    /// The highest number of a chunk with sums, plus 1.
    public var chunkEnd: Int { pages.count }

    /// The first chunk from `chunk` on that may have sums; ``chunkEnd`` where none has.
    public func firstChunk(from chunk: Int) -> Int {
        var chunk = chunk
        while chunk < pages.count, pages[chunk] == nil { chunk += 1 }
        return chunk
    }

    private func page(_ chunk: Int) -> UnsafeMutablePointer<Int64> {
        while pages.count <= chunk { pages.append(nil) }
        if let page = pages[chunk] { return Self.sums(page) }
        let page = DecodedMemory(byteCount: GraphLimits.slotsPerChunk * 8)
        let sums = page.start.bindMemory(to: Int64.self, capacity: GraphLimits.slotsPerChunk)
        sums.initialize(repeating: 0, count: GraphLimits.slotsPerChunk)
        pages[chunk] = page
        pageCount += 1
        return sums
    }

    private static func sums(_ page: DecodedMemory) -> UnsafeMutablePointer<Int64> {
        page.start.assumingMemoryBound(to: Int64.self)
    }

    /// Adds to the sums of nodes; weights nil stand for 1 each, and their mask for a constant.
    public func add(
        _ nodes: UnsafePointer<UInt64>, nodeMask: Int, _ weights: UnsafePointer<Int64>?,
        weightMask: Int, count: Int
    ) {
        var chunk = -1
        var sums = UnsafeMutablePointer<Int64>(bitPattern: 8)
        var overflows = false
        for row in 0..<count {
            let node = nodes[row & nodeMask]
            let wanted = Int(truncatingIfNeeded: node &>> UInt64(GraphLimits.slotBits))
            if wanted != chunk {
                chunk = wanted
                sums = page(wanted)
            }
            let slot = Int(truncatingIfNeeded: node & UInt64(GraphLimits.slotsPerChunk - 1))
            guard let sums else { continue }
            let (sum, overflow) = sums[slot].addingReportingOverflow(
                weights.map { $0[row & weightMask] } ?? 1)
            sums[slot] = sum
            overflows = overflows || overflow
        }
        isOverflowing = isOverflowing || overflows
    }

    /// Adds `weight` to the sum of each neighbour.
    @inline(__always)
    func add(_ weight: Int64, to run: NeighbourRun, skipping skipped: UInt64?) {
        var chunk = -1
        var sums = UnsafeMutablePointer<Int64>(bitPattern: 8)
        var overflows = false
        var index = 0
        while index < run.count {
            let node = run[index]
            index &+= 1
            if node == skipped { continue }
            let wanted = Int(truncatingIfNeeded: node &>> UInt64(GraphLimits.slotBits))
            if wanted != chunk {
                chunk = wanted
                sums = page(wanted)
            }
            guard let sums else { continue }
            let slot = Int(truncatingIfNeeded: node & UInt64(GraphLimits.slotsPerChunk - 1))
            let (sum, overflow) = sums[slot].addingReportingOverflow(weight)
            sums[slot] = sum
            overflows = overflows || overflow
        }
        if overflows { isOverflowing = true }
    }

    /// Takes over the sums of another table, which then has none.
    public func merge(_ other: NodeSums) {
        while pages.count < other.pages.count { pages.append(nil) }
        // Its sign tells whether any sum has another than both of its parts.
        var overflows: Int64 = 0
        for chunk in other.pages.indices {
            guard let theirs = other.pages[chunk] else { continue }
            guard let known = pages[chunk] else {
                pages[chunk] = theirs
                pageCount += 1
                continue
            }
            let (mine, added) = (Self.sums(known), Self.sums(theirs))
            var slot = 0
            while slot < GraphLimits.slotsPerChunk {
                let (one, another) = (mine[slot], added[slot])
                let sum = one &+ another
                overflows |= (one ^ sum) & (another ^ sum)
                mine[slot] = sum
                slot &+= 1
            }
            theirs.free()
        }
        isOverflowing = isOverflowing || other.isOverflowing || overflows < 0
        other.pages = []
        other.removeAll()
    }

    /// Writes the nodes of one chunk that have sums, and the sums; gives their number.
    ///
    /// - Precondition: the buffers hold ``GraphLimits/slotsPerChunk`` entries.
    public func take(
        chunk: Int, nodes: UnsafeMutablePointer<UInt64>, sums: UnsafeMutablePointer<Int64>
    ) -> Int {
        guard let page = pages[chunk].map(Self.sums) else { return 0 }
        let first = UInt64(chunk) << UInt64(GraphLimits.slotBits)
        var count = 0
        for slot in 0..<GraphLimits.slotsPerChunk {
            nodes[count] = first | UInt64(slot)
            sums[count] = page[slot]
            if page[slot] != 0 { count &+= 1 }
            if count == GraphLimits.slotsPerChunk { break }
        }
        return count
    }
}

extension GraphReader {
    /// Adds, for each edge of some types from the sources, the source's weight to the sum of the node
    /// at its end. An empty list of types stands for all; weights nil stand for 1 each.
    public func spread(
        _ sources: UnsafeBufferPointer<UInt64>, _ weights: UnsafePointer<Int64>?, weightMask: Int,
        types: [RelationshipTypeID], direction: Direction, into sums: NodeSums
    ) throws(GraphError) {
        var step = cache.enterLong()
        defer { cache.leave(step) }
        for list in sums.knownLists.lists(in: self, types: types, direction: direction) {
            if !list.isChanged {
                try spreadPlain(sources, weights, weightMask, list, &step, into: sums)
                continue
            }
            let scratch = NeighbourScratch()
            for row in 0..<sources.count {
                let run = try neighbourRun(list, sources[row], scratch)
                sums.add(
                    weights.map { $0[row & weightMask] } ?? 1, to: run,
                    skipping: list.skipsLoops ? sources[row] : nil)
                _ = cache.renew(&step)
            }
        }
    }

    /// The same along a list that no transaction changed, block by block.
    private func spreadPlain(
        _ sources: UnsafeBufferPointer<UInt64>, _ weights: UnsafePointer<Int64>?,
        _ weightMask: Int, _ list: ListsOfType, _ step: inout DecodedCache.LongStep,
        into sums: NodeSums
    ) throws(GraphError) {
        guard let base = sources.baseAddress else { return }
        let block = sums.block
        defer { block.clear() }
        var start = 0
        while start < sources.count {
            let most = min(NeighbourBlock.sizeMax, sources.count &- start)
            _ = try block.load(
                base + start, count: most, list, self, packedMax: NeighbourBlock.packedMax)
            let size = block.count
            for index in 0..<size {
                let row = start &+ index
                sums.add(
                    weights.map { $0[row & weightMask] } ?? 1, to: block.runs[index],
                    skipping: list.skipsLoops ? sources[row] : nil)
            }
            start &+= size
            // What was loaded may be let go of.
            block.clear()
            _ = cache.renew(&step)
        }
    }
}
