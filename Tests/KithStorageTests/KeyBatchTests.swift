import KithTestSupport
import Testing

@testable import KithStorage

/// Many keys with one value, put in together in their order.
@Suite("Keys put in together")
struct KeyBatchTests {
    private static let suffixLength = 2

    /// Keys that ascend, none twice: short or long beginnings that many share, and two bytes that make
    /// them different. Often behind all that were there before.
    private static func keys(
        _ generator: inout SeededGenerator, after last: inout UInt16
    ) -> [[UInt8]] {
        let appends = Int.random(in: 0..<3, using: &generator) > 0
        var keys: Set<[UInt8]> = []
        for _ in 0..<Int.random(in: 1...200, using: &generator) {
            let beginning: UInt16
            if appends {
                last += UInt16.random(in: 0...2, using: &generator)
                beginning = last
            } else {
                beginning = UInt16.random(in: 0...last, using: &generator)
            }
            let filling = [UInt8](repeating: 7, count: Int(beginning % 5) * 9)
            let own = UInt16.random(in: 0...999, using: &generator)
            keys.insert(
                [UInt8(beginning >> 8), UInt8(beginning & 255)] + filling
                    + [UInt8(own >> 8), UInt8(own & 255)])
        }
        return keys.sorted(by: precedes)
    }

    @Test("are all there, and those are named that begin as a neighbour does", arguments: 1...8)
    func batches(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var options = StorageOptions()
        options.pageSizeInBytes = seed % 2 == 0 ? 1_024 : 4_096
        let engine = try StorageEngine.inMemory(options: options)
        let tree = TreeID(seed % 3 == 0 ? 40 : 2)
        var known: Set<[UInt8]> = []
        var last: UInt16 = 0
        for _ in 0..<20 {
            let transaction = try engine.beginWrite()
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let savepoint = transaction.savepoint()
                let before = known
                let batch = Self.keys(&generator, after: &last).filter { !known.contains($0) }
                if batch.isEmpty { continue }
                // Handed over in any order.
                let order = batch.indices.shuffled(using: &generator)
                var bytes: [UInt8] = []
                var ends: [Int] = []
                for place in order {
                    bytes += batch[place]
                    ends.append(bytes.count)
                }
                let ascending = batch.indices.map { place in order.firstIndex(of: place) ?? 0 }
                let alike = try transaction.put(
                    keys: bytes, ends: ends, order: ascending, value: [1], in: tree,
                    comparingAllBut: Self.suffixLength)
                known.formUnion(batch)
                // Of two that begin alike and are both new, the later one in the order is named.
                var seen: Set<[UInt8]> = Set(before.map { Array($0.dropLast(Self.suffixLength)) })
                let named = Set(alike.map { batch[order[$0]] })
                for key in batch {
                    let beginning = Array(key.dropLast(Self.suffixLength))
                    if seen.contains(beginning) { #expect(named.contains(key)) }
                    seen.insert(beginning)
                }
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    try transaction.rollback(to: savepoint)
                    known = before
                }
                transaction.release(savepoint)
                #expect(try Self.all(transaction.reader, tree) == known.sorted(by: precedes))
            }
            try transaction.commit()
        }
        #expect(try engine.check().isEmpty)
    }

    private static func all(_ reader: StorageReader, _ tree: TreeID) throws -> [[UInt8]] {
        let cursor = reader.cursor(in: tree)
        var keys: [[UInt8]] = []
        var isOnEntry = try cursor.seekFirst()
        while isOnEntry {
            #expect(Array(cursor.value) == [1])
            keys.append(Array(cursor.key))
            isOnEntry = try cursor.next()
        }
        return keys
    }
}
