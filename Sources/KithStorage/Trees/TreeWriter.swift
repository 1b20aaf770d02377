import CShims

/// Changes trees by copying pages on first change.
///
/// Insertion and deletion lie in extensions. Committed pages that are no longer used are collected
/// in ``droppedPages``; what becomes of them is the allocator's business.
final class TreeWriter {
    let space: TreeSpace
    let changed: ChangedPages
    let usable: Int
    let pageSize: Int
    /// A page that so many commits left alone is not likely to be needed soon.
    private static let recentCommitCount: UInt64 = 64
    private var baseNumber: UInt64 = 0
    /// The generation of pages made now; a savepoint begins a new one.
    var generation: UInt32 = 1
    /// Committed pages that no tree uses any more.
    @exclusivity(unchecked) var droppedPages: [UInt32] = []
    /// Pages of this transaction that are in the file already, with their generation.
    @exclusivity(unchecked) var spilledPages: [UInt32: UInt32] = [:]
    /// Spilled pages that no tree and no savepoint uses any more.
    @exclusivity(unchecked) var reusablePages: [UInt32] = []
    /// Pages, changed or spilled, that only savepoints use.
    @exclusivity(unchecked) var heldPages: [(reference: PageReference, generation: UInt32)] = []
    /// The newest savepoint's generation; pages up to it are copied, not changed.
    var heldGeneration: UInt32 = 0

    /// How many bytes of a key that is put in are compared with those of the entries beside it.
    var comparedLength = 0
    /// Whether an entry beside the key that was put in last begins with the same ``comparedLength``
    /// bytes, or may do so: it lies in another leaf.
    var hasAlikeNeighbour = false
    /// Whether ``path`` leads to the last leaf, whose last entry is the one that was put in last.
    var isBehindAll = false

    private let memory: WriterMemory
    /// A page's old contents while it is laid out anew.
    var scratch: UnsafeMutableRawPointer { memory.scratch }
    /// Entries on their way into pages.
    var entries: UnsafeMutablePointer<PageEntry> { memory.entries }
    /// The way down to the entry at work, the leaf at 0.
    var path: UnsafeMutablePointer<(page: UnsafeMutableRawPointer, index: Int)> { memory.path }
    /// Room for two separators.
    var separator: UnsafeMutableRawPointer { memory.separator }

    init(space: TreeSpace, memory: WriterMemory) {
        self.space = space
        self.memory = memory
        changed = memory.changed
        pageSize = space.file.pageSize
        usable = space.file.usableByteCount
    }

    /// Forgets the transaction before; this one begins from commit `number`.
    func begin(from number: UInt64) {
        baseNumber = number
        generation = 1
        heldGeneration = 0
        droppedPages.removeAll(keepingCapacity: droppedPages.count < 1024)
        if !spilledPages.isEmpty { spilledPages = [:] }
        reusablePages = []
        heldPages.removeAll(keepingCapacity: heldPages.count < 1024)
        comparedLength = 0
        hasAlikeNeighbour = false
        isBehindAll = false
    }

    /// A page that may be changed in place of `reference`. Within a step.
    @inline(__always)
    func writable(
        _ reference: PageReference, level: UInt8
    ) throws(StorageError) -> (reference: PageReference, page: UnsafeMutableRawPointer) {
        if reference.isChanged, changed.generation(reference.changedIndex) > heldGeneration {
            return (reference, changed.buffer(reference.changedIndex))
        }
        return try copy(reference, level: level)
    }

    @inline(never)
    private func copy(
        _ reference: PageReference, level: UInt8
    ) throws(StorageError) -> (reference: PageReference, page: UnsafeMutableRawPointer) {
        let index = changed.make(generation: generation)
        let buffer = changed.buffer(index)
        if let old = try space.pageAtHand(reference, level: level) {
            buffer.copyMemory(from: old, byteCount: pageSize)
        } else {
            // The cache has no use for a page that is about to be replaced.
            do {
                try space.file.readPage(reference, into: buffer, level: level)
            } catch {
                changed.release(index)
                throw error
            }
            let lastChange = PageView(buffer).commit
            if level == 0, lastChange &+ Self.recentCommitCount < baseNumber {
                changed.setCold(index)
            }
        }
        drop(reference)
        return (PageReference(changedPage: index), buffer)
    }

    /// A new page, its contents undefined.
    func makePage() -> (reference: PageReference, page: UnsafeMutableRawPointer) {
        let index = changed.make(generation: generation)
        let buffer = changed.buffer(index)
        buffer.initializeMemory(as: UInt8.self, repeating: 0, count: pageSize)
        return (PageReference(changedPage: index), buffer)
    }

    /// Records that the current state no longer uses a page.
    func drop(_ reference: PageReference) {
        if reference.isChanged {
            let made = changed.generation(reference.changedIndex)
            if made > heldGeneration {
                changed.release(reference.changedIndex)
            } else {
                heldPages.append((reference, made))
            }
        } else if let made = spilledPages[reference.page] {
            if made > heldGeneration {
                spilledPages[reference.page] = nil
                reusablePages.append(reference.page)
            } else {
                heldPages.append((reference, made))
            }
        } else {
            droppedPages.append(reference.page)
        }
    }

    /// Lists a page's entries in `entries` from `start` on; they point into `page`.
    func list(_ page: UnsafeRawPointer, from start: Int) -> Int {
        let view = PageView(page)
        let isLeaf = view.isLeaf
        let count = view.count
        for index in 0..<count {
            let dropsKey = !isLeaf && index == 0
            (entries + (start + index)).initialize(
                to: PageEntry(
                    prefix: view.prefix, prefixLength: dropsKey ? 0 : view.prefixLength,
                    suffix: view.suffix(index), suffixLength: view.suffixLength(index),
                    header: view.cell(index), tail: isLeaf ? view.valueBytes(index) : view.prefix,
                    tailLength: isLeaf ? view.valueLength(index) : 0))
        }
        return start + count
    }

    /// Frees all pages of a tree.
    func removeAll(
        _ root: inout TreeRoot, extents: (ExtentReference) throws(StorageError) -> Void
    ) throws(StorageError) {
        guard !root.isEmpty else { return }
        let old = root
        root = .empty
        space.changeNumber &+= 1
        try removePages(old.reference, level: old.height - 1, extents: extents)
    }

    private func removePages(
        _ reference: PageReference, level: UInt8,
        extents: (ExtentReference) throws(StorageError) -> Void
    ) throws(StorageError) {
        var children: [PageReference] = []
        var long: [ExtentReference] = []
        do {
            kith_step_begin()
            defer { kith_step_end() }
            let page = PageView(try space.page(reference, level: level))
            for index in 0..<page.count {
                if level > 0 {
                    children.append(page.child(index))
                } else if page.valueIsOverflow(index) {
                    let bytes = UnsafeRawBufferPointer(
                        start: page.valueBytes(index), count: page.valueLength(index))
                    if let extent = ExtentReference(encoded: bytes) { long.append(extent) }
                }
            }
        }
        for child in children { try removePages(child, level: level - 1, extents: extents) }
        for extent in long { try extents(extent) }
        drop(reference)
    }
}

/// The memory of write transactions; one transaction leaves it to the next.
final class WriterMemory {
    let changed: ChangedPages
    let scratch: UnsafeMutableRawPointer
    let entries: UnsafeMutablePointer<PageEntry>
    let path: UnsafeMutablePointer<(page: UnsafeMutableRawPointer, index: Int)>
    let separator: UnsafeMutableRawPointer
    /// Room for a commit page that lies among the pages; zero beyond its block.
    let commitPage: UnsafeMutableRawBufferPointer

    init(pageSize: Int) {
        changed = ChangedPages(pageSize: pageSize)
        commitPage = .allocate(
            byteCount: Int(FileLayout.commitPageCount(pageSize: pageSize)) * pageSize,
            alignment: 4096)
        commitPage.initializeMemory(as: UInt8.self, repeating: 0)
        scratch = .allocate(byteCount: pageSize, alignment: 64)
        // A leaf cell and its slot take 10 bytes at least, and two pages may be listed at once.
        entries = .allocate(capacity: pageSize / 4 + 4)
        path = .allocate(capacity: Int(TreeRoot.heightMax) + 2)
        separator = .allocate(byteCount: pageSize, alignment: 16)
    }

    deinit {
        commitPage.deallocate()
        scratch.deallocate()
        entries.deallocate()
        path.deallocate()
        separator.deallocate()
    }
}
