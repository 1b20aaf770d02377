import CShims

/// Fills one empty tree from ascending keys, bottom up, with packed pages.
///
/// The transaction must not touch this tree before ``finish()``; others may be changed meanwhile.
/// The pages of a small tree become changed pages like any others; those of a bigger one go to the
/// file as they fill.
public final class BulkLoader {
    private let transaction: WriteTransaction
    private let tree: TreeID
    private let pageSize: Int
    private let usable: Int
    private let keyLengthMax: Int
    private let inlineLengthMax: Int
    private var levels: [BulkLevel] = []
    private var entryCount: UInt64 = 0
    private var isFinished = false

    /// Pages made before any goes to the file.
    private static let changedPagesMax = 32
    private var madePageCount = 0
    /// Pages on their way to the file, and where they go.
    private var output: UnsafeMutableRawBufferPointer?
    private var outputRun = PageRun(start: 0, count: 0)
    private var outputCount = 0
    private static let outputPageCount = 64

    init(transaction: WriteTransaction, tree: TreeID) {
        self.transaction = transaction
        self.tree = tree
        pageSize = transaction.engine.pageSizeInBytes
        usable = transaction.space.file.usableByteCount
        keyLengthMax = StorageLimits.keyLengthMaxInBytes(pageSizeInBytes: pageSize)
        inlineLengthMax = StorageLimits.inlineValueLengthMaxInBytes(pageSizeInBytes: pageSize)
        levels.append(BulkLevel(pageSize: pageSize, usable: usable, isLeaf: true))
    }

    deinit { output?.deallocate() }

    /// Adds an entry after all others.
    ///
    /// - Throws: ``StorageError/keysNotAscending`` when `key` is not greater than the last one.
    public func append(_ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        try key.withRawBytes { key throws(StorageError) in
            try value.withRawBytes { value throws(StorageError) in try append(key, value) }
        }
    }

    /// Adds an entry after all others.
    public func append(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(StorageError) {
        guard transaction.isActive, !isFinished else { throw .closed }
        guard key.count > 0 else { throw .keyEmpty }
        guard key.count <= keyLengthMax else { throw .keyTooLong(byteCount: key.count) }
        let leaf = levels[0]
        guard leaf.isBelow(key) else { throw .keysNotAscending }
        entryCount += 1
        if value.count <= inlineLengthMax {
            try append(key, value, tag: UInt16(truncatingIfNeeded: value.count))
            return
        }
        let reference = try transaction.writeExtent(value)
        var bytes: [UInt8] = []
        reference.appendEncoded(to: &bytes)
        try bytes.withRawBytes { bytes throws(StorageError) in
            try append(
                key, bytes,
                tag: UInt16(ExtentReference.encodedByteCount) | PageView.overflowBit)
        }
    }

    private func append(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, tag: UInt16
    ) throws(StorageError) {
        let leaf = levels[0]
        if !leaf.fits(key, tailLength: value.count) {
            let separatorLength = leaf.separatorLength(to: key)
            try finishPage(at: 0)
            leaf.startPage(separator: UnsafeRawBufferPointer(rebasing: key[..<separatorLength]))
        }
        var header = tag.littleEndian
        withUnsafeBytes(of: &header) { leaf.append(key, header: $0, tail: value) }
    }

    /// Completes the tree.
    public func finish() throws(StorageError) {
        guard transaction.isActive, !isFinished else { throw .closed }
        isFinished = true
        var root = TreeRoot.empty
        var level = 0
        while entryCount > 0 {
            if levels[level].finishedPageCount == 0 {
                let reference = try writePage(at: level)
                root = TreeRoot(
                    reference: reference, height: UInt8(level + 1), entryCount: entryCount)
                break
            }
            try finishPage(at: level)
            level += 1
        }
        try flushOutput()
        if outputRun.count > 0 { transaction.allocator.giveBack(outputRun) }
        guard try transaction.space.root(of: tree).isEmpty else { throw .treeNotEmpty }
        transaction.space.changeNumber &+= 1
        try transaction.change(tree) { $0 = root }
        try transaction.spillIfNeeded()
    }

    /// Completes the page that a level is filling and enters it one level up.
    private func finishPage(at level: Int) throws(StorageError) {
        let reference = try writePage(at: level)
        if levels.count == level + 1 {
            levels.append(BulkLevel(pageSize: pageSize, usable: usable, isLeaf: false))
        }
        let above = levels[level + 1]
        let separator = levels[level].separator
        if !above.fits(separator, tailLength: 0) {
            try finishPage(at: level + 1)
            above.startPage(separator: separator)
        }
        withUnsafeTemporaryAllocation(
            byteCount: PageReference.encodedByteCount, alignment: 8
        ) { header in
            reference.store(at: header.baseAddress.unsafelyUnwrapped)
            above.append(
                separator, header: UnsafeRawBufferPointer(header),
                tail: UnsafeRawBufferPointer(start: nil, count: 0))
        }
        above.hasChangedChild = above.hasChangedChild || reference.isChanged
        levels[level].finishedPageCount += 1
    }

    private func writePage(at level: Int) throws(StorageError) -> PageReference {
        let contents = levels[level]
        madePageCount += 1
        if madePageCount <= Self.changedPagesMax || contents.hasChangedChild {
            let (reference, page) = transaction.writer.makePage()
            contents.layOut(PageEditor(page), level: UInt8(level), tree: tree.rawValue)
            return reference
        }
        if outputCount == Self.outputPageCount || outputCount == Int(outputRun.count) {
            try flushOutput()
        }
        if outputRun.count == 0 {
            outputRun = try transaction.allocator.takeRun(atLeast: Self.outputPageCount)
        }
        if output == nil {
            output = .allocate(byteCount: Self.outputPageCount * pageSize, alignment: 64)
        }
        guard let memory = output?.baseAddress else { preconditionFailure("just allocated") }
        let page = memory + outputCount * pageSize
        page.initializeMemory(as: UInt8.self, repeating: 0, count: pageSize)
        let editor = PageEditor(page)
        contents.layOut(editor, level: UInt8(level), tree: tree.rawValue)
        editor.setCommit(transaction.base.number + 1)
        let reference = PageReference(
            page: outputRun.start + UInt32(outputCount), checksum: kith_checksum(page, pageSize))
        transaction.writer.spilledPages[reference.page] = transaction.writer.generation
        outputCount += 1
        return reference
    }

    private func flushOutput() throws(StorageError) {
        guard outputCount > 0, let output else { return }
        transaction.hasSpilled = true
        let bytes = UnsafeRawBufferPointer(rebasing: output[..<(outputCount * pageSize)])
        try transaction.space.file.write(
            [bytes], at: UInt64(outputRun.start) * UInt64(pageSize))
        outputRun = PageRun(
            start: outputRun.start + UInt32(outputCount),
            count: outputRun.count - UInt32(outputCount))
        outputCount = 0
    }
}

/// The page that one level of a bulk load is filling.
final class BulkLevel {
    private let usable: Int
    private let isLeaf: Bool
    /// Keys, headers and tails of the entries, in one piece that never moves.
    private let arena: UnsafeMutableRawPointer
    private let arenaCapacity: Int
    private var arenaUsed = 0
    private let entries: UnsafeMutablePointer<PageEntry>
    private let entryCapacity: Int
    private var count = 0
    /// The bytes that the entries need with their keys whole.
    private var wholeByteCount = 0
    private var sharedLength = 0
    private let separatorBytes: UnsafeMutableRawPointer
    private var separatorLength = 0
    var finishedPageCount = 0
    var hasChangedChild = false

    init(pageSize: Int, usable: Int, isLeaf: Bool) {
        self.usable = usable
        self.isLeaf = isLeaf
        entryCapacity = usable / 10 + 4
        arenaCapacity =
            entryCapacity * (StorageLimits.keyLengthMaxInBytes(pageSizeInBytes: pageSize) + 16)
            + pageSize * 2
        arena = .allocate(byteCount: arenaCapacity, alignment: 16)
        entries = .allocate(capacity: entryCapacity)
        separatorBytes = .allocate(byteCount: pageSize, alignment: 16)
    }

    deinit {
        arena.deallocate()
        entries.deallocate()
        separatorBytes.deallocate()
    }

    /// What separates this page from the one before; empty for the first.
    var separator: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: separatorBytes, count: separatorLength)
    }

    /// Whether `key` comes after the last one.
    func isBelow(_ key: UnsafeRawBufferPointer) -> Bool {
        guard count > 0 else { return true }
        let last = entries[count - 1]
        return kith_compare(
            last.suffix.assumingMemoryBound(to: UInt8.self), UInt32(last.suffixLength),
            key.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self),
            UInt32(key.count)) < 0
    }

    private func shared(with key: UnsafeRawBufferPointer) -> Int {
        let keyed = isLeaf ? 0 : 1
        guard count > keyed else { return 0 }
        let first = entries[keyed]
        let length = count == keyed + 1 ? first.suffixLength : sharedLength
        return Int(
            kith_common_length(
                first.suffix.assumingMemoryBound(to: UInt8.self), UInt32(length),
                key.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self),
                UInt32(key.count)))
    }

    /// Whether the page has room for one more entry.
    func fits(_ key: UnsafeRawBufferPointer, tailLength: Int) -> Bool {
        guard count > 0 else { return true }
        guard count < entryCapacity - 1 else { return false }
        let front = isLeaf ? PageView.leafKeyOffset : PageView.branchKeyOffset
        let keyed = isLeaf ? 0 : 1
        let added = PageView.slotByteCount + front + key.count + tailLength
        let shared = self.shared(with: key)
        let size =
            ((PageView.headerByteCount + shared + 7) & ~7) + wholeByteCount + added
            - shared * (count + 1 - keyed)
        return size <= usable
    }

    /// The shortest length at which `key` differs from the last one.
    func separatorLength(to key: UnsafeRawBufferPointer) -> Int {
        let last = entries[count - 1]
        return Int(
            kith_common_length(
                last.suffix.assumingMemoryBound(to: UInt8.self), UInt32(last.suffixLength),
                key.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self),
                UInt32(key.count))) + 1
    }

    func append(
        _ key: UnsafeRawBufferPointer, header: UnsafeRawBufferPointer, tail: UnsafeRawBufferPointer
    ) {
        let front = isLeaf ? PageView.leafKeyOffset : PageView.branchKeyOffset
        precondition(
            arenaUsed + front + key.count + tail.count <= arenaCapacity, "a bulk page overflows")
        if count > (isLeaf ? 0 : 1) { sharedLength = shared(with: key) }
        let cell = arena + arenaUsed
        cell.copyMemory(from: header.baseAddress.unsafelyUnwrapped, byteCount: front)
        // The first key of a branch is never stored.
        let keyLength = !isLeaf && count == 0 ? 0 : key.count
        if keyLength > 0 {
            (cell + front).copyMemory(
                from: key.baseAddress.unsafelyUnwrapped, byteCount: keyLength)
        }
        if let bytes = tail.baseAddress {
            (cell + front + keyLength).copyMemory(from: bytes, byteCount: tail.count)
        }
        (entries + count).initialize(
            to: PageEntry(
                prefix: UnsafeRawPointer(cell), prefixLength: 0,
                suffix: UnsafeRawPointer(cell + front), suffixLength: keyLength,
                header: UnsafeRawPointer(cell), tail: UnsafeRawPointer(cell + front + keyLength),
                tailLength: tail.count))
        arenaUsed += front + keyLength + tail.count
        wholeByteCount += PageView.slotByteCount + front + keyLength + tail.count
        count += 1
    }

    func layOut(_ editor: PageEditor, level: UInt8, tree: UInt32) {
        editor.layOut(
            UnsafeBufferPointer(start: entries, count: count), level: level, tree: tree,
            usable: usable)
    }

    /// Begins the next page; `separator` may point into the arena.
    func startPage(separator: UnsafeRawBufferPointer) {
        separatorBytes.copyMemory(
            from: separator.baseAddress.unsafelyUnwrapped, byteCount: separator.count)
        separatorLength = separator.count
        arenaUsed = 0
        count = 0
        wholeByteCount = 0
        sharedLength = 0
        hasChangedChild = false
    }
}
