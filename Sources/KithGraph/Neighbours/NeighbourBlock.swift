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
    /// How many nodes were loaded.
    @exclusivity(unchecked) private(set) var count = 0
    /// Where lists are not kept packed: what leads to them.
    private let headers: UnsafeMutablePointer<UnsafeMutablePointer<AdjacencyHeader>>
    /// Where they are: which of the neighbours in the room each node has; a negative one for others.
    private let places: UnsafeMutablePointer<(start: Int, end: Int)>
    private let room = NeighbourRoom()

    /// So many neighbours of lists that are kept packed are enough for one block.
    static let packedMax = 4_096

    init() {
        runs = .allocate(capacity: Self.sizeMax)
        runs.initialize(
            repeating: NeighbourRun(narrow: nil, wide: nil, count: 0), count: Self.sizeMax)
        headers = .allocate(capacity: Self.sizeMax)
        places = .allocate(capacity: Self.sizeMax)
    }

    deinit {
        runs.deallocate()
        headers.deallocate()
        places.deallocate()
    }

    /// Lets go of what was loaded.
    func clear() {
        if room.count > 0 { room.clear() }
    }

    /// Finds the neighbours of `wanted` nodes, at most ``sizeMax``, and says how many they are in all; of
    /// the first ``count`` of them where there are more than `packedMax` in lists that are kept packed.
    /// Within a step of the cache.
    @inline(__always)
    func load(
        _ nodes: UnsafePointer<UInt64>, count wanted: Int, _ lists: ListsOfType,
        _ graph: GraphReader, packedMax: Int = .max
    ) throws(GraphError) -> Int {
        clear()
        let slotMask = UInt64(GraphLimits.slotsPerChunk - 1)
        var index = 0
        while index < wanted {
            let chunk = nodes[index] &>> UInt64(GraphLimits.slotBits)
            guard let cached = lists.table.load(chunk) else {
                return try loadPacked(nodes, from: index, wanted, lists, graph, packedMax)
            }
            let header = Unmanaged<AdjacencyChunk>.fromOpaque(cached)._withUnsafeGuaranteedRef {
                $0.header
            }
            headers[index] = header
            let slot = Int(truncatingIfNeeded: nodes[index] & slotMask)
            kith_prefetch(header.pointee.offsets + slot)
            index &+= 1
        }
        count = wanted
        var total = 0
        index = 0
        while index < wanted {
            total &+= find(nodes[index], at: index)
            index &+= 1
        }
        return total
    }

    @inline(__always)
    private static func header(
        _ node: UInt64, _ lists: ListsOfType
    ) -> UnsafeMutablePointer<AdjacencyHeader>? {
        lists.table.load(node &>> UInt64(GraphLimits.slotBits)).map {
            Unmanaged<AdjacencyChunk>.fromOpaque($0)._withUnsafeGuaranteedRef { $0.header }
        }
    }

    /// Finds the neighbours of a node whose header is known, and says how many they are.
    @inline(__always)
    private func find(_ node: UInt64, at index: Int) -> Int {
        let header = headers[index]
        let slot = Int(truncatingIfNeeded: node & UInt64(GraphLimits.slotsPerChunk - 1))
        let first = Int(header.pointee.offsets[slot])
        let degree = Int(header.pointee.offsets[slot &+ 1]) &- first
        if let narrow = header.pointee.narrow {
            let edges = narrow + first
            runs[index] = NeighbourRun(narrow: edges, wide: nil, count: degree)
            kith_prefetch(edges)
            if degree > 16 { kith_prefetch(edges + 16) }
        } else {
            runs[index] = NeighbourRun(
                narrow: nil, wide: header.pointee.wide.map { $0 + first }, count: degree)
        }
        return degree
    }

    /// Goes on where a list is not decoded.
    @inline(never)
    private func loadPacked(
        _ nodes: UnsafePointer<UInt64>, from start: Int, _ wanted: Int, _ lists: ListsOfType,
        _ graph: GraphReader, _ packedMax: Int
    ) throws(GraphError) -> Int {
        for index in 0..<start { places[index] = (-1, -1) }
        count = start
        while count < wanted, room.count <= packedMax {
            let node = nodes[count]
            if let header = Self.header(node, lists) {
                headers[count] = header
                places[count] = (-1, -1)
            } else if count > 0, node == nodes[count - 1] {
                headers[count] = headers[count - 1]
                places[count] = places[count - 1]
            } else if let packed = try graph.packedLists(of: node, lists) {
                let begin = room.count
                try packed.addNeighbours(
                    of: graph.slot(node), to: room, graph.storage, graph.cache)
                places[count] = (begin, room.count)
            } else {
                let chunk = node &>> UInt64(GraphLimits.slotBits)
                headers[count] = try graph.baseLists(lists.key, chunk, in: lists.table).header
                places[count] = (-1, -1)
            }
            count += 1
        }
        var total = 0
        for index in 0..<count {
            let place = places[index]
            if place.start < 0 {
                total += find(nodes[index], at: index)
            } else {
                runs[index] = room.run(place.start..<place.end)
                total += runs[index].count
            }
        }
        return total
    }
}
