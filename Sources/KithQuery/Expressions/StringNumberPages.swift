import KithGraph

/// The numbers of the strings of one property, slot by slot for each chunk that was met.
///
/// So rows in random order cost one look for the chunk's page and one into the page, and whether all
/// pages are known is seen from what is found there.
final class StringNumberPages {
    let key: PropertyKeyID
    let kind: EntityKind
    /// The statement's count of changes for which the pages hold.
    let version: UInt64
    /// The state of the graph for which they hold, from run to run.
    let state: UInt64
    private let chunkCount: Int
    /// The page of each chunk, and one more for all that is beyond.
    private let pages: UnsafeMutablePointer<UnsafeMutablePointer<UInt16>>
    /// Stands for the pages that are not known.
    private let unknownPage: UnsafeMutablePointer<UInt16>
    private var pageCount = 1

    private static let pageSize = GraphLimits.slotsPerChunk
    /// Greater than every number of a ``StringDictionary``.
    private static let unknown = UInt16.max

    init(_ table: ColumnTable, state: UInt64) {
        (key, kind, version) = (table.key, table.kind, table.version)
        self.state = state
        chunkCount = table.chunkCount
        unknownPage = .allocate(capacity: Self.pageSize)
        unknownPage.initialize(repeating: Self.unknown, count: Self.pageSize)
        pages = .allocate(capacity: chunkCount + 1)
        pages.initialize(repeating: unknownPage, count: chunkCount + 1)
    }

    deinit {
        for chunk in 0..<chunkCount where pages[chunk] != unknownPage { pages[chunk].deallocate() }
        pages.deallocate()
        unknownPage.deallocate()
    }

    /// Makes the pages of some ids, whose columns and strings the table has numbered.
    func add(_ ids: UnsafePointer<UInt64>, count: Int, of table: ColumnTable) {
        for row in 0..<count {
            let chunk = ids[row] &>> UInt64(GraphLimits.slotBits)
            guard chunk < UInt64(chunkCount), pages[Int(chunk)] == unknownPage else { continue }
            let page = UnsafeMutablePointer<UInt16>.allocate(capacity: Self.pageSize)
            let first = chunk &<< UInt64(GraphLimits.slotBits)
            for slot in 0..<Self.pageSize {
                let id = first | UInt64(truncatingIfNeeded: slot)
                let number = table.hasValue(id) ? table.stringNumber(id) : 0
                (page + slot).initialize(to: UInt16(truncatingIfNeeded: number))
            }
            pages[Int(chunk)] = page
            pageCount += 1
        }
    }

    /// The bytes they take.
    var sizeInBytes: Int { chunkCount * 8 + pageCount * Self.pageSize * 2 }

    /// Writes the number of each id's string, 0 for none; false where some page is not known.
    func gather(
        _ ids: UnsafePointer<UInt64>, count: Int, into target: UnsafeMutablePointer<UInt32>
    ) -> Bool {
        let (pages, last) = (pages, UInt64(truncatingIfNeeded: chunkCount))
        var beyond: UInt32 = 0
        var row = 0
        while row < count {
            let id = ids[row]
            let chunk = min(id &>> UInt64(GraphLimits.slotBits), last)
            let slot = Int(truncatingIfNeeded: id & UInt64(Self.pageSize &- 1))
            let number = UInt32(pages[Int(truncatingIfNeeded: chunk)][slot])
            target[row] = number
            beyond |= number &+ 1
            row &+= 1
        }
        return beyond <= UInt32(Self.unknown)
    }
}
