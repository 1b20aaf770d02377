import KithStorage
import Synchronization

/// The lists of a chunk as the file has them, read block by block as they are asked for and kept packed.
///
/// For looks at single lists where there is no room for all of them decoded: they take a third to a
/// twentieth of the memory so, and one takes a few tenths of a microsecond to decode.
final class PackedLists: @unchecked Sendable {
    // Sendable: nothing changes but the places of the blocks, which are atomic.

    private let stored: StoredLists
    /// The blocks, and after them the numbers of edges of each where only these were asked for.
    private let slots: CacheSlots
    private let reads = Atomic<Int>(0)
    /// After so many looks decoding everything would have cost a small part of what they did.
    private let readsMax: Int

    init(_ stored: StoredLists) {
        self.stored = stored
        slots = CacheSlots(count: stored.blocks.count * 2)
        readsMax = Self.readsMin + stored.edgeCount / Self.edgesPerRead
    }

    private static let readsMin = 2_048
    private static let edgesPerRead = 16

    /// The memory it takes without its blocks, for the budget.
    var sizeInBytes: Int {
        stored.blocks.reduce(256) { $0 + 112 + ($1.inline?.sizeInBytes ?? 0) }
    }

    /// The memory that all lists take decoded.
    var decodedSizeInBytes: Int { stored.sizeInBytes }

    /// Whether it was asked for so many lists since this was last true that decoding all of them is
    /// worth its cost, even if they do not stay for long.
    func isWorn() -> Bool {
        guard reads.wrappingAdd(1, ordering: .relaxed).newValue > readsMax else { return false }
        reads.store(0, ordering: .relaxed)
        return true
    }

    /// A block. Within a step of the cache.
    private func block(
        _ index: Int, _ storage: StorageReader, _ cache: DecodedCache
    ) throws(GraphError) -> PackedBlock {
        if let known = slots.load(index) {
            return Unmanaged<PackedBlock>.fromOpaque(known).takeUnretainedValue()
        }
        let wanted = stored.blocks[index]
        let made: PackedBlock
        if let inline = wanted.inline {
            made = try PackedBlock(inline.bytes, of: inline, edgeCount: wanted.edgeCount)
        } else if let reference = wanted.reference {
            let buffer = try storageCall { () throws(StorageError) in
                try storage.readExtent(reference)
            }
            made = try PackedBlock(buffer.bytes, of: nil, edgeCount: wanted.edgeCount)
        } else {
            preconditionFailure("a block lies in its entry or elsewhere")
        }
        let (kept, isNew) = slots.publish(made, at: index)
        if isNew { cache.account(slots, index, sizeInBytes: kept.sizeInBytes) }
        return kept
    }

    /// How many edges a slot has. Within a step of the cache.
    func degree(
        _ slot: Int, _ storage: StorageReader, _ cache: DecodedCache
    ) throws(GraphError) -> Int {
        var count = 0
        for index in stored.blocks(of: slot) {
            count += try degree(slot, inBlock: index, storage, cache)
        }
        for change in stored.changes where Int(change.edge.slot) == slot {
            count += change.isAdded ? 1 : -1
        }
        return count
    }

    private func degree(
        _ slot: Int, inBlock index: Int, _ storage: StorageReader, _ cache: DecodedCache
    ) throws(GraphError) -> Int {
        let place = stored.blocks.count + index
        if let known = slots.load(place) {
            return Unmanaged<PackedDegrees>.fromOpaque(known)
                ._withUnsafeGuaranteedRef { $0.degree(slot) }
        }
        guard slots.load(index) == nil, let reference = stored.blocks[index].reference else {
            return try block(index, storage, cache).find(slot).count
        }
        let buffer = try storageCall { () throws(StorageError) in
            try storage.readExtent(reference)
        }
        let made = try PackedDegrees(buffer.bytes, edgeCount: stored.blocks[index].edgeCount)
        let (kept, isNew) = slots.publish(made, at: place)
        if isNew { cache.account(slots, place, sizeInBytes: kept.sizeInBytes) }
        return kept.degree(slot)
    }

    /// Adds the neighbours of a slot to those in a room. Within a step of the cache.
    func addNeighbours(
        of slot: Int, to room: NeighbourRoom, _ storage: StorageReader, _ cache: DecodedCache
    ) throws(GraphError) {
        let blocks = stored.blocks(of: slot)
        if stored.changes.contains(where: { Int($0.edge.slot) == slot }) {
            let list = try list(slot, storage, cache)
            let all = list.range(slot)
            let target = room.add(all.count)
            for edge in all { target[edge - all.lowerBound] = list.neighbour(edge) }
            return
        }
        for index in blocks {
            let block = try block(index, storage, cache)
            let found = block.find(slot)
            if found.count > 0 { block.decode(found, into: room.add(found.count)) }
        }
    }

    /// The list of a slot alone: nothing of other slots is to be asked of what this gives. Within a step
    /// of the cache.
    func list(
        _ slot: Int, _ storage: StorageReader, _ cache: DecodedCache
    ) throws(GraphError) -> AdjacencyChunk {
        let blocks = stored.blocks(of: slot)
        if stored.changes.isEmpty, blocks.count == 1 {
            let block = try block(blocks.lowerBound, storage, cache)
            return try list(slot, [(block, block.find(slot))])
        }
        var parts: [(block: PackedBlock, found: PackedBlock.Found)] = []
        for index in blocks {
            let block = try block(index, storage, cache)
            let found = block.find(slot)
            if found.count > 0 { parts.append((block, found)) }
        }
        let base = try list(slot, parts)
        let changes = stored.changes.filter { Int($0.edge.slot) == slot }
        guard !changes.isEmpty else { return base }
        return AdjacencyChunk(
            slot: slot, try EdgeMerge.merge(base.edges(slot), changes, hasIDs: stored.hasIDs),
            hasIDs: stored.hasIDs)
    }

    private func list(
        _ slot: Int, _ parts: [(block: PackedBlock, found: PackedBlock.Found)]
    ) throws(GraphError) -> AdjacencyChunk {
        let count = parts.reduce(0) { $0 + $1.found.count }
        let hasIDs = stored.hasIDs
        guard !hasIDs || parts.allSatisfy({ $0.block.hasIDs }) else {
            throw GraphError.corrupt("an outgoing block has no relationships")
        }
        let lists = ListMemory(slot: slot, edgeCount: count)
        guard let neighbours = lists.wide else {
            preconditionFailure("a list alone has 8 bytes for a neighbour")
        }
        var firstRelationship: UInt64 = 0
        var ids: DecodedMemory?
        if hasIDs, count > 0 {
            if parts.count == 1, parts[0].block.isContiguous || count == 1 {
                firstRelationship = parts[0].block.relationship(parts[0].found.first)
            } else {
                ids = DecodedMemory(byteCount: count * 8)
            }
        }
        let relationships = ids?.start.bindMemory(to: UInt64.self, capacity: count)
        var done = 0
        for (block, found) in parts {
            block.decode(found, into: neighbours + done)
            if let relationships {
                for edge in 0..<found.count {
                    relationships[done + edge] = block.relationship(found.first + edge)
                }
            }
            done += found.count
        }
        return AdjacencyChunk(
            lists, relationships: ids, firstRelationship: firstRelationship, hasIDs: hasIDs,
            edgeCount: count, recentCount: 0)
    }
}

extension AdjacencyChunk {
    /// The list of a slot alone.
    fileprivate convenience init(slot: Int, _ edges: [ChunkEdge], hasIDs: Bool) {
        let lists = ListMemory(slot: slot, edgeCount: edges.count)
        let ids = hasIDs ? DecodedMemory(byteCount: edges.count * 8) : nil
        let relationships = ids?.start.bindMemory(to: UInt64.self, capacity: edges.count)
        for (index, edge) in edges.enumerated() {
            lists.wide?[index] = edge.neighbour
            relationships?[index] = edge.relationship
        }
        self.init(
            lists, relationships: ids, firstRelationship: 0, hasIDs: hasIDs,
            edgeCount: edges.count, recentCount: 0)
    }

    /// The edges of a slot as values.
    func edges(_ slot: Int) -> [ChunkEdge] {
        range(slot).map { edge in
            ChunkEdge(
                slot: UInt16(slot), neighbour: neighbour(edge),
                relationship: hasIDs ? relationship(edge) : 0)
        }
    }
}
