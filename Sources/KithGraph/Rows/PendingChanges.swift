import KithValues

/// The changed lists of one chunk that a transaction has not moved to storage yet.
final class PendingLists {
    // Exclusivity unchecked: one thread at a time uses this, and nothing calls back while a property is changed.

    /// The changes in their order, until somebody asks for those of one slot.
    @exclusivity(unchecked) private var changes: [EdgeChange] = []
    /// The changes by slot, from then on.
    @exclusivity(unchecked) private var bySlot: [UInt16: [EdgeChange]]?
    @exclusivity(unchecked) private(set) var count = 0

    subscript(slot: UInt16) -> [EdgeChange]? {
        divide()
        return bySlot?[slot]
    }

    /// All changes, in the order of their edges.
    var sorted: [EdgeChange] {
        var all = changes
        if let bySlot { for list in bySlot.values { all.append(contentsOf: list) } }
        for index in all.indices.dropFirst()
        where ChunkEdge.isBefore(all[index].edge, all[index - 1].edge) {
            all.sort { ChunkEdge.isBefore($0.edge, $1.edge) }
            break
        }
        return all
    }

    private func divide() {
        guard bySlot == nil else { return }
        var divided: [UInt16: [EdgeChange]] = [:]
        for change in changes { divided[change.edge.slot, default: []].append(change) }
        bySlot = divided
        changes = []
    }

    func append(_ change: EdgeChange) {
        if bySlot == nil {
            changes.append(change)
        } else {
            bySlot?[change.edge.slot, default: []].append(change)
        }
        count += 1
    }

    func append(contentsOf more: [EdgeChange]) {
        guard bySlot == nil else {
            for change in more { append(change) }
            return
        }
        changes.append(contentsOf: more)
        count += more.count
    }

    /// Takes a change back; false if it is not here.
    func remove(_ edge: ChunkEdge, isAdded: Bool) -> Bool {
        if let last = changes.last, last.isAdded == isAdded, last.edge == edge {
            changes.removeLast()
            count -= 1
            return true
        }
        divide()
        guard
            let index = bySlot?[edge.slot]?
                .lastIndex(where: { $0.isAdded == isAdded && $0.edge == edge })
        else { return false }
        bySlot?[edge.slot]?.remove(at: index)
        if bySlot?[edge.slot]?.isEmpty == true { bySlot?[edge.slot] = nil }
        count -= 1
        return true
    }

    func copy() -> PendingLists {
        let copy = PendingLists()
        copy.changes = changes
        copy.bySlot = bySlot
        copy.count = count
        return copy
    }
}

/// Everything that a transaction changed and has not moved to storage yet.
final class PendingChanges {
    // Exclusivity unchecked: as for its parts.

    @exclusivity(unchecked) var nodes: [UInt64: PendingChunk] = [:]
    @exclusivity(unchecked) var relationships: [UInt64: PendingChunk] = [:]
    @exclusivity(unchecked) var lists: [AdjacencyKey: [UInt64: PendingLists]] = [:]
    /// Chunks that hold a label or type for the first time.
    @exclusivity(unchecked) var members: [GraphTables.MemberKey: Set<UInt64>] = [:]
    /// Roughly the memory of all this.
    @exclusivity(unchecked) var sizeInBytes = 0

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

    private static let listsExpected = 6

    func openLists(_ key: AdjacencyKey, _ chunk: UInt64) -> PendingLists {
        if let known = lists[key]?[chunk] { return known }
        // A relationship is in two of them, and statements often make two: growing takes longer than room.
        if lists.isEmpty { lists.reserveCapacity(Self.listsExpected) }
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

    /// Notes edges of one type that were added or removed, in the lists of both their ends.
    func append(_ changes: [EndsChange]) {
        guard let type = changes.first?.type else { return }
        for isIncoming in [false, true] {
            let key = AdjacencyKey(type: type, isIncoming: isIncoming)
            var chunks: [UInt64] = []
            var parts: [[EdgeChange]] = []
            var places: [UInt64: Int] = [:]
            var place = 0
            for change in changes {
                let chunk =
                    (isIncoming ? change.target : change.source) >> UInt64(GraphLimits.slotBits)
                if chunks.isEmpty || chunks[place] != chunk {
                    if let known = places[chunk] {
                        place = known
                    } else {
                        place = chunks.count
                        places[chunk] = place
                        chunks.append(chunk)
                        parts.append([])
                    }
                }
                parts[place].append(isIncoming ? change.incoming : change.outgoing)
            }
            for (chunk, part) in zip(chunks, parts) {
                openLists(key, chunk).append(contentsOf: part)
            }
        }
        sizeInBytes += 160 * changes.count
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
