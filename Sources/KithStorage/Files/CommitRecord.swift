import CShims

/// A run of pages that a commit wrote, as its manifest lists it.
///
/// On disk 16 bytes: first page (4), number of pages (4), checksum of the list of the pages'
/// checksums (8).
struct ManifestRun: Hashable, Sendable {
    var page: UInt32
    var pageCount: UInt32
    var checksum: UInt64

    static let encodedByteCount = 16
    /// Longer manifests would make recovery slow; such commits sync twice instead.
    static let pagesMax = 16_384
}

/// What one commit page says: everything about one commit. Never changes.
///
/// Offsets in the block, little-endian; never change:
///
/// | offset | bytes | what |
/// | --- | --- | --- |
/// | 0 | 8 | magic |
/// | 8 | 16 | database id |
/// | 24 | 4 | format version |
/// | 28 | 4 | page size |
/// | 32 | 8 | commit number |
/// | 40 | 8 | wall-clock time, microseconds since 1970 |
/// | 48 | 8 | length of the file in pages |
/// | 56 | 8 | pages in the tree of free space |
/// | 64 | 4 | first page of the reserve |
/// | 68 | 4 | pages of the reserve, 0 where it is used up |
/// | 72 | 4 | page where the search for free space goes on |
/// | 76 | 4 | runs in the manifest |
/// | 80 | 8 | pages freed by commits up to this one may be reused once this one is durable |
/// | 88 | 16 × 8 | counters of the layer above |
/// | 216 | 19 × 24 | roots: 16 fixed trees, directory, extents, free space |
/// | 672 | 16 each | manifest |
/// | | 8 each | runs of the runway, then runs freed: first page (4), number of pages (4) |
/// | 4048 | 8 | link: a random number that names this commit |
/// | 4056 | 8 | link of the commit before |
/// | 4064 | 8 | last durable commit when this one was written |
/// | 4072 | 4 | runs of the runway |
/// | 4076 | 4 | runs freed |
/// | 4088 | 8 | checksum of all before |
///
/// Files of format 1 have no runway: their manifest may reach up to 4080, and zeros follow it.
final class CommitRecord: Sendable {
    static let magic: UInt64 = 0x7469_6D6D_6F43_694B
    static let manifestOffset = 672
    static let linkOffset = 4048
    /// How many bytes manifest, runway and freed runs may take together.
    static let listByteCount = linkOffset - manifestOffset
    static let runByteCount = 8
    /// More pieces of runway than this are not worth their place.
    static let runwayRunsMax = 48

    /// Runs that a manifest may have beside a runway, but without freed runs.
    static func manifestRunsMax(version: UInt32) -> Int {
        let end = version == 1 ? FileLayout.blockByteCount - 8 - manifestOffset : listByteCount
        let others = version == 1 ? 0 : runwayRunsMax * runByteCount
        return (end - others) / ManifestRun.encodedByteCount
    }

    let number: UInt64
    let time: UInt64
    let filePageCount: UInt32
    /// Pages in the tree of free space, without the runway and those in ``freed``.
    let freePageCount: UInt64
    let reserveStart: UInt32
    let reserveCount: UInt32
    let allocationHint: UInt32
    /// Pages freed by commits up to this one may be reused once this commit is durable.
    ///
    /// As a rule this commit itself; an earlier one where the manifest lists pages that were freed
    /// again, since they must keep verifying until the next commit is durable.
    let reusable: UInt64
    let counters: [UInt64]
    let roots: [TreeRoot]
    let manifest: [ManifestRun]
    /// Free pages set aside for the commits that follow. The next one's commit page goes to the very
    /// first, unless it lies in front; until then a ``Signpost`` is there.
    let runway: [PageRun]
    /// Pages that became free since the tree of free space was last brought up to date.
    let freed: PageRunSet
    let link: UInt64
    let previousLink: UInt64
    /// The last durable commit when this one was written.
    let durable: UInt64

    init(
        number: UInt64, time: UInt64, filePageCount: UInt32, freePageCount: UInt64,
        reserve: PageRun, allocationHint: UInt32, reusable: UInt64, counters: [UInt64],
        roots: [TreeRoot], manifest: [ManifestRun], runway: [PageRun] = [],
        freed: PageRunSet = PageRunSet(), link: UInt64 = 0, previousLink: UInt64 = 0,
        durable: UInt64 = 0
    ) {
        self.number = number
        self.time = time
        self.filePageCount = filePageCount
        self.freePageCount = freePageCount
        reserveStart = reserve.start
        reserveCount = reserve.count
        self.allocationHint = allocationHint
        self.reusable = reusable
        self.counters = counters
        self.roots = roots
        self.manifest = manifest
        self.runway = runway
        self.freed = freed
        self.link = link
        self.previousLink = previousLink
        self.durable = durable
    }

    /// Whether lists of these lengths have room in one commit page.
    static func fits(manifestRuns: Int, runwayRuns: Int, freedRuns: Int) -> Bool {
        manifestRuns * ManifestRun.encodedByteCount + (runwayRuns + freedRuns) * runByteCount
            <= listByteCount
    }

    func encode(into block: UnsafeMutableRawPointer, header: FileHeader) {
        func put64(_ value: UInt64, _ offset: Int) {
            block.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
        }
        func put32(_ value: UInt32, _ offset: Int) {
            block.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
        }
        block.initializeMemory(as: UInt8.self, repeating: 0, count: FileLayout.blockByteCount)
        put64(Self.magic, 0)
        put64(header.databaseID.0, 8)
        put64(header.databaseID.1, 16)
        put32(header.version, 24)
        put32(UInt32(header.pageSize), 28)
        put64(number, 32)
        put64(time, 40)
        put64(UInt64(filePageCount), 48)
        put64(freePageCount, 56)
        put32(reserveStart, 64)
        put32(reserveCount, 68)
        put32(allocationHint, 72)
        put32(UInt32(manifest.count), 76)
        put64(reusable, 80)
        for (index, counter) in counters.enumerated() { put64(counter, 88 + index * 8) }
        for (index, root) in roots.enumerated() {
            root.store(at: block + 216 + index * TreeRoot.encodedByteCount)
        }
        for (index, run) in manifest.enumerated() {
            let offset = Self.manifestOffset + index * ManifestRun.encodedByteCount
            put32(run.page, offset)
            put32(run.pageCount, offset + 4)
            put64(run.checksum, offset + 8)
        }
        if header.version > 1 { encodeRunway(into: block, put32: put32, put64: put64) }
        sealBlock(block)
    }

    private func encodeRunway(
        into block: UnsafeMutableRawPointer, put32: (UInt32, Int) -> Void,
        put64: (UInt64, Int) -> Void
    ) {
        var offset = Self.manifestOffset + manifest.count * ManifestRun.encodedByteCount
        precondition(
            Self.fits(
                manifestRuns: manifest.count, runwayRuns: runway.count,
                freedRuns: freed.runs.count), "a commit page is too small for its lists")
        func put(_ runs: [PageRun]) {
            for run in runs {
                put32(run.start, offset)
                put32(run.count, offset + 4)
                offset += Self.runByteCount
            }
        }
        put(runway)
        put(freed.runs)
        put64(link, Self.linkOffset)
        put64(previousLink, Self.linkOffset + 8)
        put64(durable, Self.linkOffset + 16)
        put32(UInt32(runway.count), Self.linkOffset + 24)
        put32(UInt32(freed.runs.count), Self.linkOffset + 28)
    }

    /// Reads a commit page; nil when it is none, or a torn one, or another database's.
    static func decode(_ block: UnsafeRawPointer, header: FileHeader) -> CommitRecord? {
        guard kith_load64(block) == magic, kith_load64(block + 8) == header.databaseID.0,
            kith_load64(block + 16) == header.databaseID.1, blockIsSealed(block),
            kith_load32(block + 28) == UInt32(header.pageSize)
        else { return nil }
        let pages = kith_load64(block + 48)
        let runCount = Int(kith_load32(block + 76))
        let runCountMax = manifestRunsMax(version: 1)
        guard pages <= StorageLimits.pageCountMax, runCount <= runCountMax,
            let lists = PageLists(block, header: header, manifestRuns: runCount, pages: pages)
        else { return nil }
        let roots = (0..<SystemTree.rootCount).map {
            TreeRoot(at: block + 216 + $0 * TreeRoot.encodedByteCount)
        }
        guard
            roots.allSatisfy({
                $0.height <= TreeRoot.heightMax && UInt64($0.reference.page) <= pages
            })
        else { return nil }
        let manifest = (0..<runCount).map { index in
            let run = block + manifestOffset + index * ManifestRun.encodedByteCount
            return ManifestRun(
                page: kith_load32(run), pageCount: kith_load32(run + 4),
                checksum: kith_load64(run + 8))
        }
        return CommitRecord(
            number: kith_load64(block + 32), time: kith_load64(block + 40),
            filePageCount: UInt32(truncatingIfNeeded: pages),
            freePageCount: kith_load64(block + 56),
            reserve: PageRun(start: kith_load32(block + 64), count: kith_load32(block + 68)),
            allocationHint: kith_load32(block + 72), reusable: kith_load64(block + 80),
            counters: (0..<StorageLimits.counterCount).map { kith_load64(block + 88 + $0 * 8) },
            roots: roots, manifest: manifest, runway: lists.runway, freed: lists.freed,
            link: lists.link, previousLink: lists.previousLink, durable: lists.durable)
    }
}

/// What a commit page of format 2 says beyond the manifest; nothing in format 1.
private struct PageLists {
    var runway: [PageRun] = []
    var freed = PageRunSet()
    var link: UInt64 = 0
    var previousLink: UInt64 = 0
    var durable: UInt64 = 0

    /// Reads them; nil where they make no sense.
    init?(_ block: UnsafeRawPointer, header: FileHeader, manifestRuns: Int, pages: UInt64) {
        guard header.version > 1 else { return }
        let tail = block + CommitRecord.linkOffset
        let runwayCount = Int(kith_load32(tail + 24))
        let freedCount = Int(kith_load32(tail + 28))
        guard
            CommitRecord.fits(
                manifestRuns: manifestRuns, runwayRuns: runwayCount, freedRuns: freedCount)
        else { return nil }
        let start =
            block + CommitRecord.manifestOffset + manifestRuns * ManifestRun.encodedByteCount
        let runs = (0..<runwayCount + freedCount).map { index in
            let run = start + index * CommitRecord.runByteCount
            return PageRun(start: kith_load32(run), count: kith_load32(run + 4))
        }
        guard runs.allSatisfy({ $0.count > 0 && UInt64($0.start) + UInt64($0.count) <= pages })
        else { return nil }
        runway = Array(runs[..<runwayCount])
        freed = PageRunSet(ordered: Array(runs[runwayCount...]))
        link = kith_load64(tail)
        previousLink = kith_load64(tail + 8)
        durable = kith_load64(tail + 16)
    }
}
