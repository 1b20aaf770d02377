import KithValues
import Synchronization

/// Keeps the memory of decoded chunks, columns and lists within a budget.
///
/// The objects lie in ``CacheSlots``. Readers announce a *step* (``enter()`` to ``leave(_:)``) and use
/// what they load in it without counting references. What is evicted is released two turns of the
/// epoch later, when no step that began before is left.
final class DecodedCache: Sendable {
    private struct Entry {
        let owner: any CacheOwner
        let index: UInt32
        /// How often it is passed by without having been read.
        var chances: Int32
        let sizeInBytes: Int
    }

    private struct State {
        var queue: [Entry] = []
        var head = 0
        var usedInBytes = 0
        var retired: ([AnyObject], [AnyObject]) = ([], [])
        var retiredInBytes = (0, 0)
    }

    let budgetInBytes: Int
    /// The most memory of the projections that one state of the graph keeps.
    let projectionBudgetInBytes: Int
    private let state = Guarded(State())
    /// The memory of all objects that have been evicted.
    private let evictedInBytes = Atomic<Int>(0)
    /// The memory of what was evicted and waits for the end of steps.
    let waitingInBytes = Atomic<Int>(0)
    /// Memory that others hold and that the budget covers, so that less is kept here: see ``lend(_:)``.
    let lentInBytes = Atomic<Int>(0)
    let statementsInBytes = Atomic<Int>(0)
    /// How much more could be kept, when that was last found out.
    let roomInBytes: Atomic<Int>
    /// Held by who decodes something large: one thing after the other.
    let largeTurn = Guarded(())
    private let parity = Atomic<Int>(0)
    private let activeEven = Atomic<Int>(0)
    private let activeOdd = Atomic<Int>(0)

    /// How much of the memory for pages none has needed so far.
    let unusedPagesInBytes: @Sendable () -> Int

    init(
        budgetInBytes: Int, projectionBudgetInBytes: Int,
        unusedPagesInBytes: @escaping @Sendable () -> Int
    ) {
        self.budgetInBytes = budgetInBytes
        roomInBytes = Atomic(budgetInBytes)
        self.projectionBudgetInBytes = projectionBudgetInBytes
        self.unusedPagesInBytes = unusedPagesInBytes
        DecodedMemory.keepReady(forBudget: budgetInBytes)
    }

    /// Begins a step; hand the result to ``leave(_:)``.
    @inline(__always)
    func enter() -> Int {
        while true {
            let now = parity.load(ordering: .sequentiallyConsistent)
            if now == 0 {
                activeEven.add(1, ordering: .sequentiallyConsistent)
            } else {
                activeOdd.add(1, ordering: .sequentiallyConsistent)
            }
            if parity.load(ordering: .sequentiallyConsistent) == now { return now }
            leave(now)
        }
    }

    /// Ends a step.
    @inline(__always)
    func leave(_ step: Int) {
        if step == 0 {
            activeEven.subtract(1, ordering: .sequentiallyConsistent)
        } else {
            activeOdd.subtract(1, ordering: .sequentiallyConsistent)
        }
    }

    /// A step of many looks at the graph, which may end between two of them to let go of memory.
    struct LongStep {
        fileprivate var step: Int
        fileprivate var evictedInBytes: Int
    }

    /// Begins a step that ``renew(_:)`` is called in; hand it to ``leave(_:)``.
    @inline(__always)
    func enterLong() -> LongStep {
        LongStep(step: enter(), evictedInBytes: evictedInBytes.load(ordering: .relaxed))
    }

    /// Ends a long step.
    @inline(__always)
    func leave(_ step: LongStep) { leave(step.step) }

    /// Ends the step and begins another one where so much was evicted since it began that what waits
    /// for its end would be a burden. What was loaded before is then to be used no more.
    ///
    /// - Returns: whether it did.
    @inline(__always)
    func renew(_ step: inout LongStep) -> Bool {
        let evicted = evictedInBytes.load(ordering: .relaxed)
        guard evicted &- step.evictedInBytes > budgetInBytes / Self.shareOfBudget else {
            return false
        }
        leave(step.step)
        settle()
        step = enterLong()
        return true
    }

    /// What is small is passed by more often: it saves as much work as something larger.
    private static let smallInBytes = 768
    private static let smallChances: Int32 = 3

    /// What may wait for the end of a step, and what is large, as a part of the budget.
    static let shareOfBudget = 16

    /// Counts an object that was just published, and evicts others if the budget is passed.
    func account(_ owner: any CacheOwner, _ index: Int, sizeInBytes: Int) {
        let released = state.withLock { state -> [AnyObject] in
            let size = sizeInBytes + Self.entrySizeInBytes
            state.queue.append(
                Entry(
                    owner: owner, index: UInt32(truncatingIfNeeded: index), chances: 0,
                    sizeInBytes: size))
            state.usedInBytes += size
            evict(&state)
            return reclaim(&state)
        }
        // Destroying the objects outside the lock keeps other threads going.
        withExtendedLifetime(released) {}
    }

    /// Evicts what there is no room for any more, and releases what nobody can see.
    func makeRoom() {
        let released = state.withLock { state -> [AnyObject] in
            evict(&state)
            return reclaim(&state)
        }
        withExtendedLifetime(released) {}
    }

    /// The memory of all objects that have been evicted so far: while it stays as it is, what was
    /// loaded is still here.
    var totalEvictedInBytes: Int { evictedInBytes.load(ordering: .relaxed) }

    /// The memory of all objects that are not evicted.
    var usedInBytes: Int { state.withLock { $0.usedInBytes } }

    private func evict(_ state: inout State) {
        let capacity = capacityInBytes
        defer { roomInBytes.store(capacity - state.usedInBytes, ordering: .relaxed) }
        guard state.usedInBytes > capacity else { return }
        var looks = state.queue.count - state.head
        while state.usedInBytes > capacity, state.head < state.queue.count {
            var entry = state.queue[state.head]
            state.head += 1
            if entry.owner.takeTouched(Int(entry.index)) {
                entry.chances = entry.sizeInBytes < Self.smallInBytes ? Self.smallChances : 1
            }
            if looks > 0, entry.chances > 0 {
                looks -= 1
                entry.chances -= 1
                state.queue.append(entry)
                continue
            }
            state.usedInBytes -= entry.sizeInBytes
            guard let object = entry.owner.evict(Int(entry.index)) else { continue }
            evictedInBytes.add(entry.sizeInBytes, ordering: .relaxed)
            waitingInBytes.add(entry.sizeInBytes, ordering: .relaxed)
            if parity.load(ordering: .sequentiallyConsistent) == 0 {
                state.retired.0.append(object)
                state.retiredInBytes.0 += entry.sizeInBytes
            } else {
                state.retired.1.append(object)
                state.retiredInBytes.1 += entry.sizeInBytes
            }
        }
        if state.head > 64, state.head * 2 > state.queue.count {
            state.queue.removeFirst(state.head)
            state.head = 0
        }
    }

    private func reclaim(_ state: inout State) -> [AnyObject] {
        guard !(state.retired.0.isEmpty && state.retired.1.isEmpty) else { return [] }
        let now = parity.load(ordering: .sequentiallyConsistent)
        var released: [AnyObject] = []
        if now == 0 {
            guard activeOdd.load(ordering: .sequentiallyConsistent) == 0 else { return [] }
            swap(&released, &state.retired.1)
            waitingInBytes.subtract(state.retiredInBytes.1, ordering: .relaxed)
            state.retiredInBytes.1 = 0
        } else {
            guard activeEven.load(ordering: .sequentiallyConsistent) == 0 else { return [] }
            swap(&released, &state.retired.0)
            waitingInBytes.subtract(state.retiredInBytes.0, ordering: .relaxed)
            state.retiredInBytes.0 = 0
        }
        parity.store(1 - now, ordering: .sequentiallyConsistent)
        return released
    }
}
