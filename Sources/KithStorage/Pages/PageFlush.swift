import CShims

/// Gives changed pages their places, children before parents, and writes them.
struct PageFlush {
    let writer: TreeWriter
    let commitNumber: UInt64
    /// Where the pages go, in order.
    var places: [PageRun] = []
    private var placeIndex = 0
    private var placeOffset: UInt32 = 0
    private(set) var pages: [(reference: PageReference, index: Int)] = []
    /// The places given so far; kept where several roots may lead to one page.
    private var given: [Int: PageReference]?

    init(writer: TreeWriter, commitNumber: UInt64, sharesPages: Bool) {
        self.writer = writer
        self.commitNumber = commitNumber
        given = sharesPages ? [:] : nil
        pages.reserveCapacity(writer.changed.count)
    }

    mutating func flushRoots(
        _ roots: UnsafeMutablePointer<TreeRoot>, count: Int
    ) throws(StorageError) {
        for index in 0..<count { roots[index] = try flushed(roots[index]) }
    }

    mutating func flushed(
        _ roots: [UInt32: TreeRoot]
    ) throws(StorageError) -> [UInt32: TreeRoot] {
        var result = roots
        for (name, root) in roots.sorted(by: { $0.key < $1.key }) where root.reference.isChanged {
            result[name] = try flushed(root)
        }
        return result
    }

    /// The root with its page, and all changed pages below it, in place.
    mutating func flushed(_ root: TreeRoot) throws(StorageError) -> TreeRoot {
        guard root.reference.isChanged, !root.isEmpty else { return root }
        var result = root
        result.reference = flush(root.reference, level: root.height - 1)
        return result
    }

    private mutating func flush(_ reference: PageReference, level: UInt8) -> PageReference {
        let index = reference.changedIndex
        if let known = given?[index] { return known }
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
        pages.append((result, index))
        given?[index] = result
        return result
    }

    private mutating func nextPlace() -> UInt32 {
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

    /// The pages as contiguous runs, by their places among ``pages``.
    private func runs() -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var first = 0
        while first < pages.count {
            var end = first + 1
            while end < pages.count, end - first < 1024,
                pages[end].reference.page == pages[end - 1].reference.page + 1
            {
                end += 1
            }
            runs.append(first..<end)
            first = end
        }
        return runs
    }

    /// What the manifest says of the pages.
    func manifest() -> [ManifestRun] {
        runs().map { run in
            ManifestRun(
                page: pages[run.lowerBound].reference.page, pageCount: UInt32(run.count),
                checksum: ManifestRun.checksum(
                    ofPageChecksums: pages[run].map { $0.reference.checksum }))
        }
    }

    /// Writes the pages, a call for each contiguous run.
    ///
    /// `commitPage` is written to the page `place` after all of them, or in one call with those that
    /// follow it there.
    func write(
        to file: DatabaseFile, behind commitPage: UnsafeRawBufferPointer? = nil,
        at place: UInt32 = 0
    ) throws(StorageError) {
        var last: [UnsafeRawBufferPointer] = []
        var pieces: [UnsafeRawBufferPointer] = []
        last.reserveCapacity(1 + pages.count)
        var lastEnd = place
        if let commitPage {
            last.append(commitPage)
            lastEnd += UInt32(commitPage.count / writer.pageSize)
        }
        for run in runs() {
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

    /// Leaves copies of the written pages in the cache, unless they are very many.
    func keepPages(in pool: PagePool) {
        let branchesOnly = pages.count > 4096
        for page in pages {
            let buffer = UnsafeRawPointer(writer.changed.buffer(page.index))
            if branchesOnly, PageView(buffer).isLeaf { continue }
            pool.keep(buffer, as: page.reference)
        }
    }
}

extension ManifestRun {
    /// The checksum of a run, from the checksums of its pages.
    static func checksum(ofPageChecksums checksums: [UInt64]) -> UInt64 {
        checksums.map { $0.littleEndian }.withUnsafeBytes {
            kith_checksum($0.baseAddress, $0.count)
        }
    }
}
