import KithValues

/// The rows of one chunk that a transaction changed and has not moved to storage yet.
final class PendingChunk {
    private(set) var rows: [UInt16: RowChange] = [:]
    /// One more than the highest slot among them.
    private(set) var slotEnd = 0
    /// Patched columns, until the next change.
    var columns: [UInt32: Column] = [:]
    /// The changed rows, by slot; nil after a change.
    private var sorted: [(slot: Int, row: RowChange)]?

    subscript(slot: UInt16) -> RowChange? { rows[slot] }

    func put(_ row: RowChange?, at slot: UInt16) {
        rows[slot] = row
        slotEnd = max(slotEnd, Int(slot) + 1)
        if !columns.isEmpty { columns = [:] }
        sorted = nil
    }

    /// Changes a row in place; `body` says whether it did.
    func update(_ slot: UInt16, _ body: (inout RowChange) -> Void) {
        body(&rows[slot, default: RowChange(.kept)])
        slotEnd = max(slotEnd, Int(slot) + 1)
        if !columns.isEmpty { columns = [:] }
        sorted = nil
    }

    /// The changed rows, by slot.
    var sortedRows: [(slot: Int, row: RowChange)] {
        if let sorted { return sorted }
        let result = rows.map { (slot: Int($0.key), row: $0.value) }.sorted { $0.slot < $1.slot }
        sorted = result
        return result
    }

    func copy() -> PendingChunk {
        let copy = PendingChunk()
        copy.rows = rows
        copy.slotEnd = slotEnd
        return copy
    }
}

/// The changed lists of one chunk that a transaction has not moved to storage yet.
final class PendingLists {
    private(set) var lists: [UInt16: [EdgeChange]] = [:]
    private(set) var count = 0

    subscript(slot: UInt16) -> [EdgeChange]? { lists[slot] }

    func append(_ change: EdgeChange) {
        lists[change.edge.slot, default: []].append(change)
        count += 1
    }

    /// Takes a change back; false if it is not here.
    func remove(_ edge: ChunkEdge, isAdded: Bool) -> Bool {
        guard let list = lists[edge.slot],
            let index = list.lastIndex(where: { $0.isAdded == isAdded && $0.edge == edge })
        else { return false }
        lists[edge.slot]?.remove(at: index)
        if lists[edge.slot]?.isEmpty == true { lists[edge.slot] = nil }
        count -= 1
        return true
    }

    func copy() -> PendingLists {
        let copy = PendingLists()
        copy.lists = lists
        copy.count = count
        return copy
    }
}

/// Everything that a transaction changed and has not moved to storage yet.
final class PendingChanges {
    var nodes: [UInt64: PendingChunk] = [:]
    var relationships: [UInt64: PendingChunk] = [:]
    var lists: [AdjacencyKey: [UInt64: PendingLists]] = [:]
    /// Chunks that hold a label or type for the first time.
    var members: [GraphTables.MemberKey: Set<UInt64>] = [:]
    /// Roughly the memory of all this.
    var sizeInBytes = 0

    var isEmpty: Bool {
        nodes.isEmpty && relationships.isEmpty && lists.isEmpty && members.isEmpty
    }

    func chunk(_ kind: EntityKind, _ chunk: UInt64) -> PendingChunk? {
        kind == .node ? nodes[chunk] : relationships[chunk]
    }

    /// The changed rows of a chunk, made if there are none.
    func openChunk(_ kind: EntityKind, _ chunk: UInt64) -> PendingChunk {
        if let known = self.chunk(kind, chunk) { return known }
        let made = PendingChunk()
        if kind == .node { nodes[chunk] = made } else { relationships[chunk] = made }
        return made
    }

    func openLists(_ key: AdjacencyKey, _ chunk: UInt64) -> PendingLists {
        if let known = lists[key]?[chunk] { return known }
        let made = PendingLists()
        lists[key, default: [:]][chunk] = made
        return made
    }

    /// Notes an edge added to or removed from the lists of both its ends.
    func append(_ change: EndsChange) {
        let key = AdjacencyKey(type: change.type, isIncoming: false)
        openLists(key, change.source >> UInt64(GraphLimits.slotBits)).append(change.outgoing)
        let back = AdjacencyKey(type: change.type, isIncoming: true)
        openLists(back, change.target >> UInt64(GraphLimits.slotBits)).append(change.incoming)
        sizeInBytes += 160
    }

    /// Takes a note back; false if there is none like it.
    func remove(_ change: EndsChange) -> Bool {
        let key = AdjacencyKey(type: change.type, isIncoming: false)
        let chunk = change.source >> UInt64(GraphLimits.slotBits)
        guard let outgoing = lists[key]?[chunk],
            outgoing.remove(change.outgoing.edge, isAdded: change.isAdded)
        else { return false }
        let back = AdjacencyKey(type: change.type, isIncoming: true)
        let backChunk = change.target >> UInt64(GraphLimits.slotBits)
        let isRemoved = lists[back]?[backChunk]?
            .remove(change.incoming.edge, isAdded: change.isAdded)
        precondition(isRemoved == true, "both lists of an edge change together")
        return true
    }

    /// A copy that later changes do not touch.
    func copy() -> PendingChanges {
        let copy = PendingChanges()
        copy.nodes = nodes.mapValues { $0.copy() }
        copy.relationships = relationships.mapValues { $0.copy() }
        copy.lists = lists.mapValues { $0.mapValues { $0.copy() } }
        copy.members = members
        copy.sizeInBytes = sizeInBytes
        return copy
    }
}

/// An edge added or removed, with both its ends.
struct EndsChange {
    var type: UInt32
    var source: UInt64
    var target: UInt64
    var relationship: UInt64
    var isAdded: Bool

    private static let slotMask = UInt64(GraphLimits.slotsPerChunk - 1)

    var outgoing: EdgeChange {
        EdgeChange(
            edge: ChunkEdge(
                slot: UInt16(source & Self.slotMask), neighbour: target,
                relationship: relationship),
            isAdded: isAdded)
    }

    var incoming: EdgeChange {
        EdgeChange(
            edge: ChunkEdge(
                slot: UInt16(target & Self.slotMask), neighbour: source,
                relationship: relationship),
            isAdded: isAdded)
    }
}

extension PendingChanges {
    /// Takes over what another object holds, which must not be used afterwards.
    func replace(with other: PendingChanges) {
        nodes = other.nodes
        relationships = other.relationships
        lists = other.lists
        members = other.members
        sizeInBytes = other.sizeInBytes
    }
}
