import KithTestSupport
import Testing

@testable import KithStorage

@Suite("Limits")
struct LimitTests {
    @Test("of keys and values hold at the limit and one past it", arguments: [512, 4096, 16384])
    func keysAndValues(pageSize: Int) throws {
        let engine = try StorageEngine.inMemory(options: EngineTests.options(pageSize: pageSize))
        let transaction = try engine.beginWrite()
        let keyMax = StorageLimits.keyLengthMaxInBytes(pageSizeInBytes: pageSize)
        let inlineMax = StorageLimits.inlineValueLengthMaxInBytes(pageSizeInBytes: pageSize)
        #expect(throws: StorageError.keyEmpty) { try transaction.put([], [1], in: TreeID(0)) }
        #expect(throws: StorageError.keyTooLong(byteCount: keyMax + 1)) {
            try transaction.put([UInt8](repeating: 1, count: keyMax + 1), [1], in: TreeID(0))
        }
        var expected: [[UInt8]: [UInt8]] = [:]
        for last in UInt8(0)..<60 {
            var key = [UInt8](repeating: 1, count: keyMax)
            key[keyMax - 1] = last
            key[Int(last) % keyMax] = last
            let length = [0, 1, inlineMax - 1, inlineMax, inlineMax + 1, pageSize * 70][
                Int(last) % 6]
            let value = [UInt8](repeating: last, count: length)
            try transaction.put(key, value, in: TreeID(0))
            expected[key] = value
        }
        try transaction.commit()
        let reader = try engine.beginRead()
        for (key, value) in expected {
            #expect(try reader.value(in: TreeID(0), forKey: key) == value)
        }
        #expect(try engine.check().isEmpty)
    }

    @Test("of page sizes hold")
    func pageSizes() {
        var options = StorageOptions()
        options.pageSizeInBytes = 5000
        #expect(throws: StorageError.invalidOptions) {
            _ = try StorageEngine.inMemory(options: options)
        }
    }

    @Test("of memory hold: a transaction far over budget ends up right")
    func bigTransaction() throws {
        var options = EngineTests.options(pageSize: 512)
        options.transactionBudgetInBytes = 1
        let file = MemoryFile()
        try StorageEngine.writeNewDatabase(to: file, options: options)
        let engine = try StorageEngine.open(file: file, options: options)
        let transaction = try engine.beginWrite()
        var generator = SeededGenerator(seed: 1)
        var numbers = Array(UInt32(0)..<20_000)
        numbers.shuffle(using: &generator)
        let point = transaction.savepoint()
        for number in numbers { try Self.put(transaction, number) }
        try transaction.rollback(to: point)
        #expect(try transaction.reader.entryCount(in: TreeID(30)) == 0)
        for number in numbers { try Self.put(transaction, number) }
        try transaction.commit()
        let reader = try engine.beginRead()
        // Some 700 KB of entries; pages written early and changed again were used again.
        #expect(try file.size() < 3_000_000)
        #expect(try reader.entryCount(in: TreeID(30)) == 20_000)
        let cursor = reader.cursor(in: TreeID(30))
        var count: UInt32 = 0
        var stands = try cursor.seekFirst()
        while stands {
            #expect(cursor.key.loadUnaligned(as: UInt32.self).byteSwapped == count)
            count += 1
            stands = try cursor.next()
        }
        #expect(count == 20_000)
        #expect(try engine.check().isEmpty)
    }

    private static func put(_ transaction: WriteTransaction, _ number: UInt32) throws {
        try withUnsafeBytes(of: number.bigEndian) { key in
            try transaction.put(key, key, in: TreeID(30))
        }
    }

    @Test(
        "of bulk loads: any number of entries, only ascending",
        arguments: [0, 1, 10, 3_000, 30_000])
    func bulkLoads(count: Int) throws {
        let engine = try StorageEngine.inMemory(options: EngineTests.options(pageSize: 512))
        let transaction = try engine.beginWrite()
        let loader = try transaction.bulkLoad(TreeID(2))
        for number in 0..<count {
            try loader.append(
                Self.key(number), [UInt8](repeating: 5, count: number % 7 == 0 ? 200 : 3))
        }
        if count > 0 {
            #expect(throws: StorageError.keysNotAscending) {
                try loader.append(Self.key(count - 1), [])
            }
        }
        try loader.finish()
        if count > 0 {
            #expect(throws: StorageError.treeNotEmpty) {
                _ = try transaction.bulkLoad(TreeID(2))
            }
        }
        try transaction.put([255, 255], [1], in: TreeID(2))
        try transaction.commit()
        let reader = try engine.beginRead()
        #expect(try reader.entryCount(in: TreeID(2)) == UInt64(count + 1))
        for number in stride(from: 0, to: count, by: 7) {
            #expect(try reader.value(in: TreeID(2), forKey: Self.key(number))?.count == 200)
        }
        #expect(try engine.check().isEmpty)
    }

    private static func key(_ number: Int) -> [UInt8] {
        [0, 0, 0, UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)]
    }
}
