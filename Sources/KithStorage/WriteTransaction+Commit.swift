import CShims

extension WriteTransaction {
    /// Makes the changes visible and ends the transaction, whether it succeeds or throws.
    ///
    /// - Throws: ``StorageError/outcomeUnknown`` when the disk did not confirm; with any other error
    ///   nothing was applied.
    @discardableResult
    public func commit(durability: Durability = .full) throws(StorageError) -> CommitNumber {
        try write(durability: durability).finish()
    }

    /// Writes the changes and ends the transaction, whether it succeeds or throws; they are visible
    /// once ``PendingCommit/finish()`` returns.
    ///
    /// All changed pages get their places, children first. As a rule that is on the runway: pages
    /// and commit page are one contiguous write. Otherwise the tree of free space is brought up to
    /// date too, and the commit page goes in front, with a new runway.
    ///
    /// Where it `beginsSync` the disk gets to work at once: worth while for who has more to do before
    /// waiting, and a loss of time where others wait for the next transaction.
    ///
    /// - Throws: ``StorageError/outcomeUnknown`` when writing failed half-way; with any other error
    ///   nothing was applied.
    public func write(
        durability: Durability = .full, beginsSync: Bool = true
    ) throws(StorageError) -> PendingCommit {
        try checkUsable()
        defer { end() }
        guard hasChanges else {
            if durability == .full { try engine.makeDurable(base) }
            return PendingCommit(finished: base)
        }
        try engine.beginPublication()
        do throws(StorageError) {
            releaseAllSavepoints()
            try flushOpenExtent()
            try updateDirectory()
            if let plan = runwayPlan() { return try writeOnRunway(plan, durability, beginsSync) }
            return try writeInFront(durability, beginsSync)
        } catch {
            engine.publication.leave()
            throw error
        }
    }

    private var hasChanges: Bool {
        // The tree of extents hears of an open one when it is full or at the end.
        if !changedNames.isEmpty || space.openExtent != nil || counters.values != base.counters {
            return true
        }
        return base.roots.indices.contains { space.roots[$0] != base.roots[$0] }
    }

    private func writeOnRunway(
        _ plan: RunwayPlan, _ durability: Durability, _ beginsSync: Bool
    ) throws(StorageError) -> PendingCommit {
        let flush = try flushed(to: plan.places, skipping: plan.skipped)
        let record = record(
            manifest: flush.manifest(after: plan.known), reusable: plan.reusable,
            freePageCount: base.freePageCount,
            hint: base.allocationHint, runway: plan.rest, freed: plan.freed)
        try engine.writeOnRunway(record, after: base, flush, memory: memory)
        parts.ownCommit = record
        if beginsSync, durability == .full { space.file.beginSync() }
        keepPages(of: flush)
        return PendingCommit(record, of: engine, isInFront: false, durability)
    }

    private func writeInFront(
        _ durability: Durability, _ beginsSync: Bool
    ) throws(StorageError) -> PendingCommit {
        try restoreReserve()
        var pass = FreeSpacePass(
            writer: writer, allocator: allocator, commitNumber: base.number + 1,
            safe: try bound.number(), freePageCount: base.freePageCount, hint: base.allocationHint,
            freedEarlier: freedEarlier,
            runwayPageCount: engine.header.version > 1
                ? min(FreeSpacePass.runwayPageCountMax, max(64, Int(base.filePageCount) / 4)) : 0)
        try pass.run()
        try pass.use(writer.changed.count)
        let runway = try pass.takeRunway()

        let flush = try flushed(to: pass.selected)
        try flush.write(to: space.file)
        let unsynced = engine.unsyncedManifest(of: base)
        var manifest = flush.manifest(after: (unsynced?.runs ?? []) + ownExtents)
        let pageTotal = manifest.reduce(0) { $0 + Int($1.pageCount) }
        let runsMax = CommitRecord.manifestRunsMax(version: engine.header.version)
        let fits =
            !hasSpilled && manifest.count <= runsMax && pageTotal <= ManifestRun.pagesMax
        if !fits { manifest = [] }
        let record = record(
            manifest: manifest, reusable: fits ? unsynced?.durable : base.number + 1,
            freePageCount: pass.freePageCount, hint: pass.selected.first?.last ?? 0,
            runway: runway, freed: PageRunSet())
        try engine.writeInFront(record, after: base, syncsFirst: !fits)
        parts.ownCommit = record
        if beginsSync, durability == .full { space.file.beginSync() }
        keepPages(of: flush)
        // No later manifest repeats what this one leaves out: it must not stay without a sync.
        return PendingCommit(record, of: engine, isInFront: true, fits ? durability : .full)
    }

    /// Leaves the written pages in the cache.
    private func keepPages(of flush: PageFlush) {
        space.pool.forgetSuperseded(andNote: writer.droppedPages)
        flush.keepPages(in: space.pool)
    }

    /// Pages that this and earlier commits freed without telling the tree of free space, and the
    /// place that a commit page on the runway would have taken: a signpost stands there, for those
    /// who look for it.
    private var freedEarlier: [PageRun] {
        var freed = base.freed.runs
        if let first = base.runway.first {
            freed.append(
                PageRun(
                    start: first.start,
                    count: FileLayout.commitPageCount(pageSize: engine.pageSizeInBytes)))
        }
        return freed
    }

    /// Gives all changed pages their places.
    private func flushed(
        to places: [PageRun], skipping skipped: UInt32 = 0
    ) throws(StorageError) -> PageFlush {
        let flush = parts.flush
        flush.begin(base.number + 1, places: places, skipping: skipped)
        space.namedRoots = try flush.flushed(space.namedRoots)
        try updateDirectory()
        try flush.flushRoots(space.roots, count: SystemTree.rootCount)
        precondition(
            flush.pages.count == writer.changed.count, "a changed page is not part of any tree")
        return flush
    }

    /// The record of this commit; `reusable` is nil where nothing in the manifest forbids the usual.
    private func record(
        manifest: [ManifestRun], reusable: UInt64?, freePageCount: UInt64, hint: UInt32,
        runway: [PageRun], freed: PageRunSet
    ) -> CommitRecord {
        let number = base.number + 1
        let names = engine.names()
        return CommitRecord(
            number: number, time: max(engine.now(), base.time),
            filePageCount: allocator.filePageCount, freePageCount: freePageCount,
            reserve: allocator.reserve, allocationHint: hint,
            // Pages that the manifest lists and that were freed again must stay as they are.
            reusable: reusable ?? (ownExtentsWereFreed ? number - 1 : number),
            counters: counters.values,
            roots: Array(UnsafeBufferPointer(start: space.roots, count: SystemTree.rootCount)),
            manifest: manifest, runway: runway, freed: freed, link: names.link,
            previousLink: base.link, durable: names.durable)
    }

    /// Enters the roots of named trees into the directory.
    ///
    /// Called twice: first so that the directory's own pages are changed, then, when the roots have
    /// their places, to overwrite the entries, which moves nothing.
    private func updateDirectory() throws(StorageError) {
        if changedNames.isEmpty { return }
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
    private func restoreReserve() throws(StorageError) {
        let count = StorageLimits.reservePageCount
        if allocator.reserve.count == count { return }
        if allocator.reserve.count > 0 {
            allocator.giveBack(allocator.reserve)
            allocator.reserve.count = 0
        }
        do {
            allocator.reserve = PageRun(start: try allocator.allocate(count), count: UInt32(count))
        } catch {
            guard error == .diskFull, allocator.mayUseReserve else { throw error }
        }
    }
}
