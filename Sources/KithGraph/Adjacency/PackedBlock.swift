/// An adjacency block as the file has it, of which one list at a time is decoded.
///
/// What the block says of itself is checked once, when it is made; a list is then found by adding up at
/// most ``slotsPerMark`` numbers of edges.
final class PackedBlock: @unchecked Sendable {
    // Sendable: written only by its initializer.

    let edgeCount: Int
    let sizeInBytes: Int
    private let source: AnyObject
    private let firstSlot: Int
    private let span: Int
    private let degrees: PackedRun
    private let neighbours: Neighbours
    private let ids: Identifiers
    /// For every so many slots, how many edges and how many lists with edges come before.
    private let marks: [UInt32]

    private static let slotsPerMark = 128

    /// How the neighbours lie in the block.
    private enum Neighbours {
        case packed(PackedRun)
        case sequence(first: UInt64, step: UInt64)
        /// The first of each list; then the widths of the runs of differences, and the runs.
        case deltas(firsts: PackedRun, widths: UnsafeRawBufferPointer, runs: UnsafeRawPointer)
    }

    private enum Identifiers {
        case none
        case contiguous(UInt64)
        case packed(PackedRun)
    }

    /// Numbers of a fixed width, and what is to be added to each.
    private struct PackedRun {
        var start: UnsafeRawPointer
        var width: Int
        var base: UInt64

        init(_ start: UnsafeRawPointer, width: Int, base: UInt64) {
            self.start = start
            self.width = width
            self.base = base
        }

        /// Reads base and width, and goes past the numbers.
        init(_ reader: inout ByteReader, count: Int) throws(GraphError) {
            base = try reader.uint64()
            width = Int(try reader.byte())
            guard BitPacking.isValid(width: width) else { throw badWidth }
            start = try Self.take(
                &reader, BitPacking.byteCount(count: count, width: width))
        }

        static func take(
            _ reader: inout ByteReader, _ count: Int
        ) throws(GraphError) -> UnsafeRawPointer {
            let taken = try reader.take(count)
            guard let start = taken.baseAddress ?? reader.bytes.baseAddress else {
                throw GraphError.corrupt("an adjacency block is empty")
            }
            return start
        }

        @inline(__always)
        subscript(_ index: Int) -> UInt64 {
            BitPacking.value(start, at: index, width: width) &+ base
        }
    }

    private static let badWidth = GraphError.corrupt("an adjacency block has an impossible width")

    /// A block of so many edges; its bytes, followed by eight readable ones, belong to `source`.
    init(
        _ bytes: UnsafeRawBufferPointer, of source: AnyObject, edgeCount expected: Int
    ) throws(GraphError) {
        var reader = ByteReader(bytes)
        guard let idForm = BlockIDForm(rawValue: try reader.byte()),
            let neighbourForm = BlockNeighbourForm(rawValue: try reader.byte())
        else { throw GraphError.corrupt("an adjacency block has an unknown form") }
        let count = try reader.count(max: expected)
        let firstSlot = try reader.count(max: GraphLimits.slotsPerChunk - 1)
        let span = try reader.count(max: GraphLimits.slotsPerChunk - firstSlot)
        guard count > 0, span > 0, count == expected else {
            throw GraphError.corrupt("an adjacency block has a wrong number of edges")
        }
        let smallest = try reader.count(max: count)
        let width = Int(try reader.byte())
        guard width <= 32 else { throw Self.badWidth }
        let packed = try PackedRun.take(
            &reader, BitPacking.byteCount(count: span, width: width))
        degrees = PackedRun(packed, width: width, base: UInt64(smallest))
        let (marks, listCount) = try Self.marks(degrees, span: span, count: count)
        switch neighbourForm {
        case .packed: neighbours = .packed(try PackedRun(&reader, count: count))
        case .sequence:
            let first = try reader.uint64()
            neighbours = .sequence(
                first: first, step: UInt64(bitPattern: try reader.zigzag()))
        case .deltas:
            neighbours = try Self.deltas(&reader, count: count, listCount: listCount)
        }
        switch idForm {
        case .none: ids = .none
        case .contiguous: ids = .contiguous(try reader.uint64())
        case .packed: ids = .packed(try PackedRun(&reader, count: count))
        }
        edgeCount = count
        self.firstSlot = firstSlot
        self.span = span
        self.marks = marks
        self.source = source
        sizeInBytes = bytes.count + marks.count * 4 + 288
    }

    /// Adds the numbers of edges up.
    private static func marks(
        _ degrees: PackedRun, span: Int, count: Int
    ) throws(GraphError) -> (marks: [UInt32], listCount: Int) {
        var marks: [UInt32] = []
        marks.reserveCapacity((span + slotsPerMark - 1) / slotsPerMark * 2)
        var edges: UInt64 = 0
        var lists = 0
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: slotsPerMark) { buffer in
            guard let numbers = buffer.baseAddress else { return }
            var start = 0
            while start < span {
                marks.append(UInt32(truncatingIfNeeded: edges))
                marks.append(UInt32(truncatingIfNeeded: lists))
                let length = min(slotsPerMark, span - start)
                // A whole number of bytes: what is packed before is a multiple of eight numbers.
                BitPacking.unpack(
                    degrees.start + start * degrees.width / 8, count: length,
                    width: degrees.width, adding: degrees.base, into: numbers)
                var empty = 0
                for index in 0..<length {
                    edges &+= numbers[index]
                    empty &+= numbers[index] == 0 ? 1 : 0
                }
                lists += length - empty
                start += length
            }
        }
        guard edges == UInt64(count) else {
            throw GraphError.corrupt("the lists of an adjacency block do not add up")
        }
        return (marks, lists)
    }

    private static func deltas(
        _ reader: inout ByteReader, count: Int, listCount: Int
    ) throws(GraphError) -> Neighbours {
        let firsts = try PackedRun(&reader, count: listCount)
        let runLength = AdjacencyBlock.deltaRunLength
        let deltaCount = count - listCount
        let widths = try reader.take((deltaCount + runLength - 1) / runLength)
        var size = 0
        for run in 0..<widths.count {
            let width = Int(widths[run])
            guard BitPacking.isValid(width: width) else { throw badWidth }
            size += BitPacking.byteCount(
                count: min(runLength, deltaCount - run * runLength), width: width)
        }
        return .deltas(
            firsts: firsts, widths: widths, runs: try PackedRun.take(&reader, size))
    }

    /// The edges of a slot: where they begin among those of the block, how many there are, and how many
    /// lists with edges come before.
    struct Found {
        var first = 0
        var count = 0
        var listsBefore = 0
    }

    /// Finds the edges of a slot.
    func find(_ slot: Int) -> Found {
        let index = slot - firstSlot
        guard index >= 0, index < span else { return Found() }
        let mark = index / Self.slotsPerMark
        var first = UInt64(marks[mark * 2])
        var lists = Int(marks[mark * 2 + 1])
        let degrees = degrees
        var before = mark * Self.slotsPerMark
        while before < index {
            let degree = degrees[before]
            first &+= degree
            lists &+= degree > 0 ? 1 : 0
            before &+= 1
        }
        return Found(
            first: Int(truncatingIfNeeded: first),
            count: Int(truncatingIfNeeded: degrees[index]), listsBefore: lists)
    }

    /// Writes the neighbours of a slot's edges.
    func decode(_ found: Found, into target: UnsafeMutablePointer<UInt64>) {
        switch neighbours {
        case .packed(let run):
            var edge = 0
            while edge < found.count {
                target[edge] = run[found.first &+ edge]
                edge &+= 1
            }
        case .sequence(let first, let step):
            var edge = 0
            while edge < found.count {
                target[edge] =
                    first &+ step &* UInt64(truncatingIfNeeded: found.first &+ edge)
                edge &+= 1
            }
        case .deltas(let firsts, let widths, let runs):
            guard found.count > 0 else { return }
            Self.decode(found, firsts, widths, runs, into: target)
        }
    }

    private static func decode(
        _ found: Found, _ firsts: PackedRun, _ widths: UnsafeRawBufferPointer,
        _ runs: UnsafeRawPointer, into target: UnsafeMutablePointer<UInt64>
    ) {
        let runLength = AdjacencyBlock.deltaRunLength
        var neighbour = firsts[found.listsBefore]
        target[0] = neighbour
        var delta = found.first &- found.listsBefore
        var run = delta / runLength
        var start = runs
        for earlier in 0..<run { start += Int(widths[earlier]) &* runLength / 8 }
        var edge = 1
        while edge < found.count {
            let width = Int(widths[run])
            let end = min(found.count, edge &+ (run &+ 1) &* runLength &- delta)
            while edge < end {
                neighbour &+= BitPacking.value(
                    start, at: delta &- run &* runLength, width: width)
                target[edge] = neighbour
                delta &+= 1
                edge &+= 1
            }
            start += width &* runLength / 8
            run &+= 1
        }
    }

    /// Whether relationships are known here.
    var hasIDs: Bool {
        if case .none = ids { return false }
        return true
    }

    /// Whether each edge has the relationship after that of the edge before.
    var isContiguous: Bool {
        if case .contiguous = ids { return true }
        return false
    }

    /// The relationship of an edge, by its place in the block; only where ``hasIDs``.
    func relationship(_ edge: Int) -> UInt64 {
        switch ids {
        case .none: 0
        case .contiguous(let first): first &+ UInt64(truncatingIfNeeded: edge)
        case .packed(let run): run[edge]
        }
    }
}
