import CShims
import Glibc

extension TreeWriter {
    /// Stores a value under a key; returns the reference of a long value that it took the place of.
    ///
    /// `continues` where the last change of all was to put a smaller key into the same tree: a key behind
    /// all others then needs no search.
    func put(
        _ key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, isOverflow: Bool,
        in root: inout TreeRoot, tree: UInt32, continues: Bool = false
    ) throws(StorageError) -> ExtentReference? {
        kith_step_begin()
        defer { kith_step_end() }
        space.changeNumber &+= 1
        var tag =
            (UInt16(truncatingIfNeeded: value.count) | (isOverflow ? PageView.overflowBit : 0))
            .littleEndian
        return try withUnsafeBytes(of: &tag) { tag throws(StorageError) in
            let none = UnsafeRawPointer(scratch)
            let entry = PageEntry(
                prefix: none, prefixLength: 0, suffix: key.baseAddress ?? none,
                suffixLength: key.count, header: tag.baseAddress ?? none,
                tail: value.baseAddress ?? none, tailLength: value.count)
            guard !root.isEmpty else {
                hasAlikeNeighbour = false
                isBehindAll = false
                let (reference, page) = makePage()
                (entries).initialize(to: entry)
                PageEditor(page).layOut(
                    UnsafeBufferPointer(start: entries, count: 1), level: 0, tree: tree,
                    usable: usable)
                root = TreeRoot(reference: reference, height: 1, entryCount: 1)
                return nil
            }
            return try put(
                entry, key: key, in: &root, tree: tree, continues: continues && isBehindAll)
        }
    }

    private func put(
        _ entry: PageEntry, key: UnsafeRawBufferPointer, in root: inout TreeRoot, tree: UInt32,
        continues: Bool
    ) throws(StorageError) -> ExtentReference? {
        if !continues { try descend(to: key, in: &root) }
        let page = path[0].page
        let view = PageView(UnsafeRawPointer(page))
        let bound = continues ? view.count << 1 : view.lowerBound(key)
        let index = bound >> 1
        isBehindAll = false
        path[0].index = index
        if comparedLength > 0 { noteNeighbours(view, bound, key, root) }
        guard bound & 1 == 1 else {
            root.entryCount += 1
            let count = view.count
            try insert(entry, level: 0, replacing: false, root: &root, tree: tree)
            // Where the page was not split, the way to it is as it was.
            isBehindAll =
                index == count && PageView(UnsafeRawPointer(page)).count == count + 1
                && isRightmost(0, root)
            return nil
        }
        var displaced: ExtentReference?
        if view.valueIsOverflow(index) {
            displaced = ExtentReference(
                encoded: UnsafeRawBufferPointer(
                    start: view.valueBytes(index), count: view.valueLength(index)))
        }
        if view.valueLength(index) == entry.tailLength {
            PageEditor(page).overwriteValue(
                index,
                with: UnsafeRawBufferPointer(start: entry.tail, count: entry.tailLength),
                tag: kith_load16(entry.header))
        } else {
            PageEditor(page).remove(at: index)
            try insert(entry, level: 0, replacing: true, root: &root, tree: tree)
        }
        return displaced
    }

    /// Notes whether the entries beside the place of `key` begin as it does.
    private func noteNeighbours(
        _ leaf: PageView, _ bound: Int, _ key: UnsafeRawBufferPointer, _ root: TreeRoot
    ) {
        let index = bound >> 1
        let isAlikeBefore =
            index > 0 ? begins(leaf, index - 1, as: key) : !isLeftmost(root)
        let isAlikeAfter =
            index < leaf.count ? begins(leaf, index, as: key) : !isRightmost(0, root)
        hasAlikeNeighbour = bound & 1 == 1 || isAlikeBefore || isAlikeAfter
    }

    private func begins(_ leaf: PageView, _ index: Int, as key: UnsafeRawBufferPointer) -> Bool {
        let shared = leaf.prefixLength
        guard comparedLength <= key.count, shared + leaf.suffixLength(index) >= comparedLength,
            let bytes = key.baseAddress
        else { return false }
        let first = min(shared, comparedLength)
        guard memcmp(leaf.prefix, bytes, first) == 0 else { return false }
        return memcmp(leaf.suffix(index), bytes + first, comparedLength - first) == 0
    }

    private func isLeftmost(_ root: TreeRoot) -> Bool {
        for level in 1..<max(1, Int(root.height)) where path[level].index > 0 { return false }
        return true
    }

    /// Makes the way to `key` writable and records it in `path`, the leaf at 0.
    func descend(
        to key: UnsafeRawBufferPointer, in root: inout TreeRoot
    ) throws(StorageError) {
        var level = root.height - 1
        var (reference, page) = try writable(root.reference, level: level)
        root.reference = reference
        while level > 0 {
            let view = PageView(UnsafeRawPointer(page))
            let index = view.childIndex(for: key)
            path[Int(level)] = (page, index)
            let parent = page
            let old = view.child(index)
            (reference, page) = try writable(old, level: level - 1)
            if reference != old { PageEditor(parent).setChild(index, to: reference) }
            level -= 1
        }
        path[0] = (page, 0)
    }

    /// Inserts an entry at the place that `path` says, splitting pages as needed.
    private func insert(
        _ entry: PageEntry, level: Int, replacing: Bool, root: inout TreeRoot, tree: UInt32
    ) throws(StorageError) {
        let (page, index) = path[level]
        let editor = PageEditor(page)
        let view = editor.view
        let shared = view.prefixLength
        let fits =
            view.count > 0 && entry.keyLength >= shared
            && kith_common_length(
                view.prefix.assumingMemoryBound(to: UInt8.self), UInt32(shared),
                entry.suffix.assumingMemoryBound(to: UInt8.self), UInt32(entry.keyLength))
                == UInt32(shared)
        if fits, editor.insert(entry, at: index) { return }
        if fits, level == 0, index == view.count, view.isTight, isRightmost(level, root) {
            return try append(entry, to: view, root: &root, tree: tree)
        }
        // Lay the page out anew, in two pages where one is too small.
        scratch.copyMemory(from: page, byteCount: pageSize)
        let count = listWithInsertion(UnsafeRawPointer(scratch), entry, at: index)
        let all = UnsafeBufferPointer(start: entries, count: count)
        let isLeaf = level == 0
        if PageEditor.byteCount(of: all, isLeaf: isLeaf) <= usable {
            editor.layOut(all, level: UInt8(level), tree: tree, usable: usable)
            return
        }
        let middle = splitPoint(
            all, isLeaf: isLeaf, appends: index == count - 1 && isRightmost(level, root))
        let (rightReference, rightPage) = makePage()
        let left = UnsafeBufferPointer(rebasing: all[..<middle])
        let right = UnsafeBufferPointer(rebasing: all[middle...])
        editor.layOut(left, level: UInt8(level), tree: tree, usable: usable)
        PageEditor(rightPage).layOut(right, level: UInt8(level), tree: tree, usable: usable)
        // What tells both pages apart: in a leaf the shortest such bytes, in a branch its key.
        let keyLength =
            isLeaf
            ? all[middle - 1].commonLength(with: all[middle]) + 1 : all[middle].keyLength
        try insertSeparator(
            all[middle], keyLength, right: rightReference, level: level + 1, root: &root,
            tree: tree)
    }

    /// Puts an entry behind all others into a page of its own: what a split of the full page before it
    /// comes to, which stays as it is.
    private func append(
        _ entry: PageEntry, to full: PageView, root: inout TreeRoot, tree: UInt32
    ) throws(StorageError) {
        let last = full.count - 1
        let before = PageEntry(
            prefix: full.prefix, prefixLength: full.prefixLength, suffix: full.suffix(last),
            suffixLength: full.suffixLength(last), header: full.cell(last), tail: full.cell(last),
            tailLength: 0)
        let keyLength = before.commonLength(with: entry) + 1
        let (reference, page) = makePage()
        entries.initialize(to: entry)
        PageEditor(page).layOut(
            UnsafeBufferPointer(start: entries, count: 1), level: 0, tree: tree, usable: usable)
        try insertSeparator(
            entry, keyLength, right: reference, level: 1, root: &root, tree: tree)
    }

    /// Inserts the first bytes of an entry's key as what tells its page, on the level below, from the one
    /// before.
    private func insertSeparator(
        _ entry: PageEntry, _ keyLength: Int, right: PageReference, level: Int,
        root: inout TreeRoot, tree: UInt32
    ) throws(StorageError) {
        let bytes = separator + ((level - 1) & 1) * (pageSize / 2)
        for place in 0..<keyLength {
            bytes.storeBytes(of: entry.byte(place), toByteOffset: place, as: UInt8.self)
        }
        try insertSeparator(
            UnsafeRawBufferPointer(start: bytes, count: keyLength), right: right, level: level,
            root: &root, tree: tree)
    }

    private func insertSeparator(
        _ key: UnsafeRawBufferPointer, right: PageReference, level: Int, root: inout TreeRoot,
        tree: UInt32
    ) throws(StorageError) {
        try withUnsafeTemporaryBytes(PageReference.encodedByteCount) {
            header throws(StorageError) in
            right.store(at: header)
            let entry = PageEntry(
                prefix: key.baseAddress.unsafelyUnwrapped, prefixLength: 0,
                suffix: key.baseAddress.unsafelyUnwrapped, suffixLength: key.count,
                header: UnsafeRawPointer(header), tail: UnsafeRawPointer(header), tailLength: 0)
            if level < Int(root.height) {
                path[level].index += 1
                try insert(entry, level: level, replacing: false, root: &root, tree: tree)
                return
            }
            try withUnsafeTemporaryBytes(PageReference.encodedByteCount) {
                first throws(StorageError) in
                root.reference.store(at: first)
                let (reference, page) = makePage()
                entries.initialize(to: entry)
                entries[0].suffixLength = 0
                entries[0].header = UnsafeRawPointer(first)
                (entries + 1).initialize(to: entry)
                PageEditor(page).layOut(
                    UnsafeBufferPointer(start: entries, count: 2), level: UInt8(level), tree: tree,
                    usable: usable)
                root.reference = reference
                root.height += 1
                precondition(root.height <= TreeRoot.heightMax, "a tree has too many levels")
            }
        }
    }

    private func withUnsafeTemporaryBytes(
        _ count: Int, _ body: (UnsafeMutableRawPointer) throws(StorageError) -> Void
    ) throws(StorageError) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 8)
        defer { memory.deallocate() }
        try body(memory)
    }

    private func isRightmost(_ level: Int, _ root: TreeRoot) -> Bool {
        var above = level + 1
        while above < Int(root.height) {
            if path[above].index != PageView(UnsafeRawPointer(path[above].page)).count - 1 {
                return false
            }
            above += 1
        }
        return true
    }

    private func listWithInsertion(
        _ page: UnsafeRawPointer, _ entry: PageEntry, at index: Int
    ) -> Int {
        let count = list(page, from: 0)
        var place = count
        while place > index {
            (entries + place).initialize(to: entries[place - 1])
            place -= 1
        }
        (entries + index).initialize(to: entry)
        return count + 1
    }

    /// Where to split entries that are too many for one page, so that both halves fit.
    private func splitPoint(
        _ all: UnsafeBufferPointer<PageEntry>, isLeaf: Bool, appends: Bool
    ) -> Int {
        let count = all.count
        // Keys that only ascend fill their pages.
        if appends, fits(all, at: count - 1, isLeaf: isLeaf) { return count - 1 }
        let total = all.reduce(0) { $0 + $1.keyLength + $1.tailLength + 20 }
        var sum = 0
        var middle = 0
        while middle < count - 1, sum < total / 2 {
            sum += all[middle].keyLength + all[middle].tailLength + 20
            middle += 1
        }
        middle = max(1, middle)
        for distance in 0..<count {
            for candidate in [middle - distance, middle + distance]
            where candidate > 0 && candidate < count && fits(all, at: candidate, isLeaf: isLeaf) {
                return candidate
            }
        }
        preconditionFailure("a page has entries that two pages cannot hold")
    }

    private func fits(
        _ all: UnsafeBufferPointer<PageEntry>, at middle: Int, isLeaf: Bool
    ) -> Bool {
        let left = UnsafeBufferPointer(rebasing: all[..<middle])
        let right = UnsafeBufferPointer(rebasing: all[middle...])
        return PageEditor.byteCount(of: left, isLeaf: isLeaf) <= usable
            && PageEditor.byteCount(of: right, isLeaf: isLeaf) <= usable
    }
}
