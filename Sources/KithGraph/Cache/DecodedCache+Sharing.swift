import Glibc

/// What else the budget covers, and what is done so that memory that was let go of is free before more
/// is taken.
extension DecodedCache {
    /// What an entry takes beside its object: its place, and its line in the queue.
    static let entrySizeInBytes = 128
    /// Whatever others hold, this part of the budget is for what is kept here.
    private static let shareKept = 4

    /// This part of the budget, and no more than so many bytes, is left for what waits for the end of
    /// steps and for what is being decoded; as much again of what pages have not needed.
    private static let shareInMotion = 4
    private static let inMotionMaxInBytes = 8 << 20
    /// A statement has so much in hand however small the budget is; or half of that.
    private static let inMotionMinInBytes = 448 << 10

    private var inMotionInBytes: Int {
        let least = min(budgetInBytes / 2, Self.inMotionMinInBytes)
        return min(max(budgetInBytes / Self.shareInMotion, least), Self.inMotionMaxInBytes)
    }

    /// How much may be kept: the budget and what pages do not need of theirs, up to as much again, less
    /// what others hold.
    var capacityInBytes: Int {
        let inMotion = inMotionInBytes
        let lentByPages = max(min(unusedPagesInBytes(), budgetInBytes) - inMotion, 0)
        let statements = min(
            statementsInBytes.load(ordering: .relaxed), budgetInBytes / 4 * 3)
        let others = inMotion + statements + lentInBytes.load(ordering: .relaxed)
        return max(budgetInBytes + lentByPages - others, budgetInBytes / Self.shareKept)
    }

    /// Whether so much more can be kept without that anything else goes for it.
    func hasRoom(for sizeInBytes: Int) -> Bool {
        roomInBytes.load(ordering: .relaxed) - waitingInBytes.load(ordering: .relaxed)
            >= sizeInBytes
    }

    /// Whether there is room for whatever is decoded next.
    var hasPlenty: Bool { hasRoom(for: budgetInBytes / Self.shareKept) }

    /// Whether an object takes so much of the budget that it is worth some trouble.
    func isLarge(_ sizeInBytes: Int) -> Bool { sizeInBytes > budgetInBytes / Self.shareOfBudget }

    /// Whether lists take so much of the budget that only those are decoded that are asked for.
    func isHuge(_ sizeInBytes: Int) -> Bool { sizeInBytes > budgetInBytes / Self.shareKept }

    /// Notes that somebody keeps `bytes` more of what was decoded, or less if they are negative,
    /// whether it stays here or not.
    func lend(_ bytes: Int) {
        lentInBytes.add(bytes, ordering: .relaxed)
        if bytes > 0 { makeRoom() }
    }

    /// Notes that statements hold `bytes` more, or less if they are negative: three quarters of the
    /// budget are for them if they need them.
    func lendToStatements(_ bytes: Int) {
        statementsInBytes.add(bytes, ordering: .relaxed)
        if bytes > 0 { makeRoom() }
    }

    /// Where much that was evicted waits for the end of steps, waits a little for them. Outside of
    /// steps.
    @inline(__always)
    func settle() {
        if waitingInBytes.load(ordering: .relaxed) > budgetInBytes / Self.shareOfBudget {
            settle(attempts: Self.settleAttempts)
        }
    }

    private static let settleAttempts = 60
    private static let yieldAttempts = 20

    /// A thread that was put aside within a step may keep others waiting for long, or may wait itself
    /// for the caller: after some milliseconds memory is the lesser evil.
    @inline(never)
    private func settle(attempts: Int) {
        for attempt in 0..<attempts {
            makeRoom()
            if waitingInBytes.load(ordering: .relaxed) <= budgetInBytes / Self.shareOfBudget {
                return
            }
            if attempt < Self.yieldAttempts { sched_yield() } else { usleep(100) }
        }
    }
}

/// Large lists that somebody goes through in several steps, kept whatever the cache lets go of.
final class HeldLists {
    private let key: AdjacencyKey
    private let chunk: UInt64
    private let slots: ClosedRange<Int>
    let lists: AdjacencyChunk
    private let cache: DecodedCache

    /// Holds lists of some slots of a chunk.
    init(
        _ lists: AdjacencyChunk, _ key: AdjacencyKey, _ chunk: UInt64, _ slots: ClosedRange<Int>,
        _ cache: DecodedCache
    ) {
        self.lists = lists
        self.key = key
        self.chunk = chunk
        self.slots = slots
        self.cache = cache
        cache.lend(lists.sizeInBytes)
    }

    deinit { cache.lend(-lists.sizeInBytes) }

    /// Whether the list of a slot is among them.
    func has(_ slot: Int, of chunk: UInt64, _ key: AdjacencyKey) -> Bool {
        chunk == self.chunk && key == self.key && slots.contains(slot)
    }
}
