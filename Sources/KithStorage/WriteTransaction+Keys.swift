/// Keys with short values, and many keys with one value, put in by whoever wants to know whether there
/// are others like them: what an index does; and all keys of a range, removed.
extension WriteTransaction {
    /// Stores a short `value` under `key`, and says whether an entry beside it has the same key but for
    /// the last `suffixLength` bytes, or may have: it is not looked for in other leaves.
    ///
    /// - Precondition: The value is not so long that it lies outside the trees.
    public func put(
        _ key: [UInt8], _ value: [UInt8], in tree: TreeID, comparingAllBut suffixLength: Int
    ) throws(StorageError) -> Bool {
        writer.comparedLength = max(0, key.count - suffixLength)
        defer { writer.comparedLength = 0 }
        try put(key, value, in: tree)
        return writer.hasAlikeNeighbour
    }

    /// Stores a short `value` under each of many keys: `bytes` holds one after another, `ends` where each
    /// ends, and `order` in which order they ascend; no two are the same.
    ///
    /// Returns those beside which lies an entry with the same key but for the last `suffixLength` bytes,
    /// or may lie.
    public func put(
        keys bytes: [UInt8], ends: [Int], order: [Int], value: [UInt8] = [], in tree: TreeID,
        comparingAllBut suffixLength: Int
    ) throws(StorageError) -> [Int] {
        try checkUsable()
        precondition(value.count < 16, "a value of many keys is short")
        defer { writer.comparedLength = 0 }
        var alike: [Int] = []
        var next = 0
        while next < order.count {
            // Between these, pages may move to the file.
            let end = min(next + 256, order.count)
            let part = order[next..<end]
            try whole { () throws(StorageError) in
                try bytes.withRawBytes { bytes throws(StorageError) in
                    try value.withRawBytes { value throws(StorageError) in
                        try change(tree) { root throws(StorageError) in
                            var continues = false
                            for place in part {
                                let start = place == 0 ? 0 : ends[place - 1]
                                let key = UnsafeRawBufferPointer(
                                    rebasing: bytes[start..<ends[place]])
                                try checkLength(ofKey: key)
                                netByteCount += key.count + value.count
                                writer.comparedLength = max(0, key.count - suffixLength)
                                let displaced = try writer.put(
                                    key, value: value, isOverflow: false, in: &root,
                                    tree: tree.rawValue, continues: continues)
                                continues = true
                                precondition(displaced == nil, "such keys have no long values")
                                if writer.hasAlikeNeighbour { alike.append(place) }
                            }
                        }
                    }
                }
                try spillIfNeeded()
            }
            next = end
        }
        return alike
    }

    /// Removes all entries from the key `first` on whose keys are below `end`; returns how many there were.
    ///
    /// - Complexity: O(*n* + *m* log *N*) for *n* entries on *m* leaves of a tree of *N*.
    @discardableResult
    public func removeAll(
        from first: [UInt8], before end: [UInt8], in tree: TreeID
    ) throws(StorageError) -> Int {
        try checkUsable()
        let cursor = reader.cursor(in: tree)
        var count = 0
        while try cursor.seek(atOrAfter: first) {
            let key = Array(cursor.key)
            guard key.lexicographicallyPrecedes(end) else { break }
            let removed = try whole { () throws(StorageError) in
                let run = try key.withRawBytes { key throws(StorageError) in
                    try end.withRawBytes { end throws(StorageError) in
                        try change(tree) { root throws(StorageError) in
                            try writer.removeRun(
                                from: key, before: end, in: &root, tree: tree.rawValue)
                        }
                    }
                }
                netByteCount -= run.keyByteCount
                try spillIfNeeded()
                return run.count
            }
            if removed == 0 {
                // Its value is a long one.
                try remove(key, in: tree)
            }
            count += max(removed, 1)
        }
        return count
    }
}
