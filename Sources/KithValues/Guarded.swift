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
    @inlinable
    public init(_ state: consuming sending State) {
        // One piece of memory for both: many of these live no longer than a transaction.
        let alignment = max(
            MemoryLayout<State>.alignment, MemoryLayout<pthread_mutex_t>.alignment)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Self.stateOffset + MemoryLayout<State>.size, alignment: alignment)
        mutex = memory.bindMemory(to: pthread_mutex_t.self, capacity: 1)
        let result = pthread_mutex_init(mutex, nil)
        precondition(result == 0, "a mutex could not be made")
        self.state = (memory + Self.stateOffset).bindMemory(to: State.self, capacity: 1)
        self.state.initialize(to: state)
    }

    /// Where the state lies behind the mutex.
    @inlinable
    static var stateOffset: Int {
        let size = MemoryLayout<pthread_mutex_t>.size
        let alignment = MemoryLayout<State>.alignment
        return (size + alignment - 1) / alignment * alignment
    }

    @inlinable
    deinit {
        state.deinitialize(count: 1)
        pthread_mutex_destroy(mutex)
        UnsafeMutableRawPointer(mutex).deallocate()
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
