/// How many edges each slot of an adjacency block has, as the file has it, without the edges.
final class PackedDegrees: @unchecked Sendable {
    // Sendable: written only by its initializer.

    private let memory: DecodedMemory
    private let firstSlot: Int
    private let span: Int
    private let width: Int
    private let smallest: UInt64

    /// What the object takes beside its memory, with what the allocator adds.
    private static let objectSizeInBytes = 112

    /// Those of a block of so many edges, copied.
    ///
    /// That they add up is not looked at: what is read of the file has been compared with its checksum.
    init(_ bytes: UnsafeRawBufferPointer, edgeCount: Int) throws(GraphError) {
        let shape = try AdjacencyBlockShape(bytes, edgeCount: edgeCount)
        let count = BitPacking.byteCount(count: shape.span, width: shape.width)
        var reader = ByteReader(bytes)
        _ = try reader.take(shape.degreesOffset)
        let packed = try reader.take(count)
        memory = DecodedMemory(byteCount: count + PaddedBytes.paddingInBytes)
        PaddedBytes.copy(packed, to: memory.start)
        firstSlot = shape.firstSlot
        span = shape.span
        width = shape.width
        smallest = UInt64(shape.smallest)
    }

    deinit { memory.free() }

    /// The memory it takes, for the budget.
    var sizeInBytes: Int { memory.sizeInBytes + Self.objectSizeInBytes }

    /// How many edges a slot has.
    func degree(_ slot: Int) -> Int {
        let index = slot - firstSlot
        guard index >= 0, index < span else { return 0 }
        let packed = UnsafeRawPointer(memory.start)
        return Int(
            truncatingIfNeeded: BitPacking.value(packed, at: index, width: width) &+ smallest)
    }
}

/// What the beginning of an adjacency block says of it.
struct AdjacencyBlockShape {
    let idForm: BlockIDForm
    let neighbourForm: BlockNeighbourForm
    let firstSlot: Int
    let span: Int
    let count: Int
    /// The numbers of edges: the smallest, the width of what each has more, and where these begin.
    let smallest: Int
    let width: Int
    let degreesOffset: Int

    /// Reads the beginning of a block that should have so many edges.
    init(_ bytes: UnsafeRawBufferPointer, edgeCount expected: Int) throws(GraphError) {
        var reader = ByteReader(bytes)
        guard let idForm = BlockIDForm(rawValue: try reader.byte()),
            let neighbourForm = BlockNeighbourForm(rawValue: try reader.byte())
        else { throw GraphError.corrupt("an adjacency block has an unknown form") }
        self.idForm = idForm
        self.neighbourForm = neighbourForm
        count = try reader.count(max: expected)
        firstSlot = try reader.count(max: GraphLimits.slotsPerChunk - 1)
        span = try reader.count(max: GraphLimits.slotsPerChunk - firstSlot)
        guard count > 0, span > 0, count == expected else {
            throw GraphError.corrupt("an adjacency block has a wrong number of edges")
        }
        smallest = try reader.count(max: count)
        width = Int(try reader.byte())
        guard width <= 32 else {
            throw GraphError.corrupt("an adjacency block has an impossible width")
        }
        degreesOffset = bytes.count - reader.remaining
    }
}
