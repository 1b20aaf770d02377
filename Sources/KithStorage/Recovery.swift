import CShims
import Glibc

/// Waits for a moment before something is tried again.
func pauseBriefly() { usleep(2_000) }

/// Decides which commit a file shows, and makes it whole.
///
/// Rules:
///
/// 1. The newest commit is taken whose manifest verifies. It is an error, never a reason to fall
///    back, if the published record calls a newer one durable.
/// 2. Whoever takes a commit that is not known to be on the disk writes its manifest's pages and its
///    commit page again (after a failed sync the system's cache may lie), syncs, writes the commit
///    page into a second place, syncs, and only then publishes. Each step may be repeated after a
///    crash.
/// 3. Two equal commit pages of the newest commit say that the file is clean.
struct Recovery {
    let file: DatabaseFile
    let header: FileHeader

    /// The commit pages and the published record, each nil when it is torn or foreign.
    struct Front {
        var commits: [CommitRecord?]
        var published: PublishedRecord?

        /// The number of each commit, 0 where there is none.
        var slots: [UInt64] { commits.map { $0?.number ?? 0 } }
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
        try withUnsafeTemporaryBlock(FileLayout.blockByteCount) { block throws(StorageError) in
            record.encode(into: block.baseAddress.unsafelyUnwrapped, header: header)
            try file.write(
                [UnsafeRawBufferPointer(block)], at: FileLayout.commitPageOffset(slot))
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
            let record = front.commits.lazy.compactMap({ $0 }).first(where: {
                $0.number == published.visible
            })
        {
            return Self.chosen(record, durable: published.durable, front: front)
        }
        return try choose(front)
    }

    private static func chosen(
        _ record: CommitRecord, durable: UInt64, front: Front
    ) -> ChosenCommit {
        let onDisk = front.commits.lazy.compactMap { $0 }.first { $0.number == durable }
        return ChosenCommit(
            record: record, durable: durable, reusable: onDisk?.reusable ?? 0, slots: front.slots)
    }

    private func choose(_ front: Front) throws(StorageError) -> ChosenCommit {
        let durable = front.published?.durable ?? 0
        let candidates = front.commits.compactMap { $0 }.sorted { $0.number > $1.number }
        var tried: Set<UInt64> = []
        for record in candidates where tried.insert(record.number).inserted {
            guard record.number >= durable else { break }
            let isClean = candidates.count(where: { $0.number == record.number }) > 1
            var isWhole = isClean
            if !isClean { isWhole = try verifies(record) }
            if isWhole {
                return Self.chosen(
                    record, durable: max(durable, isClean ? record.number : 0), front: front)
            }
        }
        throw .damagedCommit(number: max(durable, candidates.first?.number ?? 0))
    }

    /// Chooses the commit and makes it whole. The caller holds the writer's lock.
    ///
    /// With `onlyIfNeeded`, a file that merely was not closed stays as it is.
    func recover(onlyIfNeeded: Bool) throws(StorageError) -> ChosenCommit {
        let front = try readFront()
        let newest = front.commits.lazy.compactMap { $0?.number }.max() ?? 0
        if onlyIfNeeded, let published = front.published, published.visible == newest,
            let record = front.commits.lazy.compactMap({ $0 }).first(where: { $0.number == newest })
        {
            return Self.chosen(record, durable: published.durable, front: front)
        }
        let chosen = try choose(front)
        return try makeWhole(chosen.record, front: front, isOnDisk: false)
    }

    /// Leaves two commit pages of a commit that `isOnDisk`, or brings it there first.
    func makeWhole(
        _ record: CommitRecord, front: Front, isOnDisk: Bool
    ) throws(StorageError) -> ChosenCommit {
        let number = record.number
        let slots = front.commits.indices
        guard let own = slots.first(where: { front.commits[$0]?.number == number }) else {
            throw .damagedCommit(number: number)
        }
        let others = slots.filter { $0 != own }
        let isClean = others.contains { front.commits[$0]?.number == number }
        // Newer commits that did not verify must go, since their numbers will be used again.
        var targets = others.filter { (front.commits[$0]?.number ?? 0) > number }
        if !isClean {
            if !isOnDisk {
                try restoreLength(record)
                try rewritePages(of: record)
                try write(record, slot: own)
                try file.sync()
            }
            if targets.isEmpty,
                let oldest = others.min(by: {
                    (front.commits[$0]?.number ?? 0) < (front.commits[$1]?.number ?? 0)
                })
            {
                targets = [oldest]
            }
        }
        for slot in targets { try write(record, slot: slot) }
        if !targets.isEmpty { try file.sync() }
        let published = PublishedRecord(durable: number, visible: number)
        if front.published != published { try write(published) }
        var numbers = front.slots
        for slot in targets { numbers[slot] = number }
        return ChosenCommit(
            record: record, durable: number, reusable: record.reusable, slots: numbers)
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
            let checksums = (0..<Int(run.pageCount)).map {
                kith_checksum(base + $0 * file.pageSize, file.pageSize)
            }
            guard ManifestRun.checksum(ofPageChecksums: checksums) == run.checksum else {
                throw .corrupt(page: UInt64(run.page), damage: .checksum)
            }
            try body(UnsafeRawBufferPointer(block))
        }
    }
}
