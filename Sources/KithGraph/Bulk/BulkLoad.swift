import KithStorage
import KithValues

/// Loads many nodes and relationships at once, in one transaction with the schema around them.
///
/// First all nodes, table by table or mixed, then all relationships: a relationship names its ends by
/// the ids that loading the nodes gave. ``finish(durability:progress:)`` sorts relationships, writes
/// columns, blocks and indexes, checks constraints and commits. Memory stays within the budget
/// whatever the size of the input; what does not fit is sorted in runs in a temporary file.
///
/// One thread uses a load at a time.
public final class BulkLoad {
    /// The writer of the transaction, for tokens, constraints and changes of nodes that were there
    /// before (an upsert). Indexes and constraints made here before the first node are filled and
    /// checked at the end.
    public let writer: GraphWriter
    let budgetInBytes: Int
    let temporaryDirectory: String?
    let threads: Int
    private var nodeBuilders: [UInt32: NodeBuilder] = [:]
    private var sorters: [UInt32: RelationshipSorter] = [:]
    var indexSorters: [IndexID: IndexSorter] = [:]
    private var changes = GraphTables.Changes()
    private var areNodesDone = false
    private var isFinished = false

    /// Begins a load; it holds the write lock until ``finish(durability:progress:)`` or ``cancel()``.
    public init(
        store: GraphStore, memoryBudgetInBytes: Int = 512 << 20, threads: Int = 1,
        temporaryDirectory: String? = nil, timeoutInMilliseconds: Int = 5_000
    ) throws(GraphError) {
        writer = try store.beginWrite(timeoutInMilliseconds: timeoutInMilliseconds)
        budgetInBytes = memoryBudgetInBytes
        self.threads = threads
        self.temporaryDirectory = temporaryDirectory
    }

    /// What the transaction sees: what was there before, and nodes once all are loaded.
    public var reader: GraphReader { writer.reader }

    /// Declares nodes with these labels and properties.
    public func nodeTable(
        labels: [String], properties: [String]
    ) throws(GraphError) -> BulkNodeTable {
        try checkIsOpenForNodes()
        var numbers: Set<UInt32> = []
        for label in labels { numbers.insert(try writer.label(label).rawValue) }
        let set = try writer.labelSet(numbers.sorted())
        let builder = nodeBuilders[set] ?? NodeBuilder(self, set: set, labels: numbers.sorted())
        nodeBuilders[set] = builder
        return BulkNodeTable(self, builder, keys: try keys(properties))
    }

    /// Declares relationships of this type with these properties.
    public func relationshipTable(
        type: String, properties: [String]
    ) throws(GraphError) -> BulkRelationshipTable {
        let number = try writer.relationshipType(type).rawValue
        return BulkRelationshipTable(self, type: number, keys: try keys(properties))
    }

    func sorter(ofType type: UInt32) -> RelationshipSorter {
        if let sorter = sorters[type] { return sorter }
        let sorter = RelationshipSorter(type: type, temporaryDirectory: temporaryDirectory)
        sorters[type] = sorter
        return sorter
    }

    private func keys(_ properties: [String]) throws(GraphError) -> [UInt32] {
        precondition(Set(properties).count == properties.count, "a property has one column")
        var keys: [UInt32] = []
        for property in properties { keys.append(try writer.propertyKey(property).rawValue) }
        return keys
    }

    /// Completes and commits the load; `progress` gets a name of the phase and the rows done of all.
    public func finish(
        durability: Durability = .full, progress: ((String, Int, Int) -> Void)? = nil
    ) throws(GraphError) {
        do throws(GraphError) {
            try finishNodes()
            let total = sorters.values.reduce(0) { $0 + $1.count }
            var done = 0
            for type in sorters.keys.sorted() {
                let before = done
                done += sorters[type]?.count ?? 0
                try complete(type: type) { rows in
                    progress?("relationships", before + rows, total)
                }
            }
            let entryTotal = indexSorters.values.reduce(0) { $0 + $1.count }
            var entriesDone = 0
            for id in indexSorters.keys.sorted() {
                progress?("indexes", entriesDone, entryTotal)
                guard let index = writer.owned.catalog.index(id), let sorter = indexSorters[id]
                else {
                    continue
                }
                try fill(index, from: sorter)
                entriesDone += sorter.count
                indexSorters[id] = nil
            }
            try checkConstraints()
            progress?("commit", entryTotal, entryTotal)
            isFinished = true
            try writer.commit(durability: durability)
        } catch {
            cancel()
            throw error
        }
    }

    /// Stores all relationships of a type that were appended so far.
    func complete(type: UInt32, _ report: @escaping (Int) -> Void = { _ in }) throws(GraphError) {
        guard let sorter = sorters.removeValue(forKey: type), sorter.count > 0 else { return }
        try RelationshipEmitter(self, type: type, report).emit(sorter)
        seal()
    }

    /// Drops everything.
    public func cancel() {
        guard !isFinished else { return }
        isFinished = true
        writer.rollback()
    }

    func checkIsOpenForNodes() throws(GraphError) {
        guard !areNodesDone else {
            throw GraphError.limitExceeded("nodes are loaded before relationships")
        }
    }

    /// Moves relationships to temporary files when they take too much memory.
    func spillIfNeeded() throws(GraphError) {
        var total = 0
        var largest: RelationshipSorter?
        for sorter in sorters.values {
            total += sorter.sizeInBytes
            if sorter.sizeInBytes > largest?.sizeInBytes ?? -1 { largest = sorter }
        }
        // Sorting happens one type at a time.
        let sorting = largest?.sortingSizeInBytes ?? 0
        if total + sorting > budgetInBytes { try largest?.spill() }
    }

    /// Stores what is left of nodes, and shows all of them to the reader.
    func finishNodes() throws(GraphError) {
        guard !areNodesDone else { return }
        for set in nodeBuilders.keys.sorted() { try nodeBuilders[set]?.finishChunk() }
        nodeBuilders = [:]
        areNodesDone = true
        try writer.flush()
        seal()
    }

    /// Shows what was stored to the reader.
    func seal() {
        let reader = writer.reader
        reader.tables = GraphTables(
            after: reader.tables, changes: changes, commitNumber: reader.tables.commitNumber,
            catalog: writer.owned.catalog, statistics: writer.owned.statistics,
            nodeChunkCount: writer.owned.nodeChunkCount,
            relationshipChunkCount: writer.owned.relationshipChunkCount)
        changes = GraphTables.Changes()
    }

    /// Numbers for chunks of relationships, one after the other.
    func newRelationshipChunks(_ count: Int, _ type: UInt32) -> Range<UInt64> {
        let first = writer.owned.relationshipChunkCount
        for _ in 0..<count { _ = newChunk(.relationship, type) }
        return first..<first + UInt64(count)
    }

    func newChunk(_ kind: EntityKind, _ type: UInt32) -> UInt64 {
        if kind == .node {
            writer.owned.nodeChunkCount += 1
            return writer.owned.nodeChunkCount - 1
        }
        writer.owned.relationshipChunkCount += 1
        writer.owned.chunkTypes[writer.owned.relationshipChunkCount - 1] = type
        return writer.owned.relationshipChunkCount - 1
    }

    func storeChunk(
        _ kind: EntityKind, _ chunk: UInt64, _ descriptor: ChunkDescriptor,
        members: [GraphTables.MemberKey]
    ) throws(GraphError) {
        writer.noteStorageChange()
        let encoded = descriptor.encoded(kind)
        try storageCall { () throws(StorageError) in
            try writer.transaction.put(
                KeySpaces.chunk(chunk), encoded, in: KeySpaces.descriptors(kind))
            for member in members {
                try writer.transaction.put(
                    KeySpaces.member(member.kind, member.token, chunk), [], in: KeySpaces.members)
            }
        }
        for member in members { changes.members.insert(member) }
        if kind == .node {
            changes.nodeChunks.insert(chunk)
        } else {
            changes.relationshipChunks.insert(chunk)
        }
    }

    func noteLists(_ key: AdjacencyKey, _ chunk: UInt64) {
        changes.lists[key, default: []].insert(chunk)
    }
}
