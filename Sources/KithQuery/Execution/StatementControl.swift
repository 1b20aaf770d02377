import KithGraph
import Synchronization

/// The outside's hold on a running statement: cancelling it, and how far it has come.
///
/// Shared between the thread that runs the statement and any other.
public final class StatementControl: Sendable {
    private let cancelled = Atomic<Bool>(false)
    private let rowsProduced = Atomic<Int>(0)

    /// Makes the control of a statement that has not begun.
    public init() {}

    /// Asks the statement to stop; it fails with `ResourceError`/`Cancelled` at its next batch.
    public func cancel() { cancelled.store(true, ordering: .relaxed) }

    /// Whether ``cancel()`` was called.
    public var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Stops a statement that was cancelled, or whose time is over.
    func checkpoint(_ limits: StatementLimits) throws(QueryError) {
        if isCancelled {
            throw QueryError(
                type: "ResourceError", detail: "Cancelled", phase: .runtime,
                message: "the statement was cancelled")
        }
        guard limits.isOver else { return }
        throw QueryError(
            type: "ResourceError", detail: "DeadlineExceeded", phase: .runtime,
            message: "the statement ran longer than its deadline allows")
    }

    /// The rows that the statement's operators have passed on so far.
    public var progressInRows: Int { rowsProduced.load(ordering: .relaxed) }

    /// Adds to ``progressInRows``.
    func advance(by rows: Int) { rowsProduced.wrappingAdd(rows, ordering: .relaxed) }
}

/// The bounds within which a statement runs.
public struct StatementLimits: Sendable {
    /// The most memory its operators may hold at once.
    public var memoryInBytes: Int
    /// When it must have ended, in nanoseconds of the monotonic clock; nil for never.
    public var deadlineInNanoseconds: UInt64?

    /// Whether the deadline has passed.
    var isOver: Bool {
        guard let deadlineInNanoseconds else { return false }
        return MonotonicClock.nanoseconds() > deadlineInNanoseconds
    }

    /// One gigabyte, no deadline.
    public static let standard = StatementLimits(
        memoryInBytes: 1 << 30, deadlineInNanoseconds: nil)

    /// Makes limits.
    public init(memoryInBytes: Int, deadlineInNanoseconds: UInt64?) {
        self.memoryInBytes = memoryInBytes
        self.deadlineInNanoseconds = deadlineInNanoseconds
    }
}

/// The account of the memory that a statement's operators hold, on all of its threads.
final class MemoryAccount: Sendable {
    private let limitInBytes: Int
    private let used = Atomic<Int>(0)
    private let peak = Atomic<Int>(0)
    /// The graph whose memory the statement shares, and how much of it the graph knows of.
    private let graph: GraphReader
    private let notedUnits = Atomic<Int>(0)

    /// The graph is told of no less than this power of two: a quarter of a megabyte, or a sixty-fourth of
    /// what it has.
    private let unitBits: Int
    private static let unitBitsMax = 18
    private static let unitsOfBudget = 64

    /// The most that was held at once.
    var peakInBytes: Int { peak.load(ordering: .relaxed) }

    init(limitInBytes: Int, _ graph: GraphReader) {
        self.limitInBytes = limitInBytes
        self.graph = graph
        let unit = max(graph.decodedBudgetInBytes / Self.unitsOfBudget, 1)
        unitBits = min(Int.bitWidth - 1 - unit.leadingZeroBitCount, Self.unitBitsMax)
    }

    deinit { note(0) }

    /// Tells the graph how much memory is held, so that less is kept of what was decoded.
    private func note(_ bytes: Int) {
        let units = bytes >> unitBits
        guard units != notedUnits.load(ordering: .relaxed) else { return }
        let before = notedUnits.exchange(units, ordering: .relaxed)
        if units != before { graph.noteStatementMemory((units - before) << unitBits) }
    }

    /// Takes `bytes` from the budget.
    ///
    /// - Throws: `ResourceError`/`OutOfMemory` when the budget is used up.
    func take(_ bytes: Int) throws(QueryError) {
        if bytes == 0 { return }
        let now = used.wrappingAdd(bytes, ordering: .relaxed).newValue
        if now > peak.load(ordering: .relaxed) { _ = peak.max(now, ordering: .relaxed) }
        note(now)
        guard now > limitInBytes else { return }
        throw QueryError(
            type: "ResourceError", detail: "OutOfMemory", phase: .runtime,
            message: "the statement needs more than its memory limit of \(limitInBytes) bytes",
            hint: "Raise the limit, or make the statement hold fewer rows at once.")
    }

    /// Returns `bytes` to the budget.
    func give(back bytes: Int) {
        note(used.wrappingSubtract(bytes, ordering: .relaxed).newValue)
    }
}
