import CShims

extension WriteTransaction {
    /// Makes the changes visible and ends the transaction, whether it succeeds or throws.
    ///
    /// In order: the directory and the free-space tree are brought up to date, all changed pages
    /// get their places, children first, and are written; then a commit page, then one sync (two
    /// where the manifest does not fit), and last the published record.
    ///
    /// - Throws: ``StorageError/outcomeUnknown`` when the disk did not confirm; with any other error
    ///   nothing was applied.
    @discardableResult
    public func commit(durability: Durability = .full) throws(StorageError) -> CommitNumber {
        try checkUsable()
        defer { end() }
        return try engine.withoutRefusal { () throws(StorageError) in
            guard hasChanges else {
                if durability == .full { try engine.makeDurable(base) }
                return base.number
            }
            return try commitChanges(durability: durability)
        }
    }

    private var hasChanges: Bool {
        if !changedNames.isEmpty || counters.values != base.counters { return true }
        return base.roots.indices.contains { space.roots[$0] != base.roots[$0] }
    }

    private func commitChanges(durability: Durability) throws(StorageError) -> CommitNumber {
        let number = base.number + 1
        releaseAllSavepoints()
        try flushOpenExtent()
        try updateDirectory()
        let reserve = try restoredReserve()
        var pass = FreeSpacePass(
            writer: writer, allocator: allocator, commitNumber: number, safe: safe,
            freePageCount: base.freePageCount, hint: base.allocationHint)
        try pass.run()
        try pass.use(writer.changed.count)

        var flush = PageFlush(writer: writer, commitNumber: number, sharesPages: false)
        flush.places = pass.selected
        space.namedRoots = try flush.flushed(space.namedRoots)
        try updateDirectory()
        try flush.flushRoots(space.roots, count: SystemTree.rootCount)
        precondition(
            flush.pages.count == writer.changed.count, "a changed page is not part of any tree")
        let treeRuns = try flush.write(to: space.file)

        let unsynced = engine.unsyncedManifest(of: base)
        var manifest = (unsynced?.runs ?? []) + ownExtents + treeRuns
        let pageTotal = manifest.reduce(0) { $0 + Int($1.pageCount) }
        let fits =
            !hasSpilled && manifest.count <= CommitRecord.manifestRunsMax
            && pageTotal <= ManifestRun.pagesMax
        if !fits { manifest = [] }
        // Pages that the manifest lists and that were freed again must stay as they are.
        let reusable =
            !fits ? number : unsynced?.durable ?? (ownExtentsWereFreed ? number - 1 : number)
        let record = CommitRecord(
            number: number, time: max(engine.now(), base.time),
            filePageCount: allocator.filePageCount,
            freePageCount: pass.freePageCount, reserveStart: reserve.start,
            reserveCount: reserve.count, allocationHint: pass.selected.first?.last ?? 0,
            reusable: reusable,
            counters: counters.values,
            roots: Array(UnsafeBufferPointer(start: space.roots, count: SystemTree.rootCount)),
            manifest: manifest)
        try engine.publish(record, syncsFirst: !fits, durability: durability)
        flush.keepPages(in: space.pool)
        return number
    }

    /// Enters the roots of named trees into the directory.
    ///
    /// Called twice: first so that the directory's own pages are changed, then, when the roots have
    /// their places, to overwrite the entries, which moves nothing.
    private func updateDirectory() throws(StorageError) {
        let tree = SystemTree.treeNumber(ofRoot: SystemTree.directory)
        for name in changedNames.sorted() {
            guard let root = space.namedRoots[name] else { continue }
            var key = name.bigEndian
            try withUnsafeBytes(of: &key) { key throws(StorageError) in
                if root.isEmpty {
                    var displaced: ExtentReference?
                    _ = try writer.remove(
                        key, in: &space.roots[SystemTree.directory], tree: tree,
                        displaced: &displaced)
                    return
                }
                var value = [UInt8](repeating: 0, count: TreeRoot.encodedByteCount)
                value.withUnsafeMutableBytes {
                    root.store(at: $0.baseAddress.unsafelyUnwrapped)
                }
                try value.withRawBytes { value throws(StorageError) in
                    _ = try writer.put(
                        key, value: value, isOverflow: false,
                        in: &space.roots[SystemTree.directory], tree: tree)
                }
            }
        }
    }

    /// The pages kept back for deletions, obtained anew where an earlier one used them up.
    private func restoredReserve() throws(StorageError) -> PageRun {
        let count = StorageLimits.reservePageCount
        if allocator.reserve.count == count { return allocator.reserve }
        if allocator.reserve.count > 0 {
            allocator.giveBack(allocator.reserve)
            allocator.reserve.count = 0
        }
        do {
            allocator.reserve = PageRun(start: try allocator.allocate(count), count: UInt32(count))
        } catch {
            guard error == .diskFull, mayUseReserve || netByteCount <= 0 else { throw error }
        }
        return allocator.reserve
    }
}
