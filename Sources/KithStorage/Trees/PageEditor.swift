import CShims

/// One entry on its way into a page: its key in two parts, and what its cell holds besides.
struct PageEntry {
    /// The first part of the key, shared with its old page.
    var prefix: UnsafeRawPointer
    var prefixLength: Int
    var suffix: UnsafeRawPointer
    var suffixLength: Int
    /// The cell's front: the value's length in a leaf, the reference in a branch.
    var header: UnsafeRawPointer
    /// The cell's end: the value in a leaf, nothing in a branch.
    var tail: UnsafeRawPointer
    var tailLength: Int

    @inline(__always)
    var keyLength: Int { prefixLength &+ suffixLength }

    /// Copies the key without its first `skip` bytes.
    @inline(__always)
    func copyKey(from skip: Int, to target: UnsafeMutableRawPointer) {
        let fromPrefix = max(0, prefixLength &- skip)
        if fromPrefix > 0 { target.copyMemory(from: prefix + skip, byteCount: fromPrefix) }
        let suffixSkip = max(0, skip &- prefixLength)
        (target + fromPrefix).copyMemory(
            from: suffix + suffixSkip, byteCount: suffixLength &- suffixSkip)
    }

    /// The number of leading bytes that two keys share.
    func commonLength(with other: PageEntry) -> Int {
        var length = 0
        let end = min(keyLength, other.keyLength)
        while length < end, byte(length) == other.byte(length) { length &+= 1 }
        return length
    }

    @inline(__always)
    func byte(_ index: Int) -> UInt8 {
        index < prefixLength
            ? prefix.load(fromByteOffset: index, as: UInt8.self)
            : suffix.load(fromByteOffset: index &- prefixLength, as: UInt8.self)
    }
}

/// Changes the bytes of one page in memory.
struct PageEditor {
    let base: UnsafeMutableRawPointer

    @inline(__always)
    init(_ base: UnsafeMutableRawPointer) { self.base = base }

    @inline(__always)
    var view: PageView { PageView(UnsafeRawPointer(base)) }

    @inline(__always)
    private func set16(_ value: Int, at offset: Int) {
        base.storeBytes(
            of: UInt16(truncatingIfNeeded: value).littleEndian, toByteOffset: offset,
            as: UInt16.self)
    }

    /// Lays out a page anew. `entries` must not point into it.
    ///
    /// Of a branch, the first key is dropped.
    func layOut(
        _ entries: UnsafeBufferPointer<PageEntry>, level: UInt8, tree: UInt32, usable: Int
    ) {
        let isLeaf = level == 0
        let keyed = isLeaf ? 0 : 1
        let shared = Self.sharedPrefix(of: entries, isLeaf: isLeaf)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: usable)
        base.storeBytes(of: isLeaf ? PageView.leafKind : PageView.branchKind, as: UInt8.self)
        base.storeBytes(of: level, toByteOffset: 1, as: UInt8.self)
        set16(entries.count, at: 2)
        set16(shared, at: 4)
        let slots = (PageView.headerByteCount + shared + 7) & ~7
        set16(slots, at: 10)
        base.storeBytes(of: tree.littleEndian, toByteOffset: 12, as: UInt32.self)
        if shared > 0 {
            let first = entries[keyed]
            // The shared part lies in one key whole, perhaps across its two parts.
            for index in 0..<shared {
                base.storeBytes(
                    of: first.byte(index), toByteOffset: PageView.headerByteCount + index,
                    as: UInt8.self)
            }
        }
        var cellStart = usable
        for index in 0..<entries.count {
            let dropsKey = !isLeaf && index == 0
            cellStart = writeCell(
                entries[index], slot: slots + index * PageView.slotByteCount, below: cellStart,
                skip: dropsKey ? entries[index].keyLength : shared, isLeaf: isLeaf)
        }
        set16(cellStart, at: 6)
    }

    @inline(__always)
    private func writeCell(
        _ entry: PageEntry, slot: Int, below end: Int, skip: Int, isLeaf: Bool
    ) -> Int {
        let front = isLeaf ? PageView.leafKeyOffset : PageView.branchKeyOffset
        let length = entry.keyLength &- skip
        let offset = end &- front &- length &- entry.tailLength
        let cell = base + offset
        cell.copyMemory(from: entry.header, byteCount: front)
        entry.copyKey(from: skip, to: cell + front)
        if entry.tailLength > 0 {
            (cell + (front &+ length)).copyMemory(from: entry.tail, byteCount: entry.tailLength)
        }
        set16(offset, at: slot)
        set16(length, at: slot &+ 2)
        let head = kith_key_head(
            UnsafeRawPointer(cell + front).assumingMemoryBound(to: UInt8.self),
            UInt32(truncatingIfNeeded: length))
        base.storeBytes(of: head.littleEndian, toByteOffset: slot &+ 4, as: UInt32.self)
        return offset
    }

    /// Inserts an entry whose key begins with the page's prefix, if there is room without moving
    /// cells, and says whether there was.
    func insert(_ entry: PageEntry, at index: Int) -> Bool {
        let view = self.view
        let isLeaf = view.isLeaf
        let count = view.count
        let shared = view.prefixLength
        let front = isLeaf ? PageView.leafKeyOffset : PageView.branchKeyOffset
        let needed = front + entry.keyLength - shared + entry.tailLength
        let slots = view.slotsOffset
        let slotsEnd = slots + count * PageView.slotByteCount
        guard slotsEnd + PageView.slotByteCount + needed <= view.cellStart else { return false }
        let slot = slots + index * PageView.slotByteCount
        (base + slot + PageView.slotByteCount).copyMemory(
            from: base + slot, byteCount: slotsEnd - slot)
        let start = writeCell(
            entry, slot: slot, below: view.cellStart, skip: shared, isLeaf: isLeaf)
        set16(start, at: 6)
        set16(count + 1, at: 2)
        return true
    }

    /// Removes the entry at `index`; in a branch the next one's key is dropped where it becomes the
    /// first.
    func remove(at index: Int) {
        let view = self.view
        let count = view.count
        var garbage = view.garbage + view.cellLength(index)
        let slot = view.slotsOffset + index * PageView.slotByteCount
        let end = view.slotsOffset + count * PageView.slotByteCount
        (base + slot).copyMemory(
            from: base + slot + PageView.slotByteCount,
            byteCount: end - slot - PageView.slotByteCount)
        set16(count - 1, at: 2)
        if !view.isLeaf, index == 0, count > 1 {
            garbage += view.suffixLength(0)
            set16(0, at: view.slotsOffset + 2)
            base.storeBytes(of: 0, toByteOffset: view.slotsOffset + 4, as: UInt32.self)
        }
        set16(garbage, at: 8)
    }

    /// Points a branch entry at another page.
    @inline(__always)
    func setChild(_ index: Int, to reference: PageReference) {
        reference.store(at: base + Int(kith_load16(view.slot(index))))
    }

    /// Replaces a value by one of the same length.
    @inline(__always)
    func overwriteValue(_ index: Int, with value: UnsafeRawBufferPointer, tag: UInt16) {
        let view = self.view
        let cell = Int(kith_load16(view.slot(index)))
        base.storeBytes(of: tag.littleEndian, toByteOffset: cell, as: UInt16.self)
        if let bytes = value.baseAddress {
            (base + cell + PageView.leafKeyOffset + view.suffixLength(index)).copyMemory(
                from: bytes, byteCount: value.count)
        }
    }

    /// Stamps the page with the commit that writes it.
    func setCommit(_ number: UInt64) {
        base.storeBytes(of: number.littleEndian, toByteOffset: 16, as: UInt64.self)
    }

    /// The prefix that a page of `entries` would cut off.
    static func sharedPrefix(of entries: UnsafeBufferPointer<PageEntry>, isLeaf: Bool) -> Int {
        let keyed = isLeaf ? 0 : 1
        guard entries.count - keyed >= 2 else { return 0 }
        return entries[keyed].commonLength(with: entries[entries.count - 1])
    }

    /// The bytes that a page of `entries` would use.
    static func byteCount(of entries: UnsafeBufferPointer<PageEntry>, isLeaf: Bool) -> Int {
        let shared = sharedPrefix(of: entries, isLeaf: isLeaf)
        let front = isLeaf ? PageView.leafKeyOffset : PageView.branchKeyOffset
        var total = (PageView.headerByteCount + shared + 7) & ~7
        for index in 0..<entries.count {
            let entry = entries[index]
            let key = !isLeaf && index == 0 ? 0 : entry.keyLength - shared
            total += PageView.slotByteCount + front + key + entry.tailLength
        }
        return total
    }
}
