import CShims

/// A tree of a view, found once to be searched many times; good as long as nothing is changed in it.
public struct FoundTree: Sendable {
    let tree: TreeID
    let root: TreeRoot
}

extension StorageReader {
    /// Finds a tree.
    public func found(_ tree: TreeID) throws(StorageError) -> FoundTree {
        FoundTree(tree: tree, root: try openRoot(of: tree))
    }

    /// Copies the first entry whose key is at least `key` into `buffer`, first its key, then its value,
    /// and returns the lengths of both; nil when there is no such entry.
    ///
    /// What a cursor's first seek finds, without a cursor: allocates nothing unless the entry is the
    /// first of a leaf that the search did not come to, or its value a long one.
    ///
    /// - Precondition: `buffer` has room for the entry.
    public func copyFirstEntry(
        in tree: TreeID, atOrAfter key: UnsafeRawBufferPointer,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> (keyLength: Int, valueLength: Int)? {
        try copyFirstEntry(in: try found(tree), atOrAfter: key, into: buffer)
    }

    /// What ``copyFirstEntry(in:atOrAfter:into:)`` does, in a tree found before.
    public func copyFirstEntry(
        in found: FoundTree, atOrAfter key: UnsafeRawBufferPointer,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> (keyLength: Int, valueLength: Int)? {
        let root = found.root
        guard root.height > 0, key.count > 0, let target = buffer.baseAddress else { return nil }
        do {
            kith_step_begin()
            defer { kith_step_end() }
            var reference = root.reference
            var level = root.height &- 1
            while level > 0 {
                let page = PageView(try space.page(reference, level: level))
                reference = page.child(page.childIndex(for: key))
                level &-= 1
            }
            let leaf = PageView(try space.page(reference, level: 0))
            let index = leaf.lowerBound(key) >> 1
            if index < leaf.count, !leaf.valueIsOverflow(index) {
                let valueLength = leaf.valueLength(index)
                precondition(
                    leaf.prefixLength + leaf.suffixLength(index) + valueLength <= buffer.count,
                    "no room for the entry")
                let length = leaf.copyKey(index, to: target)
                (target + length).copyMemory(
                    from: leaf.valueBytes(index), byteCount: valueLength)
                return (length, valueLength)
            }
        }
        let cursor = cursor(in: found.tree)
        guard try cursor.seek(atOrAfter: key) else { return nil }
        precondition(
            cursor.key.count + cursor.value.count <= buffer.count, "no room for the entry")
        buffer.copyMemory(from: cursor.key)
        let length = cursor.key.count
        UnsafeMutableRawBufferPointer(rebasing: buffer[length...]).copyMemory(from: cursor.value)
        return (length, cursor.value.count)
    }
}
