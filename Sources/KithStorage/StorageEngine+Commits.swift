import CShims

/// What an engine knows of its file; it changes only while the engine's lock is held.
struct EngineState {
    /// The newest published commit.
    var current: CommitRecord
    /// The newest one written; the disk may not have confirmed it yet.
    var head: CommitRecord
    var durableNumber: UInt64
    /// Pages freed by commits up to this one may be reused, as far as the disk is concerned.
    var reusableNumber: UInt64
    /// The commits in front.
    var slots: [UInt64]
    /// Whether all of the above was so when this engine last was the writer.
    var isCertain = true
    /// How many transactions and commits need the writer's lock.
    var holdCount = 0
    /// Whether this engine holds the writer's lock and knows the newest commit.
    var isWriter = false
    var spareParts: WriterParts?
    var refusesCommits = false
    /// When the path last named this file for certain.
    var namingTime = MonotonicTime(nanoseconds: .min)
    var isClosed = false
    var hasCommitted = false
    private var linkState = UInt64.random(in: 0 ... .max)

    init(_ chosen: ChosenCommit) {
        current = chosen.record
        head = chosen.record
        durableNumber = chosen.durable
        reusableNumber = chosen.reusable
        slots = chosen.slots
    }

    mutating func take(_ chosen: ChosenCommit) {
        current = chosen.record
        head = chosen.record
        durableNumber = chosen.durable
        reusableNumber = chosen.reusable
        slots = chosen.slots
        isCertain = true
    }

    /// A number that names the next commit; 0 names none.
    mutating func nextLink() -> UInt64 {
        linkState &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (linkState ^ (linkState >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return max(1, mixed ^ (mixed >> 31))
    }

    /// A commit page in front that may be overwritten: the last durable and the last published
    /// commit, or those from which they are reached, are elsewhere too.
    func freeSlot() -> Int {
        let needed = [current.number, durableNumber].map { number in
            slots.filter { $0 <= number }.max() ?? 0
        }
        // The oldest first: as long as possible two pages hold the commit that closing left.
        for slot in slots.indices.sorted(by: { slots[$0] < slots[$1] }) {
            let others = slots.indices.filter { $0 != slot }.map { slots[$0] }
            if needed.allSatisfy({ $0 != slots[slot] || others.contains($0) }) { return slot }
        }
        preconditionFailure("three commit pages hold more than two commits that are needed")
    }
}

extension StorageEngine {
    /// Begins to write a commit, after the one before it is published, unless a sync failed.
    func beginPublication() throws(StorageError) {
        _ = publication.enter(before: .distantFuture)
        guard !guardian.with({ state.refusesCommits }) else {
            publication.leave()
            throw .commitsRefused
        }
    }

    /// The manifest that a commit after `base` must repeat, since no sync has covered its pages yet,
    /// and the last durable commit; nil when there is nothing to repeat.
    func unsyncedManifest(of base: CommitRecord) -> (runs: [ManifestRun], durable: UInt64)? {
        guardian.with {
            base.number > state.durableNumber ? (base.manifest, state.durableNumber) : nil
        }
    }

    /// The names of a new commit's own page: its link, and the last durable commit.
    func names() -> (link: UInt64, durable: UInt64) {
        guardian.with { (state.nextLink(), state.durableNumber) }
    }

    /// Writes the commit page of `record` in front, after a sync where `syncsFirst`.
    ///
    /// Between publication's begin and end, as ``writeOnRunway(_:after:_:)`` is.
    func writeInFront(
        _ record: CommitRecord, after base: CommitRecord, syncsFirst: Bool
    ) throws(StorageError) {
        do throws(StorageError) {
            if syncsFirst { try file.sync() }
            let (slot, durable) = guardian.with { (state.freeSlot(), state.durableNumber) }
            if isShared {
                // Whoever still looks at the runway must not take it for the end from here on.
                try Runway(file: file, header: header).write(
                    Signpost(at: base, durable: durable, leadsToFront: true), after: base)
            }
            try Recovery(file: file, header: header).write(record, slot: slot)
            guardian.with {
                state.slots[slot] = record.number
                state.head = record
            }
        } catch {
            throw refuse()
        }
    }

    /// Writes the commit page of `record` with its pages, where `base` said that it would come.
    func writeOnRunway(
        _ record: CommitRecord, after base: CommitRecord, _ flush: PageFlush, memory: WriterMemory
    ) throws(StorageError) {
        do throws(StorageError) {
            let page = memory.commitPage
            record.encode(into: page.baseAddress.unsafelyUnwrapped, header: header)
            try flush.write(
                to: file, behind: UnsafeRawBufferPointer(page), at: base.runway[0].start)
            guardian.with { state.head = record }
        } catch {
            throw refuse()
        }
    }

    /// The commit may be in the file or not, and a later sync would prove nothing.
    private func refuse() -> StorageError {
        guardian.with { state.refusesCommits = true }
        return .outcomeUnknown
    }

    /// Waits until the commit is on the disk, and publishes it.
    func finishPublication(
        of record: CommitRecord, isInFront: Bool, durability: Durability
    ) throws(StorageError) {
        defer { publication.leave() }
        let syncs = durability == .full
        do throws(StorageError) {
            if syncs { try file.sync() }
            let durable = syncs ? record.number : guardian.with { state.durableNumber }
            try show(record, durable: durable, isInFront: isInFront)
            guardian.with {
                state.current = record
                state.durableNumber = durable
                if syncs { state.reusableNumber = record.reusable }
                state.hasCommitted = true
            }
        } catch {
            throw refuse()
        }
    }

    /// Says in the file that `record` is the newest commit; the last thing to happen to it.
    private func show(
        _ record: CommitRecord, durable: UInt64, isInFront: Bool
    ) throws(StorageError) {
        if isShared {
            try Runway(file: file, header: header).write(
                Signpost(at: record, durable: durable), after: record)
        }
        if isInFront || record.runway.isEmpty {
            try Recovery(file: file, header: header).write(
                PublishedRecord(durable: durable, visible: record.number))
        }
    }

    /// Syncs a commit that was made without.
    func makeDurable(_ base: CommitRecord) throws(StorageError) {
        try beginPublication()
        defer { publication.leave() }
        let isInFront = guardian.with { state.slots.contains(base.number) }
        guard guardian.with({ state.durableNumber < base.number }) else { return }
        do throws(StorageError) {
            try file.sync()
            try show(base, durable: base.number, isInFront: isInFront)
            guardian.with {
                state.durableNumber = base.number
                state.reusableNumber = base.reusable
            }
        } catch {
            throw refuse()
        }
    }
}

/// A commit that is written and waits for the disk.
///
/// The next transaction may begin meanwhile; it sees this commit, and is published after it. For one
/// thread at a time.
public final class PendingCommit {
    private let engine: StorageEngine?
    private let record: CommitRecord
    private let isInFront: Bool
    private let durability: Durability
    private var isFinished = false

    /// A commit that there is nothing to wait for.
    init(finished record: CommitRecord) {
        engine = nil
        self.record = record
        isInFront = false
        durability = .deferred
    }

    /// The number of the commit.
    public var number: CommitNumber { record.number }

    init(
        _ record: CommitRecord, of engine: StorageEngine, isInFront: Bool, _ durability: Durability
    ) {
        self.engine = engine
        self.record = record
        self.isInFront = isInFront
        self.durability = durability
        engine.guardian.with { engine.state.holdCount += 1 }
    }

    deinit {
        // Whoever gave it up does not ask how it ended; those who wait for their turn must have it.
        if !isFinished { _ = try? finish() }
    }

    /// Waits until the commit is on the disk and everybody sees it.
    ///
    /// - Throws: ``StorageError/outcomeUnknown`` when the disk did not confirm.
    @discardableResult
    public func finish() throws(StorageError) -> CommitNumber {
        guard !isFinished, let engine else { return record.number }
        isFinished = true
        defer { engine.releaseWriter() }
        try engine.finishPublication(of: record, isInFront: isInFront, durability: durability)
        return record.number
    }
}
