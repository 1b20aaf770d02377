import CShims

/// Gives changed pages their places, children before parents, and writes them.
///
/// For one thread. What it used for one flush it has for the next.
final class PageFlush {
    let writer: TreeWriter
    private var commitNumber: UInt64 = 0
    /// Where the pages go, in order.
    @exclusivity(unchecked) private var places: [PageRun] = []
    private var placeIndex = 0
    private var placeOffset: UInt32 = 0
    @exclusivity(unchecked)
    private(set) var pages: [(reference: PageReference, index: Int)] = []
    /// The pages as contiguous runs, by their places among ``pages``.
    @exclusivity(unchecked) private var runs: [Range<Int>] = []
    /// The places given so far; kept where several roots may lead to one page.
    @exclusivity(unchecked) private var given: [Int: PageReference] = [:]
    private var sharesPages = false
    /// Pieces of one call that writes, and of the last one.
    @exclusivity(unchecked) private var pieces: [UnsafeRawBufferPointer] = []
    @exclusivity(unchecked) private var last: [UnsafeRawBufferPointer] = []

    init(writer: TreeWriter) { self.writer = writer }

    /// Begins to give `places`, but for the `skipped` first pages, for the commit of this number;
    /// `sharesPages` says that several roots may lead to one page.
    func begin(
        _ commitNumber: UInt64, places: [PageRun], skipping skipped: UInt32 = 0,
        sharesPages: Bool = false
    ) {
        self.commitNumber = commitNumber
        self.places = places
        self.sharesPages = sharesPages
        placeIndex = 0
        placeOffset = skipped
        pages.removeAll(keepingCapacity: pages.count < 1024)
        runs.removeAll(keepingCapacity: runs.count < 1024)
        if !given.isEmpty { given = [:] }
    }

    func flushRoots(
        _ roots: UnsafeMutablePointer<TreeRoot>, count: Int
    ) throws(StorageError) {
        for index in 0..<count { roots[index] = try flushed(roots[index]) }
    }

    func flushed(
        _ roots: [UInt32: TreeRoot]
    ) throws(StorageError) -> [UInt32: TreeRoot] {
        if roots.isEmpty { return roots }
        let changed = roots.lazy.filter { $0.value.reference.isChanged }.map { $0.key }.sorted()
        if changed.isEmpty { return roots }
        var result = roots
        for name in changed {
            guard let root = roots[name] else { continue }
            result[name] = try flushed(root)
        }
        return result
    }

    /// The root with its page, and all changed pages below it, in place.
    func flushed(_ root: TreeRoot) throws(StorageError) -> TreeRoot {
        guard root.reference.isChanged, !root.isEmpty else { return root }
        var result = root
        result.reference = flush(root.reference, level: root.height - 1)
        return result
    }

    private func flush(_ reference: PageReference, level: UInt8) -> PageReference {
        let index = reference.changedIndex
        if sharesPages, let known = given[index] { return known }
        let buffer = writer.changed.buffer(index)
        let editor = PageEditor(buffer)
        if level > 0 {
            let view = editor.view
            for child in 0..<view.count {
                let old = view.child(child)
                if old.isChanged { editor.setChild(child, to: flush(old, level: level - 1)) }
            }
        }
        editor.setCommit(commitNumber)
        let result = PageReference(
            page: nextPlace(), checksum: kith_checksum(buffer, writer.pageSize))
        if let run = runs.last, run.count < 1024,
            pages[run.upperBound - 1].reference.page + 1 == result.page
        {
            runs[runs.count - 1] = run.lowerBound..<run.upperBound + 1
        } else {
            runs.append(pages.count..<pages.count + 1)
        }
        pages.append((result, index))
        if sharesPages { given[index] = result }
        return result
    }

    private func nextPlace() -> UInt32 {
        while placeOffset == places[placeIndex].count {
            placeIndex += 1
            placeOffset = 0
        }
        defer { placeOffset += 1 }
        return places[placeIndex].start + placeOffset
    }

    /// What of the places was not needed.
    func remainingPlaces() -> [PageRun] {
        guard placeIndex < places.count else { return [] }
        let current = places[placeIndex]
        let rest = PageRun(
            start: current.start + placeOffset, count: current.count - placeOffset)
        return ([rest] + places[(placeIndex + 1)...]).filter { $0.count > 0 }
    }

    /// The reference given to each changed page.
    var referencesByChangedPage: [Int: PageReference] {
        Dictionary(uniqueKeysWithValues: pages.map { ($0.index, $0.reference) })
    }

    /// What the manifest says: `known`, then the pages.
    func manifest(after known: [ManifestRun]) -> [ManifestRun] {
        var manifest = known
        manifest.reserveCapacity(known.count + runs.count)
        for run in runs {
            manifest.append(
                ManifestRun(
                    page: pages[run.lowerBound].reference.page, pageCount: UInt32(run.count),
                    checksum: ManifestRun.checksum(ofPageChecksums: run.count) {
                        pages[run.lowerBound + $0].reference.checksum
                    }))
        }
        return manifest
    }

    /// Writes the pages, a call for each contiguous run.
    ///
    /// `commitPage` is written to the page `place` after all of them, or in one call with those that
    /// follow it there.
    func write(
        to file: DatabaseFile, behind commitPage: UnsafeRawBufferPointer? = nil,
        at place: UInt32 = 0
    ) throws(StorageError) {
        last.removeAll(keepingCapacity: true)
        var lastEnd = place
        if let commitPage {
            last.append(commitPage)
            lastEnd += UInt32(commitPage.count / writer.pageSize)
        }
        for run in runs {
            let start = pages[run.lowerBound].reference.page
            if commitPage != nil, start == lastEnd {
                append(run, to: &last)
                lastEnd += UInt32(run.count)
            } else {
                pieces.removeAll(keepingCapacity: true)
                append(run, to: &pieces)
                try file.write(pieces, at: UInt64(start) * UInt64(writer.pageSize))
            }
        }
        if !last.isEmpty { try file.write(last, at: UInt64(place) * UInt64(writer.pageSize)) }
    }

    private func append(_ run: Range<Int>, to pieces: inout [UnsafeRawBufferPointer]) {
        for page in pages[run] {
            pieces.append(
                UnsafeRawBufferPointer(
                    start: writer.changed.buffer(page.index), count: writer.pageSize))
        }
    }

    /// Leaves copies of the written pages in the cache, but for cold ones, and unless they are very many.
    func keepPages(in pool: PagePool) {
        let branchesOnly = pages.count > 4096
        for page in pages {
            let buffer = UnsafeRawPointer(writer.changed.buffer(page.index))
            if branchesOnly || writer.changed.isCold(page.index), PageView(buffer).isLeaf {
                continue
            }
            pool.keep(buffer, as: page.reference)
        }
    }
}

extension ManifestRun {
    /// The checksum of a run, from the checksums of its pages.
    static func checksum(ofPageChecksums count: Int, _ pageChecksum: (Int) -> UInt64) -> UInt64 {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { checksums in
            for place in 0..<count {
                checksums.initializeElement(at: place, to: pageChecksum(place).littleEndian)
            }
            return kith_checksum(checksums.baseAddress, count * 8)
        }
    }
}
