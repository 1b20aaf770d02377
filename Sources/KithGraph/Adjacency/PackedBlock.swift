/// An adjacency block as the file has it, of which one list at a time is decoded.
///
/// What the block says of itself is checked once, when it is made; a list is then found by adding up at
/// most ``slotsPerMark`` numbers of edges.
final class PackedBlock: @unchecked Sendable {
    // Sendable: written only by its initializer.

    let edgeCount: Int
    /// The memory it takes without its bytes where these are of a `source`, for the budget.
    let sizeInBytes: Int
    /// The marks, and the bytes where there is no `source`.
    private let memory: DecodedMemory
    private let source: AnyObject?
    private let firstSlot: Int
    private let span: Int
    private let degrees: PackedRun
    private let neighbours: Neighbours
    private let ids: Identifiers
    /// For every so many slots, how many edges and how many lists with edges come before.
    private let marks: UnsafePointer<UInt32>

    private static let slotsPerMark = 128
    /// What the object takes beside its memory, with what the allocator adds.
    private static let objectSizeInBytes = 224

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

    /// A block of so many edges; its bytes, followed by eight readable ones, belong to `source`, or are
    /// copied where that is nil.
    init(
        _ given: UnsafeRawBufferPointer, of source: AnyObject?, edgeCount expected: Int
    ) throws(GraphError) {
        let shape = try AdjacencyBlockShape(given, edgeCount: expected)
        let markByteCount = (shape.span + Self.slotsPerMark - 1) / Self.slotsPerMark * 8
        let copied = source == nil ? given.count + PaddedBytes.paddingInBytes : 0
        memory = DecodedMemory(byteCount: markByteCount + copied)
        var bytes = given
        if source == nil {
            bytes = PaddedBytes.copy(given, to: memory.start + markByteCount)
        }
        let marks = memory.start.bindMemory(to: UInt32.self, capacity: markByteCount / 4)
        do throws(GraphError) {
            // Read again, where the bytes are to stay.
            var reader = ByteReader(bytes)
            _ = try reader.take(shape.degreesOffset)
            let packed = try PackedRun.take(
                &reader, BitPacking.byteCount(count: shape.span, width: shape.width))
            degrees = PackedRun(packed, width: shape.width, base: UInt64(shape.smallest))
            let listCount = try Self.mark(degrees, shape, into: marks)
            switch shape.neighbourForm {
            case .packed: neighbours = .packed(try PackedRun(&reader, count: expected))
            case .sequence:
                let first = try reader.uint64()
                neighbours = .sequence(
                    first: first, step: UInt64(bitPattern: try reader.zigzag()))
            case .deltas:
                neighbours = try Self.deltas(&reader, count: expected, listCount: listCount)
            }
            switch shape.idForm {
            case .none: ids = .none
            case .contiguous: ids = .contiguous(try reader.uint64())
            case .packed: ids = .packed(try PackedRun(&reader, count: expected))
            }
        } catch {
            memory.free()
            throw error
        }
        edgeCount = expected
        firstSlot = shape.firstSlot
        span = shape.span
        self.marks = UnsafePointer(marks)
        self.source = source
        sizeInBytes = memory.sizeInBytes + Self.objectSizeInBytes
    }

    deinit { memory.free() }

    /// Adds the numbers of edges up, and says how many lists have edges.
    private static func mark(
        _ degrees: PackedRun, _ shape: AdjacencyBlockShape, into marks: UnsafeMutablePointer<UInt32>
    ) throws(GraphError) -> Int {
        var sum = DegreeSum()
        var mark = 0
        var start = 0
        while start < shape.span {
            marks[mark] = UInt32(truncatingIfNeeded: sum.edges)
            marks[mark + 1] = UInt32(truncatingIfNeeded: sum.lists)
            mark += 2
            let end = min(start + slotsPerMark, shape.span)
            sum.add(degrees.start, start..<end, width: degrees.width, base: degrees.base)
            start = end
        }
        guard sum.edges == UInt64(shape.count) else {
            throw GraphError.corrupt("the lists of an adjacency block do not add up")
        }
        return sum.lists
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
        var sum = DegreeSum()
        sum.add(
            degrees.start, mark * Self.slotsPerMark..<index, width: degrees.width,
            base: degrees.base)
        return Found(
            first: Int(truncatingIfNeeded: sum.edges &+ UInt64(marks[mark * 2])),
            count: Int(truncatingIfNeeded: degrees[index]),
            listsBefore: sum.lists + Int(marks[mark * 2 + 1]))
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
