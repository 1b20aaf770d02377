import Glibc
import KithGraph
import KithLanguage
import KithValues
import Synchronization

/// Something that keeps parts of the graph alive while a statement runs, such as decoded columns.
protocol RunResource: AnyObject {
    /// The run is over.
    func runEnded()
}

/// What a running statement works with: the graph, the parameters, and its bounds.
final class ExecutionContext {
    /// The graph as the statement sees it.
    private(set) var graph: GraphReader
    /// The transaction's pen; nil in a reading transaction.
    let writer: GraphWriter?
    /// The values of the statement's parameters, in the order of ``PreparedQuery/parameters``.
    let parameterValues: [Value]
    let variableCount: Int
    let memory: MemoryAccount
    let control: StatementControl
    let limits: StatementLimits
    let environment: StatementEnvironment
    /// The most rows that operators put into one batch.
    let batchSize: Int
    /// What the statement has changed so far.
    var changes = ChangeCounts()
    /// Differs between runs.
    let run: UInt64
    /// What state of the graph the statement sees: the same for all runs on one snapshot, another one
    /// after every write, so that what was learned of the graph is known to be old.
    private(set) var graphVersion: UInt64
    /// What holds parts of the graph for the time of this run.
    private var resources: [any RunResource] = []
    /// Where CALL { } IN TRANSACTIONS finds its transactions; nil within a transaction.
    var transactions: TransactionSource?
    /// Whether the statement has deleted anything, so that entities must be checked for life.
    var hasDeleted = false
    /// What functions may ask.
    private(set) lazy var functionContext = StatementFunctionContext(self)

    init(
        graph: GraphReader, writer: GraphWriter?, parameterValues: [Value], variableCount: Int,
        control: StatementControl, limits: StatementLimits, environment: StatementEnvironment
    ) {
        self.graph = graph
        self.writer = writer
        self.parameterValues = parameterValues
        self.variableCount = variableCount
        self.control = control
        self.limits = limits
        self.environment = environment
        batchSize = Self.batchSize(environment.options, graph)
        memory = MemoryAccount(limitInBytes: limits.memoryInBytes, graph)
        run = Self.nextRun()
        graphVersion = Self.version(of: graph)
    }

    /// Where memory is scarce the batches are small too: each thread has dozens of their columns in hand.
    private static func batchSize(_ options: ExecutionOptions, _ graph: GraphReader) -> Int {
        let most = max(graph.decodedBudgetInBytes / budgetPerRow, batchSizeMin)
        return max(min(options.batchSize, most), 1)
    }

    private static let budgetPerRow = 2_048
    private static let batchSizeMin = 128

    /// A context for another thread that takes part in the same run, which only reads.
    private init(sharing other: ExecutionContext) {
        graph = other.graph.forThread()
        writer = nil
        parameterValues = other.parameterValues
        variableCount = other.variableCount
        control = other.control
        limits = other.limits
        environment = other.environment
        batchSize = other.batchSize
        memory = other.memory
        run = other.run
        graphVersion = other.graphVersion
    }

    /// A context for another thread that takes part in the same run, which only reads.
    func forWorker() -> ExecutionContext { ExecutionContext(sharing: self) }

    private static let runs = Atomic<UInt64>(0)

    private static func nextRun() -> UInt64 {
        runs.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Versions of snapshots are even, those of what may change are odd, and different each time.
    private static func version(of graph: GraphReader) -> UInt64 {
        graph.isSnapshot ? graph.commitNumber &<< 1 : (nextRun() &<< 24) | 1
    }

    /// Notes who holds parts of the graph, to be told when the run ends.
    func register(_ resource: any RunResource) { resources.append(resource) }

    /// Lets go of what was held for this run.
    func endRun() {
        if resources.isEmpty { return }
        for resource in resources { resource.runEnded() }
        resources = []
    }

    /// Notes that the graph changed.
    func noteChange() { graphVersion &+= 2 }

    /// A context of its own for a part of the statement that sees another state of the graph.
    func beside(graph: GraphReader, writer: GraphWriter?) -> ExecutionContext {
        let context = ExecutionContext(
            graph: graph, writer: writer, parameterValues: parameterValues,
            variableCount: variableCount, control: control, limits: limits, environment: environment
        )
        context.transactions = transactions
        context.hasDeleted = hasDeleted
        return context
    }

    /// Goes on with another state of the graph.
    func proceed(on graph: GraphReader) {
        self.graph = graph
        graphVersion = Self.version(of: graph)
    }

    /// Stops the statement when it was cancelled or its time is over; called for every batch.
    func checkpoint() throws(QueryError) { try control.checkpoint(limits) }

    /// The monotonic clock.
    func monotonicNanoseconds() -> UInt64 { MonotonicClock.nanoseconds() }

    /// Runs a call on the graph, its errors turned into the statement's.
    func onGraph<Result>(
        span: SourceSpan? = nil, _ body: () throws(GraphError) -> Result
    ) throws(QueryError) -> Result {
        do {
            return try body()
        } catch {
            throw QueryError(graphError: error, span: span)
        }
    }

    /// The statement's form of an error of a value operation.
    func queryError(_ error: ValueError, span: SourceSpan?) -> QueryError {
        QueryError(error, span: span)
    }

    /// The pen, or an error in a reading transaction.
    func pen() throws(QueryError) -> GraphWriter {
        guard let writer else {
            throw QueryError(
                type: "TransactionError", detail: "ReadOnlyTransaction", phase: .runtime,
                message: "this statement writes, but the transaction only reads",
                hint: "Run it in a write transaction.")
        }
        return writer
    }
}

/// The monotonic clock of the system.
public enum MonotonicClock {
    /// Nanoseconds since some fixed moment.
    public static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}

/// What a statement changed.
public struct ChangeCounts: Hashable, Sendable {
    /// Nodes made.
    public var nodesCreated = 0
    /// Nodes deleted.
    public var nodesDeleted = 0
    /// Relationships made.
    public var relationshipsCreated = 0
    /// Relationships deleted.
    public var relationshipsDeleted = 0
    /// Properties set or removed.
    public var propertiesSet = 0
    /// Labels added to nodes.
    public var labelsAdded = 0
    /// Labels removed from nodes.
    public var labelsRemoved = 0
    /// Indexes made.
    public var indexesAdded = 0
    /// Indexes dropped.
    public var indexesRemoved = 0
    /// Constraints made.
    public var constraintsAdded = 0
    /// Constraints dropped.
    public var constraintsRemoved = 0

    /// Nothing changed.
    public init() {}

    /// Adds what another part of the statement changed.
    mutating func add(_ other: ChangeCounts) {
        nodesCreated += other.nodesCreated
        nodesDeleted += other.nodesDeleted
        relationshipsCreated += other.relationshipsCreated
        relationshipsDeleted += other.relationshipsDeleted
        propertiesSet += other.propertiesSet
        labelsAdded += other.labelsAdded
        labelsRemoved += other.labelsRemoved
        indexesAdded += other.indexesAdded
        indexesRemoved += other.indexesRemoved
        constraintsAdded += other.constraintsAdded
        constraintsRemoved += other.constraintsRemoved
    }

    /// Whether nothing changed.
    public var isEmpty: Bool { self == ChangeCounts() }
}

extension QueryError {
    /// What the graph reported, at a place in the statement where there is one.
    public init(graphError error: GraphError, span: SourceSpan? = nil) {
        let (type, detail): (String, String) =
            switch error {
            case .storage(.corrupt), .storage(.damagedCommit): ("StorageError", "CorruptDatabase")
            case .storage(.readOnly): ("TransactionError", "ReadOnlyTransaction")
            case .storage(.writerBusy): ("TransactionError", "WriterBusy")
            case .storage: ("StorageError", "StorageFailed")
            case .value(let inner): (inner.type.rawValue, inner.detail)
            case .corrupt: ("StorageError", "CorruptDatabase")
            case .constraintViolated: ("ConstraintVerificationFailed", "ConstraintViolated")
            case .stillConnected: ("ConstraintVerificationFailed", "DeleteConnectedNode")
            case .nodeNotFound, .relationshipNotFound: ("EntityNotFound", "DeletedEntityAccess")
            case .schemaExists: ("SchemaError", "SchemaExists")
            case .schemaNotFound: ("SchemaError", "SchemaNotFound")
            case .indexBelongsToConstraint: ("SchemaError", "IndexBelongsToConstraint")
            case .limitExceeded: ("ResourceError", "LimitExceeded")
            case .unstorable: ("TypeError", "InvalidPropertyType")
            case .cancelled: ("ResourceError", "Cancelled")
            case .deadlineExceeded: ("ResourceError", "DeadlineExceeded")
            }
        let hint =
            detail == "WriterBusy"
            ? "This transaction changed nothing. Begin it again once the other one is done." : nil
        self.init(
            type: type, detail: detail, phase: .runtime, message: error.message, span: span,
            hint: hint)
    }
}
