import KithValues

/// A function of expressions: takes values, gives a value.
public struct ScalarFunction: Sendable {
    /// Computes the result from arguments that have been counted and, where the function
    /// ``propagatesNull``, contain no null.
    public typealias Body =
        @Sendable (_ arguments: [Value], _ context: any FunctionContext) throws(ValueError) -> Value

    /// The name as documentation writes it, with its namespace: `toUpper`, `duration.between`.
    public let name: String
    /// What each argument may be; the binder refuses other types where it knows them.
    public let parameters: [Parameter]
    /// How many of the ``parameters`` a call must give.
    public let requiredCount: Int
    /// Whether the last parameter may be given any number of times.
    public let isVariadic: Bool
    /// What it may give.
    public let result: StaticType
    /// Whether equal arguments always give equal results.
    public let isDeterministic: Bool
    /// Whether any null argument makes the result null without calling ``body``.
    public let propagatesNull: Bool
    /// One sentence for SHOW FUNCTIONS.
    public let summary: String
    /// The computation.
    public let body: Body

    /// An argument's name and type.
    public struct Parameter: Sendable {
        /// The name for signatures and messages.
        public let name: String
        /// What it may be.
        public let type: StaticType

        /// Makes a parameter.
        public init(_ name: String, _ type: StaticType) {
            self.name = name
            self.type = type
        }
    }

    /// Makes a function.
    ///
    /// `requiredCount`: how many arguments a call must give; nil for all.
    public init(
        _ name: String, _ parameters: [Parameter], requiredCount: Int? = nil,
        isVariadic: Bool = false, result: StaticType, isDeterministic: Bool = true,
        propagatesNull: Bool = true, summary: String, body: @escaping Body
    ) {
        self.name = name
        self.parameters = parameters
        self.requiredCount = requiredCount ?? parameters.count
        self.isVariadic = isVariadic
        self.result = result
        self.isDeterministic = isDeterministic
        self.propagatesNull = propagatesNull
        self.summary = summary
        self.body = body
    }
}

/// What functions may ask of the statement that calls them.
///
/// The executor implements it; tests pass one of their own.
public protocol FunctionContext: AnyObject {
    /// The moment that `datetime()` and its kin give: fixed when the statement began.
    var statementTime: Instant { get }
    /// The moment the transaction began, for `datetime.transaction()` and its kin.
    var transactionTime: Instant { get }
    /// The moment now, for `datetime.realtime()` and its kin.
    var realTime: Instant { get }
    /// The zone of `datetime()` without arguments.
    var defaultZone: ZoneName { get }
    /// The next random 64 bits.
    func nextRandom() -> UInt64
    /// The names of a node's labels.
    func labels(of node: NodeID) throws(ValueError) -> [String]
    /// The name of a relationship's type.
    func type(of relationship: RelationshipID) throws(ValueError) -> String
    /// The nodes a relationship leads from and to.
    func ends(of relationship: RelationshipID) throws(ValueError) -> (start: NodeID, end: NodeID)
    /// All properties of a node, relationship or map.
    func properties(of entity: Value) throws(ValueError) -> ValueMap
}

/// A moment: nanoseconds since 1970-01-01T00:00:00Z.
public struct Instant: Hashable, Sendable {
    /// Whole seconds.
    public let seconds: Int64
    /// Nanoseconds after that, 0 up to 999,999,999.
    public let nanoseconds: Int32

    /// Makes a moment.
    public init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }
}

/// Collects the values of a group into one.
///
/// One accumulator serves one group. DISTINCT is the caller's concern.
public protocol Accumulator: AnyObject {
    /// Takes a value `multiplicity` times; nulls are passed too, and left out by most functions.
    func add(_ value: Value, multiplicity: Int64) throws(ValueError)
    /// Takes what another accumulator of the same function collected after this one.
    func merge(_ other: any Accumulator) throws(ValueError)
    /// The result so far.
    func result() throws(ValueError) -> Value
}

/// An aggregating function.
public struct AggregateFunction: Sendable {
    /// The name as documentation writes it.
    public let name: String
    /// The aggregated value and then the constants, such as a percentile.
    public let parameters: [ScalarFunction.Parameter]
    /// What it may give.
    public let result: StaticType
    /// One sentence for SHOW FUNCTIONS.
    public let summary: String
    /// Makes the accumulator of a group from the constants.
    public let makeAccumulator:
        @Sendable (_ constants: [Value]) throws(ValueError) -> any Accumulator

    /// Makes a function.
    public init(
        _ name: String, _ parameters: [ScalarFunction.Parameter], result: StaticType,
        summary: String,
        makeAccumulator:
            @escaping @Sendable (_ constants: [Value]) throws(ValueError) ->
            any Accumulator
    ) {
        self.name = name
        self.parameters = parameters
        self.result = result
        self.summary = summary
        self.makeAccumulator = makeAccumulator
    }
}
