import CShims

/// A place in one tree, moving both ways.
///
/// For one thread at a time. ``key`` and ``value`` are valid until the next move. In a write
/// transaction a cursor stays usable across changes: it goes on from the key that it stood on.
///
/// A cursor holds no frame between its moves. After a seek it has a copy of one entry; the first
/// move after that copies the leaf, and further moves within the leaf look at nothing else.
public final class TreeCursor {
    /// Keeps the snapshot alive.
    private let reader: StorageReader?
    private let space: TreeSpace
    private let tree: TreeID
    private let pageSize: Int

    /// The way down: at each level the page and the entry taken in it; the leaf is level 0.
    private var path: UnsafeMutablePointer<Step>
    private var height: UInt8 = 0
    private var changeNumber: UInt64 = 0

    private struct Step {
        var reference: PageReference
        var index: Int
        var count: Int
    }

    /// First the key, then the value copied by a seek, then (from `leafOffset`) the leaf.
    private let memory: UnsafeMutableRawPointer
    private let valueOffset: Int
    private let leafOffset: Int
    private var leafIsCopied = false
    private var keyLength = 0
    private var keyPrefixLength = 0
    private var valueBase: UnsafeRawPointer
    private var valueLength = 0
    private var longValue: ExtentBuffer?

    /// Whether nothing was changed since the last move.
    public var isCurrent: Bool { changeNumber == space.changeNumber }

    /// Whether the cursor stands on an entry.
    public var isValid: Bool { isStanding }

    private var isStanding = false

    convenience init(reader: StorageReader, tree: TreeID) {
        self.init(space: reader.space, reader: reader, tree: tree)
    }

    init(space: TreeSpace, reader: StorageReader?, tree: TreeID) {
        self.reader = reader
        self.tree = tree
        self.space = space
        pageSize = space.file.pageSize
        path = .allocate(capacity: Int(TreeRoot.heightMax) + 1)
        valueOffset = (pageSize / 4 + 15) & ~15
        leafOffset = valueOffset * 2
        memory = .allocate(byteCount: leafOffset + pageSize, alignment: 16)
        valueBase = UnsafeRawPointer(memory)
    }

    deinit {
        path.deallocate()
        memory.deallocate()
    }

    /// The key of the entry, valid until the next move; empty when there is none.
    public var key: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory, count: isStanding ? keyLength : 0)
    }

    /// The value of the entry, valid until the next move; empty when there is none.
    public var value: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: valueBase, count: isStanding ? valueLength : 0)
    }

    /// Moves to the first entry, and says whether there is one.
    public func seekFirst() throws(StorageError) -> Bool { try seekEnd(last: false) }

    /// Moves to the last entry, and says whether there is one.
    public func seekLast() throws(StorageError) -> Bool { try seekEnd(last: true) }

    /// Moves to the first entry whose key is at least `key`, and says whether there is one.
    public func seek(atOrAfter key: [UInt8]) throws(StorageError) -> Bool {
        try key.withRawBytes { key throws(StorageError) in try seek(atOrAfter: key) }
    }

    /// Moves to the first entry whose key is at least `key`, and says whether there is one.
    public func seek(atOrAfter key: UnsafeRawBufferPointer) throws(StorageError) -> Bool {
        guard key.count > 0 else { return try seekFirst() }
        kith_step_begin()
        defer { kith_step_end() }
        guard try descend(to: key) != nil else { return false }
        if path[0].index == path[0].count { return try stepLeaf(forward: true) }
        return try standOnSoughtEntry()
    }

    /// Moves to the last entry whose key is at most `key`, and says whether there is one.
    public func seek(atOrBefore key: [UInt8]) throws(StorageError) -> Bool {
        try key.withRawBytes { key throws(StorageError) in try seek(atOrBefore: key) }
    }

    /// Moves to the last entry whose key is at most `key`, and says whether there is one.
    public func seek(atOrBefore key: UnsafeRawBufferPointer) throws(StorageError) -> Bool {
        guard key.count > 0 else {
            isStanding = false
            return false
        }
        kith_step_begin()
        defer { kith_step_end() }
        guard let isEqual = try descend(to: key) else { return false }
        if isEqual { return try standOnSoughtEntry() }
        if path[0].index == 0 { return try stepLeaf(forward: false) }
        path[0].index -= 1
        return try standOnSoughtEntry()
    }

    /// Moves to the next entry, and says whether there is one; false leaves the cursor nowhere.
    public func next() throws(StorageError) -> Bool {
        guard isStanding else { return false }
        if changeNumber != space.changeNumber { return try moveAfterChange(forward: true) }
        if path[0].index + 1 < path[0].count {
            if !leafIsCopied { try copyLeaf() }
            path[0].index &+= 1
            return try standOnCopiedEntry()
        }
        kith_step_begin()
        defer { kith_step_end() }
        return try stepLeaf(forward: true)
    }

    /// Moves to the entry before, and says whether there is one; false leaves the cursor nowhere.
    public func previous() throws(StorageError) -> Bool {
        guard isStanding else { return false }
        if changeNumber != space.changeNumber { return try moveAfterChange(forward: false) }
        if path[0].index > 0 {
            if !leafIsCopied { try copyLeaf() }
            path[0].index &-= 1
            return try standOnCopiedEntry()
        }
        kith_step_begin()
        defer { kith_step_end() }
        return try stepLeaf(forward: false)
    }
}

extension TreeCursor {
    /// Begins anew at the root; false when the tree is empty.
    private func begin() throws(StorageError) -> PageReference? {
        isStanding = false
        leafIsCopied = false
        longValue = nil
        let root: TreeRoot
        if let reader {
            root = try reader.openRoot(of: tree)
        } else {
            root = try space.root(of: tree)
        }
        changeNumber = space.changeNumber
        height = root.height
        return root.isEmpty ? nil : root.reference
    }

    /// Goes down to where `key` is or would be, and says whether it is there; nil: the tree is empty.
    private func descend(to key: UnsafeRawBufferPointer) throws(StorageError) -> Bool? {
        guard var reference = try begin() else { return nil }
        var level = height &- 1
        while level > 0 {
            let page = PageView(try space.page(reference, level: level))
            let index = page.childIndex(for: key)
            path[Int(level)] = Step(reference: reference, index: index, count: page.count)
            reference = page.child(index)
            level &-= 1
        }
        let leaf = PageView(try space.page(reference, level: 0))
        let bound = leaf.lowerBound(key)
        path[0] = Step(reference: reference, index: bound >> 1, count: leaf.count)
        return bound & 1 == 1
    }

    private func seekEnd(last: Bool) throws(StorageError) -> Bool {
        kith_step_begin()
        defer { kith_step_end() }
        guard let reference = try begin() else { return false }
        try descendToEnd(from: reference, level: height - 1, last: last)
        return try standOnSoughtEntry()
    }

    private func descendToEnd(
        from start: PageReference, level startLevel: UInt8, last: Bool
    ) throws(StorageError) {
        var reference = start
        var level = startLevel
        while true {
            let page = PageView(try space.page(reference, level: level))
            let index = last ? page.count - 1 : 0
            path[Int(level)] = Step(reference: reference, index: index, count: page.count)
            if level == 0 { return }
            reference = page.child(index)
            level -= 1
        }
    }

    /// Moves to the neighbouring leaf. Within a step.
    private func stepLeaf(forward: Bool) throws(StorageError) -> Bool {
        isStanding = false
        var level = 1
        while level < Int(height) {
            let step = path[level]
            if forward ? step.index + 1 < step.count : step.index > 0 {
                let index = forward ? step.index + 1 : step.index - 1
                path[level].index = index
                let page = PageView(try space.page(step.reference, level: UInt8(level)))
                try descendToEnd(
                    from: page.child(index), level: UInt8(level - 1), last: !forward)
                try copyLeaf()
                return try standOnCopiedEntry()
            }
            level += 1
        }
        return false
    }

    private func copyLeaf() throws(StorageError) {
        kith_step_begin()
        defer { kith_step_end() }
        let page = try space.page(path[0].reference, level: 0)
        let leaf = memory + leafOffset
        leaf.copyMemory(from: page, byteCount: pageSize)
        let view = PageView(leaf)
        keyPrefixLength = view.prefixLength
        memory.copyMemory(from: view.prefix, byteCount: keyPrefixLength)
        leafIsCopied = true
    }

    @inline(__always)
    private func standOnCopiedEntry() throws(StorageError) -> Bool {
        let leaf = PageView(memory + leafOffset)
        let index = path[0].index
        let length = leaf.suffixLength(index)
        (memory + keyPrefixLength).copyMemory(from: leaf.suffix(index), byteCount: length)
        keyLength = keyPrefixLength &+ length
        valueBase = leaf.valueBytes(index)
        valueLength = leaf.valueLength(index)
        isStanding = true
        if leaf.valueIsOverflow(index) { try readLongValue() }
        return true
    }

    /// Copies the entry at the path's end. Within a step.
    private func standOnSoughtEntry() throws(StorageError) -> Bool {
        let leaf = PageView(try space.page(path[0].reference, level: 0))
        let index = path[0].index
        leafIsCopied = false
        keyLength = leaf.copyKey(index, to: memory)
        valueLength = leaf.valueLength(index)
        let copy = memory + valueOffset
        copy.copyMemory(from: leaf.valueBytes(index), byteCount: valueLength)
        valueBase = UnsafeRawPointer(copy)
        isStanding = true
        if leaf.valueIsOverflow(index) { try readLongValue() }
        return true
    }

    private func readLongValue() throws(StorageError) {
        isStanding = false
        let bytes = UnsafeRawBufferPointer(start: valueBase, count: valueLength)
        guard let reference = ExtentReference(encoded: bytes) else {
            throw .corrupt(page: UInt64(path[0].reference.page), damage: .structure)
        }
        let buffer = try space.readExtent(reference)
        longValue = buffer
        valueBase = buffer.bytes.baseAddress ?? valueBase
        valueLength = buffer.bytes.count
        isStanding = true
    }

    /// Goes on from the key after the transaction changed something.
    private func moveAfterChange(forward: Bool) throws(StorageError) -> Bool {
        let old = [UInt8](key)
        if forward {
            guard try seek(atOrAfter: old) else { return false }
            return key.elementsEqual(old) ? try next() : true
        }
        guard try seek(atOrBefore: old) else { return false }
        return key.elementsEqual(old) ? try previous() : true
    }
}
