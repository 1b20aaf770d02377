import CShims

/// The neighbours of some nodes at once, in lists that no transaction changed.
///
/// What leads to a node's neighbours are a few loads, each of which needs the one before: where its
/// chunk lies, where the edges begin, the edges themselves. One node after the other the processor
/// would wait for each of them. So each kind of load is made for all nodes of the block before the
/// next kind, which lets the memory work on them together.
final class NeighbourBlock {
    /// The most nodes of a block.
    static let sizeMax = 32

    /// The neighbours of each node, after ``load(_:count:_:_:)``. Within the step in which they were
    /// loaded, and until they are loaded again.
    let runs: UnsafeMutablePointer<NeighbourRun>
    /// Nil where the neighbours were copied.
    private let headers: UnsafeMutablePointer<UnsafeMutablePointer<AdjacencyHeader>?>
    /// Neighbours in lists that are not decoded as a whole.
    private var copies: [UnsafeMutablePointer<UInt64>] = []
    /// Lists that the cache may not keep until the end of the step.
    @exclusivity(unchecked) private var kept: [AdjacencyChunk] = []

    init() {
        runs = .allocate(capacity: Self.sizeMax)
        runs.initialize(
            repeating: NeighbourRun(narrow: nil, wide: nil, count: 0), count: Self.sizeMax)
        headers = .allocate(capacity: Self.sizeMax)
    }

    deinit {
        clear()
        runs.deallocate()
        headers.deallocate()
    }

    /// Lets go of what was loaded.
    func clear() {
        if !kept.isEmpty { kept.removeAll() }
        if !copies.isEmpty {
            for copy in copies { copy.deallocate() }
            copies.removeAll(keepingCapacity: true)
        }
    }

    /// Room for a copy of neighbours, until ``clear()``.
    private func room(_ count: Int) -> UnsafeMutablePointer<UInt64> {
        let copy = UnsafeMutablePointer<UInt64>.allocate(capacity: max(count, 1))
        copies.append(copy)
        return copy
    }

    /// Finds the neighbours of `count` nodes, at most ``sizeMax``, and says how many they are in all.
    /// Within a step of the cache.
    @inline(__always)
    func load(
        _ nodes: UnsafePointer<UInt64>, count: Int, _ lists: ListsOfType, _ graph: GraphReader
    ) throws(GraphError) -> Int {
        clear()
        let slotMask = UInt64(GraphLimits.slotsPerChunk - 1)
        var index = 0
        while index < count {
            let chunk = nodes[index] &>> UInt64(GraphLimits.slotBits)
            let header: UnsafeMutablePointer<AdjacencyHeader>
            if let cached = lists.table.load(chunk) {
                header = Unmanaged<AdjacencyChunk>.fromOpaque(cached)
                    ._withUnsafeGuaranteedRef { $0.header }
            } else if let run = try graph.loneRun(lists, nodes[index], room: { room($0) }) {
                headers[index] = nil
                runs[index] = run
                index &+= 1
                continue
            } else {
                let loaded = try graph.baseLists(lists.key, chunk, in: lists.table)
                kept.append(loaded)
                header = loaded.header
            }
            headers[index] = header
            let slot = Int(truncatingIfNeeded: nodes[index] & slotMask)
            kith_prefetch(header.pointee.offsets + slot)
            index &+= 1
        }
        var total = 0
        index = 0
        while index < count {
            guard let header = headers[index] else {
                total &+= runs[index].count
                index &+= 1
                continue
            }
            let slot = Int(truncatingIfNeeded: nodes[index] & slotMask)
            let first = Int(header.pointee.offsets[slot])
            let degree = Int(header.pointee.offsets[slot &+ 1]) &- first
            total &+= degree
            if let narrow = header.pointee.narrow {
                let edges = narrow + first
                runs[index] = NeighbourRun(narrow: edges, wide: nil, count: degree)
                kith_prefetch(edges)
                if degree > 16 { kith_prefetch(edges + 16) }
            } else {
                runs[index] = NeighbourRun(
                    narrow: nil, wide: header.pointee.wide.map { $0 + first }, count: degree)
            }
            index &+= 1
        }
        return total
    }
}
