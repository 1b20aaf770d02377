import Glibc
import KithStorage
import KithTestSupport
import KithValues
import Synchronization
import Testing

@testable import KithGraph

/// Writers on many threads, whose changes become commits that they share.
@Suite("Writers at once")
struct SharedCommitTests {
    struct Refusal: Error {}

    /// Whether the threads lend their parts.
    enum Lending: CaseIterable { case none, all, some }

    /// Each thread makes pairs of nodes, numbered by its successes; every fifth part fails half-way.
    private static func write(
        _ store: GraphStore, thread: Int, parts: Int, _ lending: Lending,
        succeeded: @escaping @Sendable (Int) -> Void
    ) throws {
        var done = 0
        for part in 0..<parts {
            let number = done
            do {
                let body: @Sendable (GraphWriter) throws -> Void = { writer in
                    try writer.beginStatement()
                    let label = try writer.label("Pair")
                    let owner = try writer.propertyKey("thread")
                    let key = try writer.propertyKey("number")
                    let values: [(PropertyKeyID, Value)] = [
                        (owner, .integer(Int64(thread))), (key, .integer(Int64(number))),
                    ]
                    let first = try writer.createNode(labels: [label], properties: values)
                    if part % 5 == 3 {
                        // A statement that is kept, before the part fails in the next.
                        try writer.endStatement()
                        try writer.beginStatement()
                    }
                    let second = try writer.createNode(labels: [label], properties: values)
                    _ = try writer.createRelationship(
                        type: try writer.relationshipType("WITH"), from: first, to: second,
                        properties: [])
                    try writer.endStatement()
                    if part % 5 == 3 { throw Refusal() }
                }
                if lending == .all || lending == .some && (part + thread) % 2 == 0 {
                    try store.write(timeoutInMilliseconds: 60_000, lending: body)
                } else {
                    try store.write(timeoutInMilliseconds: 60_000, body)
                }
                done += 1
                succeeded(done)
            } catch is Refusal {
                continue
            }
        }
    }

    /// How many pairs each thread has; an error unless they are whole and numbered from 0.
    private static func pairs(_ store: GraphStore, threads: Int) throws -> [Int] {
        let reader = try store.beginRead()
        defer { reader.close() }
        var numbers = [[Int64]](repeating: [], count: threads)
        if let owner = reader.catalog.propertyKey("thread"),
            let key = reader.catalog.propertyKey("number")
        {
            for chunk in try reader.nodeChunks(label: reader.catalog.label("Pair")) {
                let owners = try reader.column(owner, inNodeChunk: chunk)
                let keys = try reader.column(key, inNodeChunk: chunk)
                let slots = try reader.slots(inNodeChunk: chunk, labels: [])
                for slot in 0..<slots.endSlot where slots.contains(slot) {
                    numbers[Int(owners.integers[slot])].append(keys.integers[slot])
                }
            }
        }
        for (thread, numbers) in numbers.enumerated() {
            let expected = (0..<numbers.count).map { Int64($0 / 2) }
            guard numbers.count % 2 == 0, numbers.sorted() == expected else {
                throw ConcurrencyTests.Fault(text: "thread \(thread) has \(numbers.sorted())")
            }
        }
        let nodeCount = numbers.reduce(0) { $0 + $1.count }
        guard reader.nodeCount == nodeCount, reader.relationshipCount == nodeCount / 2 else {
            throw ConcurrencyTests.Fault(
                text: "\(reader.nodeCount) nodes, \(reader.relationshipCount) relationships")
        }
        return numbers.map { $0.count / 2 }
    }

    private static func run(
        _ store: GraphStore, threads: Int, parts: Int, _ lending: Lending,
        succeeded: @escaping @Sendable (_ thread: Int, _ count: Int) -> Void = { _, _ in }
    ) -> [String] {
        let report = ConcurrencyTests.Report()
        let running = (0..<threads).map { thread in
            BackgroundThread {
                do {
                    try write(store, thread: thread, parts: parts, lending) {
                        succeeded(thread, $0)
                    }
                } catch {
                    report.faults.withLock { $0.append("\(error)") }
                }
            }
        }
        for thread in running { thread.join() }
        return report.faults.withLock { $0 }
    }

    /// What several threads count.
    private final class Counts<Value: Sendable>: Sendable {
        let value: Guarded<Value>
        init(_ value: Value) { self.value = Guarded(value) }
    }

    @Test("share syncs, keep what succeeded and undo what failed", arguments: Lending.allCases)
    func shareSyncs(lending: Lending) throws {
        let file = SlowFile()
        try StorageEngine.writeNewDatabase(to: file, options: StorageOptions())
        let store = GraphStore(
            storage: try StorageEngine.open(file: file, options: StorageOptions()),
            options: GraphOptions())
        #expect(Self.run(store, threads: 16, parts: 20, lending) == [])
        #expect(try Self.pairs(store, threads: 16) == [Int](repeating: 16, count: 16))
        #expect(try store.check() == [])
        // 256 parts that succeed; one thread alone would need as many syncs.
        #expect(store.storage.statistics.syncCalls < 100)
    }

    @Test("all learn that the sync of their commit failed", arguments: Lending.allCases)
    func failedSync(lending: Lending) throws {
        let file = SlowFile()
        try StorageEngine.writeNewDatabase(to: file, options: StorageOptions())
        let store = GraphStore(
            storage: try StorageEngine.open(file: file, options: StorageOptions()),
            options: GraphOptions())
        let succeeded = Counts([Int](repeating: 0, count: 8))
        file.failSyncs(after: 10)
        let faults = Self.run(store, threads: 8, parts: 40, lending) { thread, count in
            succeeded.value.withLock { $0[thread] = count }
        }
        #expect(faults.count == 8)
        #expect(faults.contains { $0.contains("did not confirm") })
        let acknowledged = succeeded.value.withLock { $0 }
        #expect(try Self.pairs(store, threads: 8) == acknowledged)
        file.failSyncs(after: .max)
        let again = GraphStore(
            storage: try StorageEngine.open(file: file, options: StorageOptions()),
            options: GraphOptions())
        for (shown, known) in zip(try Self.pairs(again, threads: 8), acknowledged) {
            #expect(shown >= known && shown <= known + 1)
        }
        #expect(try again.check() == [])
    }

    @Test("make what others lent on the thread that has the turn")
    func lentParts() throws {
        let store = try GraphStore.inMemory()
        @Sendable func makeNode(_ writer: GraphWriter) throws {
            try writer.beginStatement()
            _ = try writer.createNode(labels: [], properties: [])
            try writer.endStatement()
        }
        var nodeCount: UInt64 = 0
        // Whether a thread waits already cannot be seen from outside; most times it does.
        for _ in 0..<50 {
            let begun = Counts(0)
            let made = Counts([pthread_t]())
            let threads = try store.write { writer in
                try makeNode(writer)
                let threads = (0..<4).map { number in
                    BackgroundThread {
                        begun.value.withLock { $0 += 1 }
                        try? store.write(
                            timeoutInMilliseconds: 60_000,
                            lending: { writer in
                                made.value.withLock { $0.append(pthread_self()) }
                                try makeNode(writer)
                                if number == 0 { throw Refusal() }
                            })
                    }
                }
                while begun.value.withLock({ $0 }) < 4 { usleep(100) }
                usleep(5_000)
                return threads
            }
            for thread in threads { thread.join() }
            nodeCount += 4
            #expect(try store.beginRead().nodeCount == nodeCount)
            let makers = made.value.withLock { $0 }
            #expect(makers.count == 4)
            if makers.contains(pthread_self()) { return }
        }
        Issue.record("nothing that was lent was made by another thread")
    }

    @Test(
        "lose nothing acknowledged and no half of a part with the power", arguments: 1...2,
        Lending.allCases)
    func crash(seed: UInt64, lending: Lending) throws {
        var options = StorageOptions()
        options.pageSizeInBytes = 1024
        let file = SlowFile()
        try StorageEngine.writeNewDatabase(to: file, options: options)
        let initial = file.takeEvents().bytes
        let store = GraphStore(
            storage: try StorageEngine.open(file: file, options: options), options: GraphOptions())
        let acknowledged = Counts([[0, 0, 0, 0]])
        let faults = Self.run(store, threads: 4, parts: 10, lending) { thread, count in
            acknowledged.value.withLock { history in
                var next = history[history.count - 1]
                next[thread] = count
                history.append(next)
                file.note(history.count - 1)
            }
        }
        #expect(faults == [])
        var random = SeededGenerator(seed: seed)
        var disk = CrashedDisk(bytes: initial)
        var known = [0, 0, 0, 0]
        for event in file.takeEvents().events {
            disk.apply(event)
            if case .note(let index) = event { known = acknowledged.value.withLock { $0[index] } }
            for _ in 0..<2 {
                let left = GraphStore(
                    storage: try StorageEngine.open(
                        file: SimulatedFile(bytes: disk.image(using: &random)), options: options),
                    options: GraphOptions())
                let shown = try Self.pairs(left, threads: 4)
                #expect(zip(shown, known).allSatisfy { $0 >= $1 }, "\(shown), not \(known)")
            }
        }
    }
}

/// A simulated file for several threads, whose syncs take a moment.
private final class SlowFile: StorageFile, @unchecked Sendable {
    // Sendable: all goes through the mutex.
    private let file = SimulatedFile()
    private let guardian = Guarded(())
    private let syncsLeft = Atomic<Int>(.max)

    func failSyncs(after count: Int) { syncsLeft.store(count, ordering: .relaxed) }

    func note(_ index: Int) { guardian.withLock { _ in file.events.append(.note(index)) } }

    /// What happened so far, and what is in the file.
    func takeEvents() -> (events: [SimulatedFile.Event], bytes: [UInt8]) {
        guardian.withLock { _ in
            defer { file.events = [] }
            return (file.events, file.bytes)
        }
    }

    /// Calls the file alone, with errors as they are.
    private func with<Result>(
        _ body: (SimulatedFile) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        try guardian.withLock { _ throws(StorageError) in try body(file) }
    }

    func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(StorageError) -> Int {
        try with { file throws(StorageError) in try file.read(into: buffer, at: offset) }
    }

    func write(_ pieces: [UnsafeRawBufferPointer], at offset: UInt64) throws(StorageError) {
        try with { file throws(StorageError) in try file.write(pieces, at: offset) }
    }

    func sync() throws(StorageError) {
        // Writes of others that come while this waits are not promised to be on the disk.
        let place = guardian.withLock { _ in file.events.count }
        usleep(2_000)
        let left = syncsLeft.subtract(1, ordering: .relaxed).newValue
        guard left > 0 else { throw .fileCallFailed(call: .sync, code: EIO) }
        guardian.withLock { _ in file.events.insert(.sync, at: min(place, file.events.count)) }
    }

    func size() throws(StorageError) -> UInt64 {
        try with { file throws(StorageError) in try file.size() }
    }

    func grow(from oldSize: UInt64, to newSize: UInt64, zeroing: Bool) throws(StorageError) {
        try with { file throws(StorageError) in
            try file.grow(from: oldSize, to: newSize, zeroing: zeroing)
        }
    }

    func lockWriter() throws(StorageError) -> Bool { true }
    func unlockWriter() {}
    func writerHolder() -> Int32 { 0 }
    func lockSnapshot(_ number: UInt64) throws(StorageError) {}
    func unlockSnapshot(_ number: UInt64) {}
    func oldestSnapshot(below number: UInt64) throws(StorageError) -> UInt64? { nil }
    func isStillNamed() -> Bool { true }
    func close() {}
}
