import Glibc
import KithTestSupport
import Testing

@testable import KithStorage

/// Small commits, whose pages lie beside those of the tree instead of in front.
@Suite("A commit on the runway")
struct RunwayTests {
    private static let tree = TreeID(0)

    private static func put(
        _ key: UInt8, _ value: UInt8, _ engine: StorageEngine, _ durability: Durability = .full
    ) throws {
        let transaction = try engine.beginWrite()
        try transaction.put([key], [UInt8](repeating: value, count: 20), in: tree)
        try transaction.commit(durability: durability)
    }

    private static func value(of key: UInt8, _ engine: StorageEngine) throws -> UInt8? {
        let reader = try engine.beginRead()
        defer { reader.close() }
        return try reader.value(in: tree, forKey: [key])?.first
    }

    @Test("costs one sync, one write and a signpost")
    func counts() throws {
        let directory = TemporaryDirectory()
        let engine = try StorageEngine.open(path: directory.path + "/graph.kith")
        for round in UInt8(0)..<3 { try Self.put(1, round, engine) }
        let before = engine.statistics
        try Self.put(1, 9, engine)
        let after = engine.statistics
        #expect(after.syncCalls - before.syncCalls == 1)
        #expect(after.writeCalls - before.writeCalls == 2)
        // The commit page, one leaf, the signpost.
        #expect(after.writtenBytes - before.writtenBytes == 2 * 4096 + Signpost.byteCount)
    }

    @Test("is seen at once by whoever else has the file open, whoever wrote it", arguments: 1...4)
    func seenByOthers(seed: UInt64) throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/graph.kith"
        var options = EngineTests.options(pageSize: seed % 2 == 0 ? 512 : 4096)
        // Locks belong to open files, so that two engines are like two processes to each other.
        var engines = try (0..<3).map { _ in try StorageEngine.open(path: path, options: options) }
        options.isReadOnly = true
        engines.append(try StorageEngine.open(path: path, options: options))
        var generator = SeededGenerator(seed: seed)
        var written: [UInt8: UInt8] = [:]
        for _ in 0..<400 {
            let key = UInt8.random(in: 0..<200, using: &generator)
            let value = UInt8.random(in: 0...255, using: &generator)
            let writer = Int.random(in: 0..<3, using: &generator)
            let isDeferred = Int.random(in: 0..<5, using: &generator) == 0
            try Self.put(key, value, engines[writer], isDeferred ? .deferred : .full)
            written[key] = value
            let reader = Int.random(in: 0..<4, using: &generator)
            #expect(try Self.value(of: key, engines[reader]) == value)
            if Int.random(in: 0..<40, using: &generator) == 0 {
                try engines[writer].close()
                options.isReadOnly = false
                engines[writer] = try StorageEngine.open(path: path, options: options)
            }
        }
        for engine in engines {
            for (key, value) in written { #expect(try Self.value(of: key, engine) == value) }
            #expect(try engine.check().isEmpty)
        }
    }

    @Test("that is damaged is an error, and no older commit is shown instead")
    func damaged() throws {
        let options = EngineTests.options()
        let file = SimulatedFile()
        try StorageEngine.writeNewDatabase(to: file, options: options)
        let engine = try StorageEngine.open(file: file, options: options)
        for round in UInt8(0)..<8 { try Self.put(round, round, engine) }
        let pages = file.events.compactMap { event -> Int? in
            // A commit page and a leaf in one write.
            guard case .write(let offset, let bytes) = event, bytes.count == 8192 else {
                return nil
            }
            return bytes.starts(with: Array("KiCommit".utf8)) ? offset : nil
        }
        #expect(pages.count >= 6)
        for page in pages {
            var bytes = file.bytes
            bytes[page + 1000] ^= 1
            let damaged = SimulatedFile(bytes: bytes)
            #expect(throws: StorageError.self) {
                _ = try StorageEngine.open(file: damaged, options: options)
            }
        }
        // Without what was never synced, the last commit cannot be told from an unfinished one.
        if let last = pages.last {
            var bytes = file.bytes
            bytes[last + 1000] ^= 1
            for index in 0..<Signpost.byteCount { bytes[last + 8192 + index] = 0 }
            let reopened = try StorageEngine.open(
                file: SimulatedFile(bytes: bytes), options: options)
            #expect(try Self.value(of: 6, reopened) == 6)
            #expect(try Self.value(of: 7, reopened) == nil)
        }
    }

    @Test("is never made in a file of format 1, which stays as it was")
    func oldFormat() throws {
        let options = EngineTests.options(pageSize: 1024)
        let file = SimulatedFile()
        try StorageEngine.writeNewDatabase(to: file, options: options, format: 1)
        let header = Array(file.bytes[..<4096])
        for round in UInt8(0)..<20 {
            let engine = try StorageEngine.open(file: file, options: options)
            try Self.put(round, round, engine)
            try Self.put(round, round + 1, engine)
            #expect(try engine.beginRead().record.runway.isEmpty)
            #expect(try engine.check().isEmpty)
            if round % 2 == 0 { try engine.close() }
        }
        #expect(Array(file.bytes[..<4096]) == header)
        let engine = try StorageEngine.open(file: file, options: options)
        for round in UInt8(0)..<20 { #expect(try Self.value(of: round, engine) == round + 1) }
    }

    @Test("may be waited for while the next transaction works")
    func pending() throws {
        let directory = TemporaryDirectory()
        let engine = try StorageEngine.open(path: directory.path + "/graph.kith")
        try Self.put(1, 1, engine)
        let first = try engine.beginWrite()
        try first.put([1], [2], in: Self.tree)
        let pending = try first.write()
        let second = try engine.beginWrite(timeoutInMilliseconds: 0)
        #expect(try second.reader.value(in: Self.tree, forKey: [1]) == [2])
        #expect(try Self.value(of: 1, engine) == 1, "what is not published must not be seen")
        try second.put([2], [3], in: Self.tree)
        try pending.finish()
        #expect(try Self.value(of: 1, engine) == 2)
        try second.commit()
        #expect(try Self.value(of: 2, engine) == 3)
        #expect(try engine.check().isEmpty)
    }

    @Test("keeps a file small in which the same rows change again and again")
    func reuse() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/graph.kith"
        let engine = try StorageEngine.open(path: path)
        let fill = try engine.beginWrite()
        for key in UInt16(0)..<5_000 {
            try fill.put(
                [UInt8(key >> 8), UInt8(key & 255)], [UInt8](repeating: 1, count: 100),
                in: Self.tree)
        }
        try fill.commit()
        var generator = SeededGenerator(seed: 3)
        var sizes: [Int] = []
        for round in 0..<6_000 {
            let key = UInt16.random(in: 0..<5_000, using: &generator)
            let transaction = try engine.beginWrite()
            try transaction.put(
                [UInt8(key >> 8), UInt8(key & 255)],
                [UInt8](repeating: UInt8(round & 255), count: 100), in: Self.tree)
            try transaction.commit(durability: .deferred)
            if round % 1_000 == 999 {
                var status = stat()
                stat(path, &status)
                sizes.append(status.st_size)
            }
        }
        // Half a megabyte of rows.
        #expect((sizes.last ?? 0) < 4 << 20, "\(sizes)")
        #expect(try engine.check().isEmpty)
    }
}
