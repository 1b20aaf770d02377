import Glibc

/// Runs of pages out of a few large pieces of address space.
///
/// Pages that nobody uses are given back to the system, but for some that were used last and are kept
/// ready: pages that are new to the process cost more than what is done with most. Pieces without a
/// page in use are given back as a whole. So what is in use is what memory is taken.
struct PageArenas {
    /// What is handed out is a multiple of this.
    static let unit = max(4_096, sysconf(Int32(_SC_PAGESIZE)))
    /// Longer runs are not handed out here.
    static let runMax = unitsPerArena / 4
    private static let unitsPerArena = 1_024
    /// The last unit is left alone, so that a look past the end of a run is one at memory.
    private static let usableUnits = unitsPerArena - 1
    /// Few pages are kept ready whatever the budget, and never more than so many.
    private static let readyUnitsBounds = 16...1_024

    /// A piece of address space, aligned to its size.
    private struct Arena {
        let base: UnsafeMutableRawPointer
        var used = UnitMarks(count: unitsPerArena, usable: usableUnits)
    }

    private var arenas: [Arena] = []
    /// Runs that are still in memory and that nobody uses, the one that was used last at the end.
    private var ready: [Run] = []
    private var readyUnits = 0
    /// The most units that are kept ready.
    private var readyUnitsMax = readyUnitsBounds.lowerBound

    /// A run of pages.
    struct Run {
        let start: UnsafeMutableRawPointer
        let count: Int
    }

    private static var arenaByteCount: Int { unitsPerArena * unit }

    /// The units of a run for so many: runs of about the same length take each other's places.
    static func rounded(_ count: Int) -> Int {
        guard count > 8 else { return count }
        let step = 1 << (Int.bitWidth - 1 - count.leadingZeroBitCount - 3)
        return min((count + step - 1) & ~(step - 1), runMax)
    }

    /// Lets more pages be kept ready, where there is memory for it.
    mutating func keepReady(forBudget byteCount: Int) {
        let units = byteCount / 64 / Self.unit
        let bounds = Self.readyUnitsBounds
        readyUnitsMax = max(readyUnitsMax, min(max(units, bounds.lowerBound), bounds.upperBound))
    }

    /// Takes a run of `count` units, up to ``runMax``.
    mutating func take(_ count: Int) -> UnsafeMutableRawPointer {
        if let place = ready.lastIndex(where: { $0.count == count }) {
            readyUnits -= count
            return ready.remove(at: place).start
        }
        for index in arenas.indices {
            if let first = arenas[index].used.take(count) {
                return arenas[index].base + first * Self.unit
            }
        }
        var arena = Arena(base: Self.alignedPages(byteCount: Self.arenaByteCount))
        guard let first = arena.used.take(count) else {
            preconditionFailure("a run of pages is longer than there are")
        }
        arenas.append(arena)
        return arena.base + first * Self.unit
    }

    /// Keeps a run ready that is not needed any more; returns those whose memory the system is to get
    /// before they are given back here.
    mutating func keepReady(_ run: Run) -> [Run] {
        guard run.count <= readyUnitsMax / 4 else { return [run] }
        ready.append(run)
        readyUnits += run.count
        var left = 0
        var leaving: [Run] = []
        while readyUnits > readyUnitsMax {
            readyUnits -= ready[left].count
            leaving.append(ready[left])
            left += 1
        }
        if left > 0 { ready.removeFirst(left) }
        return leaving
    }

    /// Takes a run back whose memory the system has already.
    mutating func give(back run: Run) {
        let base = UInt(bitPattern: run.start) & ~UInt(Self.arenaByteCount - 1)
        guard let index = arenas.firstIndex(where: { UInt(bitPattern: $0.base) == base }) else {
            preconditionFailure("a run of pages is given back to where it did not come from")
        }
        let first = (run.start - arenas[index].base) / Self.unit
        arenas[index].used.give(back: first..<first + run.count)
        if arenas[index].used.isFree, arenas.count > 1 {
            munmap(arenas[index].base, Self.arenaByteCount)
            arenas.remove(at: index)
        }
    }

    /// Zeroed pages that take memory once they are touched, aligned to their size, a power of two.
    static func alignedPages(byteCount size: Int) -> UnsafeMutableRawPointer {
        let mapped = systemPages(byteCount: size * 2)
        let before = (size - Int(UInt(bitPattern: mapped) & UInt(size - 1))) & (size - 1)
        if before > 0 { munmap(mapped, before) }
        munmap(mapped + before + size, size - before)
        return mapped + before
    }

    /// Zeroed pages that take memory once they are touched.
    static func systemPages(byteCount: Int) -> UnsafeMutableRawPointer {
        let mapped = mmap(
            nil, byteCount, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let mapped, mapped != MAP_FAILED else {
            preconditionFailure("the system has no memory for decoded data")
        }
        return mapped
    }
}
