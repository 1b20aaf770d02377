/// The snapshots that this process has open, and the one mark that stands for them in the file.
///
/// Invariant: where any are open, the oldest one's commit is locked in the file, so that no writer
/// of any process reuses a page that one of them may look at.
///
/// To set and to remove the mark are calls of the system that take longer than many a read. So where
/// snapshots come one after another the mark stays for a moment when the last one ends: the next one finds
/// it, or else a ``MarkKeeper`` removes it.
final class SnapshotRegistry: @unchecked Sendable {
    // Sendable: everything is guarded by `guardian`.
    private let file: any StorageFile
    private let guardian = Lock()
    /// Open snapshots by commit; few different ones at a time.
    private var counts: [(number: UInt64, count: Int)] = []
    private var lockedNumber: UInt64?
    /// How many snapshots began.
    private var begunCount = 0
    /// How many had begun when the keeper last looked.
    private var lookedCount = 0
    /// Removes a mark that nobody needs; where there is none the mark goes with the last snapshot.
    private var keeper: MarkKeeper?
    private var isClosed = false
    /// A fork of the process shares its marks, which are not the fork's to remove.
    private let forkGeneration = ForkGuard.generation

    /// From this snapshot on a mark may stay for a moment.
    private static let keptFrom = 64

    init(file: any StorageFile) { self.file = file }

    deinit { keeper?.stop() }

    /// Registers a snapshot of the commit that `newest` says, asking again until that is certain.
    ///
    /// Where no snapshot is open and no mark is set it is set before `newest` is asked, for the commit that
    /// was `known` as such: as a rule it still is, and to ask once is a call of the system less.
    func begin(
        known: () -> CommitRecord, newest: () throws(StorageError) -> CommitRecord
    ) throws(StorageError) -> (CommitRecord, SnapshotRegistration) {
        try guardian.with { () throws(StorageError) in
            var record = lockedNumber == nil ? known() : try newest()
            if counts.isEmpty {
                while lockedNumber != record.number {
                    record = try tryMark(record.number, newest)
                }
            }
            begunCount &+= 1
            let number = record.number
            if let place = counts.firstIndex(where: { $0.number == number }) {
                counts[place].count += 1
            } else {
                counts.append((number, 1))
            }
            return (record, SnapshotRegistration(registry: self, number: number))
        }
    }

    /// Marks a commit in place of the one that is marked, if it is the newest; returns the newest.
    private func tryMark(
        _ number: UInt64, _ newest: () throws(StorageError) -> CommitRecord
    ) throws(StorageError) -> CommitRecord {
        try file.lockSnapshot(number)
        let record: CommitRecord
        do throws(StorageError) {
            record = try newest()
        } catch {
            file.unlockSnapshot(number)
            throw error
        }
        if record.number == number {
            if let lockedNumber { file.unlockSnapshot(lockedNumber) }
            lockedNumber = number
        } else {
            file.unlockSnapshot(number)
        }
        return record
    }

    func end(_ number: UInt64) {
        guard forkGeneration == ForkGuard.generation else { return }
        guardian.with {
            guard let place = counts.firstIndex(where: { $0.number == number }) else { return }
            counts[place].count -= 1
            if counts[place].count > 0 { return }
            counts.remove(at: place)
            guard let locked = lockedNumber else { return }
            guard let oldest = counts.lazy.map({ $0.number }).min() else {
                if !leavesMark() { removeMark() }
                return
            }
            if oldest == locked { return }
            // The new mark first: at no time may the writer find none.
            guard (try? file.lockSnapshot(oldest)) != nil else { return }
            file.unlockSnapshot(locked)
            lockedNumber = oldest
        }
    }

    private func removeMark() {
        if let lockedNumber { file.unlockSnapshot(lockedNumber) }
        lockedNumber = nil
    }

    /// Leaves the mark to the keeper, where there is one.
    private func leavesMark() -> Bool {
        guard file.hasMarks, begunCount >= Self.keptFrom, !isClosed else { return false }
        if keeper == nil { keeper = MarkKeeper(of: self) }
        return keeper?.watch() ?? false
    }

    /// Removes the mark if it stands for nobody and no snapshot began since the last time; says whether to
    /// come again. For the keeper.
    func removeUnusedMark() -> Bool {
        guardian.with {
            // Where a snapshot is open its end will call.
            guard counts.isEmpty, lockedNumber != nil else { return false }
            if lookedCount == begunCount {
                removeMark()
                return false
            }
            lookedCount = begunCount
            return true
        }
    }

    /// Removes a mark that stands for nobody, and leaves none any more.
    func close() {
        guard forkGeneration == ForkGuard.generation else { return }
        guardian.with {
            isClosed = true
            if counts.isEmpty { removeMark() }
        }
    }

    /// The oldest commit that a snapshot of this process shows.
    var oldest: UInt64? { guardian.with { counts.lazy.map { $0.number }.min() } }
}

/// One open snapshot.
final class SnapshotRegistration: Sendable {
    private let registry: SnapshotRegistry
    let number: UInt64

    init(registry: SnapshotRegistry, number: UInt64) {
        self.registry = registry
        self.number = number
    }

    func end() { registry.end(number) }
}
