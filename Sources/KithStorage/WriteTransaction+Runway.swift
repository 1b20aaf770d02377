/// How a commit takes its place on the runway.
struct RunwayPlan {
    /// Where its pages go, in order, but for the ``skipped`` first pages.
    let places: [PageRun]
    let skipped: UInt32
    /// What is left for those after it.
    let rest: [PageRun]
    /// What is free and not in the tree of free space.
    let freed: PageRunSet
    /// What the manifest lists besides its pages.
    let known: [ManifestRun]
    /// See ``CommitRecord/reusable``; nil where nothing in the manifest forbids the usual.
    let reusable: UInt64?
}

extension WriteTransaction {
    /// The way to commit on the runway; nil where something speaks against it, so that the commit
    /// must go in front: it used other pages too, or needs more than are left, or its page would have
    /// no room for its lists.
    func runwayPlan() -> RunwayPlan? {
        guard let first = base.runway.first, !hasSpilled, allocator.usedOnlyRunway(of: base),
            allocator.reserve.count == StorageLimits.reservePageCount
        else { return nil }
        let pageCount = FileLayout.commitPageCount(pageSize: engine.pageSizeInBytes)
        let (places, skipped) = allocator.places(after: base)
        var freed = base.freed
        freed.reserveCapacity(freed.runs.count + writer.droppedPages.count + 2)
        var rest: [PageRun] = []
        var left = UInt32(writer.changed.count)
        var usedRunCount = 0
        for index in places.indices {
            var place = places[index]
            if index == 0 {
                place.start += skipped
                place.count -= skipped
            }
            let used = min(left, place.count)
            left -= used
            if used > 0 { usedRunCount += 1 + Int(used) / 1024 }
            let unused = PageRun(start: place.start + used, count: place.count - used)
            if unused.count > pageCount, rest.count < CommitRecord.runwayRunsMax {
                rest.append(unused)
            } else if unused.count > 0 {
                // Too short for a commit page and a page more.
                freed.insert(unused)
            }
        }
        guard left == 0, !rest.isEmpty else { return nil }
        for page in writer.droppedPages { freed.insert(PageRun(start: page, count: 1)) }
        freed.insert(PageRun(start: first.start, count: pageCount))
        let unsynced = engine.unsyncedManifest(of: base)
        let known = (unsynced?.runs ?? []) + ownExtents
        let pageTotal = known.reduce(writer.changed.count) { $0 + Int($1.pageCount) }
        guard pageTotal <= ManifestRun.pagesMax,
            CommitRecord.fits(
                manifestRuns: known.count + usedRunCount, runwayRuns: rest.count,
                freedRuns: freed.runs.count)
        else { return nil }
        return RunwayPlan(
            places: places, skipped: skipped, rest: rest, freed: freed, known: known,
            reusable: unsynced?.durable)
    }
}
