import KithStorage

/// Where one property of a chunk lies.
struct SegmentEntry {
    /// A segment lies inside the descriptor if it is short, else on its own.
    enum Location {
        case inline([UInt8])
        case extent(ExtentReference)
    }

    /// The property key, or one of the two ends of relationships.
    var key: UInt32
    var zone: SegmentZone
    var location: Location

    /// The pseudo-key of a relationship's source. On disk: never renumber.
    static let sourceKey = UInt32.max - 1
    /// The pseudo-key of a relationship's target. On disk: never renumber.
    static let targetKey = UInt32.max
    /// Segments up to this length lie in the descriptor.
    static let inlineLengthMaxInBytes = 48
}

/// What a chunk of nodes or relationships consists of, but for the changes not yet folded in.
///
/// | bytes | what |
/// | --- | --- |
/// | 1 | format, 1 |
/// | 1 | 1 if all slots covered are alive, 0 if a bitmap says which |
/// | varint | slots covered |
/// | 8 each | the bitmap, a bit a slot |
/// | varint | nodes: label sets; relationships: 0 |
/// | varint each | the label sets; relationships: the type |
/// | … | nodes: if there are several: each slot's, as an index into them, 2 bytes |
/// | varint | relationships: chunks of sources whose outgoing lists have the ends, at most 8 |
/// | varint | relationships: the first of them, if there are any |
/// | varint | segments |
/// | … | the segments, by key |
///
/// and a segment is:
///
/// | bytes | what |
/// | --- | --- |
/// | varint | key, less that of the segment before and 1 |
/// | varint | values |
/// | 1 | ``SegmentZone/Kind`` |
/// | 8, 8 | smallest and greatest, unless the kind is none |
/// | varint | length if it lies here, else 0 |
/// | … | the segment, or the reference to it |
struct ChunkDescriptor {
    /// One more than the highest slot that was ever in use.
    var slotCount = 0
    var alive = SlotSet()
    /// For nodes: the label sets that occur.
    var labelSets: [UInt32] = []
    /// For nodes with several label sets: for each slot, which of them.
    var labelIndexes: [UInt16] = []
    /// For relationships: their type.
    var type: UInt32 = 0
    /// For relationships: the chunks of the nodes in whose outgoing lists the ends of those are found
    /// that have none in the segments.
    var sourceChunks: Range<UInt64> = 0..<0
    var segments: [SegmentEntry] = []

    /// More chunks than these are too many to look through for ends.
    static let sourceChunksMax = 8

    private static let format: UInt8 = 1
    /// Room is made for no more before they are read.
    private static let segmentsExpectedMax = 256

    func encoded(_ kind: EntityKind) -> [UInt8] {
        let isFull = alive == SlotSet(firstSlots: slotCount)
        var bytes: [UInt8] = [Self.format, isFull ? 1 : 0]
        bytes.appendVarint(slotCount)
        if !isFull {
            for word in 0..<(slotCount + 63) / 64 { bytes.appendLittleEndian(alive[word: word]) }
        }
        if kind == .node {
            bytes.appendVarint(labelSets.count)
            for set in labelSets { bytes.appendVarint(UInt64(set)) }
            if labelSets.count > 1 {
                for index in labelIndexes { bytes.appendLittleEndian(index) }
            }
        } else {
            bytes.append(0)
            bytes.appendVarint(UInt64(type))
            bytes.appendVarint(sourceChunks.count)
            if !sourceChunks.isEmpty { bytes.appendVarint(sourceChunks.lowerBound) }
        }
        bytes.appendVarint(segments.count)
        var previous: UInt64 = 0
        for segment in segments {
            bytes.appendVarint(UInt64(segment.key) - previous)
            previous = UInt64(segment.key) + 1
            bytes.appendVarint(segment.zone.valueCount)
            bytes.append(segment.zone.kind.rawValue)
            if segment.zone.kind != .none {
                bytes.appendLittleEndian(segment.zone.minimum)
                bytes.appendLittleEndian(segment.zone.maximum)
            }
            switch segment.location {
            case .inline(let content):
                bytes.appendVarint(content.count)
                bytes.append(contentsOf: content)
            case .extent(let reference):
                bytes.append(0)
                reference.appendEncoded(to: &bytes)
            }
        }
        return bytes
    }

    init() {}

    init(_ bytes: UnsafeRawBufferPointer, _ kind: EntityKind) throws(GraphError) {
        var reader = ByteReader(bytes)
        guard try reader.byte() == Self.format else {
            throw GraphError.corrupt("a chunk has an unknown format")
        }
        let isFull = try reader.byte() != 0
        slotCount = try reader.count(max: GraphLimits.slotsPerChunk)
        if isFull {
            alive = SlotSet(firstSlots: slotCount)
        } else {
            for word in 0..<(slotCount + 63) / 64 { alive[word: word] = try reader.uint64() }
            guard alive.endSlot <= slotCount else {
                throw GraphError.corrupt("a chunk has slots past its end")
            }
        }
        try readKind(&reader, kind)
        let segmentCount = try reader.count(max: bytes.count)
        var next: UInt64 = 0
        segments.reserveCapacity(min(segmentCount, Self.segmentsExpectedMax))
        for _ in 0..<segmentCount {
            segments.append(try Self.readSegment(&reader, next: &next))
        }
        guard reader.isAtEnd else { throw GraphError.corrupt("a chunk has bytes left over") }
    }

    private mutating func readKind(
        _ reader: inout ByteReader, _ kind: EntityKind
    ) throws(GraphError) {
        let setCount = try reader.count(max: GraphLimits.slotsPerChunk)
        if kind == .relationship {
            guard setCount == 0 else { throw GraphError.corrupt("relationships have no labels") }
            type = UInt32(try reader.count(max: GraphLimits.tokensMax))
            let count = try reader.count(max: Self.sourceChunksMax)
            if count > 0 {
                let first = UInt64(try reader.count(max: Int(UInt64.max >> 12)))
                sourceChunks = first..<first + UInt64(count)
            }
            return
        }
        for _ in 0..<setCount {
            labelSets.append(UInt32(try reader.count(max: GraphLimits.tokensMax)))
        }
        if setCount > 1 {
            labelIndexes.reserveCapacity(slotCount)
            for _ in 0..<slotCount {
                let index = try reader.uint16()
                guard index < setCount else {
                    throw GraphError.corrupt("a chunk names a missing label set")
                }
                labelIndexes.append(index)
            }
        } else if setCount == 0, slotCount > 0, !alive.isEmpty {
            throw GraphError.corrupt("a chunk has nodes and no label set")
        }
    }

    private static func readSegment(
        _ reader: inout ByteReader, next: inout UInt64
    ) throws(GraphError) -> SegmentEntry {
        let key = next &+ (try reader.varint())
        guard key >= next, key <= UInt64(UInt32.max) else {
            throw GraphError.corrupt("the segments of a chunk are out of order")
        }
        next = key + 1
        var zone = SegmentZone()
        zone.valueCount = try reader.count(max: GraphLimits.slotsPerChunk)
        guard let zoneKind = SegmentZone.Kind(rawValue: try reader.byte()) else {
            throw GraphError.corrupt("a segment has an unknown zone")
        }
        zone.kind = zoneKind
        if zoneKind != .none {
            zone.minimum = try reader.uint64()
            zone.maximum = try reader.uint64()
        }
        let length = try reader.count(max: reader.remaining)
        if length > 0 {
            let content = [UInt8](try reader.take(length))
            return SegmentEntry(key: UInt32(key), zone: zone, location: .inline(content))
        }
        let encoded = try reader.take(ExtentReference.encodedByteCount)
        guard let reference = ExtentReference(encoded: encoded) else {
            throw GraphError.corrupt("a segment has no reference")
        }
        return SegmentEntry(key: UInt32(key), zone: zone, location: .extent(reference))
    }

    /// The label set of a slot.
    func labelSet(of slot: Int) -> UInt32 {
        labelIndexes.isEmpty ? (labelSets.first ?? 0) : labelSets[Int(labelIndexes[slot])]
    }
}
