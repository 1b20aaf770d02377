import KithGraph

/// How a statement is planned and run, where the choice must not change its result.
///
/// The standard options are the best ones. The others are for tests, which run a statement under many
/// of them and compare what it gives, and for finding out what a choice costs.
public struct ExecutionOptions: Hashable, Sendable {
    /// The most rows that operators put into one batch; at least 1.
    public var batchSize = 2_048
    /// The most threads that may run one statement; at least 1, and one for each processor where
    /// nothing else is said.
    public var threads = ExecutionOptions.processorCount
    /// Steps that are expected to handle fewer rows run on one thread; 0 shares out all rows, however
    /// few they are.
    public var parallelRowsMin = 16_384
    /// Whether nodes may be found through indexes and by their ids, and not by scans alone.
    public var usesIndexes = true
    /// Where this is set, a pattern's steps run in an order drawn from it, not in the cheapest one.
    public var joinOrderSeed: UInt64?
    /// The names of the rewrite rules that are left out.
    public var disabledRules: Set<String> = []

    private static let processorCount = WorkTeam.processorCount

    /// What statements run with unless something else is said.
    public static let standard = ExecutionOptions()

    /// The standard options.
    public init() {}

    /// Whether the rewrite rule of this name may be applied.
    public func allowsRule(_ name: String) -> Bool { !disabledRules.contains(name) }
}

/// SplitMix64 (Steele, Lea and Flood 2014): numbers that depend on the seed alone.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
