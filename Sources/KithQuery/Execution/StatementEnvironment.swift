import Glibc
import KithGraph
import KithLanguage
import KithValues

/// What a statement gets from outside: clocks, randomness, functions and procedures.
///
/// Everything that is not in the graph or the text comes in through here, so that tests can fix it.
public struct StatementEnvironment: Sendable {
    /// What most statements have in common: behind one reference, because every run copies it.
    private struct Common: Sendable {
        var clock: @Sendable () -> Instant
        var defaultZone: ZoneName
        var seed: UInt64?
        var functions: FunctionRegistry
        var procedures: ProcedureRegistry
        var options = ExecutionOptions.standard
    }

    private final class Box: Sendable {
        let common: Common

        init(_ common: Common) { self.common = common }
    }

    private var box: Box

    private var common: Common {
        get { box.common }
        set { box = Box(newValue) }
    }

    /// The moment the statement began.
    public var statementTime: Instant
    /// The moment its transaction began.
    public var transactionTime: Instant
    /// Tells the moment now.
    public var clock: @Sendable () -> Instant {
        get { box.common.clock }
        set { common.clock = newValue }
    }
    /// The zone of `datetime()` without arguments.
    public var defaultZone: ZoneName {
        get { box.common.defaultZone }
        set { common.defaultZone = newValue }
    }
    /// Where random numbers begin; nil for somewhere else each time.
    public var seed: UInt64? {
        get { box.common.seed }
        set { common.seed = newValue }
    }
    /// The functions it may call.
    public var functions: FunctionRegistry {
        get { box.common.functions }
        set { common.functions = newValue }
    }
    /// The procedures it may call.
    public var procedures: ProcedureRegistry {
        get { box.common.procedures }
        set { common.procedures = newValue }
    }
    /// How it is planned and run.
    public var options: ExecutionOptions {
        get { box.common.options }
        set { common.options = newValue }
    }

    /// Makes an environment that began at `time`.
    public init(
        time: Instant, transactionTime: Instant? = nil, clock: @escaping @Sendable () -> Instant,
        defaultZone: ZoneName, seed: UInt64? = nil, functions: FunctionRegistry = .standard,
        procedures: ProcedureRegistry = .standard
    ) {
        statementTime = time
        self.transactionTime = transactionTime ?? time
        box = Box(
            Common(
                clock: clock, defaultZone: defaultZone, seed: seed, functions: functions,
                procedures: procedures))
    }

    /// Coordinated universal time, where nothing else is set.
    public static let utc: ZoneName = {
        guard let zone = ZoneName("UTC") else {
            preconditionFailure("the table of zone names was full before the first statement")
        }
        return zone
    }()

    /// The system's clock.
    public static func systemTime() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }
}

/// Lets functions ask the running statement.
final class StatementFunctionContext: FunctionContext {
    // Owned by the context it points to, so it never outlives it.
    private unowned let context: ExecutionContext
    private var generator: SplitMix

    init(_ context: ExecutionContext) {
        self.context = context
        var system = SystemRandomNumberGenerator()
        generator = SplitMix(seed: context.environment.seed ?? system.next())
    }

    var statementTime: Instant { context.environment.statementTime }
    var transactionTime: Instant { context.environment.transactionTime }
    var realTime: Instant { context.environment.clock() }
    var defaultZone: ZoneName { context.environment.defaultZone }

    func nextRandom() -> UInt64 { generator.next() }

    func labels(of node: NodeID) throws(ValueError) -> [String] {
        do {
            return try EntityReading.labels(of: node, context, span: nil)
        } catch {
            throw Self.valueError(error)
        }
    }

    func type(of relationship: RelationshipID) throws(ValueError) -> String {
        do {
            return try EntityReading.typeName(of: relationship, context)
        } catch {
            throw Self.valueError(error)
        }
    }

    func ends(of relationship: RelationshipID) throws(ValueError) -> (start: NodeID, end: NodeID) {
        do {
            let record = try EntityReading.record(of: relationship, context, span: nil)
            return (NodeID(rawValue: record.source), NodeID(rawValue: record.target))
        } catch {
            throw Self.valueError(error)
        }
    }

    func properties(of entity: Value) throws(ValueError) -> ValueMap {
        do {
            return try EntityReading.properties(of: entity, context, span: nil) ?? ValueMap()
        } catch {
            throw Self.valueError(error)
        }
    }

    /// The form in which functions report what the graph reported.
    private static func valueError(_ error: QueryError) -> ValueError {
        let type = ValueError.ErrorType(rawValue: error.type) ?? .entityNotFound
        return ValueError(type, error.detail, error.message)
    }
}
