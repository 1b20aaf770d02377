/// Where the edges of a chunk are decoded to, block after block.
struct EdgeArrays {
    /// The number of edges of each slot, 2,048 of them.
    let degrees: UnsafeMutablePointer<UInt32>
    /// The neighbours of all edges.
    let neighbours: UnsafeMutablePointer<UInt64>
    /// The ids of all edges; not written where blocks have none.
    let relationships: UnsafeMutablePointer<UInt64>
    let capacity: Int
    var count = 0
    /// Whether every edge decoded so far has the id after the one before.
    var isContiguous = true
    var hasIDs = true

    private let memory: DecodedMemory

    init(capacity: Int) {
        self.capacity = capacity
        let degreesByteCount = GraphLimits.slotsPerChunk * 4
        memory = DecodedMemory(byteCount: degreesByteCount + capacity * 16)
        degrees = memory.start.bindMemory(to: UInt32.self, capacity: GraphLimits.slotsPerChunk)
        degrees.initialize(repeating: 0, count: GraphLimits.slotsPerChunk)
        neighbours = (memory.start + degreesByteCount).bindMemory(
            to: UInt64.self, capacity: capacity * 2)
        relationships = neighbours + capacity
    }

    func deallocate() { memory.free() }

    /// Forgets the edges, but not how many each slot has.
    mutating func removeEdges() {
        count = 0
        isContiguous = true
        hasIDs = true
    }

    /// Forgets everything.
    mutating func removeAll() {
        removeEdges()
        degrees.initialize(repeating: 0, count: GraphLimits.slotsPerChunk)
    }

    /// Makes sure that a block was decoded which should have so many edges.
    func check(count expected: Int, hasIDs mustHaveIDs: Bool) throws(GraphError) {
        guard count == expected else {
            throw GraphError.corrupt("an adjacency block has a wrong number of edges")
        }
        guard hasIDs || !mustHaveIDs else {
            throw GraphError.corrupt("an outgoing block has no relationships")
        }
    }

    /// Calls `body` with each edge of a block, by slot.
    func forEachEdge(
        hasIDs: Bool, _ body: (ChunkEdge) throws(GraphError) -> Void
    ) throws(GraphError) {
        var edge = 0
        for slot in 0..<GraphLimits.slotsPerChunk {
            for _ in 0..<degrees[slot] {
                try body(
                    ChunkEdge(
                        slot: UInt16(slot), neighbour: neighbours[edge],
                        relationship: hasIDs ? relationships[edge] : 0))
                edge += 1
            }
        }
    }
}

extension AdjacencyBlock {
    /// Decodes a block and appends its edges; the bytes must be followed by eight readable ones.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, into arrays: inout EdgeArrays
    ) throws(GraphError) {
        var reader = ByteReader(bytes)
        guard let idForm = BlockIDForm(rawValue: try reader.byte()),
            let neighbourForm = BlockNeighbourForm(rawValue: try reader.byte())
        else { throw GraphError.corrupt("an adjacency block has an unknown form") }
        let count = try reader.count(max: arrays.capacity - arrays.count)
        let firstSlot = try reader.count(max: GraphLimits.slotsPerChunk - 1)
        let span = try reader.count(max: GraphLimits.slotsPerChunk - firstSlot)
        guard count > 0, span > 0 else { throw GraphError.corrupt("an adjacency block is empty") }
        let degrees = UnsafeMutablePointer<UInt64>.allocate(capacity: span)
        defer { degrees.deallocate() }
        let smallest = try reader.count(max: count)
        let width = Int(try reader.byte())
        guard width <= 32 else { throw badWidth }
        let packed = try pointer(
            reader.take(BitPacking.byteCount(count: span, width: width)), bytes)
        BitPacking.unpack(
            packed, count: span, width: width, adding: UInt64(smallest), into: degrees)
        var total: UInt64 = 0
        for index in 0..<span { total &+= degrees[index] }
        guard total == UInt64(count) else {
            throw GraphError.corrupt("the lists of an adjacency block do not add up")
        }
        let neighbours = arrays.neighbours + arrays.count
        switch neighbourForm {
        case .packed: try decodePacked(&reader, count: count, into: neighbours)
        case .sequence:
            let first = try reader.uint64()
            let step = UInt64(bitPattern: try reader.zigzag())
            for index in 0..<count {
                neighbours[index] = first &+ step &* UInt64(truncatingIfNeeded: index)
            }
        case .deltas:
            try decodeDeltas(&reader, degrees: degrees, span: span, count: count, into: neighbours)
        }
        try decodeIDs(&reader, form: idForm, count: count, into: &arrays)
        for index in 0..<span {
            arrays.degrees[firstSlot + index] += UInt32(truncatingIfNeeded: degrees[index])
        }
        arrays.count += count
    }

    private static let badWidth = GraphError.corrupt("an adjacency block has an impossible width")

    private static func pointer(
        _ taken: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer
    ) throws(GraphError) -> UnsafeRawPointer {
        guard let pointer = taken.baseAddress ?? bytes.baseAddress else {
            throw GraphError.corrupt("an adjacency block is empty")
        }
        return pointer
    }

    private static func decodePacked(
        _ reader: inout ByteReader, count: Int, into target: UnsafeMutablePointer<UInt64>
    ) throws(GraphError) {
        let base = try reader.uint64()
        let width = Int(try reader.byte())
        guard BitPacking.isValid(width: width) else { throw badWidth }
        let taken = try reader.take(BitPacking.byteCount(count: count, width: width))
        let packed = try pointer(taken, reader.bytes)
        BitPacking.unpack(packed, count: count, width: width, adding: base, into: target)
    }

    private static func decodeDeltas(
        _ reader: inout ByteReader, degrees: UnsafePointer<UInt64>, span: Int, count: Int,
        into neighbours: UnsafeMutablePointer<UInt64>
    ) throws(GraphError) {
        var listCount = 0
        for index in 0..<span where degrees[index] > 0 { listCount += 1 }
        let deltaCount = count - listCount
        let scratch = UnsafeMutablePointer<UInt64>.allocate(capacity: count + 1)
        defer { scratch.deallocate() }
        try decodePacked(&reader, count: listCount, into: scratch)
        let deltas = scratch + listCount
        let widths = try reader.take((deltaCount + deltaRunLength - 1) / deltaRunLength)
        for run in 0..<widths.count {
            let width = Int(widths[run])
            guard BitPacking.isValid(width: width) else { throw badWidth }
            let runCount = min(deltaRunLength, deltaCount - run * deltaRunLength)
            let taken = try reader.take(BitPacking.byteCount(count: runCount, width: width))
            BitPacking.unpack(
                try pointer(taken, reader.bytes), count: runCount, width: width, adding: 0,
                into: deltas + run * deltaRunLength)
        }
        var edge = 0
        var list = 0
        var delta = 0
        for index in 0..<span {
            var remaining = degrees[index]
            guard remaining > 0 else { continue }
            var neighbour = scratch[list]
            list &+= 1
            neighbours[edge] = neighbour
            edge &+= 1
            remaining &-= 1
            while remaining > 0 {
                neighbour &+= deltas[delta]
                delta &+= 1
                neighbours[edge] = neighbour
                edge &+= 1
                remaining &-= 1
            }
        }
    }

    private static func decodeIDs(
        _ reader: inout ByteReader, form: BlockIDForm, count: Int, into arrays: inout EdgeArrays
    ) throws(GraphError) {
        let ids = arrays.relationships + arrays.count
        switch form {
        case .none:
            arrays.hasIDs = false
            return
        case .contiguous:
            let first = try reader.uint64()
            for index in 0..<count { ids[index] = first &+ UInt64(truncatingIfNeeded: index) }
            if arrays.count > 0, ids[-1] &+ 1 != first { arrays.isContiguous = false }
        case .packed:
            try decodePacked(&reader, count: count, into: ids)
            arrays.isContiguous = false
        }
    }
}
