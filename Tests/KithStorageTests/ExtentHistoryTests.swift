import KithTestSupport
import Testing

@testable import KithStorage

/// Long values that share extents, written and freed in bundles, so that extents are freed in parts and
/// others come to lie in their gaps.
@Suite("Shared extents")
struct ExtentHistoryTests {
    @Test(
        "keep every value that was not freed, and no page besides",
        arguments: [512, 1024, 4096], 1...4)
    func history(pageSize: Int, seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed * 1_000 + pageSize))
        var options = EngineTests.options(pageSize: pageSize)
        options.transactionBudgetInBytes = seed % 2 == 0 ? 1 : 1 << 20
        let file = MemoryFile()
        try StorageEngine.writeNewDatabase(to: file, options: options)
        let engine = try StorageEngine.open(file: file, options: options)
        var known: [(reference: ExtentReference, bytes: [UInt8])] = []
        for round in 0..<120 {
            let before = known
            let transaction = try engine.beginWrite()
            if round % 3 == 0 { try transaction.put([1], [UInt8(round)], in: TreeID(0)) }
            let freesFirst = Bool.random(using: &generator)
            if freesFirst { try free(&known, transaction, &generator) }
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                let length = Int.random(in: 1...pageSize * 3, using: &generator)
                let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: length)
                let reference = try bytes.withUnsafeBytes { try transaction.writeExtent($0) }
                known.append((reference, bytes))
            }
            if !freesFirst { try free(&known, transaction, &generator) }
            if Int.random(in: 0..<8, using: &generator) == 0 {
                transaction.rollback()
                known = before
            } else {
                try transaction.commit()
            }
            let reader = try engine.beginRead()
            for (reference, bytes) in known {
                #expect(try reader.readExtent(reference).withBytes { [UInt8]($0) } == bytes)
            }
            reader.close()
            #expect(try engine.check() == [], "seed \(seed), round \(round)")
        }
    }

    @Test("of a transaction that writes nothing else are kept")
    func onlyExtents() throws {
        let engine = try StorageEngine.inMemory()
        let bytes = [UInt8](repeating: 7, count: 100)
        let transaction = try engine.beginWrite()
        let reference = try bytes.withUnsafeBytes { try transaction.writeExtent($0) }
        let number = try transaction.commit()
        #expect(number == 2)
        let other = try engine.beginWrite()
        _ = try [UInt8](repeating: 8, count: 100).withUnsafeBytes { try other.writeExtent($0) }
        try other.commit()
        let reader = try engine.beginRead()
        #expect(try reader.readExtent(reference).withBytes { [UInt8]($0) } == bytes)
        reader.close()
        #expect(try engine.check() == [])
    }

    /// Frees some values, so that about as many stay as are written.
    private func free(
        _ known: inout [(reference: ExtentReference, bytes: [UInt8])],
        _ transaction: WriteTransaction, _ generator: inout SeededGenerator
    ) throws {
        let count = known.count < 30 ? 0 : Int.random(in: 0...12, using: &generator)
        for _ in 0..<min(count, known.count) {
            let victim = known.remove(at: Int.random(in: 0..<known.count, using: &generator))
            try transaction.freeExtent(victim.reference)
        }
    }

    @Test("find the entry of a page between others, and begin and end in use")
    func entries() {
        var entry = ExtentEntry(
            page: 10,
            runs: [
                .init(pageCount: 2, valueCount: 1), .init(pageCount: 1, valueCount: 2),
                .init(pageCount: 3, valueCount: 1),
            ])
        #expect(entry.removeValue(from: 10, through: 12) == [10, 11])
        #expect(entry.trimmed.page == 12)
        #expect(entry.trimmed.usedRuns == [PageRun(start: 12, count: 4)])
        #expect(!entry.isUsed(9) && !entry.isUsed(11) && entry.isUsed(12) && !entry.isUsed(16))
        #expect(entry.removeValue(from: 14, through: 15) == [14, 15])
        #expect(entry.trimmed.usedRuns == [PageRun(start: 12, count: 2)])
        #expect(entry.trimmed.end == 14)
    }
}
