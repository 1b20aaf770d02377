import KithValues
import Testing

@testable import KithGraph

@Suite("Encodings")
struct EncodingTests {
    /// Values of one shape, with about `nullPercent` nulls.
    private static func values(
        _ shape: Int, _ count: Int, _ nullPercent: Int, _ random: inout Randomness
    ) -> [Value] {
        (0..<count).map { row -> Value in
            if random.chance(nullPercent) { return .null }
            switch shape {
            case 0: return .integer(42)
            case 1: return .integer(Int64(row) * 3 - 100)
            case 2: return .integer(Int64(random.below(1000)) - 500)
            case 3: return .integer(Int64(bitPattern: random.next()))
            case 4: return .float(Double(random.below(100_000)) / 100)
            case 5: return .float(Double(bitPattern: random.next()))
            case 6: return .boolean(random.chance(50))
            case 7: return .boolean(true)
            case 8: return .string("city \(random.below(9))")
            case 9: return .string(String(repeating: "é", count: random.below(40)))
            case 10: return .string("only one")
            case 11: return .date(CalendarDate(daysSinceEpoch: Int64(random.below(30_000))))
            case 12: return .string("unique \(random.next())")
            case 13: return .float(-0.0)
            case 14...22: return timeOrAmount(shape, row, &random)
            case 23: return .integer(1_600_000_000 + Int64(row) * 90 + Int64(random.below(60)))
            case 24: return .integer(Int64(random.below(5000)) * 3600 - 77)
            case 25:
                return .integer(row % 700 == 0 ? Int64.max - Int64(row) : Int64.min + Int64(row))
            case 26: return .integer(-Int64(row) * 1_000_000 + Int64(random.below(300)))
            case 27: return .date(CalendarDate(daysSinceEpoch: 18_000 + Int64(row / 40)))
            default:
                return random.chance(50)
                    ? .integer(Int64(row)) : .list([.string("a"), .integer(Int64(row))])
            }
        }
    }

    private static func currency(_ code: String) -> Currency {
        guard let currency = Currency(code) else { preconditionFailure("three letters") }
        return currency
    }

    /// Times, durations and amounts.
    private static func timeOrAmount(
        _ shape: Int, _ row: Int, _ random: inout Randomness
    ) -> Value {
        let seconds = Int64(random.below(2_000_000_000)) - 500_000_000
        let nanosecond = Int32(random.below(1_000_000_000))
        let offset = Int32(random.below(2)) * 3600
        switch shape {
        case 14: return .localTime(LocalTime(nanosecondOfDay: Int64(random.below(86_399)) << 20))
        case 15:
            return .time(
                ZonedTime(
                    local: LocalTime(nanosecondOfDay: Int64(row) * 1_000_000),
                    offsetInSeconds: -offset))
        case 16:
            return .localDateTime(
                LocalDateTime(secondsSinceEpoch: seconds, nanosecond: nanosecond))
        case 17:
            return .dateTime(
                ZonedDateTime(
                    secondsSinceEpoch: seconds, nanosecond: 0, offsetInSeconds: 3600,
                    zone: ZoneName("Europe/Stockholm")))
        case 18:
            let zone = random.chance(2) ? ZoneName("Europe/Oslo") : nil
            return .dateTime(
                ZonedDateTime(
                    secondsSinceEpoch: seconds, nanosecond: nanosecond, offsetInSeconds: offset,
                    zone: zone))
        case 19:
            return .duration(
                CalendarDuration(
                    months: Int64(random.below(30)) - 10, days: Int64(row),
                    seconds: seconds, nanosecond: nanosecond))
        case 20:
            let parts = (Int128(random.below(1_000_000)) - 300_000) * 10_000_000_000_000_000
            return .money(Money(parts: parts, currency: currency("EUR")))
        case 21:
            let parts = Int128(Int64(bitPattern: random.next())) * Int128(1 + random.below(1 << 40))
            return .money(
                Money(parts: parts, currency: currency("SEK")))
        default:
            let code = random.chance(30) ? "USD" : "EUR"
            return .money(
                Money(
                    units: random.chance(1) ? Int64.max : Int64(random.below(500)),
                    currency: currency(code)))
        }
    }

    @Test("a segment gives back every value, and single ones", arguments: 0...28)
    func segments(shape: Int) throws {
        var random = Randomness(seed: UInt64(shape) + 1)
        for count in [1, 2, 63, 64, 65, 500, 2048] {
            for nullPercent in [0, 40, 98] {
                let values = Self.values(shape, count, nullPercent, &random)
                let column = Column.make(values)
                let encoded = try SegmentEncoder.encode(column, alive: SlotSet(firstSlots: count))
                guard let encoded else {
                    #expect(values.contains { !$0.isNull } == false)
                    continue
                }
                let padded = encoded.bytes.withUnsafeBytes { PaddedBytes($0) }
                let covered = min(count + 5, 2048)
                let decoded = try SegmentDecoder.decode(padded.bytes, count: covered)
                #expect(decoded.layout == column.layout)
                for slot in 0..<count {
                    #expect(stored(decoded.value(at: slot)) == stored(values[slot]))
                    if let single = try SegmentDecoder.value(at: slot, in: padded.bytes) {
                        #expect(stored(single) == stored(values[slot]))
                    }
                }
                for slot in count..<covered { #expect(!decoded.hasValue(slot)) }
            }
        }
    }

    @Test("a damaged segment is an error or other values, never a trap", arguments: 0...28)
    func damagedSegments(shape: Int) throws {
        var random = Randomness(seed: UInt64(shape) + 100)
        let values = Self.values(shape, 300, 10, &random)
        let encoded = try SegmentEncoder.encode(
            Column.make(values), alive: SlotSet(firstSlots: 300))
        guard let bytes = encoded?.bytes else { return }
        for _ in 0..<400 {
            var damaged = bytes
            if random.chance(30) { damaged.removeLast(1 + random.below(damaged.count)) }
            for _ in 0..<1 + random.below(3) where !damaged.isEmpty {
                damaged[random.below(min(damaged.count, random.chance(70) ? 24 : 1 << 20))] =
                    UInt8(truncatingIfNeeded: random.next())
            }
            let padded = damaged.withUnsafeBytes { PaddedBytes($0) }
            do {
                let column = try SegmentDecoder.decode(padded.bytes, count: 300)
                for slot in 0..<300 { _ = column.value(at: slot) }
            } catch {}
            for slot in [0, 7, 299] {
                do { _ = try SegmentDecoder.value(at: slot, in: padded.bytes) } catch {}
            }
        }
    }

    private static func edges(_ shape: Int, _ random: inout Randomness) -> [ChunkEdge] {
        let count = 1 + random.below(3000)
        var edges: [ChunkEdge] = []
        for row in 0..<count {
            switch shape {
            case 0:
                edges.append(
                    ChunkEdge(
                        slot: UInt16(row % 2048), neighbour: UInt64(row % 2048) + 5, relationship: 0
                    ))
            case 1:
                edges.append(
                    ChunkEdge(
                        slot: UInt16(random.below(100)), neighbour: UInt64(random.below(100_000)),
                        relationship: 0))
            case 2:
                edges.append(
                    ChunkEdge(slot: 7, neighbour: UInt64(random.below(5000)), relationship: 0))
            default:
                edges.append(
                    ChunkEdge(
                        slot: UInt16(random.below(2048)), neighbour: random.next() >> 3,
                        relationship: 0))
            }
        }
        edges.sort(by: ChunkEdge.isBefore)
        for row in edges.indices {
            edges[row].relationship = random.chance(1) ? random.next() >> 8 : 70_000 + UInt64(row)
        }
        return edges
    }

    @Test("adjacency blocks give back every edge", arguments: 0...3)
    func blocks(shape: Int) throws {
        var random = Randomness(seed: UInt64(shape) + 1)
        for round in 0..<20 {
            let edges = Self.edges(shape, &random)
            for hasIDs in [true, false] {
                var arrays = EdgeArrays(capacity: edges.count)
                let size = 1 + random.below(edges.count)
                for start in stride(from: 0, to: edges.count, by: size) {
                    var bytes: [UInt8] = []
                    AdjacencyBlock.append(
                        edges[start..<min(start + size, edges.count)], hasIDs: hasIDs, to: &bytes)
                    let padded = bytes.withUnsafeBytes { PaddedBytes($0) }
                    try AdjacencyBlock.decode(padded.bytes, into: &arrays)
                }
                let chunk = AdjacencyChunk(consuming: arrays, hasIDs: hasIDs, recentCount: 0)
                let expected =
                    hasIDs
                    ? edges
                    : edges.map {
                        ChunkEdge(slot: $0.slot, neighbour: $0.neighbour, relationship: 0)
                    }
                #expect(chunk.allEdges() == expected, "shape \(shape), round \(round)")
            }
        }
    }

    @Test("a damaged adjacency block is an error or other edges, never a trap", arguments: 0...3)
    func damagedBlocks(shape: Int) {
        var random = Randomness(seed: UInt64(shape) + 50)
        let edges = Self.edges(shape, &random)
        var bytes: [UInt8] = []
        AdjacencyBlock.append(edges[...], hasIDs: shape % 2 == 0, to: &bytes)
        for _ in 0..<300 {
            var damaged = bytes
            if random.chance(30) { damaged.removeLast(1 + random.below(damaged.count)) }
            for _ in 0..<1 + random.below(3) where !damaged.isEmpty {
                damaged[random.below(min(damaged.count, random.chance(70) ? 30 : 1 << 20))] =
                    UInt8(truncatingIfNeeded: random.next())
            }
            let padded = damaged.withUnsafeBytes { PaddedBytes($0) }
            var arrays = EdgeArrays(capacity: edges.count)
            do { try AdjacencyBlock.decode(padded.bytes, into: &arrays) } catch {}
            arrays.deallocate()
        }
    }

    @Test("damaged descriptors and rows are errors, never traps")
    func damagedDescriptors() {
        var random = Randomness(seed: 5)
        var descriptor = ChunkDescriptor()
        descriptor.slotCount = 70
        descriptor.alive = SlotSet(firstSlots: 60)
        descriptor.labelSets = [3, 9]
        descriptor.labelIndexes = (0..<70).map { UInt16($0 % 2) }
        descriptor.segments = [
            SegmentEntry(key: 4, zone: SegmentZone(), location: .inline([1, 2, 3])),
            SegmentEntry(
                key: SegmentEntry.targetKey, zone: SegmentZone(), location: .inline([9])),
        ]
        var row = RowChange(.created, labelSet: 7)
        row.set(3, to: .string("text"))
        row.set(1, to: .integer(-5))
        var rowBytes: [UInt8] = []
        row.append(to: &rowBytes, isRelationship: true)
        for original in [descriptor.encoded(.node), rowBytes] {
            for _ in 0..<2000 {
                var damaged = original
                if random.chance(30) { damaged.removeLast(random.below(damaged.count)) }
                damaged[random.below(damaged.count)] = UInt8(truncatingIfNeeded: random.next())
                let padded = damaged.withUnsafeBytes { PaddedBytes($0) }
                do { _ = try ChunkDescriptor(padded.bytes, .node) } catch {}
                do { _ = try RowChange(padded.bytes) } catch {}
            }
        }
    }
}
