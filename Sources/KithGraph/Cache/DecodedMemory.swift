import Glibc
import KithValues

/// A block of memory for what is decoded, or for a large table of a statement; whoever asks for it frees
/// it.
///
/// Large blocks are pages of their own, others but the shortest are pieces of pages; the system gets
/// pages back that nobody uses. The allocator of the process would keep them, in as many places as there
/// are threads: a cache that lets go of one thing to keep another would take twice its budget.
package struct DecodedMemory: @unchecked Sendable {
    // Sendable: a pointer; who may write there is its owner's matter.

    package let start: UnsafeMutableRawPointer
    private let byteCount: Int

    /// Blocks from this size on are pages, and from the other one on pieces of pages.
    private static let pagesMin = 8_192
    private static let piecesMin = 512
    private static let arenas = Guarded(PageArenas())
    private static let pieces = Guarded(PagePieces())

    /// Makes a block with anything in it, aligned to 16 bytes.
    package init(byteCount: Int) {
        self.byteCount = byteCount
        if byteCount < Self.piecesMin {
            start = .allocate(byteCount: max(byteCount, 1), alignment: 16)
            return
        }
        let units = Self.units(byteCount)
        if byteCount < Self.pagesMin {
            start = Self.pieces.withLock { $0.take(units) }
        } else if units > PageArenas.runMax {
            start = PageArenas.systemPages(byteCount: units * PageArenas.unit)
        } else {
            start = Self.arenas.withLock { $0.take(PageArenas.rounded(units)) }
        }
    }

    /// How many units a block takes that is not of the allocator.
    private static func units(_ byteCount: Int) -> Int {
        if byteCount < pagesMin {
            return PagePieces.rounded((byteCount + PagePieces.unit - 1) / PagePieces.unit)
        }
        return (byteCount + PageArenas.unit - 1) / PageArenas.unit
    }

    /// The memory it takes, for the budget.
    var sizeInBytes: Int {
        if byteCount < Self.piecesMin { return byteCount }
        let units = Self.units(byteCount)
        if byteCount < Self.pagesMin { return units * PagePieces.unit }
        return (units > PageArenas.runMax ? units : PageArenas.rounded(units)) * PageArenas.unit
    }

    /// Gives the memory back.
    package func free() {
        if byteCount < Self.piecesMin {
            start.deallocate()
            return
        }
        let units = Self.units(byteCount)
        if byteCount < Self.pagesMin {
            Self.pieces.withLock { $0.give(back: start, units) }
            return
        }
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
        pieces.withLock { $0.keepReady(forBudget: byteCount) }
    }
}
