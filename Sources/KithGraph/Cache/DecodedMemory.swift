import Glibc
import KithValues

/// A block of memory for what is decoded, or for a large table of a statement; whoever asks for it frees
/// it.
///
/// Large blocks are pages of their own, which the system gets back when they are freed. The
/// allocator of the process would keep them, in as many places as there are threads: a cache that
/// lets go of one thing to keep another would take twice its budget.
package struct DecodedMemory: @unchecked Sendable {
    // Sendable: a pointer; who may write there is its owner's matter.

    package let start: UnsafeMutableRawPointer
    private let byteCount: Int

    /// Blocks from this size on are pages.
    private static let pagesMin = 8_192
    private static let arenas = Guarded(PageArenas())

    /// Makes a block with anything in it, aligned to 16 bytes.
    package init(byteCount: Int) {
        self.byteCount = byteCount
        if byteCount < Self.pagesMin {
            start = .allocate(byteCount: max(byteCount, 1), alignment: 16)
            return
        }
        let units = Self.units(byteCount)
        if units > PageArenas.runMax {
            start = PageArenas.systemPages(byteCount: units * PageArenas.unit)
        } else {
            start = Self.arenas.withLock { $0.take(PageArenas.rounded(units)) }
        }
    }

    private static func units(_ byteCount: Int) -> Int {
        (byteCount + PageArenas.unit - 1) / PageArenas.unit
    }

    /// The memory it takes, for the budget.
    var sizeInBytes: Int {
        byteCount < Self.pagesMin ? byteCount : Self.units(byteCount) * PageArenas.unit
    }

    /// Gives the memory back.
    package func free() {
        if byteCount < Self.pagesMin {
            start.deallocate()
            return
        }
        let units = Self.units(byteCount)
        if units > PageArenas.runMax {
            munmap(start, units * PageArenas.unit)
            return
        }
        let run = PageArenas.Run(start: start, count: PageArenas.rounded(units))
        for leaving in Self.arenas.withLock({ $0.keepReady(run) }) {
            madvise(leaving.start, leaving.count * PageArenas.unit, Int32(MADV_DONTNEED))
            Self.arenas.withLock { $0.give(back: leaving) }
        }
    }

    /// Says how much memory there is for what is decoded: the more, the more pages are kept ready for
    /// the next.
    static func keepReady(forBudget byteCount: Int) {
        arenas.withLock { $0.keepReady(forBudget: byteCount) }
    }
}
