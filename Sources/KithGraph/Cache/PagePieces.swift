import Glibc

/// Pieces of pages, for blocks that are too short to be pages of their own.
///
/// Pieces of one length lie together, as far to the front as there is room, and take each other's
/// places. Pages without a piece in use are given back to the system, but for a few: as with
/// ``PageArenas``, what is in use is about what memory is taken, which cannot be said of the allocator of
/// the process.
struct PagePieces {
    /// What is handed out is a multiple of this.
    static let unit = 256
    /// Longer pieces are not handed out here.
    static let countMax = 32
    private static let regionByteCount = 1 << 20
    private static let pagesPerRegion = regionByteCount / PageArenas.unit
    private static let idlePagesBounds = 16...1_024

    /// A piece of address space for pieces of one length, aligned to its size.
    private struct Region {
        let base: UnsafeMutableRawPointer
        let pieceByteCount: Int
        var used: UnitMarks
        /// Whether a page is in memory and has no piece in use.
        var isIdle = [Bool](repeating: false, count: pagesPerRegion)
        var idleCount = 0

        init(pieceByteCount: Int) {
            base = PageArenas.alignedPages(byteCount: regionByteCount)
            self.pieceByteCount = pieceByteCount
            let count = regionByteCount / pieceByteCount
            // As with ``PageArenas``, a look past the end of a piece is one at memory.
            used = UnitMarks(
                count: count,
                usable: count * pieceByteCount == regionByteCount ? count - 1 : count)
        }

        /// The pages in which a piece lies.
        func pages(_ piece: Int) -> Range<Int> {
            let start = piece * pieceByteCount
            return start / PageArenas.unit..<(start + pieceByteCount - 1) / PageArenas.unit + 1
        }

        /// Whether a page has no piece in use.
        func isFree(page: Int) -> Bool {
            let start = page * PageArenas.unit
            let last = (start + PageArenas.unit - 1) / pieceByteCount
            return used.isFree(start / pieceByteCount..<last + 1)
        }
    }

    /// The regions of one length; those before the first open one are full.
    private struct Length {
        var regions: [Region] = []
        var firstOpen = 0
    }

    private var lengths = [Length](repeating: Length(), count: countMax + 1)
    private var idlePageCount = 0
    private var idlePagesMax = idlePagesBounds.lowerBound

    /// Lets more pages be kept that nobody uses, where there is memory for it.
    mutating func keepReady(forBudget byteCount: Int) {
        let pages = byteCount / 128 / PageArenas.unit
        let bounds = Self.idlePagesBounds
        idlePagesMax = max(idlePagesMax, min(max(pages, bounds.lowerBound), bounds.upperBound))
    }

    /// The units of a piece for so many: long ones are even numbers, so that there are not many lengths.
    static func rounded(_ count: Int) -> Int { count > 16 ? (count + 1) & ~1 : count }

    /// How many pages have a piece in use, or are kept ready.
    var pagesInMemory: Int {
        lengths.reduce(idlePageCount) { count, length in
            length.regions.reduce(count) { count, region in
                count + (0..<Self.pagesPerRegion).count { !region.isFree(page: $0) }
            }
        }
    }

    /// Takes a piece of `count` units, which is a rounded number.
    mutating func take(_ count: Int) -> UnsafeMutableRawPointer {
        while lengths[count].firstOpen < lengths[count].regions.count {
            let index = lengths[count].firstOpen
            if let piece = lengths[count].regions[index].used.take(1) {
                let (start, idle) = Self.taken(piece, &lengths[count].regions[index])
                idlePageCount -= idle
                return start
            }
            lengths[count].firstOpen += 1
        }
        lengths[count].regions.append(Region(pieceByteCount: count * Self.unit))
        return take(count)
    }

    /// Where a piece lies that was taken, and how many of its pages were kept ready.
    private static func taken(
        _ piece: Int, _ region: inout Region
    ) -> (start: UnsafeMutableRawPointer, idlePageCount: Int) {
        var count = 0
        for page in region.pages(piece) where region.isIdle[page] {
            region.isIdle[page] = false
            count += 1
        }
        region.idleCount -= count
        return (region.base + piece * region.pieceByteCount, count)
    }

    /// Takes a piece of `count` units back.
    mutating func give(back start: UnsafeMutableRawPointer, _ count: Int) {
        let base = UInt(bitPattern: start) & ~UInt(Self.regionByteCount - 1)
        let found = lengths[count].regions.firstIndex { UInt(bitPattern: $0.base) == base }
        guard let index = found else {
            preconditionFailure("a piece of a page is given back to where it did not come from")
        }
        lengths[count].firstOpen = min(lengths[count].firstOpen, index)
        idlePageCount += Self.give(back: start, &lengths[count].regions[index])
        if idlePageCount > idlePagesMax { releaseIdlePages() }
    }

    /// Takes a piece of a region back, and says how many pages have none in use now.
    private static func give(
        back start: UnsafeMutableRawPointer, _ region: inout Region
    ) -> Int {
        let piece = (start - region.base) / region.pieceByteCount
        region.used.give(back: piece..<piece + 1)
        var count = 0
        for page in region.pages(piece) where region.isFree(page: page) {
            region.isIdle[page] = true
            count += 1
        }
        region.idleCount += count
        return count
    }

    /// Gives the pages that nobody uses back to the system, and regions without a piece in use as a whole.
    private mutating func releaseIdlePages() {
        for count in lengths.indices {
            for index in lengths[count].regions.indices.reversed() {
                if lengths[count].regions[index].used.isFree, index > 0 {
                    munmap(lengths[count].regions[index].base, Self.regionByteCount)
                    lengths[count].regions.remove(at: index)
                } else {
                    Self.release(&lengths[count].regions[index])
                }
            }
            lengths[count].firstOpen = 0
        }
        idlePageCount = 0
    }

    private static func release(_ region: inout Region) {
        var page = 0
        while region.idleCount > 0 {
            var end = page
            while end < pagesPerRegion, region.isIdle[end] {
                region.isIdle[end] = false
                region.idleCount -= 1
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
