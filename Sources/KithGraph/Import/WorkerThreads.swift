import Glibc

/// Runs a body on several threads at once and waits for all of them.
package enum WorkerThreads {
    /// What a thread is started with.
    private final class Start {
        let index: Int
        let body: (Int) -> Void

        init(index: Int, body: @escaping (Int) -> Void) {
            self.index = index
            self.body = body
        }
    }

    /// How many threads an import uses where it is not told: one for each processor.
    package static var defaultCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// Calls `body` with 0 ..< `count`, each on a thread of its own, the first on the caller's.
    ///
    /// A thread that cannot be started is done without; its number is then not called.
    static func run(count: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            var threads: [pthread_t] = []
            for index in 1..<max(1, count) {
                var thread = pthread_t()
                let start = Unmanaged.passRetained(Start(index: index, body: body))
                let status = pthread_create(&thread, nil, workerThreadMain, start.toOpaque())
                if status == 0 {
                    threads.append(thread)
                } else {
                    start.release()
                }
            }
            body(0)
            for thread in threads { pthread_join(thread, nil) }
        }
    }

    fileprivate static func main(_ argument: UnsafeMutableRawPointer) {
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.body(start.index)
    }
}

private func workerThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { WorkerThreads.main(argument) }
    return nil
}

/// A mutual exclusion with a condition to wait for.
///
/// `@unchecked`: its state is the system's, which is made for several threads.
final class Monitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
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
    func lock() { pthread_mutex_lock(mutex) }
    /// Lets others in.
    func unlock() { pthread_mutex_unlock(mutex) }
    /// Lets others in until one of them calls `broadcast`.
    func wait() { pthread_cond_wait(condition, mutex) }
    /// Wakes all that wait.
    func broadcast() { pthread_cond_broadcast(condition) }
}
