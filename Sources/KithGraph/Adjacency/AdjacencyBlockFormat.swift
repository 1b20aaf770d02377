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
        guard let first = edges.first, let last = edges.last else {
            preconditionFailure("a block has at least one edge")
        }
        let idForm = hasIDs ? idForm(of: edges) : .none
        let start = bytes.count
        bytes.append(idForm.rawValue)
        bytes.append(0)
        bytes.appendVarint(edges.count)
        bytes.appendVarint(UInt64(first.slot))
        let span = Int(last.slot - first.slot) + 1
        bytes.appendVarint(span)
        appendDegrees(edges, first: Int(first.slot), span: span, to: &bytes)
        bytes[start + 1] = appendNeighbours(edges, to: &bytes).rawValue
        switch idForm {
        case .none: break
        case .contiguous: bytes.appendLittleEndian(first.relationship)
        case .packed: appendPacked(edges.map(\.relationship), to: &bytes)
        }
    }

    private static func idForm(of edges: ArraySlice<ChunkEdge>) -> BlockIDForm {
        var expected = edges[edges.startIndex].relationship
        for edge in edges {
            if edge.relationship != expected { return .packed }
            expected &+= 1
        }
        return .contiguous
    }

    private static func appendDegrees(
        _ edges: ArraySlice<ChunkEdge>, first: Int, span: Int, to bytes: inout [UInt8]
    ) {
        var degrees = [UInt64](repeating: 0, count: span)
        for edge in edges { degrees[Int(edge.slot) - first] += 1 }
        var smallest = UInt64.max
        var greatest: UInt64 = 0
        for degree in degrees {
            smallest = min(smallest, degree)
            greatest = max(greatest, degree)
        }
        let width = BitPacking.width(for: greatest - smallest)
        bytes.appendVarint(smallest)
        bytes.append(UInt8(width))
        for index in degrees.indices { degrees[index] -= smallest }
        BitPacking.append(degrees, count: span, width: width, to: &bytes)
    }

    private static func appendPacked(_ values: [UInt64], to bytes: inout [UInt8]) {
        var smallest = values[0]
        var greatest = values[0]
        for value in values {
            smallest = min(smallest, value)
            greatest = max(greatest, value)
        }
        let width = BitPacking.width(for: greatest - smallest)
        bytes.appendLittleEndian(smallest)
        bytes.append(UInt8(width))
        BitPacking.append(
            values.map { $0 - smallest }, count: values.count, width: width, to: &bytes)
    }

    private static func appendNeighbours(
        _ edges: ArraySlice<ChunkEdge>, to bytes: inout [UInt8]
    ) -> BlockNeighbourForm {
        let neighbours = edges.map(\.neighbour)
        let step = neighbours.count > 1 ? neighbours[1] &- neighbours[0] : 0
        var isSequence = true
        var index = 1
        while index < neighbours.count {
            if neighbours[index] &- neighbours[index - 1] != step {
                isSequence = false
                break
            }
            index += 1
        }
        if isSequence {
            bytes.appendLittleEndian(neighbours[0])
            bytes.appendZigzag(Int64(bitPattern: step))
            return .sequence
        }
        var firsts: [UInt64] = []
        var deltas: [UInt64] = []
        var previous: ChunkEdge?
        for edge in edges {
            if let previous, previous.slot == edge.slot {
                deltas.append(edge.neighbour - previous.neighbour)
            } else {
                firsts.append(edge.neighbour)
            }
            previous = edge
        }
        var packed: [UInt8] = []
        appendPacked(neighbours, to: &packed)
        if deltas.count > firsts.count {
            var split: [UInt8] = []
            appendPacked(firsts, to: &split)
            appendDeltas(deltas, to: &split)
            if split.count < packed.count {
                bytes.append(contentsOf: split)
                return .deltas
            }
        }
        bytes.append(contentsOf: packed)
        return .packed
    }

    private static func appendDeltas(_ deltas: [UInt64], to bytes: inout [UInt8]) {
        var widths: [Int] = []
        for start in stride(from: 0, to: deltas.count, by: deltaRunLength) {
            let greatest = deltas[start..<min(start + deltaRunLength, deltas.count)].max() ?? 0
            widths.append(BitPacking.width(for: greatest))
        }
        bytes.append(contentsOf: widths.map { UInt8($0) })
        for (run, width) in widths.enumerated() {
            let start = run * deltaRunLength
            let count = min(deltaRunLength, deltas.count - start)
            deltas.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                BitPacking.append(base + start, count: count, width: width, to: &bytes)
            }
        }
    }
}
