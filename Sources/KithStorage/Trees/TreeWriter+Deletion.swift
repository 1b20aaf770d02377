import CShims

extension TreeWriter {
    /// Removes a key, if it is there; `displaced` is the reference of its long value.
    func remove(
        _ key: UnsafeRawBufferPointer, in root: inout TreeRoot, tree: UInt32,
        displaced: inout ExtentReference?
    ) throws(StorageError) -> Bool {
        kith_step_begin()
        defer { kith_step_end() }
        guard let found = try space.find(key, in: root) else { return false }
        displaced = found.overflowReference
        space.changeNumber &+= 1
        try descend(to: key, in: &root)
        let leaf = PageEditor(path[0].page)
        leaf.remove(at: leaf.view.lowerBound(key) >> 1)
        root.entryCount -= 1
        try repair(root: &root, tree: tree)
        return true
    }

    /// Removes the entry of `key`, which is there, and those that follow it in its leaf, as far as their
    /// keys are below `end` and their values are short; returns how many there were and the bytes of
    /// their keys.
    func removeRun(
        from key: UnsafeRawBufferPointer, before end: UnsafeRawBufferPointer,
        in root: inout TreeRoot, tree: UInt32
    ) throws(StorageError) -> (count: Int, keyByteCount: Int) {
        kith_step_begin()
        defer { kith_step_end() }
        space.changeNumber &+= 1
        try descend(to: key, in: &root)
        let leaf = PageEditor(path[0].page)
        let first = leaf.view.lowerBound(key) >> 1
        let bound = leaf.view.lowerBound(end) >> 1
        var last = first
        var keyByteCount = 0
        while last < bound, !leaf.view.valueIsOverflow(last) {
            keyByteCount += leaf.view.prefixLength + leaf.view.suffixLength(last)
            last += 1
        }
        if last == first { return (0, 0) }
        for index in (first..<last).reversed() { leaf.remove(at: index) }
        root.entryCount -= UInt64(last - first)
        try repair(root: &root, tree: tree)
        return (last - first, keyByteCount)
    }

    /// Removes pages that became empty, and joins those that became small, from the leaf upwards.
    private func repair(root: inout TreeRoot, tree: UInt32) throws(StorageError) {
        var level = 0
        while level + 1 < Int(root.height) {
            let page = PageView(UnsafeRawPointer(path[level].page))
            let parent = PageEditor(path[level + 1].page)
            let index = path[level + 1].index
            if page.count == 0 {
                let reference = parent.view.child(index)
                parent.remove(at: index)
                drop(reference)
            } else if liveByteCount(page) < usable / 3 {
                guard try join(at: level, root: root, tree: tree) else { break }
            } else {
                break
            }
            level += 1
        }
        while true {
            let page = PageView(try space.page(root.reference, level: root.height - 1))
            if page.count == 0 {
                drop(root.reference)
                root = .empty
                return
            }
            guard root.height > 1, page.count == 1 else { return }
            let child = page.child(0)
            drop(root.reference)
            root.reference = child
            root.height -= 1
        }
    }

    private func liveByteCount(_ page: PageView) -> Int {
        usable - page.cellStart - page.garbage + page.slotsOffset
            + page.count * PageView.slotByteCount
    }

    /// Joins the page at `level` of the path with a neighbour, where both fit in one.
    private func join(at level: Int, root: TreeRoot, tree: UInt32) throws(StorageError) -> Bool {
        let parent = PageEditor(path[level + 1].page)
        let index = path[level + 1].index
        let count = parent.view.count
        for leftIndex in [index, index - 1] where leftIndex >= 0 && leftIndex + 1 < count {
            let leftReference = parent.view.child(leftIndex)
            let rightReference = parent.view.child(leftIndex + 1)
            let left = try space.page(leftReference, level: UInt8(level))
            let right = try space.page(rightReference, level: UInt8(level))
            if liveByteCount(PageView(left)) + liveByteCount(PageView(right)) > usable { continue }
            let middle = list(left, from: 0)
            let total = list(right, from: middle)
            if level > 0 {
                // The right page's first key was dropped; it is the separator above.
                let above = parent.view
                entries[middle].prefix = above.prefix
                entries[middle].prefixLength = above.prefixLength
                entries[middle].suffix = above.suffix(leftIndex + 1)
                entries[middle].suffixLength = above.suffixLength(leftIndex + 1)
            }
            let all = UnsafeBufferPointer(start: entries, count: total)
            guard PageEditor.byteCount(of: all, isLeaf: level == 0) <= usable else { continue }
            PageEditor(scratch).layOut(all, level: UInt8(level), tree: tree, usable: usable)
            let (reference, page) = try writable(leftReference, level: UInt8(level))
            page.copyMemory(from: scratch, byteCount: usable)
            parent.setChild(leftIndex, to: reference)
            parent.remove(at: leftIndex + 1)
            drop(rightReference)
            return true
        }
        return false
    }
}
