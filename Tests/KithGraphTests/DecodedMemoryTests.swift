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
                let scale = [100, 3_000, 9_000, 40_000, 300_000, 3_000_000][random.below(24) / 5]
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

    @Test("marks of units are those of a plain list of them", arguments: 1...4)
    func units(seed: Int) {
        var random = Randomness(seed: UInt64(seed))
        let usable = [61, 64, 200, 1_023][seed - 1]
        var marks = UnitMarks(count: 1_024, usable: usable)
        var plain = [Bool](repeating: false, count: usable)
        var runs: [Range<Int>] = []
        for _ in 0..<3_000 {
            if random.chance(55) || runs.isEmpty {
                let count = 1 + random.below(random.chance(20) ? 130 : 9)
                let fits = (0...max(usable - count, 0)).first { start in
                    start + count <= usable
                        && !plain[start..<start + count].contains(true)
                }
                let taken = marks.take(count)
                #expect(taken == fits)
                guard let first = taken else { continue }
                runs.append(first..<first + count)
                for unit in first..<first + count { plain[unit] = true }
            } else {
                let run = runs.remove(at: random.below(runs.count))
                marks.give(back: run)
                for unit in run { plain[unit] = false }
            }
            let first = random.below(usable)
            let range = first..<first + random.below(usable - first + 1)
            #expect(marks.isFree(range) == !plain[range].contains(true))
            #expect(marks.freeCount == plain.count { !$0 })
            #expect(marks.isFree == !plain.contains(true))
        }
    }

    @Test("pieces of pages leave no page in memory that nobody uses")
    func pieces() {
        var random = Randomness(seed: 7)
        var pieces = PagePieces()
        var taken: [(start: UnsafeMutableRawPointer, count: Int)] = []
        func take() {
            let count = PagePieces.rounded(1 + random.below(PagePieces.countMax))
            let start = pieces.take(count)
            memset(start, 1, count * PagePieces.unit)
            taken.append((start, count))
        }
        for _ in 0..<3_000 { take() }
        let begin = pieces.pagesInMemory
        let used = taken.reduce(0) { $0 + $1.count } * PagePieces.unit
        #expect(begin * PageArenas.unit >= used)
        // What is freed at random leaves pages that are used in part, but no others.
        while taken.count > 600 {
            let piece = taken.remove(at: random.below(taken.count))
            pieces.give(back: piece.start, piece.count)
        }
        #expect(pieces.pagesInMemory < begin * 3 / 4)
        for _ in 0..<400 { take() }
        for piece in taken { pieces.give(back: piece.start, piece.count) }
        #expect(pieces.pagesInMemory <= 16)
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
        // However much statements hold, a quarter of the budget is not theirs.
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
        // Of a small budget a larger part is left for what is in motion, of a large one a smaller.
        let small = DecodedCache(
            budgetInBytes: 1 << 20, projectionBudgetInBytes: 0, unusedPagesInBytes: { 0 })
        #expect(small.capacityInBytes == 576 << 10)
        let large = DecodedCache(
            budgetInBytes: 256 << 20, projectionBudgetInBytes: 0, unusedPagesInBytes: { 0 })
        #expect(large.capacityInBytes == 248 << 20)
    }
}
