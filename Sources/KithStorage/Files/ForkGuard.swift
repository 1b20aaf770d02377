import Glibc
import Synchronization

/// Counts the forks that led to this process, so that a handle notices that it was inherited.
enum ForkGuard {
    private static let forks = Atomic<UInt64>(0)

    private static let isInstalled: Bool = {
        pthread_atfork(nil, nil) { ForkGuard.forks.add(1, ordering: .relaxed) }
        return true
    }()

    /// The present count; the same number later means the same process.
    static var generation: UInt64 {
        _ = isInstalled
        return forks.load(ordering: .relaxed)
    }
}
