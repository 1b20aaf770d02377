import CShims

/// One entry of the free-space tree.
///
/// On disk: the key is the run's last page, big-endian; the value is its length in pages (4), then
/// the commit that freed it (8), little-endian. By its last page, because runs are used from the
/// front: what is left keeps its key. Length 0 is an entry to be swept up later.
struct FreeEntry {
    var last: UInt32
    var count: UInt32
    var freedBy: UInt64

    static let valueByteCount = 12

    /// The run's first page; one more than `last` for an empty entry.
    var start: UInt32 { last &- count &+ 1 }

    init(last: UInt32, count: UInt32, freedBy: UInt64) {
        self.last = last
        self.count = count
        self.freedBy = freedBy
    }

    init?(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard key.count == 4, value.count == Self.valueByteCount,
            let valueBase = value.baseAddress
        else { return nil }
        last = UInt32(bigEndian: key.loadUnaligned(as: UInt32.self))
        count = kith_load32(valueBase)
        freedBy = kith_load64(valueBase + 4)
        guard UInt64(count) <= UInt64(last) + 1 else { return nil }
    }

    /// Calls `body` with the encoded key and value.
    func withEncoded<Result>(
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        var key = last.bigEndian
        var value = (
            count.littleEndian, UInt32(truncatingIfNeeded: freedBy).littleEndian,
            UInt32(truncatingIfNeeded: freedBy >> 32).littleEndian
        )
        return try withUnsafeBytes(of: &key) { key throws(StorageError) in
            try withUnsafeBytes(of: &value) { value throws(StorageError) in try body(key, value) }
        }
    }
}

/// Finds pages for one write transaction.
///
/// It takes whole entries out of the free-space tree as the transaction found it (remembering
/// their keys, for the commit to remove), hands out pages from them, and grows the file when the
/// tree has nothing suitable. The tree itself is changed only by the commit.
final class PageAllocator {
    /// Longer requests are not zeroed when the file grows for them; a runway is, since a page that the
    /// file system knows as never written costs each commit records of the file system's own.
    private static let zeroedPagesMax = FreeSpacePass.runwayPageCountMax

    private let file: DatabaseFile
    private let space: TreeSpace
    /// Up to which commit freed pages may be used.
    private let bound: ReuseBound
    /// Runs to hand out.
    @exclusivity(unchecked) private var available: [PageRun] = []
    /// The runway, of which nothing was handed out yet; nil once it is among ``available``.
    private var untouchedRunway: [PageRun]?
    /// Keys of entries that were taken, or are empty, with their lengths.
    @exclusivity(unchecked) var takenEntries: [(last: UInt32, count: UInt32)] = []
    private(set) var filePageCount: UInt32 = 0
    private var fileByteCount: UInt64?
    private var scanPlace: UInt32 = 0
    private var scanStart: UInt32 = 0
    private var hasWrapped = false
    private var scanIsDone = false
    /// Entries that were taken from the end of the tree.
    private var takenAtEnd: Set<UInt32> = []
    /// Pages kept back for deletions on a full disk.
    var reserve = PageRun(start: 0, count: 0)
    /// Whether this transaction may use the reserve in any case.
    var isForDeletion = false
    /// Bytes of keys and values put in, less those removed.
    var netByteCount = 0
    /// Whether this transaction may use the reserve.
    var mayUseReserve: Bool { isForDeletion || netByteCount <= 0 }

    /// An allocator for the transaction that began from `base`; `space` shows the tree of then.
    init(space: TreeSpace, base: CommitRecord, bound: ReuseBound) {
        file = space.file
        self.space = space
        self.bound = bound
        begin(from: base)
    }

    /// Forgets the transaction before; this one began from `base`.
    ///
    /// The runway is handed out first, but for the place of the next commit page.
    func begin(from base: CommitRecord) {
        if !takenEntries.isEmpty { takenEntries = [] }
        filePageCount = base.filePageCount
        fileByteCount = nil
        scanPlace = base.allocationHint
        scanStart = base.allocationHint
        hasWrapped = false
        scanIsDone = false
        if !takenAtEnd.isEmpty { takenAtEnd = [] }
        reserve = PageRun(start: base.reserveStart, count: base.reserveCount)
        isForDeletion = false
        netByteCount = 0
        if !available.isEmpty { available = [] }
        untouchedRunway = base.runway
    }

    /// Makes the runway available, the first run last, which is the first to be handed out.
    private func touchRunway() {
        guard let runway = untouchedRunway else { return }
        untouchedRunway = nil
        available = runway.reversed()
        guard var first = available.popLast() else { return }
        let skipped = min(first.count, FileLayout.commitPageCount(pageSize: file.pageSize))
        first.start += skipped
        first.count -= skipped
        giveBack(first)
    }

    /// The runs to hand out, in the order in which a commit on the runway after `base` takes them, but
    /// for the `skipped` first pages: what follows the commit page comes first, so that one call writes
    /// both.
    func places(after base: CommitRecord) -> (runs: [PageRun], skipped: UInt32) {
        if let runway = untouchedRunway, let first = runway.first {
            return (runway, min(first.count, FileLayout.commitPageCount(pageSize: file.pageSize)))
        }
        var places = FreeSpacePass.joined(available)
        if let first = base.runway.first,
            let next = places.firstIndex(where: {
                first.start <= $0.start && $0.start < first.end
            })
        {
            places.insert(places.remove(at: next), at: 0)
        }
        return (places, 0)
    }

    /// Whether nothing but pages of the runway was handed out.
    func usedOnlyRunway(of base: CommitRecord) -> Bool {
        takenEntries.isEmpty && filePageCount == base.filePageCount
            && reserve == PageRun(start: base.reserveStart, count: base.reserveCount)
    }

    /// A run of exactly `count` pages.
    func allocate(_ count: Int) throws(StorageError) -> UInt32 {
        let run = try takeRun(atLeast: count)
        if run.count > count {
            giveBack(PageRun(start: run.start + UInt32(count), count: run.count - UInt32(count)))
        }
        return run.start
    }

    /// A whole run of `count` pages or more.
    func takeRun(atLeast count: Int, mayScan: Bool = true) throws(StorageError) -> PageRun {
        if let run = takeAvailable(atLeast: count) { return run }
        if mayScan {
            let isFound = try scan(atLeast: count) ? true : scanEnd(atLeast: count)
            if isFound, let run = takeAvailable(atLeast: count) { return run }
        }
        do {
            return try grow(by: count)
        } catch {
            guard error == .diskFull else { throw error }
            // A last look at everything that is free, then at the reserve.
            while mayScan, try scan(atLeast: count) {
                if let run = takeAvailable(atLeast: count) { return run }
            }
            guard mayUseReserve, reserve.count >= count else { throw error }
            let run = reserve
            reserve.count = 0
            return run
        }
    }

    func giveBack(_ run: PageRun) {
        guard run.count > 0 else { return }
        touchRunway()
        available.append(run)
    }

    /// All runs not handed out; they are the caller's now.
    func takeAll() -> [PageRun] {
        touchRunway()
        defer { available = [] }
        return available
    }

    /// A whole run that was given back or left over.
    func takeAvailable(atLeast count: Int) -> PageRun? {
        touchRunway()
        // The newest run first: it is what the last request left over.
        guard let place = available.lastIndex(where: { $0.count >= count }) else { return nil }
        return available.remove(at: place)
    }

    /// Looks at the last entries of the free-space tree for a run that is long enough: what is left of the
    /// space that the file last grew by lies there.
    private func scanEnd(atLeast count: Int) throws(StorageError) -> Bool {
        guard !scanIsDone else { return false }
        let safe = try bound.number()
        let cursor = TreeCursor(
            space: space, reader: nil,
            tree: TreeID(SystemTree.treeNumber(ofRoot: SystemTree.freeSpace)))
        var stands = try cursor.seekLast()
        var looks = 16
        while looks > 0, stands {
            guard let entry = FreeEntry(key: cursor.key, value: cursor.value) else {
                throw .corrupt(
                    page: UInt64(space.roots[SystemTree.freeSpace].reference.page),
                    damage: .structure)
            }
            // What lies between start and place was looked at, and taken where it was of use.
            let isNew =
                hasWrapped
                ? entry.last >= scanPlace && entry.last < scanStart
                : entry.last >= scanPlace || entry.last < scanStart
            if isNew, entry.count >= count, entry.freedBy <= safe,
                takenAtEnd.insert(entry.last).inserted
            {
                takenEntries.append((entry.last, entry.count))
                giveBack(PageRun(start: entry.start, count: entry.count))
                return true
            }
            looks -= 1
            stands = try cursor.previous()
        }
        return false
    }

    /// Looks through some entries of the free-space tree for a run that is long enough.
    private func scan(atLeast count: Int) throws(StorageError) -> Bool {
        guard !scanIsDone else { return false }
        let safe = try bound.number()
        let cursor = TreeCursor(
            space: space, reader: nil,
            tree: TreeID(SystemTree.treeNumber(ofRoot: SystemTree.freeSpace)))
        var candidate: [FreeEntry] = []
        var looks = 256
        var key = scanPlace.bigEndian
        var stands = try withUnsafeBytes(of: &key) { key throws(StorageError) in
            try cursor.seek(atOrAfter: key)
        }
        while looks > 0 {
            guard stands else {
                if hasWrapped {
                    scanIsDone = true
                    return false
                }
                hasWrapped = true
                candidate = []
                stands = try cursor.seekFirst()
                if !stands { scanIsDone = true; return false }
                continue
            }
            guard let entry = FreeEntry(key: cursor.key, value: cursor.value) else {
                throw .corrupt(
                    page: UInt64(space.roots[SystemTree.freeSpace].reference.page),
                    damage: .structure)
            }
            if hasWrapped, entry.last >= scanStart {
                scanIsDone = true
                return false
            }
            looks -= 1
            scanPlace = entry.last + 1
            if takenAtEnd.contains(entry.last) {
                candidate = []
            } else if entry.count == 0 {
                takenEntries.append((entry.last, 0))
            } else if entry.freedBy <= safe {
                // Neighbours that became free at different times are one run by now.
                if let before = candidate.last, before.last + 1 != entry.start { candidate = [] }
                candidate.append(entry)
                let total = candidate.reduce(0) { $0 + Int($1.count) }
                if total >= count {
                    for part in candidate { takenEntries.append((part.last, part.count)) }
                    giveBack(PageRun(start: candidate[0].start, count: UInt32(total)))
                    return true
                }
            } else {
                candidate = []
            }
            stands = try cursor.next()
        }
        return false
    }

    /// Obtains space at the end of the file: the run begins where the file ended.
    private func grow(by count: Int) throws(StorageError) -> PageRun {
        let pageSize = UInt64(file.pageSize)
        let comfortable = min(
            max(64, Int(filePageCount) / 8), max(64, (4 << 20) / file.pageSize))
        let oldSize: UInt64
        if let fileByteCount {
            oldSize = fileByteCount
        } else {
            oldSize = try file.file.size()
        }
        let start = filePageCount
        for step in [max(count, comfortable), count] {
            let newCount = UInt64(start) + UInt64(step)
            guard newCount <= StorageLimits.pageCountMax else { throw .fileTooLarge }
            do {
                try file.file.grow(
                    from: min(oldSize, newCount * pageSize), to: newCount * pageSize,
                    zeroing: step <= Self.zeroedPagesMax || step == comfortable)
                fileByteCount = max(oldSize, newCount * pageSize)
                filePageCount = UInt32(newCount)
                return PageRun(start: start, count: UInt32(step))
            } catch {
                if error != .diskFull || step == count { throw error }
            }
        }
        throw .diskFull
    }
}

/// Up to which commit freed pages may be used again; asked of the file when first needed.
final class ReuseBound {
    // What asks is a part of the engine, or of a transaction, which keeps the engine.
    private unowned let engine: StorageEngine
    private var known: UInt64?

    init(engine: StorageEngine) { self.engine = engine }

    func forget() { known = nil }

    func number() throws(StorageError) -> UInt64 {
        if let known { return known }
        // Snapshots that begin later show this or a newer commit.
        let number = try engine.safeNumber()
        known = number
        return number
    }
}
