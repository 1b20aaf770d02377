import KithGraph
import Synchronization

/// What an operator keeps in memory from one run of its statement to the next: of all statements
/// together within a limit, because many are prepared and few run.
final class KeptMemory: Sendable {
    /// All that is kept takes at most so many bytes, and no more than this part of the budget for what is
    /// decoded.
    private static let limitInBytes = 16 << 20
    private static let partOfBudget = 16
    private static let total = Atomic<Int>(0)

    private let bytes = Atomic<Int>(0)

    init() {}

    deinit { giveBack() }

    /// Takes room until it is given back; false where there is none.
    func take(_ count: Int, budgetInBytes: Int) -> Bool {
        giveBack()
        let limit = min(Self.limitInBytes, budgetInBytes / Self.partOfBudget)
        if Self.total.add(count, ordering: .relaxed).newValue > limit {
            Self.total.subtract(count, ordering: .relaxed)
            return false
        }
        bytes.store(count, ordering: .relaxed)
        return true
    }

    /// Gives the room back.
    func giveBack() {
        let count = bytes.exchange(0, ordering: .relaxed)
        if count > 0 { Self.total.subtract(count, ordering: .relaxed) }
    }
}

/// Something to work with that is made for one state of the graph, and holds nothing of it.
protocol MadeForGraph: AnyObject {
    init(_ graph: GraphReader)
    var sizeInBytes: Int { get }
}

extension NeighbourMarks: MadeForGraph {}
extension CommonNeighbours: MadeForGraph {}

/// What an operator keeps between the batches of a run, and for another run on the same state of the
/// graph; made anew when the graph has changed.
final class KeptForGraph<Made: MadeForGraph>: RunResource {
    private var kept: (made: Made, version: UInt64, state: UInt64)?
    private var budgetInBytes = 0
    /// The run whose account was charged for it, and with how much.
    private var chargedRun: UInt64?
    private var chargedInBytes = 0
    private let memory = KeptMemory()

    /// The one for the graph as the run sees it now.
    func made(_ context: ExecutionContext) throws(QueryError) -> Made {
        let isCharged = chargedRun == context.run
        if isCharged, let kept, isOf(kept, context) {
            try charge(kept.made.sizeInBytes, context)
            return kept.made
        }
        if !isCharged {
            memory.giveBack()
            context.register(self)
            chargedRun = context.run
            chargedInBytes = 0
            budgetInBytes = context.graph.decodedBudgetInBytes
        }
        let known = kept.flatMap { isOf($0, context) ? $0.made : nil }
        let made = known ?? Made(context.graph)
        kept = (made, context.graphVersion, context.graph.stateNumber)
        try charge(made.sizeInBytes, context)
        return made
    }

    /// What is made grows while it is used: the account hears of it with every batch.
    @inline(__always)
    private func charge(_ sizeInBytes: Int, _ context: ExecutionContext) throws(QueryError) {
        let added = sizeInBytes - chargedInBytes
        guard added != 0 else { return }
        chargedInBytes = sizeInBytes
        if added > 0 {
            try context.memory.take(added)
        } else {
            context.memory.give(back: -added)
        }
    }

    private func isOf(
        _ kept: (made: Made, version: UInt64, state: UInt64), _ context: ExecutionContext
    ) -> Bool {
        kept.version == context.graphVersion && kept.state == context.graph.stateNumber
    }

    func runEnded() {
        chargedRun = nil
        guard let kept else { return }
        // What a transaction sees of itself no other run sees.
        let isOfSnapshot = kept.version & 1 == 0
        let size = kept.made.sizeInBytes
        if !isOfSnapshot || !memory.take(size, budgetInBytes: budgetInBytes) { self.kept = nil }
    }
}
