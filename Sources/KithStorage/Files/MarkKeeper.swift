import Glibc

/// A thread that removes the mark of the last snapshot soon after nobody needs it.
///
/// It sleeps until it is told to watch, which costs who tells it no call of the system while it is awake.
final class MarkKeeper: Sendable {
    private let word = WaitWord(MarkKeeper.idle)

    private static let idle: UInt32 = 0
    private static let watching: UInt32 = 1
    private static let stopped: UInt32 = 2

    /// For about so long a mark stays that nobody needs.
    private static let nanoseconds: Int64 = 20_000_000

    /// Begins to keep the marks of a registry, as long as that is there; nil where no thread can be had.
    init?(of registry: SnapshotRegistry) {
        let watch = Unmanaged.passRetained(Watch(word: word, registry: registry))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 256 << 10)
        var thread = pthread_t()
        guard pthread_create(&thread, &attributes, markKeeperMain, watch.toOpaque()) == 0 else {
            watch.release()
            return nil
        }
    }

    /// Makes it look after a mark that is left; false where it stopped.
    func watch() -> Bool {
        if word.value == Self.watching { return true }
        guard word.replace(Self.idle, by: Self.watching) else { return word.value != Self.stopped }
        word.wake()
        return true
    }

    /// Ends the thread. To be called once nobody else calls.
    func stop() {
        word.exchange(Self.stopped)
        word.wake()
    }

    /// What the thread has: not the registry itself, which it would keep.
    fileprivate final class Watch {
        private let word: WaitWord
        private weak var registry: SnapshotRegistry?

        init(word: WaitWord, registry: SnapshotRegistry) {
            self.word = word
            self.registry = registry
        }

        func run() {
            while true {
                switch word.value {
                case MarkKeeper.stopped: return
                case MarkKeeper.idle: word.sleep(while: MarkKeeper.idle)
                default:
                    word.sleep(
                        while: MarkKeeper.watching, nanosecondsMax: MarkKeeper.nanoseconds)
                    look()
                }
            }
        }

        private func look() {
            // Idle first: who ends a snapshot after the look tells it again.
            guard word.replace(MarkKeeper.watching, by: MarkKeeper.idle) else { return }
            guard registry?.removeUnusedMark() == true else { return }
            _ = word.replace(MarkKeeper.idle, by: MarkKeeper.watching)
        }
    }
}

private func markKeeperMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument {
        Unmanaged<MarkKeeper.Watch>.fromOpaque(argument).takeRetainedValue().run()
    }
    return nil
}
