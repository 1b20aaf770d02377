import KithValues

/// The neighbours of one node in one list, where they lie in memory; sorted.
///
/// Valid within the step of the cache in which it was made, and, where the list had to be put
/// together, until the next one is made with the same scratch.
struct NeighbourRun {
    let narrow: UnsafePointer<UInt32>?
    let wide: UnsafePointer<UInt64>?
    let count: Int

    @inline(__always)
    subscript(_ index: Int) -> UInt64 {
        if let narrow { return UInt64(narrow[index]) }
        if let wide { return wide[index] }
        return 0
    }

    /// The position of the first neighbour that is not less than `node`.
    func firstPosition(of node: UInt64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low &+ high) &>> 1
            if self[middle] < node { low = middle &+ 1 } else { high = middle }
        }
        return low
    }

    /// How many edges lead to `node`.
    func edgeCount(to node: UInt64) -> Int {
        let first = firstPosition(of: node)
        guard first < count, self[first] == node else { return 0 }
        if first &+ 1 == count || self[first &+ 1] != node { return 1 }
        return (node == .max ? count : firstPosition(of: node &+ 1)) &- first
    }
}

/// Room for a list that must be put together from stored and changed edges, or that is kept packed.
final class NeighbourScratch {
    private let room = NeighbourRoom()

    fileprivate func fill(_ edges: [ChunkEdge]) -> NeighbourRun {
        room.clear()
        let neighbours = room.add(edges.count)
        for (index, edge) in edges.enumerated() { neighbours[index] = edge.neighbour }
        return room.run(0..<room.count)
    }

    fileprivate func fill(
        _ packed: PackedLists, _ slot: Int, _ graph: GraphReader
    ) throws(GraphError) -> NeighbourRun {
        room.clear()
        try packed.addNeighbours(of: slot, to: room, graph.storage, graph.cache)
        return room.run(0..<room.count)
    }
}

extension GraphReader {
    /// The neighbours of a node in one list. Within a step of the cache.
    @inline(__always)
    func neighbourRun(
        _ lists: ListsOfType, _ node: UInt64, _ scratch: NeighbourScratch
    ) throws(GraphError) -> NeighbourRun {
        let chunk = node &>> UInt64(GraphLimits.slotBits)
        if !lists.isChanged, let cached = lists.table.load(chunk) {
            let header = Unmanaged<AdjacencyChunk>.fromOpaque(cached)._withUnsafeGuaranteedRef {
                $0.header
            }
            return Self.run(header, Int(node & UInt64(GraphLimits.slotsPerChunk - 1)))
        }
        return try loadedRun(lists, node, chunk, scratch)
    }

    /// The same of one of some lists, of which only what is needed is read.
    @inline(__always)
    func neighbourRun(
        _ lists: [ListsOfType], at index: Int, _ node: UInt64, _ scratch: NeighbourScratch
    ) throws(GraphError) -> NeighbourRun {
        let chunk = node &>> UInt64(GraphLimits.slotBits)
        if !lists[index].isChanged, let cached = lists[index].table.load(chunk) {
            let header = Unmanaged<AdjacencyChunk>.fromOpaque(cached)._withUnsafeGuaranteedRef {
                $0.header
            }
            return Self.run(header, Int(node & UInt64(GraphLimits.slotsPerChunk - 1)))
        }
        return try loadedRun(lists[index], node, chunk, scratch)
    }

    private func loadedRun(
        _ lists: ListsOfType, _ node: UInt64, _ chunk: UInt64, _ scratch: NeighbourScratch
    ) throws(GraphError) -> NeighbourRun {
        if lists.isChanged, let changes = lists.changed?[chunk]?[UInt16(slot(node))],
            !changes.isEmpty
        {
            return scratch.fill(try mergedList(lists, node))
        }
        if let packed = try packedLists(of: node, lists) {
            return try scratch.fill(packed, slot(node), self)
        }
        return Self.run(try baseLists(lists.key, chunk, in: lists.table).header, slot(node))
    }

    @inline(__always)
    private static func run(
        _ header: UnsafeMutablePointer<AdjacencyHeader>, _ slot: Int
    ) -> NeighbourRun {
        let start = Int(header.pointee.offsets[slot])
        let end = Int(header.pointee.offsets[slot &+ 1])
        return NeighbourRun(
            narrow: header.pointee.narrow.map { $0 + start },
            wide: header.pointee.wide.map { $0 + start }, count: end &- start)
    }
}

extension GraphReader {
    /// The nodes at the other ends of a node's edges, each once for each edge, sorted within a type and
    /// direction. An empty list of types stands for all.
    public func neighbours(
        of node: UInt64, types: [RelationshipTypeID], direction: Direction
    ) throws(GraphError) -> [UInt64] {
        let step = cache.enter()
        defer { cache.leave(step) }
        let scratch = NeighbourScratch()
        var found: [UInt64] = []
        for list in lists(types: types, direction: direction) {
            let run = try neighbourRun(list, node, scratch)
            for index in 0..<run.count where !(list.skipsLoops && run[index] == node) {
                found.append(run[index])
            }
        }
        return found
    }
}
