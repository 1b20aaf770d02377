import CShims
import Glibc
import KithStorage
import Synchronization

/// Runs a body on several threads at once and waits for all of them.
///
/// Threads are kept for the next call: starting one, and the memory it takes anew, cost more than many
/// a statement.
package enum WorkerThreads {
    /// How many threads work where nobody says it: one for each processor.
    package static let defaultCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// So many threads are kept while they have nothing to do.
    fileprivate static let idleMax = 64

    /// Calls `body` with 0 ..< `count`, each on a thread of its own, and goes on meanwhile.
    ///
    /// A thread that cannot be started is done without; its number is then not called.
    package static func start(
        count: Int, _ body: @escaping @Sendable (Int) -> Void
    ) -> StartedWork {
        let pending = PendingJobs()
        var started = 0
        for index in 0..<max(count, 0) {
            pending.begin()
            if IdleThreads.shared.take(Job(pending: pending) { body(index) }) {
                started += 1
            } else {
                pending.end()
            }
        }
        return StartedWork(pending, count: started)
    }

    /// Calls `body` with 0 ..< `count`, each on a thread of its own, the first on the caller's.
    ///
    /// A thread that cannot be started is done without; its number is then not called.
    package static func run(count: Int, _ body: (Int) -> Void) {
        guard count > 1 else {
            body(0)
            return
        }
        withoutActuallyEscaping(body) { body in
            let pending = PendingJobs()
            for index in 1..<count {
                pending.begin()
                let isTaken = IdleThreads.shared.take(
                    Job(pending: pending) { body(index) })
                if !isTaken { pending.end() }
            }
            body(0)
            pending.endAndWait()
        }
    }
}

extension WorkerThreads {
    /// Calls `body` with 0 ..< `count`, each on a thread of its own, the first on the caller's, one after
    /// another: for what each thread is to have in memory that it allocated itself. What one thread
    /// allocates lies side by side, and where two threads count references to neighbours, each takes the
    /// line that both lie in from the other's cache.
    package static func inTurn(count: Int, _ body: (Int) -> Void) {
        if count > 0 { inTurn(0, count, body) }
    }

    private static func inTurn(_ number: Int, _ count: Int, _ body: (Int) -> Void) {
        body(number)
        guard number + 1 < count else { return }
        // The thread of this number is busy as long as it waits, so the next number gets another one.
        withoutActuallyEscaping(body) { body in
            let pending = PendingJobs()
            pending.begin()
            let isTaken = IdleThreads.shared.take(
                Job(pending: pending) { inTurn(number + 1, count, body) })
            if !isTaken {
                pending.end()
                for rest in number + 1..<count { body(rest) }
            }
            pending.endAndWait()
        }
    }
}

/// What threads do beside the one that started them.
package final class StartedWork {
    /// How many threads there are.
    package let count: Int
    private let pending: PendingJobs

    fileprivate init(_ pending: PendingJobs, count: Int) {
        self.pending = pending
        self.count = count
    }

    /// Waits until all are done; to be called once.
    package func wait() { pending.endAndWait() }
}

/// What a thread is to do, and who waits for it.
private final class Job {
    let pending: PendingJobs
    private var body: (() -> Void)?

    init(pending: PendingJobs, body: @escaping () -> Void) {
        self.pending = pending
        self.body = body
    }

    /// Does it, and lets go of the body, which may not live longer than its caller waits.
    func run() {
        if let body { body() }
        body = nil
    }
}

/// Counts the jobs of one call that are not done, the caller's own among them.
private final class PendingJobs: Sendable {
    private let count = Atomic<Int>(1)
    private let word = WaitWord(State.open)

    private enum State {
        static let open: UInt32 = 0
        static let done: UInt32 = 1
        /// The caller sleeps until it is done.
        static let isWaitedFor: UInt32 = 2
    }

    func begin() { count.add(1, ordering: .relaxed) }

    func end() {
        guard count.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
        if word.exchange(State.done) == State.isWaitedFor { word.wake() }
    }

    /// Ends the caller's own job and waits for the others.
    func endAndWait() {
        end()
        if word.look(while: State.open) == State.done { return }
        guard word.replace(State.open, by: State.isWaitedFor) else { return }
        while word.value == State.isWaitedFor { word.sleep(while: State.isWaitedFor) }
    }
}

/// A thread that does one job after another, and looks for the next one for a while before it sleeps: a
/// statement may have several steps that are shared out, and short ones are over before a thread wakes.
private final class PooledThread {
    // Written by who hands it over before the word says so, and read by the thread after that.
    private var job: Job?
    private let word = WaitWord(State.hasJob)

    private enum State {
        static let idle: UInt32 = 0
        static let hasJob: UInt32 = 1
        static let sleeps: UInt32 = 2
    }

    init(_ job: Job) { self.job = job }

    /// Hands the thread its next job, which must have none.
    func take(_ job: Job) {
        self.job = job
        if word.exchange(State.hasJob) == State.sleeps { word.wake() }
    }

    private func awaitJob() {
        if word.look(while: State.idle) == State.hasJob { return }
        guard word.replace(State.idle, by: State.sleeps) else { return }
        while word.value == State.sleeps { word.sleep(while: State.sleeps) }
    }

    /// Does jobs until there are enough idle threads without this one.
    func work() {
        while true {
            awaitJob()
            let next = job
            job = nil
            word.exchange(State.idle)
            guard let next else { return }
            next.run()
            // Idle before the caller goes on, so that its next call finds this thread.
            let isKept = IdleThreads.shared.keep(self)
            next.pending.end()
            if !isKept { return }
        }
    }
}

/// The threads that wait for a job.
private final class IdleThreads: @unchecked Sendable {
    // Sendable: the list is touched within `monitor` only.

    static let shared = IdleThreads()
    private let monitor = Monitor()
    private var threads: [PooledThread] = []

    /// Gives a job to an idle thread, or to a new one; false where none can be started.
    func take(_ job: Job) -> Bool {
        monitor.lock()
        let idle = threads.popLast()
        monitor.unlock()
        if let idle {
            idle.take(job)
            return true
        }
        let thread = Unmanaged.passRetained(PooledThread(job))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var started = pthread_t()
        guard pthread_create(&started, &attributes, pooledThreadMain, thread.toOpaque()) == 0 else {
            thread.release()
            return false
        }
        return true
    }

    /// Keeps a thread for later; false where enough are kept.
    func keep(_ thread: PooledThread) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        guard threads.count < WorkerThreads.idleMax else { return false }
        threads.append(thread)
        return true
    }
}

private func pooledThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument {
        Unmanaged<PooledThread>.fromOpaque(argument).takeRetainedValue().work()
    }
    return nil
}

/// A mutual exclusion with a condition to wait for.
///
/// `@unchecked`: its state is the system's, which is made for several threads.
package final class Monitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// Makes one that nobody is inside of.
    package init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Waits until no other thread is inside.
    package func lock() { pthread_mutex_lock(mutex) }
    /// The same, where others are inside for shorter than it takes to fall asleep and be woken.
    package func lockSoon() {
        for _ in 0..<Self.triesMax {
            if pthread_mutex_trylock(mutex) == 0 { return }
            for _ in 0..<32 { kith_spin_pause() }
        }
        pthread_mutex_lock(mutex)
    }
    private static let triesMax = 64
    /// Lets others in.
    package func unlock() { pthread_mutex_unlock(mutex) }
    /// Lets others in until one of them calls `broadcast`.
    package func wait() { pthread_cond_wait(condition, mutex) }
    /// Wakes all that wait.
    package func broadcast() { pthread_cond_broadcast(condition) }
}
