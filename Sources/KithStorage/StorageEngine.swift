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
/// - `Recovery` decides which commit a file shows, and `Runway` follows one commit to the next;
///   `WriteTransaction+Commit` makes a commit, and `StorageEngine+Commits` publishes it.
public final class StorageEngine: @unchecked Sendable {
    // Sendable: what changes is guarded by `guardian`.
    let options: StorageOptions
    let header: FileHeader
    let file: DatabaseFile
    let pool: PagePool
    let forkGeneration: UInt64
    let now: @Sendable () -> UInt64
    let isShared: Bool
    /// A transaction that changes more pages than this writes some of them before its commit.
    let spillThreshold: Int
    let snapshots: SnapshotRegistry
    let gate = WriterGate()
    /// Taken by a commit from its first write until it is published.
    let publication = WriterGate()
    let guardian = Lock()
    /// How long a write transaction may rely on the path's naming this file as it did.
    private static let namingTimeInMilliseconds = 10
    /// Guarded by `guardian`, which is as good as a check of every access.
    @exclusivity(unchecked) var state: EngineState

    /// Whether commits are impossible.
    public var isReadOnly: Bool { options.isReadOnly || options.isImmutable }

    /// The page size of this database.
    public var pageSizeInBytes: Int { header.pageSize }

    /// How much of ``StorageOptions/cacheBudgetInBytes`` no page has needed so far.
    public var unusedCacheInBytes: Int { pool.untouchedInBytes }

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
        spillThreshold = max(256, options.transactionBudgetInBytes / header.pageSize)
        pool = try PagePool(file: file, budgetInBytes: options.cacheBudgetInBytes)
        snapshots = SnapshotRegistry(file: file.file)
        forkGeneration = ForkGuard.generation
        state = EngineState(chosen)
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
        let (record, registration) = try snapshots.begin(
            known: { guardian.with { state.current } },
            newest: { () throws(StorageError) in try newest() })
        let space = record.roots.withUnsafeBufferPointer {
            TreeSpace(pool: pool, roots: $0.baseAddress.unsafelyUnwrapped, changed: nil)
        }
        return StorageReader(
            space: space, record: record, transactionCounters: nil, registration: registration)
    }

    /// The newest published commit, from the file where others may write it.
    private func newest() throws(StorageError) -> CommitRecord {
        let (known, isCertain) = try guardian.with { () throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            return (state.current, state.isWriter)
        }
        // While this process is the writer nobody else publishes anything.
        if isCertain || !isShared || options.isImmutable { return known }
        if try Runway(file: file, header: header).isNewest(known) { return known }
        let found = try newestInFile(from: known)
        return guardian.with {
            if found.number > state.current.number {
                state.current = found
                if !state.isWriter {
                    state.head = found
                    state.isCertain = false
                }
            }
            return state.current
        }
    }

    /// The newest published commit, looked for from the `known` one and from those in front.
    private func newestInFile(from known: CommitRecord) throws(StorageError) -> CommitRecord {
        let runway = Runway(file: file, header: header)
        let recovery = Recovery(file: file, header: header)
        let near = try runway.published(from: known)
        if near.isCertain { return near.record }
        for _ in 0..<1_000 {
            guard let published = try recovery.readPublishedRecord(),
                published.visible > near.record.number
            else { return near.record }
            // Another commit in front may take this one's place meanwhile: then once more.
            guard let anchor = try recovery.readFront().commit(published.visible) else { continue }
            let found = try runway.published(from: anchor)
            if try recovery.readPublishedRecord() == published { return found.record }
        }
        throw .damagedCommit(number: near.record.number)
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
            guard !state.isClosed else { throw .closed }
            guard !state.refusesCommits else { throw .commitsRefused }
        }
        let deadline = MonotonicTime.now().advanced(byMilliseconds: timeoutInMilliseconds)
        guard gate.enter(before: deadline) else { throw .writerBusy(holder: getpid()) }
        do throws(StorageError) {
            try becomeWriter(before: deadline)
        } catch {
            gate.leave()
            throw error
        }
        return WriteTransaction(engine: self, parts: takeParts())
    }

    /// Takes the writer's lock, unless a commit that waits for the disk holds it still, and brings
    /// this engine to the newest commit.
    private func becomeWriter(before deadline: MonotonicTime) throws(StorageError) {
        var pause: UInt32 = 200
        while true {
            let (isHeld, isNew) = try guardian.with { () throws(StorageError) in
                if state.holdCount > 0 {
                    state.holdCount += 1
                    return (true, false)
                }
                guard try file.file.lockWriter() else { return (false, false) }
                state.holdCount = 1
                return (true, true)
            }
            if isHeld, !isNew { return }
            if isHeld { break }
            guard MonotonicTime.now() < deadline else {
                throw .writerBusy(holder: file.file.writerHolder())
            }
            usleep(pause)
            pause = min(pause * 2, 10_000)
        }
        do throws(StorageError) {
            try checkNaming()
            if isShared { try catchUp() }
        } catch {
            releaseWriter()
            throw error
        }
    }

    /// Makes certain that the path still names this file, unless it did so a moment ago: to follow a
    /// path takes as long as to find a row.
    private func checkNaming() throws(StorageError) {
        let now = MonotonicTime.now()
        let time = guardian.with { state.namingTime }
        if now < time.advanced(byMilliseconds: Self.namingTimeInMilliseconds) { return }
        guard file.file.isStillNamed() else { throw .fileReplaced }
        guardian.with { state.namingTime = now }
    }

    /// Gives the writer's lock back, once for each time that it was taken.
    func releaseWriter() {
        guardian.with { giveUpWriter() }
    }

    /// As ``releaseWriter()``, by who holds `guardian`.
    private func giveUpWriter() {
        state.holdCount -= 1
        guard state.holdCount == 0 else { return }
        state.isWriter = false
        file.file.unlockWriter()
    }

    /// The newest commit that freed pages which nobody needs: not a snapshot, and not recovery.
    func safeNumber() throws(StorageError) -> UInt64 {
        var safe = guardian.with { min(state.current.number, state.reusableNumber) }
        if let own = snapshots.oldest { safe = min(safe, own) }
        if isShared, let other = try file.file.oldestSnapshot(below: safe) { safe = other }
        return safe
    }

    /// What the last transaction left, for one that begins from the newest commit.
    private func takeParts() -> WriterParts {
        var left: WriterParts?
        let base = guardian.with {
            state.isWriter = true
            swap(&left, &state.spareParts)
            return state.head
        }
        if isKnownUniquelyReferenced(&left), let left, left.begin(from: base) { return left }
        return WriterParts(
            engine: self, base: base,
            memory: left?.memory ?? WriterMemory(pageSize: pageSizeInBytes))
    }

    /// Lets the next writer in, and leaves it what this one worked with.
    func endWrite(leaving parts: WriterParts) {
        guardian.with {
            state.spareParts = parts
            giveUpWriter()
        }
        gate.leave()
    }

    /// Brings this engine to the newest commit, finishing what a crashed writer left. The caller
    /// holds the writer's lock.
    private func catchUp() throws(StorageError) {
        let (head, isCertain) = guardian.with { (state.head, state.isCertain) }
        // Nobody wrote since this engine did.
        if isCertain, try Runway(file: file, header: header).isNewest(head) { return }
        let chosen = try Recovery(file: file, header: header).recover(onlyIfNeeded: true)
        guardian.with { state.take(chosen) }
    }

    /// Closes the database; open snapshots stay readable until they are closed.
    ///
    /// Leaves the file clean where this engine was the last writer: the next opening has nothing
    /// to do.
    public func close() throws(StorageError) {
        let wasClosed = guardian.with {
            defer { state.isClosed = true }
            return state.isClosed
        }
        guard !wasClosed, forkGeneration == ForkGuard.generation else { return }
        snapshots.close()
        let (isDone, isWorthwhile) = guardian.with { (state.refusesCommits, state.hasCommitted) }
        guard isShared, !isDone, isWorthwhile, gate.enter(before: .now()) else { return }
        defer { gate.leave() }
        guard publication.enter(before: .now()) else { return }
        defer { publication.leave() }
        guard try file.file.lockWriter() else { return }
        defer { file.file.unlockWriter() }
        guard file.file.isStillNamed() else { return }
        let recovery = Recovery(file: file, header: header)
        let front = try recovery.readFront()
        let (record, isOnDisk) = guardian.with {
            (state.current, state.durableNumber >= state.current.number)
        }
        // Where another process has written since, leaving the file clean is its business.
        guard try newestInFile(from: record).number == record.number,
            front.slots.contains(where: { $0 <= record.number && $0 > 0 })
        else { return }
        _ = try recovery.makeWhole(record, front: front, isOnDisk: isOnDisk)
    }
}
