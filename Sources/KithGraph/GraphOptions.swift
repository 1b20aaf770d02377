import KithStorage

/// How a graph is opened.
public struct GraphOptions: Sendable {
    /// How the file below is opened.
    public var storage = StorageOptions()
    /// Memory for decoded columns and adjacency lists, and for what statements hold: up to three
    /// quarters of it.
    /// What pages have not needed yet of theirs is used too, up to as much again. Less than 1 MiB is
    /// taken for 1 MiB, as it is of the storage's `cacheBudgetInBytes`: a statement has about half of that
    /// in hand whatever the budgets are.
    public var decodedCacheBudgetInBytes = 256 << 20
    /// Memory for the projections of one state of the graph that are kept for the next algorithm.
    public var projectionCacheBudgetInBytes = 512 << 20
    /// Memory for changes of a transaction before they are moved to the storage below.
    public var pendingChangesBudgetInBytes = 64 << 20
    /// A chunk with more changed rows than this has them folded into its columns.
    public var recentRowsMax = 60
    /// A chunk with more changed edges a direction than this has them folded into its blocks.
    public var recentEdgesMax = 60
    /// From its node with this number on, a label set has chunks of its own.
    public var homeChunkThreshold = 65
    /// The most threads that make ready what a transaction writes; at least 1.
    public var threads = WorkerThreads.defaultCount
    /// The most edges of an adjacency block.
    public var edgesPerBlockMax = 4_000

    /// So many changes are made ready by several threads at once: to wake another thread for fewer takes
    /// longer than it gains.
    package var sharedChangesMin = 256
    /// Changed lists are kept as what was changed of them, however few edges they have, up to so many changes.
    package var patchChangesMax = 256
    /// So many edges of changed lists are copied for each change rather than decoded later.
    package var copiedEdgesMax = 256
    /// Of fewer changed edges of a chunk nobody looks into which blocks they fall.
    package var locatedChangesMin = 64

    /// Whether budgets below the least are taken as they are, so that a small graph is a large one beside
    /// them; for tests.
    package var allowsSmallBudgets = false

    /// The defaults.
    public init() {}

    /// The least budget for pages, and for what is decoded.
    package static let budgetMinInBytes = 1 << 20

    /// These options with budgets that are too small to keep to rounded up.
    package var withBudgetsRoundedUp: GraphOptions {
        var options = self
        if !allowsSmallBudgets {
            options.decodedCacheBudgetInBytes = max(
                decodedCacheBudgetInBytes, Self.budgetMinInBytes)
            options.storage.cacheBudgetInBytes = max(
                storage.cacheBudgetInBytes, Self.budgetMinInBytes)
        }
        return options
    }
}
