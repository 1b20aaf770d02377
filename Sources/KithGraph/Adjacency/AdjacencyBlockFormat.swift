/// One edge as seen from the chunk of one of its ends.
struct ChunkEdge: Equatable {
    /// The slot, in the chunk, of the end that the edge is listed under.
    var slot: UInt16
    /// The node at the other end.
    var neighbour: UInt64
    /// The relationship; 0 in incoming lists, which do not store it.
    var relationship: UInt64

    static func isBefore(_ left: ChunkEdge, _ right: ChunkEdge) -> Bool {
        if left.slot != right.slot { return left.slot < right.slot }
        if left.neighbour != right.neighbour { return left.neighbour < right.neighbour }
        return left.relationship < right.relationship
    }
}

/// How an adjacency block stores the ids of its relationships. On disk: never renumber.
enum BlockIDForm: UInt8 {
    /// Not at all: an incoming block.
    case none = 0
    /// The id of the first edge (8 bytes); each next edge has the next id.
    case contiguous = 1
    /// Smallest id (8 bytes), width (1 byte), differences packed.
    case packed = 2
}

/// How an adjacency block stores neighbours. On disk: never renumber.
enum BlockNeighbourForm: UInt8 {
    /// Smallest (8 bytes), width (1 byte), differences packed.
    case packed = 0
    /// The first neighbour of each list as in ``packed``; then, for all other edges, the difference
    /// to the one before, in runs of 64: a width (1 byte) a run, then the runs, each byte-aligned.
    case deltas = 1
    /// First (8 bytes) and step (zigzag varint).
    case sequence = 2
}

/// An adjacency block: edges of one type under slots of one chunk, sorted by slot and neighbour.
///
/// | bytes | what |
/// | --- | --- |
/// | 1 | ``BlockIDForm`` |
/// | 1 | ``BlockNeighbourForm`` |
/// | varint | edges |
/// | varint | first slot |
/// | varint | slots covered |
/// | varint | smallest number of edges of a covered slot |
/// | 1 | width of the packed differences to it |
/// | … | the differences, packed |
/// | … | neighbours |
/// | … | ids |
enum AdjacencyBlock {
    static let deltaRunLength = 64

    /// Appends the block of these edges, at least one, sorted.
    static func append(_ edges: ArraySlice<ChunkEdge>, hasIDs: Bool, to bytes: inout [UInt8]) {
        EdgeSpan.with(edges, hasIDs: hasIDs) { append($0, to: &bytes) }
    }

    /// Appends the block of these edges, at least one, sorted.
    static func append(_ edges: EdgeSpan, to bytes: inout [UInt8]) {
        precondition(edges.count > 0, "a block has at least one edge")
        let scratch = UnsafeMutablePointer<UInt64>.allocate(
            capacity: max(edges.count, GraphLimits.slotsPerChunk) * 2)
        defer { scratch.deallocate() }
        let idForm = idForm(of: edges)
        let start = bytes.count
        bytes.append(idForm.rawValue)
        bytes.append(0)
        bytes.appendVarint(edges.count)
        let first = edges.slot(0)
        let span = edges.slot(edges.count - 1) - first + 1
        bytes.appendVarint(first)
        bytes.appendVarint(span)
        let listCount = appendDegrees(edges, first: first, span: span, scratch, to: &bytes)
        bytes[start + 1] = appendNeighbours(edges, listCount, scratch, to: &bytes).rawValue
        if let first = edges.firstRelationship {
            bytes.appendLittleEndian(first)
            return
        }
        guard let relationships = edges.relationships else { return }
        if idForm == .contiguous {
            bytes.appendLittleEndian(relationships[0])
        } else {
            appendPacked(relationships, edges.count, scratch, to: &bytes)
        }
    }

    private static func idForm(of edges: EdgeSpan) -> BlockIDForm {
        if edges.firstRelationship != nil { return .contiguous }
        guard let relationships = edges.relationships else { return .none }
        let first = relationships[0]
        var difference: UInt64 = 0
        var index = 0
        while index < edges.count {
            difference |= relationships[index] &- first &- UInt64(truncatingIfNeeded: index)
            index &+= 1
        }
        return difference == 0 ? .contiguous : .packed
    }

    /// Returns the number of slots that have edges.
    private static func appendDegrees(
        _ edges: EdgeSpan, first: Int, span: Int, _ degrees: UnsafeMutablePointer<UInt64>,
        to bytes: inout [UInt8]
    ) -> Int {
        degrees.update(repeating: 0, count: span)
        var index = 0
        while index < edges.count {
            degrees[edges.slot(index) &- first] &+= 1
            index &+= 1
        }
        var smallest = UInt64.max
        var greatest: UInt64 = 0
        var listCount = 0
        for index in 0..<span {
            smallest = min(smallest, degrees[index])
            greatest = max(greatest, degrees[index])
            listCount += degrees[index] > 0 ? 1 : 0
        }
        let width = BitPacking.width(for: greatest - smallest)
        bytes.appendVarint(smallest)
        bytes.append(UInt8(width))
        for index in 0..<span { degrees[index] -= smallest }
        BitPacking.append(degrees, count: span, width: width, to: &bytes)
        return listCount
    }

    private static func bounds(
        _ values: UnsafePointer<UInt64>, _ count: Int
    ) -> (smallest: UInt64, width: Int) {
        var smallest = values[0]
        var greatest = values[0]
        var index = 1
        while index < count {
            smallest = min(smallest, values[index])
            greatest = max(greatest, values[index])
            index &+= 1
        }
        return (smallest, BitPacking.width(for: greatest - smallest))
    }

    private static func appendPacked(
        _ values: UnsafePointer<UInt64>, _ count: Int, _ scratch: UnsafeMutablePointer<UInt64>,
        to bytes: inout [UInt8]
    ) {
        let (smallest, width) = bounds(values, count)
        bytes.appendLittleEndian(smallest)
        bytes.append(UInt8(width))
        var index = 0
        while index < count {
            scratch[index] = values[index] &- smallest
            index &+= 1
        }
        BitPacking.append(scratch, count: count, width: width, to: &bytes)
    }

    private static func appendNeighbours(
        _ edges: EdgeSpan, _ listCount: Int, _ scratch: UnsafeMutablePointer<UInt64>,
        to bytes: inout [UInt8]
    ) -> BlockNeighbourForm {
        let neighbours = edges.neighbours
        let count = edges.count
        let step = count > 1 ? neighbours[1] &- neighbours[0] : 0
        var index = 1
        while index < count, neighbours[index] &- neighbours[index &- 1] == step { index &+= 1 }
        if index >= count {
            bytes.appendLittleEndian(neighbours[0])
            bytes.appendZigzag(Int64(bitPattern: step))
            return .sequence
        }
        let deltaCount = count - listCount
        if deltaCount > listCount {
            let firsts = scratch
            let deltas = scratch + listCount
            split(edges, firsts, deltas)
            let (_, width) = bounds(neighbours, count)
            let (_, firstWidth) = bounds(firsts, listCount)
            let size =
                BitPacking.byteCount(count: listCount, width: firstWidth)
                + deltaSize(deltas, deltaCount)
            if size < BitPacking.byteCount(count: count, width: width) {
                appendPacked(firsts, listCount, scratch + count, to: &bytes)
                appendDeltas(deltas, deltaCount, to: &bytes)
                return .deltas
            }
        }
        appendPacked(neighbours, count, scratch, to: &bytes)
        return .packed
    }

    private static func split(
        _ edges: EdgeSpan, _ firsts: UnsafeMutablePointer<UInt64>,
        _ deltas: UnsafeMutablePointer<UInt64>
    ) {
        var list = 0
        var delta = 0
        var previousSlot = -1
        var index = 0
        while index < edges.count {
            let slot = edges.slot(index)
            if slot == previousSlot {
                deltas[delta] = edges.neighbours[index] &- edges.neighbours[index &- 1]
                delta &+= 1
            } else {
                firsts[list] = edges.neighbours[index]
                list &+= 1
                previousSlot = slot
            }
            index &+= 1
        }
    }

    private static func runWidth(_ deltas: UnsafePointer<UInt64>, _ count: Int) -> Int {
        var union: UInt64 = 0
        for index in 0..<count { union |= deltas[index] }
        return BitPacking.width(for: union)
    }

    private static func deltaSize(_ deltas: UnsafePointer<UInt64>, _ count: Int) -> Int {
        var size = 0
        for start in stride(from: 0, to: count, by: deltaRunLength) {
            let run = min(deltaRunLength, count - start)
            size += 1 + BitPacking.byteCount(count: run, width: runWidth(deltas + start, run))
        }
        return size
    }

    private static func appendDeltas(
        _ deltas: UnsafePointer<UInt64>, _ count: Int, to bytes: inout [UInt8]
    ) {
        for start in stride(from: 0, to: count, by: deltaRunLength) {
            bytes.append(UInt8(runWidth(deltas + start, min(deltaRunLength, count - start))))
        }
        for start in stride(from: 0, to: count, by: deltaRunLength) {
            let run = min(deltaRunLength, count - start)
            BitPacking.append(
                deltas + start, count: run, width: runWidth(deltas + start, run), to: &bytes)
        }
    }
}
