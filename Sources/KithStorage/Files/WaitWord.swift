import CShims
import Glibc

/// A number that threads wait for another thread to change.
///
/// Who waits may look for a while before it sleeps: to wake a sleeping thread takes longer than many a
/// change that is waited for.
package final class WaitWord: @unchecked Sendable {
    // Sendable: the number is read and written atomically.
    private let word: UnsafeMutablePointer<UInt32>

    package init(_ value: UInt32) {
        word = .allocate(capacity: 1)
        word.initialize(to: value)
    }

    deinit { word.deallocate() }

    /// The number; what was written before it was put in is seen.
    package var value: UInt32 { kith_word_load(word) }

    /// Puts a number in; returns the one before.
    @discardableResult
    package func exchange(_ value: UInt32) -> UInt32 { kith_word_exchange(word, value) }

    /// Puts a number in if another is there, and says whether it was.
    package func replace(_ expected: UInt32, by value: UInt32) -> Bool {
        kith_word_replace(word, expected, value)
    }

    /// Wakes threads that sleep.
    package func wake(_ count: Int32 = 1) { kith_word_wake(word, count) }

    /// Sleeps while the number is this one; may return early.
    package func sleep(while value: UInt32, nanosecondsMax: Int64 = -1) {
        kith_word_sleep(word, value, nanosecondsMax)
    }

    /// Nanoseconds on a clock that never goes back.
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// For how long to look before sleeping: about as long as it takes to fall asleep and be woken.
    private static let lookingNanoseconds: Int64 = 60_000

    /// Looks for a while whether the number becomes another one than this; returns what it is then.
    package func look(while value: UInt32) -> UInt32 {
        let end = Self.now() + Self.lookingNanoseconds
        while true {
            for _ in 0..<32 {
                let now = self.value
                if now != value { return now }
                kith_spin_pause()
            }
            if Self.now() > end { return self.value }
            // Whom this waits for may need this very processor.
            sched_yield()
        }
    }
}
