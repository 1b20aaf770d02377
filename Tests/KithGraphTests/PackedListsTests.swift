import KithStorage
import KithValues
import Testing

@testable import KithGraph

/// Single lists of a chunk, decoded from what the file has of it.
@Suite("Packed lists")
struct PackedListsTests {
    /// Sorted edges of one shape: short lists, long ones, a row of neighbours, neighbours of 64 bits.
    private static func edges(_ shape: Int, _ random: inout Randomness) -> [ChunkEdge] {
        let first = random.below(40)
        let slots = 1 + random.below(shape == 1 ? 6 : 400)
        var edges: [ChunkEdge] = []
        for slot in first..<first + slots {
            let count = shape == 2 ? 1 : random.below(shape == 1 ? 300 : 4)
            for _ in 0..<count {
                let near = UInt64(random.below(shape == 1 ? 5_000 : 3_000_000))
                edges.append(
                    ChunkEdge(
                        slot: UInt16(slot),
                        neighbour: shape == 3 ? near &* 0x9E37_79B9_7F4A_7C15 : near,
                        relationship: 0))
            }
        }
        if edges.isEmpty { edges = [ChunkEdge(slot: 3, neighbour: 5, relationship: 0)] }
        edges.sort(by: ChunkEdge.isBefore)
        let step = UInt64(1 + random.below(3))
        let isContiguous = random.chance(50)
        for index in edges.indices {
            if shape == 2 { edges[index].neighbour = 7 + step * UInt64(index) }
            edges[index].relationship =
                isContiguous ? 900 + UInt64(index) : UInt64(random.below(1 << 30))
        }
        return edges
    }

    private static func list(
        _ slot: Int, of block: PackedBlock, hasIDs: Bool
    ) -> [ChunkEdge] {
        let found = block.find(slot)
        let room = UnsafeMutablePointer<UInt64>.allocate(capacity: max(found.count, 1))
        defer { room.deallocate() }
        block.decode(found, into: room)
        return (0..<found.count).map {
            ChunkEdge(
                slot: UInt16(slot), neighbour: room[$0],
                relationship: hasIDs ? block.relationship(found.first + $0) : 0)
        }
    }

    @Test("of a block are those that it was made of", arguments: 0..<4, [false, true])
    func blocks(shape: Int, hasIDs: Bool) throws {
        var random = Randomness(seed: UInt64(shape) + 1)
        for _ in 0..<40 {
            let edges = Self.edges(shape, &random)
            var bytes: [UInt8] = []
            AdjacencyBlock.append(edges[...], hasIDs: hasIDs, to: &bytes)
            let padded = bytes.withUnsafeBytes { PaddedBytes($0) }
            let block = try PackedBlock(
                padded.bytes, of: random.chance(50) ? padded : nil, edgeCount: edges.count)
            #expect(block.hasIDs == hasIDs)
            let degrees = try PackedDegrees(padded.bytes, edgeCount: edges.count)
            for slot in 0..<460 {
                let expected = edges.filter { Int($0.slot) == slot }.map {
                    ChunkEdge(
                        slot: $0.slot, neighbour: $0.neighbour,
                        relationship: hasIDs ? $0.relationship : 0)
                }
                #expect(Self.list(slot, of: block, hasIDs: hasIDs) == expected)
                #expect(degrees.degree(slot) == expected.count)
            }
        }
    }

    @Test("numbers of edges add up eight at a time as one by one", arguments: 0...32)
    func degrees(width: Int) {
        var random = Randomness(seed: UInt64(width) + 9)
        for round in 0..<20 {
            let most = width == 0 ? 0 : UInt64.max >> UInt64(64 - width)
            let numbers = (0..<1 + random.below(150)).map { _ in
                random.chance(30) ? 0 : random.chance(20) ? most : random.next() & most
            }
            var bytes: [UInt8] = []
            BitPacking.append(numbers, count: numbers.count, width: width, to: &bytes)
            bytes.append(contentsOf: [UInt8](repeating: 0xFF, count: 16))
            let first = random.below(numbers.count) & ~7
            let slots = first..<first + random.below(numbers.count - first + 1)
            let base = UInt64(round % 3)
            var sum = DegreeSum()
            bytes.withUnsafeBytes {
                guard let packed = $0.baseAddress else { return }
                sum.add(packed, slots, width: width, base: base)
            }
            #expect(sum.edges == slots.reduce(0) { $0 + numbers[$1] + base })
            #expect(sum.lists == slots.count { numbers[$0] + base > 0 })
        }
    }

    @Test("of a damaged block are an error, or lists within it", arguments: 0..<4)
    func damaged(shape: Int) throws {
        var random = Randomness(seed: UInt64(shape) + 50)
        var refused = 0
        for _ in 0..<300 {
            let edges = Self.edges(shape, &random)
            var bytes: [UInt8] = []
            AdjacencyBlock.append(edges[...], hasIDs: true, to: &bytes)
            for _ in 0..<1 + random.below(3) {
                bytes[random.below(min(bytes.count, 24))] = UInt8(random.below(256))
            }
            if random.chance(30) { bytes.removeLast(random.below(bytes.count)) }
            let padded = bytes.withUnsafeBytes { PaddedBytes($0) }
            do throws(GraphError) {
                let block = try PackedBlock(padded.bytes, of: padded, edgeCount: edges.count)
                var total = 0
                for slot in 0..<GraphLimits.slotsPerChunk {
                    total += Self.list(slot, of: block, hasIDs: block.hasIDs).count
                }
                #expect(total == edges.count)
                let degrees = try PackedDegrees(padded.bytes, edgeCount: edges.count)
                #expect(
                    (0..<GraphLimits.slotsPerChunk).reduce(0) { $0 + degrees.degree($1) }
                        == edges.count)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 50)
    }

    @Test(
        "of a chunk are those that it has decoded, with changes that are not folded in",
        arguments: [false, true], [15, 40, 300])
    func chunks(isIncoming: Bool, edgesPerCommit: Int) throws {
        var random = Randomness(seed: UInt64(edgesPerCommit))
        let (store, type) = try DecodedMemoryTests.store(&random, edgesPerCommit: edgesPerCommit)
        let reader = try store.beginRead()
        let key = AdjacencyKey(type: type, isIncoming: isIncoming)
        var changed = 0
        for chunk in 0..<reader.nodeChunkCount {
            let stored = try StoredLists(key, chunk, reader.storage)
            changed += stored.changes.count
            let all = try stored.decoded(reader.storage).allEdges()
            let packed = PackedLists(stored)
            for slot in 0..<160 {
                let step = reader.cache.enter()
                defer { reader.cache.leave(step) }
                let list = try packed.list(slot, reader.storage, reader.cache)
                #expect(list.isAlone)
                let expected = all.filter { Int($0.slot) == slot }
                #expect(list.edges(slot) == expected)
                #expect(
                    try packed.degree(slot, reader.storage, reader.cache) == expected.count)
                let room = NeighbourRoom()
                for _ in 0..<2 {
                    try packed.addNeighbours(
                        of: slot, to: room, reader.storage, reader.cache)
                }
                let twice = room.run(0..<room.count)
                #expect(
                    (0..<twice.count).map { twice[$0] }
                        == (expected + expected).map(\.neighbour))
            }
        }
        #expect(changed > 0)
    }
}
