import Glibc

/// Lets one in at a time: a write transaction of this process, or a commit that is written.
///
/// Not a mutex: what entered may leave on another thread.
final class WriterGate: @unchecked Sendable {
    // Sendable: `isTaken` is guarded by the mutex.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isTaken = false

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Waits until `deadline` at most, and says whether the gate is now the caller's.
    func enter(before deadline: MonotonicTime) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var until = deadline.timeSpecification
        while isTaken {
            if pthread_cond_timedwait(condition, mutex, &until) == ETIMEDOUT, isTaken {
                return false
            }
        }
        isTaken = true
        return true
    }

    func leave() {
        pthread_mutex_lock(mutex)
        isTaken = false
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }
}

/// A moment of the clock that never goes back.
struct MonotonicTime: Comparable {
    var nanoseconds: Int64

    /// Later than anything that is waited for.
    static let distantFuture = MonotonicTime(nanoseconds: .max)

    static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(
            nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    func advanced(byMilliseconds milliseconds: Int) -> MonotonicTime {
        let bounded = Int64(max(0, min(milliseconds, 1_000_000_000_000)))
        return MonotonicTime(nanoseconds: nanoseconds + bounded * 1_000_000)
    }

    var timeSpecification: timespec {
        timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

/// Microseconds since 1970.
func wallClockTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(max(0, time.tv_sec)) * 1_000_000 + UInt64(max(0, time.tv_nsec)) / 1000
}
