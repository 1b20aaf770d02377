import CShims

/// One thing that ``StorageEngine/check()`` found wrong.
public struct StorageFinding: Sendable, Hashable {
    /// The page concerned, nil when it is no single one.
    public let page: UInt64?
    /// One sentence.
    public let message: String
}

extension StorageEngine {
    /// Verifies the whole file and returns every finding; none means that it is sound.
    ///
    /// Every page of the newest commit is read from the file, not from the cache: each must have its
    /// checksum, its keys in order and between its neighbours', and every page of the file must be
    /// used or free exactly once. Long values of trees are read too; of the extents written by
    /// ``WriteTransaction/writeExtent(_:)`` only the places are known here, not the references.
    ///
    /// - Throws: Only what keeps the check from being done at all.
    public func check() throws(StorageError) -> [StorageFinding] {
        let reader = try beginRead()
        defer { reader.close() }
        var check = StorageCheck(reader: reader, record: reader.record)
        check.run()
        return check.findings
    }
}

/// The state of one check.
struct StorageCheck {
    private let space: TreeSpace
    private let file: DatabaseFile
    private let record: CommitRecord
    private(set) var findings: [StorageFinding] = []
    /// What each page is used for.
    private var uses: [PageUse]
    private var longValues: [ExtentReference] = []

    /// More findings say nothing new.
    private static let findingsMax = 1_000

    private enum PageUse: UInt8 { case unknown, front, tree, extent, free, reserve }

    init(reader: StorageReader, record: CommitRecord) {
        space = reader.space
        file = reader.space.file
        self.record = record
        uses = [PageUse](repeating: .unknown, count: Int(record.filePageCount))
    }

    mutating func run() {
        claim(
            PageRun(start: 0, count: FileLayout.firstPage(pageSize: file.pageSize)), for: .front)
        claim(PageRun(start: record.reserveStart, count: record.reserveCount), for: .reserve)
        for run in record.runway + record.freed.runs { claim(run, for: .free) }
        for index in 0..<SystemTree.rootCount {
            walk(record.roots[index], number: SystemTree.treeNumber(ofRoot: index)) { _, _ in nil }
        }
        checkDirectory()
        checkExtents()
        checkFreeSpace()
        checkLongValues()
        checkEveryPage()
    }

    private mutating func report(_ page: UInt64?, _ message: String) {
        guard findings.count < Self.findingsMax else { return }
        findings.append(StorageFinding(page: page, message: message))
    }

    private mutating func claim(_ run: PageRun, for use: PageUse) {
        guard UInt64(run.start) + UInt64(run.count) <= UInt64(uses.count) else {
            report(
                UInt64(run.start), "\(run.count) pages for \(use) reach past the end of the file")
            return
        }
        for page in Int(run.start)..<Int(run.start) + Int(run.count) {
            if uses[page] == .unknown {
                uses[page] = use
            } else {
                report(UInt64(page), "the page is used twice: for \(uses[page]) and for \(use)")
            }
        }
    }

    /// Walks a whole tree; `visit` sees every entry and may object to it.
    private mutating func walk(
        _ root: TreeRoot, number: UInt32,
        visit: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> String?
    ) {
        guard !root.isEmpty else {
            if root.entryCount != 0 { report(nil, "empty tree \(number) claims to have entries") }
            return
        }
        var count: UInt64 = 0
        walk(
            root.reference, level: root.height - 1, number: number, from: [], to: nil,
            count: &count, visit: visit)
        if count != root.entryCount {
            report(
                UInt64(root.reference.page),
                "tree \(number) has \(count) entries and claims \(root.entryCount)")
        }
    }

    private mutating func walk(
        _ reference: PageReference, level: UInt8, number: UInt32, from low: [UInt8],
        to high: [UInt8]?, count: inout UInt64,
        visit: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> String?
    ) {
        let place = UInt64(reference.page)
        claim(PageRun(start: reference.page, count: 1), for: .tree)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: file.pageSize, alignment: 64)
        defer { memory.deallocate() }
        do {
            try file.readPage(reference, into: memory, level: level)
        } catch {
            report(place, "tree \(number): \(error.message)")
            return
        }
        let page = PageView(memory)
        if page.tree != number { report(place, "the page belongs to tree \(page.tree)") }
        if page.commit > record.number { report(place, "the page is newer than the commit") }
        var before: [UInt8]? = low.isEmpty ? nil : low
        for index in 0..<page.count {
            let isFirstOfBranch = level > 0 && index == 0
            let key = isFirstOfBranch ? low : Self.key(page, index)
            let isLow = index == 0 && (isFirstOfBranch || key == low)
            if let before, !isLow, !Self.precedes(before, key) {
                report(place, "entry \(index) of tree \(number) is out of order")
            }
            if let high, !Self.precedes(key, high) {
                report(place, "entry \(index) of tree \(number) belongs on a later page")
            }
            before = key
            if level > 0 {
                let next = index + 1 < page.count ? Self.key(page, index + 1) : high
                walk(
                    page.child(index), level: level - 1, number: number, from: key, to: next,
                    count: &count, visit: visit)
                continue
            }
            count += 1
            let value = UnsafeRawBufferPointer(
                start: page.valueBytes(index), count: page.valueLength(index))
            if page.valueIsOverflow(index), let long = ExtentReference(encoded: value) {
                longValues.append(long)
            }
            let objection = key.withUnsafeBytes { visit($0, value) }
            if let objection { report(place, objection) }
        }
    }

    private static func key(_ page: PageView, _ index: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: page.prefixLength + page.suffixLength(index)) {
            $1 = page.copyKey(index, to: UnsafeMutableRawPointer($0.baseAddress.unsafelyUnwrapped))
        }
    }

    private static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                guard let rightBase = right.baseAddress else { return false }
                guard let leftBase = left.baseAddress else { return right.count > 0 }
                return kith_compare(leftBase, UInt32(left.count), rightBase, UInt32(right.count))
                    < 0
            }
        }
    }
}

extension StorageCheck {
    /// The entries of a system tree, as far as they can be read.
    private mutating func entries(
        _ index: Int
    ) -> [(key: [UInt8], value: [UInt8])] {
        var result: [(key: [UInt8], value: [UInt8])] = []
        let cursor = TreeCursor(
            space: space, reader: nil, tree: TreeID(SystemTree.treeNumber(ofRoot: index)))
        do {
            var stands = try cursor.seekFirst()
            while stands {
                result.append(([UInt8](cursor.key), [UInt8](cursor.value)))
                stands = try cursor.next()
            }
        } catch {
            // The walk over its pages has reported this.
        }
        return result
    }

    private mutating func checkDirectory() {
        for (key, value) in entries(SystemTree.directory) {
            guard key.count == 4, value.count == TreeRoot.encodedByteCount else {
                report(nil, "the directory has an entry of the wrong length")
                continue
            }
            let number = key.withUnsafeBytes {
                UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self))
            }
            let root = value.withUnsafeBytes { TreeRoot(at: $0.baseAddress.unsafelyUnwrapped) }
            guard root.height <= TreeRoot.heightMax else {
                report(nil, "tree \(number) has an impossible height")
                continue
            }
            walk(root, number: number) { _, _ in nil }
        }
    }

    private mutating func checkExtents() {
        for (key, value) in entries(SystemTree.extents) {
            let entry = key.withUnsafeBytes { key in
                value.withUnsafeBytes { ExtentEntry(key: key, value: $0) }
            }
            guard let entry else {
                report(nil, "the tree of extents has an entry that makes no sense")
                continue
            }
            for run in entry.usedRuns { claim(run, for: .extent) }
        }
    }

    private mutating func checkFreeSpace() {
        var total: UInt64 = 0
        for (key, value) in entries(SystemTree.freeSpace) {
            let entry = key.withUnsafeBytes { key in
                value.withUnsafeBytes { FreeEntry(key: key, value: $0) }
            }
            guard let entry else {
                report(nil, "the tree of free pages has an entry that makes no sense")
                continue
            }
            total += UInt64(entry.count)
            if entry.freedBy > record.number {
                report(UInt64(entry.last), "free pages were freed by a commit yet to come")
            }
            if entry.count > 0 {
                claim(PageRun(start: entry.start, count: entry.count), for: .free)
            }
        }
        if total != record.freePageCount {
            report(nil, "\(total) pages are free; the commit page says \(record.freePageCount)")
        }
    }

    private mutating func checkLongValues() {
        let pageSize = file.pageSize
        for reference in longValues {
            let last =
                Int(reference.page)
                + (Int(reference.offsetInPage) + max(1, Int(reference.byteCount)) - 1) / pageSize
            for page in Int(reference.page)...last where page >= uses.count || uses[page] != .extent
            {
                report(UInt64(page), "a long value lies on a page that is no extent")
            }
            do {
                _ = try space.readExtent(reference)
            } catch {
                report(UInt64(reference.page), "a long value: \(error.message)")
            }
        }
    }

    private mutating func checkEveryPage() {
        var start = 0
        while let first = uses[start...].firstIndex(of: .unknown) {
            let end = uses[first...].firstIndex { $0 != .unknown } ?? uses.count
            report(UInt64(first), "\(end - first) pages from here on are neither used nor free")
            start = end
        }
    }
}
