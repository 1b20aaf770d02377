import Glibc
import KithTestSupport
import Synchronization
import Testing

@testable import KithStorage

/// One writer and eight readers, with a cache too small for the tree, so that frames are evicted all
/// the time. Meant for the thread sanitizer as well.
@Suite("Threads")
struct ThreadTests {
    private final class Shared: Sendable {
        let engine: StorageEngine
        let isDone = Atomic<Bool>(false)
        let failures = Atomic<Int>(0)
        let reads = Atomic<Int>(0)

        init(engine: StorageEngine) { self.engine = engine }
    }

    private static let keyCount: UInt32 = 3_000

    @Test("read whole commits while one writes")
    func readWhileWriting() throws {
        var options = EngineTests.options(pageSize: 512)
        options.cacheBudgetInBytes = 1
        let shared = Shared(engine: try StorageEngine.inMemory(options: options))
        try Self.write(0, to: shared.engine)
        var threads: [pthread_t] = []
        for index in UInt64(0)..<8 {
            threads.append(
                Self.start {
                    var generator = SeededGenerator(seed: index)
                    while !shared.isDone.load(ordering: .acquiring) {
                        do {
                            if try !Self.reads(shared.engine, using: &generator) {
                                shared.failures.add(1, ordering: .relaxed)
                            }
                            shared.reads.add(1, ordering: .relaxed)
                        } catch {
                            shared.failures.add(1, ordering: .relaxed)
                        }
                    }
                })
        }
        var round: UInt32 = 1
        while round <= 12 || shared.reads.load(ordering: .relaxed) < 40 {
            try Self.write(round, to: shared.engine)
            round += 1
        }
        shared.isDone.store(true, ordering: .releasing)
        for thread in threads { pthread_join(thread, nil) }
        #expect(shared.failures.load(ordering: .relaxed) == 0)
        #expect(try shared.engine.check().isEmpty)
    }

    private static func write(_ round: UInt32, to engine: StorageEngine) throws {
        let transaction = try engine.beginWrite()
        for number in 0..<keyCount where round == 0 || number % 7 == round % 7 || number < 40 {
            try withUnsafeBytes(of: number.bigEndian) { key in
                try withUnsafeBytes(of: (round, number)) {
                    try transaction.put(key, $0, in: TreeID(number % 2))
                }
            }
        }
        try transaction.commit()
    }

    /// Whether a snapshot is of one commit: its first keys all have the same round, and every value
    /// belongs to its key.
    private static func reads(
        _ engine: StorageEngine, using generator: inout SeededGenerator
    ) throws -> Bool {
        let reader = try engine.beginRead()
        defer { reader.close() }
        var newest: UInt32?
        for number in UInt32(0)..<40 {
            guard let value = try value(of: number, reader) else { return false }
            if value.1 != number || newest ?? value.0 != value.0 { return false }
            newest = value.0
        }
        for _ in 0..<200 {
            let number = UInt32.random(in: 0..<keyCount, using: &generator)
            guard let value = try value(of: number, reader) else { return false }
            if value.1 != number || value.0 > newest ?? 0 { return false }
        }
        let cursor = reader.cursor(in: TreeID(1))
        var stands = try cursor.seekFirst()
        var count: UInt32 = 0
        while stands {
            count += 1
            stands = try cursor.next()
        }
        return count == keyCount / 2
    }

    private static func value(
        of number: UInt32, _ reader: StorageReader
    ) throws -> (UInt32, UInt32)? {
        var value: (UInt32, UInt32) = (0, 0)
        let length = try withUnsafeBytes(of: number.bigEndian) { key in
            try withUnsafeMutableBytes(of: &value) {
                try reader.copyValue(in: TreeID(number % 2), forKey: key, into: $0)
            }
        }
        return length == 8 ? value : nil
    }

    private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
        final class Box {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body)).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box)
        precondition(code == 0, "a thread could not be started")
        return thread
    }
}
