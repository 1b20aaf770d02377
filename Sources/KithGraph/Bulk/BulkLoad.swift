import KithStorage
import KithValues

/// Loads many nodes and relationships at once, in one transaction with the schema around them.
///
/// First all nodes, table by table or mixed, then all relationships: a relationship names its ends by
/// the ids that loading the nodes gave. ``finish(durability:)`` sorts relationships, writes columns,
/// blocks and indexes, checks unique constraints and commits. Memory stays within the budget whatever
/// the size of the input; what does not fit is sorted in runs in a temporary file.
///
/// One thread uses a load at a time.
public final class BulkLoad {
    init() {}

    /// Begins a load; it holds the write lock until ``finish(durability:)`` or ``cancel()``.
    public convenience init(
        store: GraphStore, memoryBudgetInBytes: Int = 512 << 20, threads: Int = 1,
        temporaryDirectory: String? = nil, timeoutInMilliseconds: Int = 5_000
    ) throws(GraphError) { fatalError("filled in by the next commit") }

    /// What the transaction sees: what was there before, and tokens made since.
    public var reader: GraphReader { fatalError("filled in by the next commit") }

    /// The writer of the transaction, for tokens, constraints and changes of nodes that were there
    /// before (an upsert). Constraints made here before the first node are checked at the end.
    public var writer: GraphWriter { fatalError("filled in by the next commit") }

    /// Declares nodes with these labels and properties.
    public func nodeTable(
        labels: [String], properties: [String]
    ) throws(GraphError) -> BulkNodeTable { fatalError("filled in by the next commit") }

    /// Declares relationships of this type with these properties.
    public func relationshipTable(
        type: String, properties: [String]
    ) throws(GraphError) -> BulkRelationshipTable { fatalError("filled in by the next commit") }

    /// Completes and commits the load; `progress` gets a name of the phase and the rows done of all.
    public func finish(
        durability: Durability = .full, progress: ((String, Int, Int) -> Void)? = nil
    ) throws(GraphError) { fatalError("filled in by the next commit") }

    /// Drops everything.
    public func cancel() { fatalError("filled in by the next commit") }
}

/// Nodes being loaded that share labels and properties.
public final class BulkNodeTable {
    init() {}

    /// Loads a batch of `count` rows, a column a property, and appends the raw id of each row's node
    /// to `ids`.
    public func append(
        count: Int, columns: [BulkColumn], ids: inout [UInt64]
    ) throws(GraphError) { fatalError("filled in by the next commit") }
}

/// Relationships being loaded that share a type and properties.
public final class BulkRelationshipTable {
    init() {}

    /// Loads a batch of relationships from `sources[i]` to `targets[i]`, a column a property.
    public func append(
        sources: [UInt64], targets: [UInt64], columns: [BulkColumn]
    ) throws(GraphError) { fatalError("filled in by the next commit") }
}
