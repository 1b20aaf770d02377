/// Single lists of chunks that there is no room for decoded: found in what the file has of the chunk, which
/// is kept packed.
extension GraphReader {
    /// The lists of a node's chunk as storage has them, of which only those of the node are to be looked
    /// at: where there is no room for all of them no others are there. Within a step of the cache.
    func baseLists(
        of node: UInt64, _ key: AdjacencyKey, in table: ChunkPlaces
    ) throws(GraphError) -> AdjacencyChunk {
        let chunk = node &>> UInt64(GraphLimits.slotBits)
        guard chunk < table.chunkCount else { return Self.noLists(key) }
        if let cached = table.load(chunk) {
            return Unmanaged<AdjacencyChunk>.fromOpaque(cached).takeUnretainedValue()
        }
        if let packed = try packedLists(key, chunk, in: table) {
            return try packed.list(slot(node), storage, cache)
        }
        return try loadLists(key, chunk, table.place(chunk))
    }

    /// How many edges a node has in lists that are not decoded. Within a step of the cache.
    func packedDegree(of node: UInt64, _ lists: ListsOfType) throws(GraphError) -> Int {
        if let packed = try packedLists(of: node, lists) {
            return try packed.degree(slot(node), storage, cache)
        }
        let chunk = node &>> UInt64(GraphLimits.slotBits)
        return try baseLists(lists.key, chunk, in: lists.table).range(slot(node)).count
    }

    /// The lists of a node's chunk as the file has them, where they are not decoded and should not be.
    /// Within a step of the cache.
    func packedLists(of node: UInt64, _ lists: ListsOfType) throws(GraphError) -> PackedLists? {
        let chunk = node &>> UInt64(GraphLimits.slotBits)
        guard chunk < lists.table.chunkCount, lists.table.load(chunk) == nil else { return nil }
        return try packedLists(lists.key, chunk, in: lists.table)
    }

    /// The lists of a chunk as the file has them, for a look at one of them; nil where all should be
    /// decoded. Within a step of the cache, and of lists that are not decoded.
    private func packedLists(
        _ key: AdjacencyKey, _ chunk: UInt64, in table: ChunkPlaces
    ) throws(GraphError) -> PackedLists? {
        if cache.hasPlenty { return nil }
        let place = table.packed.place(chunk)
        if let known = place.load() {
            let lists = Unmanaged<PackedLists>.fromOpaque(known).takeUnretainedValue()
            return !cache.isLarge(lists.decodedSizeInBytes) && lists.isWorn() ? nil : lists
        }
        guard tables.patch(key, chunk) == nil else { return nil }
        let stored = try StoredLists(key, chunk, storage)
        guard !cache.hasRoom(for: stored.sizeInBytes) else { return nil }
        let (lists, isNew) = place.publish(PackedLists(stored))
        if isNew { cache.account(place, 0, sizeInBytes: lists.sizeInBytes) }
        return lists
    }
}
