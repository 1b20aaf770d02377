import Glibc
import KithTestSupport
import Testing

@testable import KithStorage

/// What one write transaction leaves to the next.
@Suite("What a transaction leaves to the next")
struct WriterPartsTests {
    private static let trees = [TreeID(0), TreeID(3), TreeID(40), TreeID(41)]

    @Test("changes nothing that anybody sees, whoever holds what", arguments: 1...6)
    func histories(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let directory = TemporaryDirectory()
        let path = directory.path + "/graph.kith"
        let engines = [try StorageEngine.open(path: path), try StorageEngine.open(path: path)]
        var model: [TreeID: [[UInt8]: [UInt8]]] = [:]
        var held: [(reader: StorageReader, cursor: TreeCursor)] = []
        for _ in 0..<150 {
            // Two engines in turn: what one left is often for a commit that is no longer the newest.
            let engine = engines[Int.random(in: 0..<8, using: &generator) == 0 ? 1 : 0]
            let transaction = try engine.beginWrite()
            try Self.compare(transaction.reader, model)
            for old in held {
                #expect(throws: StorageError.closed) {
                    _ = try old.reader.value(in: TreeID(0), forKey: [1])
                }
                #expect(throws: StorageError.closed) { _ = try old.cursor.seekFirst() }
            }
            if Bool.random(using: &generator) {
                let reader = transaction.reader
                held = held.suffix(2) + [(reader, reader.cursor(in: TreeID(0)))]
            }
            var changed = model
            for _ in 0..<Int.random(in: 1...40, using: &generator) {
                try Self.change(transaction, &changed, &generator)
            }
            if Int.random(in: 0..<5, using: &generator) == 0 {
                transaction.rollback()
            } else {
                try transaction.commit(
                    durability: Bool.random(using: &generator) ? .full : .deferred)
                model = changed
            }
        }
        for engine in engines {
            let reader = try engine.beginRead()
            try Self.compare(reader, model)
            reader.close()
        }
        #expect(try engines[0].check().isEmpty)
    }

    /// Puts in or removes an entry, of which some have long values.
    private static func change(
        _ transaction: WriteTransaction, _ model: inout [TreeID: [[UInt8]: [UInt8]]],
        _ generator: inout SeededGenerator
    ) throws {
        let tree = trees[Int.random(in: 0..<trees.count, using: &generator)]
        let key = [UInt8.random(in: 0..<60, using: &generator), 5]
        if Int.random(in: 0..<4, using: &generator) == 0 {
            let wasThere = try transaction.remove(key, in: tree)
            #expect(wasThere == (model[tree]?.removeValue(forKey: key) != nil))
        } else {
            let count = Int.random(in: 0..<12, using: &generator) == 0 ? 9_000 : 90
            let value = [UInt8](
                repeating: .random(in: 0 ... .max, using: &generator), count: count)
            try transaction.put(key, value, in: tree)
            model[tree, default: [:]][key] = value
        }
    }

    private static func compare(
        _ reader: StorageReader, _ model: [TreeID: [[UInt8]: [UInt8]]]
    ) throws {
        for tree in trees {
            let expected = model[tree] ?? [:]
            #expect(try reader.entryCount(in: tree) == UInt64(expected.count))
            for (key, value) in expected {
                #expect(try reader.value(in: tree, forKey: key) == value)
            }
        }
    }

    @Test("may be pages that the cache never had")
    func coldPages() throws {
        var generator = SeededGenerator(seed: 5)
        let directory = TemporaryDirectory()
        let engine = try StorageEngine.open(
            path: directory.path + "/graph.kith", options: EngineTests.options())
        func key(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
        var numbers = [Int](repeating: 0, count: 30_000)
        let fill = try engine.beginWrite()
        for number in numbers.indices {
            try fill.put(key(number), [UInt8](repeating: 0, count: 100), in: TreeID(0))
        }
        try fill.commit()
        // More leaves than the cache has room for: most are changed without being in it, and read
        // again by later changes and by readers.
        for round in 1...400 {
            let number = Int.random(in: 0..<numbers.count, using: &generator)
            let transaction = try engine.beginWrite()
            try transaction.put(
                key(number), [UInt8](repeating: UInt8(round & 255), count: 100), in: TreeID(0))
            try transaction.commit(durability: .deferred)
            numbers[number] = round
            let reader = try engine.beginRead()
            for other in [number, Int.random(in: 0..<numbers.count, using: &generator)] {
                let value = try reader.value(in: TreeID(0), forKey: key(other))
                #expect(value?.first == UInt8(numbers[other] & 255))
            }
            reader.close()
        }
        #expect(try engine.check().isEmpty)
    }

    @Test("are changed pages that hold what was written to them", arguments: 1...4)
    func changedPages(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let pages = ChangedPages(pageSize: 512)
        var model: [Int: (generation: UInt32, byte: UInt8)] = [:]
        for _ in 0..<6_000 {
            switch Int.random(in: 0..<100, using: &generator) {
            case 0:
                pages.releaseAll()
                model = [:]
            case 1:
                pages.releaseAll(after: 3)
                model = model.filter { $0.value.generation <= 3 }
            case 2..<30:
                guard let index = model.keys.randomElement(using: &generator) else { continue }
                pages.release(index)
                model[index] = nil
            default:
                let generation = UInt32.random(in: 1...6, using: &generator)
                let byte = UInt8.random(in: 0 ... .max, using: &generator)
                let index = pages.make(generation: generation)
                #expect(model[index] == nil, "a place was given twice")
                #expect(!pages.isCold(index))
                pages.buffer(index).initializeMemory(as: UInt8.self, repeating: byte, count: 512)
                if Bool.random(using: &generator) { pages.setCold(index) }
                model[index] = (generation, byte)
            }
            #expect(pages.count == model.count)
        }
        for (index, page) in model {
            #expect(pages.isLive(index) && pages.generation(index) == page.generation)
            let bytes = UnsafeRawBufferPointer(start: pages.buffer(index), count: 512)
            #expect(bytes.allSatisfy { $0 == page.byte })
        }
    }

    @Test("does not hide for long that the file was moved away")
    func movedAway() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/graph.kith"
        let engine = try StorageEngine.open(path: path)
        let transaction = try engine.beginWrite()
        try transaction.put([1], [1], in: TreeID(0))
        try transaction.commit()
        rename(path, path + ".old")
        _ = try StorageEngine.open(path: path)
        usleep(20_000)
        #expect(throws: StorageError.fileReplaced) { _ = try engine.beginWrite() }
    }
}
