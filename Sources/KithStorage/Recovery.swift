import CShims
import Glibc

/// Waits for a moment before something is tried again.
func pauseBriefly() { usleep(2_000) }

/// Decides which commit a file shows, and makes it whole.
///
/// Rules:
///
/// 1. The newest commit is taken whose manifest verifies, be it in front or on the runway of the
///    newest in front that can be read. It is an error, never a reason to fall back, if the published
///    record, a signpost or a later commit page calls a newer one durable.
/// 2. Whoever takes a commit that is not known to be on the disk writes its manifest's pages and its
///    commit page again (after a failed sync the system's cache may lie), syncs, writes the commit
///    page into a second place in front, syncs, and only then publishes. Each step may be repeated
///    after a crash. A commit from the runway comes into both places after the first sync; the one in
///    front from which the runway was followed stays until then.
/// 3. Two equal commit pages in front, and nothing after them on the runway, say that the file is
///    clean.
struct Recovery {
    let file: DatabaseFile
    let header: FileHeader

    private var runway: Runway { Runway(file: file, header: header) }

    /// The commit pages and the published record, each nil when it is torn or foreign.
    struct Front {
        var commits: [CommitRecord?]
        var published: PublishedRecord?

        /// The number of each commit, 0 where there is none.
        var slots: [UInt64] { commits.map { $0?.number ?? 0 } }

        /// The commit in front with that number.
        func commit(_ number: UInt64) -> CommitRecord? {
            commits.lazy.compactMap { $0 }.first { $0.number == number }
        }
    }

    func readFront() throws(StorageError) -> Front {
        let start = Int(FileLayout.commitPageOffset(0))
        let byteCount =
            Int(FileLayout.publishedRecordOffset) + PublishedRecord.byteCount - start
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
        defer { buffer.deallocate() }
        try file.read(into: buffer, at: UInt64(start))
        let base = UnsafeRawPointer(buffer.baseAddress.unsafelyUnwrapped)
        return Front(
            commits: (0..<FileLayout.commitPageCount).map {
                CommitRecord.decode(base + $0 * FileLayout.blockByteCount, header: header)
            },
            published: PublishedRecord(
                at: base + (byteCount - PublishedRecord.byteCount), header: header))
    }

    /// The published record; nil when it stays unreadable.
    func readPublishedRecord() throws(StorageError) -> PublishedRecord? {
        try withUnsafeTemporaryBlock(PublishedRecord.byteCount) { block throws(StorageError) in
            for _ in 0..<20 {
                try file.read(into: block, at: FileLayout.publishedRecordOffset)
                let base = UnsafeRawPointer(block.baseAddress.unsafelyUnwrapped)
                if let record = PublishedRecord(at: base, header: header) { return record }
                // A writer was just overwriting it.
                sched_yield()
            }
            return nil
        }
    }

    func write(_ record: CommitRecord, slot: Int) throws(StorageError) {
        try write(record, at: FileLayout.commitPageOffset(slot))
    }

    private func write(_ record: CommitRecord, at place: UInt64) throws(StorageError) {
        try withUnsafeTemporaryBlock(FileLayout.blockByteCount) { block throws(StorageError) in
            record.encode(into: block.baseAddress.unsafelyUnwrapped, header: header)
            try file.write([UnsafeRawBufferPointer(block)], at: place)
        }
    }

    func write(_ published: PublishedRecord) throws(StorageError) {
        try withUnsafeTemporaryBlock(PublishedRecord.byteCount) { block throws(StorageError) in
            published.encode(into: block.baseAddress.unsafelyUnwrapped, header: header)
            try file.write(
                [UnsafeRawBufferPointer(block)], at: FileLayout.publishedRecordOffset)
        }
    }

    private func withUnsafeTemporaryBlock<Result>(
        _ byteCount: Int,
        _ body: (UnsafeMutableRawBufferPointer) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
        defer { block.deallocate() }
        return try body(block)
    }

    /// The commit to show, without writing anything.
    ///
    /// `trustsRecord` says that a writer is at work, so that what is newer than the published
    /// record is not finished yet.
    func choose(trustsRecord: Bool) throws(StorageError) -> ChosenCommit {
        let front = try readFront()
        if trustsRecord, let published = front.published,
            let anchor = front.commit(published.visible)
        {
            let end = try runway.published(from: anchor)
            return Self.chosen(
                end.record, durable: max(published.durable, end.durable),
                among: front.commits + [end.record], front: front)
        }
        return try choose(front)
    }

    private static func chosen(
        _ record: CommitRecord, durable: UInt64, among known: [CommitRecord?], front: Front
    ) -> ChosenCommit {
        let onDisk = known.lazy.compactMap { $0 }.first { $0.number == durable }
        return ChosenCommit(
            record: record, durable: durable, reusable: onDisk?.reusable ?? 0, slots: front.slots)
    }

    private func choose(_ front: Front) throws(StorageError) -> ChosenCommit {
        var durable = front.published?.durable ?? 0
        let anchors = front.commits.compactMap { $0 }.sorted { $0.number > $1.number }
        var tried: Set<UInt64> = []
        for anchor in anchors where tried.insert(anchor.number).inserted {
            let (followers, end) = try runway.commits(after: anchor)
            let newest = followers.last ?? anchor
            durable = max(durable, newest.durable)
            switch end {
            case .newest(let number): durable = max(durable, number)
            case .nothing where try runway.provesDurable(beyond: newest):
                throw .damagedCommit(number: newest.number + 1)
            case .nothing, .front, .commit: break
            }
            let isTwice = anchors.count(where: { $0.number == anchor.number }) > 1
            for record in followers.reversed() + [anchor] {
                guard record.number >= durable else { throw .damagedCommit(number: durable) }
                let isClean = isTwice && record === anchor
                var isWhole = isClean
                if !isClean { isWhole = try verifies(record) }
                guard isWhole else { continue }
                return Self.chosen(
                    record, durable: max(durable, isClean ? record.number : 0),
                    among: followers + anchors, front: front)
            }
        }
        throw .damagedCommit(number: max(durable, anchors.first?.number ?? 0))
    }

    /// Chooses the commit and makes it whole. The caller holds the writer's lock.
    ///
    /// With `onlyIfNeeded`, a file that merely was not closed stays as it is.
    func recover(onlyIfNeeded: Bool) throws(StorageError) -> ChosenCommit {
        let front = try readFront()
        if onlyIfNeeded, let published = front.published,
            published.visible == front.slots.max(), let anchor = front.commit(published.visible)
        {
            let end = try runway.published(from: anchor)
            // Without a runway there is nothing after a commit in front that is published.
            if end.isCertain || anchor.runway.isEmpty {
                return Self.chosen(
                    end.record, durable: max(published.durable, end.durable),
                    among: front.commits + [end.record], front: front)
            }
        }
        let chosen = try choose(front)
        return try makeWhole(chosen.record, front: front, isOnDisk: false)
    }

    /// Leaves two commit pages in front of a commit that `isOnDisk`, or brings it there first.
    func makeWhole(
        _ record: CommitRecord, front: Front, isOnDisk: Bool
    ) throws(StorageError) -> ChosenCommit {
        let number = record.number
        let slots = front.commits.indices
        let own = slots.filter { front.commits[$0]?.number == number }
        // Newer commits that did not verify must go, since their numbers will be used again.
        var targets = slots.filter { (front.commits[$0]?.number ?? 0) > number }
        if own.count < 2 {
            if !isOnDisk {
                try restoreLength(record)
                try rewritePages(of: record)
                if let place = own.first {
                    try write(record, slot: place)
                } else {
                    try rewriteCommitPages(upTo: record, front: front)
                }
                try file.sync()
            }
            targets = slotsToFill(with: record, own: own.first, front: front)
        }
        for slot in targets { try write(record, slot: slot) }
        let endsCleanly = try runway.isNewest(record)
        var erases = false
        if !endsCleanly, case .commit = try runway.look(after: record) { erases = true }
        if !endsCleanly {
            try runway.write(Signpost(at: record, durable: number), after: record)
        }
        if !targets.isEmpty || erases { try file.sync() }
        let published = PublishedRecord(durable: number, visible: number)
        if front.published != published { try write(published) }
        var numbers = front.slots
        for slot in targets { numbers[slot] = number }
        return ChosenCommit(
            record: record, durable: number, reusable: record.reusable, slots: numbers)
    }

    /// The places in front that a commit goes to besides its `own`, so that it is there twice.
    ///
    /// One commit in front from which the record can be reached, or the record itself, stays where
    /// it is.
    private func slotsToFill(
        with record: CommitRecord, own: Int?, front: Front
    ) -> [Int] {
        let older = front.commits.indices.filter {
            (front.commits[$0]?.number ?? 0) <= record.number
        }
        let kept = own ?? older.max { front.slots[$0] < front.slots[$1] }
        let others = front.commits.indices.filter { $0 != kept }
        if own == nil { return others }
        let newer = others.filter { front.slots[$0] > record.number }
        if !newer.isEmpty { return newer }
        return others.min { front.slots[$0] < front.slots[$1] }.map { [$0] } ?? []
    }

    /// Whether every page that the commit wrote is in the file as it was written.
    private func verifies(_ record: CommitRecord) throws(StorageError) -> Bool {
        for run in record.manifest {
            do throws(StorageError) {
                try withPages(of: run) { _ throws(StorageError) in }
            } catch {
                if case .corrupt = error { return false }
                throw error
            }
        }
        return true
    }

    /// Obtains the space of free pages at the end that a crash cut off; on a full disk they can wait.
    private func restoreLength(_ record: CommitRecord) throws(StorageError) {
        let size = try file.file.size()
        let needed = UInt64(record.filePageCount) * UInt64(file.pageSize)
        do throws(StorageError) {
            try file.file.grow(from: min(size, needed), to: needed, zeroing: false)
        } catch {
            guard error == .diskFull else { throw error }
        }
    }

    private func rewritePages(of record: CommitRecord) throws(StorageError) {
        for run in record.manifest {
            try withPages(of: run) { bytes throws(StorageError) in
                try file.write([bytes], at: UInt64(run.page) * UInt64(file.pageSize))
            }
        }
    }

    /// Writes the commit pages again that lead to `record` on the runway and were not durable when it
    /// was written.
    private func rewriteCommitPages(
        upTo record: CommitRecord, front: Front
    ) throws(StorageError) {
        let slots = front.commits.indices.filter { front.slots[$0] <= record.number }
        guard let slot = slots.max(by: { front.slots[$0] < front.slots[$1] }),
            let anchor = front.commits[slot]
        else { return }
        if anchor.number > record.durable { try write(anchor, slot: slot) }
        var before = anchor
        for next in try runway.commits(after: anchor).records where next.number <= record.number {
            if next.number > record.durable, let place = runway.place(after: before) {
                try write(next, at: place)
            }
            before = next
        }
    }

    /// Reads and verifies a run of the manifest.
    private func withPages(
        of run: ManifestRun, _ body: (UnsafeRawBufferPointer) throws(StorageError) -> Void
    ) throws(StorageError) {
        guard Int(run.pageCount) <= ManifestRun.pagesMax else {
            throw .corrupt(page: UInt64(run.page), damage: .structure)
        }
        try withUnsafeTemporaryBlock(Int(run.pageCount) * file.pageSize) {
            block throws(StorageError) in
            try file.read(into: block, at: UInt64(run.page) * UInt64(file.pageSize))
            let base = UnsafeRawPointer(block.baseAddress.unsafelyUnwrapped)
            let checksum = ManifestRun.checksum(ofPageChecksums: Int(run.pageCount)) {
                kith_checksum(base + $0 * file.pageSize, file.pageSize)
            }
            guard checksum == run.checksum else {
                throw .corrupt(page: UInt64(run.page), damage: .checksum)
            }
            try body(UnsafeRawBufferPointer(block))
        }
    }
}
