import Glibc

/// State that one thread at a time may look at.
///
/// Like `Mutex` of the Synchronization module, but over a mutex of the operating system: the thread
/// sanitizer knows that one, and takes the other for no lock at all.
public struct Guarded<State>: ~Copyable, @unchecked Sendable {
    // Sendable: the state is only ever reached with the mutex locked.
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
    @usableFromInline let state: UnsafeMutablePointer<State>

    /// Guards `state` from here on.
    public init(_ state: consuming sending State) {
        mutex = .allocate(capacity: 1)
        let result = pthread_mutex_init(mutex, nil)
        precondition(result == 0, "a mutex could not be made")
        self.state = .allocate(capacity: 1)
        self.state.initialize(to: state)
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Calls `body` with the state, alone.
    @inlinable
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state.pointee)
    }
}
