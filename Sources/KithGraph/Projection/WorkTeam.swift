import CShims
import Glibc
import KithStorage
import Synchronization

/// What ends a computation early: the statement was cancelled, or its time is over.
package struct WorkStopped: Error {}

/// Threads that do the parts of one computation after another, with the caller as the first of them.
///
/// For one caller at a time. What is computed must not depend on how many they are: work is cut into
/// blocks of fixed size, each of which writes what is its own.
package final class WorkTeam {
    /// How many threads work, the caller among them.
    package let count: Int
    private let shouldStop: @Sendable () -> Bool
    private let shared: Shared?
    /// The threads beside the caller's.
    private let helpers: StartedWork?

    /// What caller and helpers share.
    private final class Shared: @unchecked Sendable {
        // Sendable: `body` and `isOver` change only under the monitor, the rest is atomic.
        let monitor = Monitor()
        let round = Atomic<Int>(0)
        let working = Atomic<Int>(0)
        let next = Atomic<Int>(0)
        /// A bit for each part that a thread has begun.
        let begun = Atomic<UInt64>(0)
        var body: ((Int) -> Void)?
        var isOver = false
    }

    /// For how long a thread looks whether there is work, or an end of it, before it sleeps: to be woken
    /// takes longer than many a block.
    private static let lookingNanoseconds: Int64 = 60_000

    /// Looks for a while whether something came to be; says whether it did.
    private static func look(_ isSo: () -> Bool) -> Bool {
        let end = WaitWord.now() + lookingNanoseconds
        while true {
            for _ in 0..<32 {
                if isSo() { return true }
                kith_spin_pause()
            }
            if WaitWord.now() > end { return false }
            // Whom this waits for may need this very processor.
            sched_yield()
        }
    }

    /// Makes a team; `shouldStop` is asked before each block.
    package init(count: Int, shouldStop: @escaping @Sendable () -> Bool = { false }) {
        self.shouldStop = shouldStop
        guard count > 1 else {
            self.count = 1
            shared = nil
            helpers = nil
            return
        }
        let shared = Shared()
        let helpers = WorkerThreads.start(count: count - 1) { number in
            Self.help(shared, index: number + 1)
        }
        self.count = helpers.count + 1
        self.helpers = helpers
        self.shared = shared
    }

    deinit {
        guard let shared, let helpers else { return }
        shared.monitor.lock()
        shared.isOver = true
        shared.round.add(1, ordering: .releasing)
        shared.monitor.broadcast()
        shared.monitor.unlock()
        helpers.wait()
    }

    /// One for each processor.
    package static var processorCount: Int { WorkerThreads.defaultCount }

    /// Whether the computation should end.
    package var isStopping: Bool { shouldStop() }

    /// Throws when the computation should end.
    package func checkpoint() throws(WorkStopped) {
        if shouldStop() { throw WorkStopped() }
    }

    /// Cuts `0 ..< total` into blocks of `size` and calls `body` for each, with the number of the
    /// thread that it runs on; blocks begin in ascending order.
    package func forEachBlock(
        of total: Int, size: Int, _ body: (_ block: Range<Int>, _ worker: Int) -> Void
    ) throws(WorkStopped) {
        precondition(size > 0, "a block has at least one element")
        let blocks = (total + size - 1) / size
        guard let shared, let helpers, helpers.count > 0, blocks > 1 else {
            var start = 0
            while start < total {
                try checkpoint()
                body(start..<min(start + size, total), 0)
                start += size
            }
            return
        }
        shared.next.store(0, ordering: .relaxed)
        run(shared, helpers.count) { worker in
            while !shouldStop() {
                let block = shared.next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard block < blocks else { return }
                body(block * size..<min((block + 1) * size, total), worker)
            }
        }
        try checkpoint()
    }

    /// The most parts that ``forEachPart(of:_:)`` goes over.
    package static let partsMax = 64

    /// Calls `body` for 0 ..< `count`, at most ``partsMax``: each thread begins with the part of its own
    /// number, which is then the same part each time and still in its processor's cache, and takes others
    /// that nobody has begun.
    package func forEachPart(of count: Int, _ body: (_ part: Int) -> Void) throws(WorkStopped) {
        precondition(count <= Self.partsMax, "\(count) parts")
        guard let shared, let helpers, helpers.count > 0, count > 1 else {
            for part in 0..<count {
                try checkpoint()
                body(part)
            }
            return
        }
        shared.begun.store(0, ordering: .relaxed)
        run(shared, helpers.count) { worker in
            for step in 0..<count where !shouldStop() {
                let part = (worker + step) % count
                let bit = UInt64(1) << UInt64(part)
                guard shared.begun.load(ordering: .relaxed) & bit == 0,
                    shared.begun.bitwiseOr(bit, ordering: .relaxed).oldValue & bit == 0
                else { continue }
                body(part)
            }
        }
        try checkpoint()
    }

    /// Calls `body` on every thread at once and waits for all.
    private func run(_ shared: Shared, _ helperCount: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            shared.monitor.lock()
            shared.body = body
            shared.working.store(helperCount, ordering: .relaxed)
            shared.round.add(1, ordering: .releasing)
            shared.monitor.broadcast()
            shared.monitor.unlock()
            body(0)
            if !Self.look({ shared.working.load(ordering: .acquiring) == 0 }) {
                shared.monitor.lock()
                while shared.working.load(ordering: .acquiring) > 0 { shared.monitor.wait() }
                shared.monitor.unlock()
            }
            shared.body = nil
        }
    }

    /// Runs the body of this round. A function of its own, so that nothing of the body is held when the
    /// caller is told that the work is done.
    @inline(never)
    private static func perform(_ shared: Shared, _ index: Int) { shared.body?(index) }

    private static func help(_ shared: Shared, index: Int) {
        var seen = 0
        while true {
            _ = look { shared.round.load(ordering: .acquiring) != seen }
            shared.monitor.lock()
            while shared.round.load(ordering: .acquiring) == seen { shared.monitor.wait() }
            seen = shared.round.load(ordering: .acquiring)
            let isOver = shared.isOver
            shared.monitor.unlock()
            if isOver { return }
            perform(shared, index)
            if shared.working.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
                shared.monitor.lock()
                shared.monitor.broadcast()
                shared.monitor.unlock()
            }
        }
    }
}
