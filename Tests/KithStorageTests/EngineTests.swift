import Testing

@testable import KithStorage

@Suite("An engine")
struct EngineTests {
    static func options(pageSize: Int = 4096) -> StorageOptions {
        var options = StorageOptions()
        options.pageSizeInBytes = pageSize
        options.cacheBudgetInBytes = 1 << 20
        return options
    }

    @Test(
        "keeps what was committed, under every page size", arguments: StorageLimits.pageSizesInBytes
    )
    func keepsCommits(pageSize: Int) throws {
        let file = MemoryFile()
        let options = Self.options(pageSize: pageSize)
        try StorageEngine.writeNewDatabase(to: file, options: options)
        do {
            let engine = try StorageEngine.open(file: file, options: options)
            for round in 0..<10 {
                let transaction = try engine.beginWrite()
                for index in 0..<100 {
                    let number = round * 100 + index
                    try transaction.put(key(number), value(number), in: TreeID(UInt32(index % 20)))
                }
                try transaction.commit()
            }
            try engine.close()
        }
        let engine = try StorageEngine.open(file: file, options: options)
        let reader = try engine.beginRead()
        #expect(reader.commitNumber == 11)
        for number in 0..<1000 {
            let found = try reader.value(in: TreeID(UInt32(number % 100 % 20)), forKey: key(number))
            #expect(found == value(number))
        }
        let cursor = reader.cursor(in: TreeID(7))
        var seen: [[UInt8]] = []
        var stands = try cursor.seekFirst()
        while stands {
            seen.append([UInt8](cursor.key))
            stands = try cursor.next()
        }
        #expect(seen == (0..<1000).filter { $0 % 100 % 20 == 7 }.map(key))
    }

    private func key(_ number: Int) -> [UInt8] {
        [UInt8(number >> 8), UInt8(number & 255), 7]
    }

    private func value(_ number: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(number & 255), count: number % 50)
    }
}
