import CShims
import Glibc

/// Start here: ordered bytes under bytes, on checksummed pages, changed by whole commits.
///
/// An engine is one open database. ``beginRead()`` gives a snapshot (`StorageReader`) that never
/// waits and never changes; ``beginWrite(timeoutInMilliseconds:)`` gives the one
/// `WriteTransaction`. Below them:
///
/// - `Trees/`: copy-on-write B+trees. `TreeSpace` looks up, `TreeCursor` walks, `TreeWriter` changes,
///   `BulkLoader` builds from sorted input.
/// - `Pages/`: `PageView` draws a page, `PagePool` caches them, `ChangedPages` holds what a
///   transaction changed, `PageFlush` gives them places, `PageAllocator` and `FreeSpacePass` know
///   which are free.
/// - `Files/`: `StorageFile` is the only door out; `CommitRecord` and `FileFormat` are what lies
///   in front of the pages.
/// - `StorageEngine+Recovery` decides which commit a file shows; `WriteTransaction+Commit` makes one.
public final class StorageEngine: @unchecked Sendable {
    // Sendable: what changes is guarded by `guardian`.
    let options: StorageOptions
    let header: FileHeader
    let file: DatabaseFile
    let pool: PagePool
    let forkGeneration: UInt64
    let now: @Sendable () -> UInt64
    private let isShared: Bool
    private let snapshots: SnapshotRegistry
    private let gate = WriterGate()
    private let guardian = Lock()
    private var current: CommitRecord
    private var durableNumber: UInt64
    /// Pages freed by commits up to this one may be reused, as far as the disk is concerned.
    private var reusableNumber: UInt64
    /// The commits in the commit pages, as far as this engine knows; certain for the writer.
    private var slots: [UInt64]
    private var spareMemory: WriterMemory?
    private var refusesCommits = false
    private var isClosed = false
    private var hasCommitted = false

    /// Whether commits are impossible.
    public var isReadOnly: Bool { options.isReadOnly || options.isImmutable }

    /// The page size of this database.
    public var pageSizeInBytes: Int { header.pageSize }

    /// What this engine has asked of its file so far.
    public var statistics: StorageStatistics { file.statistics }

    init(
        file: DatabaseFile, header: FileHeader, options: StorageOptions, isShared: Bool,
        now: @escaping @Sendable () -> UInt64, chosen: ChosenCommit
    ) throws(StorageError) {
        self.file = file
        self.header = header
        self.options = options
        self.isShared = isShared
        self.now = now
        pool = try PagePool(file: file, budgetInBytes: options.cacheBudgetInBytes)
        snapshots = SnapshotRegistry(file: file.file)
        forkGeneration = ForkGuard.generation
        current = chosen.record
        durableNumber = chosen.durable
        reusableNumber = chosen.reusable
        slots = chosen.slots
    }

    /// Opens, or makes, the database at `path`.
    public static func open(
        path: String, options: StorageOptions = StorageOptions()
    ) throws(StorageError) -> StorageEngine {
        let isReadOnly = options.isReadOnly || options.isImmutable
        func existing() throws(StorageError) -> DiskFile? {
            try DiskFile.open(path: path, isReadOnly: isReadOnly, takesLocks: !options.isImmutable)
        }
        if let file = try existing() { return try open(file: file, options: options) }
        guard !isReadOnly, options.creation == .ifMissing else { throw .fileMissing }
        try DiskFile.create(path: path) { file throws(StorageError) in
            try writeNewDatabase(to: file, options: options)
        }
        guard let file = try existing() else { throw .fileMissing }
        return try open(file: file, options: options)
    }

    /// Makes a database that lives in memory until it is closed.
    public static func inMemory(
        options: StorageOptions = StorageOptions()
    ) throws(StorageError) -> StorageEngine {
        let file = MemoryFile()
        try writeNewDatabase(to: file, options: options)
        return try open(file: file, options: options, isShared: false)
    }

    /// Takes a snapshot of the newest commit.
    public func beginRead() throws(StorageError) -> StorageReader {
        guard forkGeneration == ForkGuard.generation else { throw .usedAfterFork }
        var attempts = 0
        while true {
            let registration = try snapshots.begin { () throws(StorageError) in
                try newestNumber()
            }
            if let record = try record(of: registration.number) {
                let space = record.roots.withUnsafeBufferPointer {
                    TreeSpace(
                        pool: pool, roots: $0.baseAddress.unsafelyUnwrapped, changed: nil)
                }
                return StorageReader(
                    space: space, commitNumber: record.number, counters: record.counters,
                    transactionCounters: nil, registration: registration)
            }
            // Two commits came in between, and took the commit page; or it rots.
            registration.end()
            attempts += 1
            if attempts == 1_000 { throw .damagedCommit(number: registration.number) }
        }
    }

    /// The number of the newest commit, from the published record where others may write it.
    private func newestNumber() throws(StorageError) -> UInt64 {
        let known = try guardian.with { () throws(StorageError) in
            guard !isClosed else { throw .closed }
            return current.number
        }
        guard isShared, !options.isImmutable else { return known }
        guard let published = try readPublishedRecord() else { return known }
        return max(published.visible, known)
    }

    /// The commit with that number, if it still is in the file.
    func record(of number: UInt64) throws(StorageError) -> CommitRecord? {
        let known = guardian.with { current }
        if known.number == number { return known }
        guard let found = try readCommitPages().first(where: { $0?.number == number }) ?? nil else {
            return nil
        }
        guardian.with {
            if found.number > current.number { current = found }
        }
        return found
    }

    /// Begins the write transaction, after waiting for another one at most so long.
    ///
    /// - Throws: ``StorageError/writerBusy(holder:)`` when the other one is not done in time.
    public func beginWrite(
        timeoutInMilliseconds: Int = 5_000
    ) throws(StorageError) -> WriteTransaction {
        guard forkGeneration == ForkGuard.generation else { throw .usedAfterFork }
        guard !isReadOnly else { throw .readOnly }
        try guardian.with { () throws(StorageError) in
            guard !isClosed else { throw .closed }
            guard !refusesCommits else { throw .commitsRefused }
        }
        let deadline = MonotonicTime.now().advanced(byMilliseconds: timeoutInMilliseconds)
        guard gate.enter(before: deadline) else { throw .writerBusy(holder: getpid()) }
        do throws(StorageError) {
            try lockWriter(before: deadline)
        } catch {
            gate.leave()
            throw error
        }
        do throws(StorageError) {
            guard file.file.isStillNamed() else { throw .fileReplaced }
            if isShared { try catchUp() }
            let base = guardian.with { current }
            return WriteTransaction(engine: self, base: base, safe: try safeNumber())
        } catch {
            endWrite()
            throw error
        }
    }

    private func lockWriter(before deadline: MonotonicTime) throws(StorageError) {
        var pause: UInt32 = 200
        while try !file.file.lockWriter() {
            guard MonotonicTime.now() < deadline else {
                throw .writerBusy(holder: file.file.writerHolder())
            }
            usleep(pause)
            pause = min(pause * 2, 10_000)
        }
    }

    /// The newest commit that freed pages which nobody needs: not a snapshot, and not recovery.
    private func safeNumber() throws(StorageError) -> UInt64 {
        var safe = guardian.with { min(current.number, reusableNumber) }
        if let own = snapshots.oldest { safe = min(safe, own) }
        if isShared, let other = try file.file.oldestSnapshot(below: safe) { safe = other }
        return safe
    }

    /// The memory that the last transaction left, or new one.
    func takeWriterMemory() -> WriterMemory {
        let left = guardian.with {
            defer { spareMemory = nil }
            return spareMemory
        }
        return left ?? WriterMemory(pageSize: pageSizeInBytes)
    }

    func endWrite(leaving memory: WriterMemory? = nil) {
        if let memory { guardian.with { spareMemory = memory } }
        file.file.unlockWriter()
        gate.leave()
    }

    /// Brings this engine to the newest commit, finishing what a crashed writer left. The caller
    /// holds the writer's lock.
    private func catchUp() throws(StorageError) {
        let chosen = try recovered(onlyIfNeeded: true)
        guardian.with {
            current = chosen.record
            durableNumber = chosen.durable
            reusableNumber = chosen.reusable
            slots = chosen.slots
        }
    }

    /// Calls `body` unless an earlier sync failed.
    func withoutRefusal<Result>(
        _ body: () throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        guard !guardian.with({ refusesCommits }) else { throw .commitsRefused }
        return try body()
    }

    /// The manifest that a commit after `base` must repeat, since no sync has covered its pages yet,
    /// and the last durable commit; nil when there is nothing to repeat.
    func unsyncedManifest(of base: CommitRecord) -> (runs: [ManifestRun], durable: UInt64)? {
        guardian.with { base.number > durableNumber ? (base.manifest, durableNumber) : nil }
    }

    /// Writes the commit page, syncs, and makes the commit visible.
    func publish(
        _ record: CommitRecord, syncsFirst: Bool, durability: Durability
    ) throws(StorageError) {
        let syncs = syncsFirst || durability == .full
        do throws(StorageError) {
            if syncsFirst { try file.sync() }
            let slot = freeSlot()
            try writeCommitPage(record, slot: slot)
            guardian.with { slots[slot] = record.number }
            if syncs { try file.sync() }
            let durable = syncs ? record.number : guardian.with { durableNumber }
            try writePublishedRecord(PublishedRecord(durable: durable, visible: record.number))
            guardian.with {
                current = record
                durableNumber = durable
                if syncs { reusableNumber = record.reusable }
                hasCommitted = true
            }
        } catch {
            // The commit page may be in the file or not, and a later sync would prove nothing.
            guardian.with { refusesCommits = true }
            throw .outcomeUnknown
        }
    }

    /// Syncs a commit that was made without.
    func makeDurable(_ base: CommitRecord) throws(StorageError) {
        guard guardian.with({ durableNumber < base.number }) else { return }
        do throws(StorageError) {
            try file.sync()
            try writePublishedRecord(
                PublishedRecord(durable: base.number, visible: base.number))
            guardian.with {
                durableNumber = base.number
                reusableNumber = base.reusable
            }
        } catch {
            guardian.with { refusesCommits = true }
            throw .outcomeUnknown
        }
    }

    /// A commit page that holds neither the last durable nor the last visible commit, or one of
    /// several that do.
    private func freeSlot() -> Int {
        let (numbers, visible, durable) = guardian.with { (slots, current.number, durableNumber) }
        // The oldest first: as long as possible two pages hold the commit that closing left.
        for slot in numbers.indices.sorted(by: { numbers[$0] < numbers[$1] }) {
            let others = numbers.indices.filter { $0 != slot }.map { numbers[$0] }
            if (numbers[slot] != visible || others.contains(visible))
                && (numbers[slot] != durable || others.contains(durable))
            {
                return slot
            }
        }
        preconditionFailure("three commit pages hold more than two commits that are needed")
    }

    /// Closes the database; open snapshots stay readable until they are closed.
    ///
    /// Leaves the file clean where this engine was the last writer: the next opening has nothing
    /// to do.
    public func close() throws(StorageError) {
        let wasClosed = guardian.with {
            defer { isClosed = true }
            return isClosed
        }
        guard !wasClosed, forkGeneration == ForkGuard.generation else { return }
        let (isDone, isWorthwhile) = guardian.with { (refusesCommits, hasCommitted) }
        guard isShared, !isDone, isWorthwhile, gate.enter(before: .now()) else { return }
        defer { gate.leave() }
        guard try file.file.lockWriter() else { return }
        defer { file.file.unlockWriter() }
        guard file.file.isStillNamed() else { return }
        let recovery = Recovery(file: file, header: header)
        let front = try recovery.readFront()
        let (record, isOnDisk) = guardian.with { (current, durableNumber >= current.number) }
        // Where another process has written since, leaving the file clean is its business.
        guard front.published?.visible == record.number else { return }
        _ = try recovery.makeWhole(record, front: front, isOnDisk: isOnDisk)
    }
}
