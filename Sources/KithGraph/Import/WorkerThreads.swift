import Glibc

/// Runs a body on several threads at once and waits for all of them.
///
/// Threads are kept for the next call: starting one, and the memory it takes anew, cost more than many
/// a statement.
package enum WorkerThreads {
    /// How many threads work where nobody says it: one for each processor.
    package static let defaultCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// So many threads are kept while they have nothing to do.
    fileprivate static let idleMax = 64

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
            pending.wait()
        }
    }
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

/// Counts the jobs of one call that are not done.
private final class PendingJobs {
    private let monitor = Monitor()
    private var count = 0

    func begin() {
        monitor.lock()
        count += 1
        monitor.unlock()
    }

    func end() {
        monitor.lock()
        count -= 1
        if count == 0 { monitor.broadcast() }
        monitor.unlock()
    }

    func wait() {
        monitor.lock()
        while count > 0 { monitor.wait() }
        monitor.unlock()
    }
}

/// A thread that does one job after another.
private final class PooledThread {
    private let monitor = Monitor()
    private var job: Job?

    init(_ job: Job) { self.job = job }

    /// Hands the thread its next job, which must have none.
    func take(_ job: Job) {
        monitor.lock()
        self.job = job
        monitor.broadcast()
        monitor.unlock()
    }

    /// Does jobs until there are enough idle threads without this one.
    func work() {
        while true {
            monitor.lock()
            while job == nil { monitor.wait() }
            let next = job
            job = nil
            monitor.unlock()
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
    /// Lets others in.
    package func unlock() { pthread_mutex_unlock(mutex) }
    /// Lets others in until one of them calls `broadcast`.
    package func wait() { pthread_cond_wait(condition, mutex) }
    /// Wakes all that wait.
    package func broadcast() { pthread_cond_broadcast(condition) }
}
