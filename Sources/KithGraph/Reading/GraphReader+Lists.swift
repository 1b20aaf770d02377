extension GraphReader {
    /// The lists of all wanted types and ways, in the order in which they are delivered.
    func lists(types: [RelationshipTypeID], direction: Direction) -> [ListsOfType] {
        guard isSnapshot else { return foundLists(types, direction) }
        return tables.keptLists(types, direction) {
            KeptLists(types, direction, foundLists(types, direction))
        }.lists
    }

    private func foundLists(
        _ types: [RelationshipTypeID], _ direction: Direction
    ) -> [ListsOfType] {
        var result: [ListsOfType] = []
        let numbers =
            types.isEmpty
            ? (0..<UInt32(catalog.typeTokens.names.count)).map { $0 } : types.map(\.rawValue)
        for type in numbers {
            for isIncoming in [false, true] {
                if isIncoming ? direction == .outgoing : direction == .incoming { continue }
                let key = AdjacencyKey(type: type, isIncoming: isIncoming)
                let changed = pending?.lists[key]
                let isEmpty = (statistics.relationships[type] ?? 0) == 0
                if isEmpty, changed == nil { continue }
                result.append(
                    listsOfType(key, changed, skipsLoops: direction == .both && isIncoming))
            }
        }
        return result
    }

    /// The lists of one type in one direction.
    func listsOfType(
        _ key: AdjacencyKey, _ changed: [UInt64: PendingLists]?, skipsLoops: Bool
    ) -> ListsOfType {
        let table = tables.table(key)
        return ListsOfType(
            key: key, table: table.places, own: isSnapshot ? nil : OwnLists(table, changed),
            isChanged: changed != nil, skipsLoops: skipsLoops)
    }

    /// The edges of one node as this transaction sees them; slots are the node's own.
    /// Incoming edges have no relationship. Within a step of the cache.
    func mergedList(_ lists: ListsOfType, _ node: UInt64) throws(GraphError) -> [ChunkEdge] {
        let chunk = node >> UInt64(GraphLimits.slotBits)
        let slot = slot(node)
        let hasIDs = !lists.key.isIncoming
        let edges = try baseLists(of: node, lists.key, in: lists.table).edges(slot)
        guard let changes = lists.changed?[chunk]?[UInt16(slot)] else { return edges }
        return try EdgeMerge.merge(edges, changes, hasIDs: hasIDs)
    }

    /// Appends the relationships from one node to another. Within a step of the cache.
    func relationships(
        from source: UInt64, to target: UInt64, in lists: ListsOfType, into ids: inout [UInt64]
    ) throws(GraphError) {
        let chunk = source >> UInt64(GraphLimits.slotBits)
        let slot = slot(source)
        let base = try baseLists(of: source, lists.key, in: lists.table)
        let found = base.edges(slot: slot, neighbour: target)
        guard let changes = lists.changed?[chunk]?[UInt16(slot)], !changes.isEmpty else {
            for edge in found { ids.append(base.relationship(edge)) }
            return
        }
        // Only what leads to the target is merged: a node with many relationships is asked for each.
        let edges = found.map { edge in
            ChunkEdge(
                slot: UInt16(slot), neighbour: target, relationship: base.relationship(edge))
        }
        let ofTarget = changes.filter { $0.edge.neighbour == target }
        for edge in try EdgeMerge.merge(edges, ofTarget, hasIDs: !lists.key.isIncoming) {
            ids.append(edge.relationship)
        }
    }

    /// The number of edges of a node in some lists. Within a step of the cache.
    func degree(_ lists: ListsOfType, _ node: UInt64) throws(GraphError) -> Int {
        let chunk = node >> UInt64(GraphLimits.slotBits)
        let slot = slot(node)
        var count: Int
        if !lists.skipsLoops, lists.table.load(chunk) == nil {
            count = try packedDegree(of: node, lists)
        } else {
            let base = try baseLists(of: node, lists.key, in: lists.table)
            count = base.range(slot).count
            if lists.skipsLoops { count -= base.edges(slot: slot, neighbour: node).count }
        }
        if let changes = lists.changed?[chunk]?[UInt16(slot)] {
            for change in changes where !(lists.skipsLoops && change.edge.neighbour == node) {
                count += change.isAdded ? 1 : -1
            }
        }
        return count
    }
}

/// The lists of one type in one direction, as an expansion uses them.
///
/// In a snapshot no reference is counted for them, which all threads would do on the same words: its
/// tables never change and hold what the places are of, so they are valid while the reader is there.
struct ListsOfType {
    let key: AdjacencyKey
    let table: ChunkPlaces
    /// What only a transaction's view has, whose tables are replaced when it flushes; nil in a snapshot.
    let own: OwnLists?
    /// Whether the transaction changed any of them.
    let isChanged: Bool
    /// Whether edges from a node to itself were already delivered the other way.
    let skipsLoops: Bool

    /// What the transaction changed, by chunk.
    var changed: [UInt64: PendingLists]? { own?.changed }
}

/// Lists as a transaction sees them: what it changed, and the table below, which this holds.
final class OwnLists {
    let changed: [UInt64: PendingLists]?
    private let table: ChunkTable

    init(_ table: ChunkTable, _ changed: [UInt64: PendingLists]?) {
        self.table = table
        self.changed = changed
    }
}

/// The lists of some types in a direction, kept by the tables of the state they belong to.
final class KeptLists: @unchecked Sendable {
    // Sendable: nothing changes, and lists of snapshots have no changes of a transaction in them.

    let types: [RelationshipTypeID]
    let direction: Direction
    let lists: [ListsOfType]

    init(_ types: [RelationshipTypeID], _ direction: Direction, _ lists: [ListsOfType]) {
        self.types = types
        self.direction = direction
        self.lists = lists
    }
}

/// The lists that a search follows, found at once while the graph is the same as in its last search.
public struct KnownLists {
    /// The number of the tables that the lists are of: where these are not there any more, the lists
    /// point nowhere.
    private var tables: UInt64?
    private var types: [RelationshipTypeID] = []
    private var direction = Direction.both
    /// An array of its own: references to that of the tables would be counted by all threads.
    private var lists: [ListsOfType] = []

    /// Knows none yet.
    public init() {}

    /// See ``GraphReader/lists(types:direction:)``.
    mutating func lists(
        in graph: GraphReader, types: [RelationshipTypeID], direction: Direction
    ) -> [ListsOfType] {
        guard graph.isSnapshot else { return graph.lists(types: types, direction: direction) }
        let number = graph.tables.number
        if tables == number, self.direction == direction, self.types == types { return lists }
        lists = graph.lists(types: types, direction: direction).map { $0 }
        tables = number
        self.types = types.map { $0 }
        self.direction = direction
        return lists
    }
}
