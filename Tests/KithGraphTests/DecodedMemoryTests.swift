import Glibc
import KithValues
import Synchronization
import Testing

@testable import KithGraph

/// Memory for what is decoded: blocks of pages, lists in parts, and what one budget is shared by.
@Suite("Decoded memory")
struct DecodedMemoryTests {
    private struct Block {
        let memory: DecodedMemory
        let byteCount: Int
        let tag: UInt8

        init(_ byteCount: Int, _ tag: UInt8) {
            self.byteCount = byteCount
            self.tag = tag
            memory = DecodedMemory(byteCount: byteCount)
            memset(memory.start, Int32(tag), byteCount)
        }

        /// Whether nobody else has written there.
        var isIntact: Bool {
            let bytes = memory.start.assumingMemoryBound(to: UInt8.self)
            return stride(from: 0, to: byteCount, by: 509).allSatisfy { bytes[$0] == tag }
                && (byteCount == 0 || bytes[byteCount - 1] == tag)
        }
    }

    @Test("blocks of all sizes, freed in any order, never overlap", arguments: 1...4)
    func blocks(seed: Int) {
        var random = Randomness(seed: UInt64(seed))
        var blocks: [Block] = []
        for round in 0..<1_500 {
            if random.chance(round < 900 ? 60 : 35) || blocks.isEmpty {
                let scale = [100, 9_000, 40_000, 300_000, 3_000_000][random.below(20) / 5]
                let size = random.chance(1) ? 3_000_000 : random.below(scale)
                blocks.append(Block(size, UInt8(round & 0xFF)))
            } else {
                let freed = blocks.remove(at: random.below(blocks.count))
                #expect(freed.isIntact)
                #expect(freed.memory.sizeInBytes >= freed.byteCount)
                freed.memory.free()
            }
        }
        for block in blocks {
            #expect(block.isIntact)
            block.memory.free()
        }
    }

    /// A graph with many edges from few nodes, in blocks of a few edges.
    static func store(
        _ random: inout Randomness, edgesPerCommit: Int = 300
    ) throws -> (GraphStore, UInt32) {
        var options = GraphOptions()
        options.edgesPerBlockMax = 7
        options.recentEdgesMax = 8
        let store = try GraphStore.inMemory(options: options)
        var nodes: [NodeID] = []
        var type: RelationshipTypeID?
        for commit in 0..<6 {
            let writer = try store.beginWrite()
            try writer.beginStatement()
            let label = try writer.label("N")
            let known = try writer.relationshipType("R")
            type = known
            if commit == 0 {
                for _ in 0..<120 {
                    nodes.append(try writer.createNode(labels: [label], properties: []))
                }
            }
            // The last commits leave changes that are not yet folded into blocks.
            for _ in 0..<(commit < 3 ? edgesPerCommit : 3) {
                let hub = random.chance(30) ? 40 : random.below(nodes.count)
                _ = try writer.createRelationship(
                    type: known, from: nodes[hub / 3 * 3], to: nodes[random.below(nodes.count)],
                    properties: [])
            }
            try writer.endStatement()
            try writer.commit()
        }
        return (store, type?.rawValue ?? 0)
    }

    @Test("a part of the lists of a chunk has the same lists", arguments: [false, true], 1...3)
    func parts(isIncoming: Bool, seed: Int) throws {
        var random = Randomness(seed: UInt64(seed) + 10)
        let (store, type) = try Self.store(&random)
        let reader = try store.beginRead()
        let key = AdjacencyKey(type: type, isIncoming: isIncoming)
        var partial = 0
        for chunk in 0..<reader.nodeChunkCount {
            let stored = try StoredLists(key, chunk, reader.storage)
            let all = try stored.decoded(reader.storage).allEdges()
            for _ in 0..<60 {
                let first = random.below(140)
                let wanted = first...first + random.below(5)
                let part = stored.part(wanted)
                let edges = try part.decoded(reader.storage).allEdges()
                #expect(part.slots.contains(wanted.lowerBound))
                #expect(part.slots.contains(wanted.upperBound))
                let covered = part.slots
                #expect(
                    edges.filter { covered.contains(Int($0.slot)) }
                        == all.filter { covered.contains(Int($0.slot)) }, "slots \(wanted)")
                if edges.count < all.count { partial += 1 }
            }
        }
        #expect(partial > 20)
    }

    private final class Counter: Sendable {
        let count: Atomic<Int>

        init(_ count: Int = 0) { self.count = Atomic(count) }

        var now: Int { count.load(ordering: .relaxed) }
    }

    /// Something to be kept that tells when it is gone.
    private final class Thing: Sendable {
        let gone: @Sendable () -> Void

        init(_ gone: @escaping @Sendable () -> Void) { self.gone = gone }

        deinit { gone() }
    }

    @Test("what statements hold, lists in hand and pages leave less for what is decoded")
    func sharing() {
        let left = Counter()
        let cache = DecodedCache(
            budgetInBytes: 4_000_000, projectionBudgetInBytes: 0,
            unusedPagesInBytes: { 0 })
        let slots = CacheSlots(count: 400)
        func keep(_ range: Range<Int>) {
            for index in range {
                let step = cache.enter()
                left.count.add(1, ordering: .relaxed)
                _ = slots.publish(Thing { left.count.subtract(1, ordering: .relaxed) }, at: index)
                cache.account(slots, index, sizeInBytes: 40_000 - DecodedCache.entrySizeInBytes)
                cache.leave(step)
            }
            for _ in 0..<3 { cache.makeRoom() }
        }
        keep(0..<75)
        #expect(left.now == 75)
        keep(75..<150)
        #expect(left.now == 75)
        cache.lendToStatements(1_200_000)
        cache.settle()
        for _ in 0..<3 { cache.makeRoom() }
        #expect(left.now == 45)
        cache.lend(400_000)
        for _ in 0..<3 { cache.makeRoom() }
        #expect(left.now == 35)
        // However much statements hold, half of the budget is not theirs.
        cache.lendToStatements(1 << 30)
        for _ in 0..<3 { cache.makeRoom() }
        #expect(left.now == 25)
        cache.lend(-400_000)
        cache.lendToStatements(-1_200_000 - 1 << 30)
        keep(150..<300)
        #expect(left.now == 75)
    }

    @Test("memory that no page has needed is used for what is decoded, until one does")
    func unusedPages() {
        let unused = Counter(1_600_000)
        let cache = DecodedCache(
            budgetInBytes: 4_000_000, projectionBudgetInBytes: 0,
            unusedPagesInBytes: { unused.now })
        #expect(cache.capacityInBytes == 3_000_000 + 600_000)
        unused.count.store(1 << 30, ordering: .relaxed)
        #expect(cache.capacityInBytes == 3_000_000 + 3_000_000)
        unused.count.store(0, ordering: .relaxed)
        #expect(cache.capacityInBytes == 3_000_000)
        // Of a small budget more is left for threads, of a large one less.
        let small = DecodedCache(
            budgetInBytes: 1_000_000, projectionBudgetInBytes: 0, unusedPagesInBytes: { 0 })
        #expect(small.capacityInBytes == 500_000)
        let large = DecodedCache(
            budgetInBytes: 256 << 20, projectionBudgetInBytes: 0, unusedPagesInBytes: { 0 })
        #expect(large.capacityInBytes == 248 << 20)
    }
}
