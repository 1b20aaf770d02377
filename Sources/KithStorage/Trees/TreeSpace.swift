import CShims

/// Where a view's trees are rooted.
///
/// The first ``StorageLimits/fixedTreeCount`` belong to the layer above.
enum SystemTree {
    static let directory = StorageLimits.fixedTreeCount
    static let extents = StorageLimits.fixedTreeCount + 1
    static let freeSpace = StorageLimits.fixedTreeCount + 2
    static let rootCount = StorageLimits.fixedTreeCount + 3

    /// The number that pages of the tree with this root carry.
    static func treeNumber(ofRoot index: Int) -> UInt32 {
        index < directory ? UInt32(index) : .max - UInt32(SystemTree.rootCount - 1 - index)
    }
}

/// The trees of one view: a snapshot's, which never change, or a write transaction's.
final class TreeSpace: @unchecked Sendable {
    // Sendable: a snapshot's roots never change and the cache of directory entries is locked; a
    // transaction's space is used by one thread while it changes.
    let pool: PagePool
    let file: DatabaseFile
    let roots: UnsafeMutablePointer<TreeRoot>
    /// The transaction's pages; nil in a snapshot.
    let changed: ChangedPages?
    /// Counts changes, so that cursors notice them.
    var changeNumber: UInt64 = 0
    /// Roots by tree number: in a snapshot what was looked up, in a transaction also what changed.
    @exclusivity(unchecked) var namedRoots: [UInt32: TreeRoot] = [:]
    private let namedRootsLock = Lock()
    /// The extent that a transaction is still filling.
    var openExtent: OpenExtent?

    init(
        pool: PagePool, roots source: UnsafePointer<TreeRoot>, changed: ChangedPages?
    ) {
        self.pool = pool
        file = pool.file
        self.changed = changed
        roots = .allocate(capacity: SystemTree.rootCount)
        roots.initialize(from: source, count: SystemTree.rootCount)
    }

    deinit { roots.deallocate() }

    /// Shows the trees of `base`; named roots that are known may stay where they are the same in it.
    func begin(from base: CommitRecord, keepsNamedRoots: Bool) {
        base.roots.withUnsafeBufferPointer {
            roots.update(from: $0.baseAddress.unsafelyUnwrapped, count: SystemTree.rootCount)
        }
        changeNumber &+= 1
        if !keepsNamedRoots, !namedRoots.isEmpty { namedRoots = [:] }
    }

    /// The page; only within a step.
    @inline(__always)
    func page(
        _ reference: PageReference, level: UInt8
    ) throws(StorageError) -> UnsafeRawPointer {
        if reference.isChanged {
            guard let changed else {
                throw .corrupt(page: UInt64(reference.page), damage: .structure)
            }
            return UnsafeRawPointer(changed.buffer(reference.changedIndex))
        }
        return try pool.page(reference, level: level)
    }

    /// The page unless it must be read from the file; only within a step.
    @inline(__always)
    func pageAtHand(
        _ reference: PageReference, level: UInt8
    ) throws(StorageError) -> UnsafeRawPointer? {
        try reference.isChanged
            ? page(reference, level: level) : pool.cached(reference, level: level)
    }

    /// The root of any tree. Starts a step of its own.
    @inline(__always)
    func root(of tree: TreeID) throws(StorageError) -> TreeRoot {
        if tree.rawValue < UInt32(StorageLimits.fixedTreeCount) {
            return roots[Int(tree.rawValue)]
        }
        return try namedRoot(tree.rawValue)
    }

    private func namedRoot(_ number: UInt32) throws(StorageError) -> TreeRoot {
        if number >= SystemTree.treeNumber(ofRoot: SystemTree.directory) {
            return roots[SystemTree.rootCount - 1 - Int(UInt32.max - number)]
        }
        if let known = namedRootsLock.with({ namedRoots[number] }) { return known }
        var root = TreeRoot.empty
        var key = number.bigEndian
        kith_step_begin()
        defer { kith_step_end() }
        let found: FoundEntry?
        do {
            let directory = roots[SystemTree.directory]
            found = try withUnsafeBytes(of: &key) { key throws(StorageError) in
                try find(key, in: directory)
            }
        }
        if let found {
            guard found.byteCount == TreeRoot.encodedByteCount, !found.isOverflow else {
                throw .corrupt(
                    page: UInt64(roots[SystemTree.directory].reference.page), damage: .structure)
            }
            root = TreeRoot(at: found.value)
            guard root.height <= TreeRoot.heightMax else {
                throw .corrupt(page: UInt64(root.reference.page), damage: .structure)
            }
        }
        namedRootsLock.with { namedRoots[number] = root }
        return root
    }

    /// Records the root of a named tree in a transaction's view.
    func setNamedRoot(_ number: UInt32, _ root: TreeRoot) {
        namedRootsLock.with { namedRoots[number] = root }
    }

    /// The entry of `key`. Only within a step, and the result only until its end.
    @inline(__always)
    func find(
        _ key: UnsafeRawBufferPointer, in root: TreeRoot
    ) throws(StorageError) -> FoundEntry? {
        guard root.height > 0, key.count > 0 else { return nil }
        var reference = root.reference
        var level = root.height &- 1
        while level > 0 {
            let page = PageView(try page(reference, level: level))
            reference = page.child(page.childIndex(for: key))
            level &-= 1
        }
        let leaf = PageView(try page(reference, level: 0))
        let bound = leaf.lowerBound(key)
        guard bound & 1 == 1 else { return nil }
        let tag = leaf.valueTag(bound >> 1)
        return FoundEntry(
            value: leaf.valueBytes(bound >> 1), byteCount: Int(tag & ~PageView.overflowBit),
            isOverflow: tag & PageView.overflowBit != 0)
    }
}

/// A leaf entry's value, or the reference to it.
struct FoundEntry {
    let value: UnsafeRawPointer
    let byteCount: Int
    let isOverflow: Bool

    /// The reference to a value that lies in an extent.
    var overflowReference: ExtentReference? {
        isOverflow
            ? ExtentReference(encoded: UnsafeRawBufferPointer(start: value, count: byteCount))
            : nil
    }
}

/// An extent that is still being filled: values written one after another share it.
struct OpenExtent {
    let firstPage: UInt32
    let pageCount: Int
    let buffer: UnsafeMutableRawBufferPointer
    var usedByteCount = 0
    /// How many values touch each page.
    var valueCounts: [UInt16]
}
