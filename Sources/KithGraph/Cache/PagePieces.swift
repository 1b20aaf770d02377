import Glibc

/// Pieces of pages, for blocks that are too short to be pages of their own.
///
/// Pieces lie as far to the front as there is room. Pages without a piece in use are given back to the
/// system, but for a few: as with ``PageArenas``, what is in use is about what memory is taken, which
/// cannot be said of the allocator of the process.
struct PagePieces {
    /// What is handed out is a multiple of this.
    static let unit = 256
    private static let regionByteCount = 1 << 20
    private static let unitsPerPage = PageArenas.unit / unit
    private static let pagesPerRegion = regionByteCount / PageArenas.unit
    /// As with ``PageArenas``, a look past the end of a piece is one at memory.
    private static let usableUnits = regionByteCount / unit - 1
    private static let idlePagesBounds = 16...1_024

    /// A piece of address space, aligned to its size.
    private struct Region {
        let base: UnsafeMutableRawPointer
        var used = UnitMarks(count: regionByteCount / unit, usable: usableUnits)
        /// Whether a page is in memory and has no piece in use.
        var isIdle = [Bool](repeating: false, count: pagesPerRegion)
    }

    private var regions: [Region] = []
    private var idlePageCount = 0
    private var idlePagesMax = idlePagesBounds.lowerBound

    /// Lets more pages be kept that nobody uses, where there is memory for it.
    mutating func keepReady(forBudget byteCount: Int) {
        let pages = byteCount / 128 / PageArenas.unit
        let bounds = Self.idlePagesBounds
        idlePagesMax = max(idlePagesMax, min(max(pages, bounds.lowerBound), bounds.upperBound))
    }

    private static func pages(_ run: Range<Int>) -> Range<Int> {
        run.lowerBound / unitsPerPage..<(run.upperBound - 1) / unitsPerPage + 1
    }

    /// How many pages have a piece in use, or are kept ready.
    var pagesInMemory: Int {
        regions.reduce(idlePageCount) { count, region in
            count
                + (0..<Self.pagesPerRegion).count { !region.used.isFree(Self.units(ofPage: $0)) }
        }
    }

    private static func units(ofPage page: Int) -> Range<Int> {
        page * unitsPerPage..<(page + 1) * unitsPerPage
    }

    /// Takes `count` units next to each other.
    mutating func take(_ count: Int) -> UnsafeMutableRawPointer {
        for index in regions.indices {
            if let first = regions[index].used.take(count) {
                return taken(first..<first + count, of: index)
            }
        }
        var region = Region(base: PageArenas.alignedPages(byteCount: Self.regionByteCount))
        guard let first = region.used.take(count) else {
            preconditionFailure("a block of pieces is longer than there are")
        }
        regions.append(region)
        return taken(first..<first + count, of: regions.count - 1)
    }

    private mutating func taken(_ run: Range<Int>, of index: Int) -> UnsafeMutableRawPointer {
        for page in Self.pages(run) where regions[index].isIdle[page] {
            regions[index].isIdle[page] = false
            idlePageCount -= 1
        }
        return regions[index].base + run.lowerBound * Self.unit
    }

    /// Takes units back.
    mutating func give(back start: UnsafeMutableRawPointer, _ count: Int) {
        let base = UInt(bitPattern: start) & ~UInt(Self.regionByteCount - 1)
        guard let index = regions.firstIndex(where: { UInt(bitPattern: $0.base) == base }) else {
            preconditionFailure("a piece of a page is given back to where it did not come from")
        }
        let first = (start - regions[index].base) / Self.unit
        regions[index].used.give(back: first..<first + count)
        for page in Self.pages(first..<first + count)
        where regions[index].used.isFree(Self.units(ofPage: page)) {
            regions[index].isIdle[page] = true
            idlePageCount += 1
        }
        if idlePageCount > idlePagesMax { releaseIdlePages() }
    }

    /// Gives the pages that nobody uses back to the system, and regions without a piece in use as a whole.
    private mutating func releaseIdlePages() {
        for index in regions.indices.reversed() {
            if regions[index].used.isFree, regions.count > 1 {
                munmap(regions[index].base, Self.regionByteCount)
                regions.remove(at: index)
            } else {
                release(&regions[index])
            }
        }
        idlePageCount = 0
    }

    private func release(_ region: inout Region) {
        var page = 0
        while page < Self.pagesPerRegion {
            var end = page
            while end < Self.pagesPerRegion, region.isIdle[end] {
                region.isIdle[end] = false
                end += 1
            }
            if end > page {
                madvise(
                    region.base + page * PageArenas.unit, (end - page) * PageArenas.unit,
                    Int32(MADV_DONTNEED))
            }
            page = end + 1
        }
    }
}
