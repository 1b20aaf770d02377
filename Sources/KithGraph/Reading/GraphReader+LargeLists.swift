/// Lists that may be large beside the memory for what is decoded: as few of them as possible are decoded,
/// and what they take the place of goes before they come.
extension GraphReader {
    /// The lists of a chunk, for a look at the graph that begins with them; of huge ones, and of large
    /// ones that there is no room for, only those that are `wanted`, and what is decoded with them.
    ///
    /// Where they must be decoded the step is left meanwhile. What was loaded in it before is then to be
    /// used no more.
    func baseLists(
        _ key: AdjacencyKey, _ chunk: UInt64, in table: ChunkPlaces, wanted: ClosedRange<Int>,
        _ step: inout DecodedCache.LongStep
    ) throws(GraphError) -> (lists: AdjacencyChunk, slots: ClosedRange<Int>) {
        guard chunk < table.chunkCount else { return (Self.noLists(key), StoredLists.allSlots) }
        let place = table.place(chunk)
        if let cached = place.load() {
            let known = Unmanaged<AdjacencyChunk>.fromOpaque(cached).takeUnretainedValue()
            return (known, StoredLists.allSlots)
        }
        cache.leave(step)
        defer { step = cache.enterLong() }
        cache.settle()
        guard tables.patch(key, chunk) == nil else {
            return (try loadLists(key, chunk, place), StoredLists.allSlots)
        }
        let stored = try StoredLists(key, chunk, storage)
        let size = stored.sizeInBytes
        if cache.isHuge(size) || (cache.isLarge(size) && !cache.hasRoom(for: size)) {
            let part = stored.part(wanted)
            return (try decodedAlone(part), part.slots)
        }
        guard cache.isLarge(size) else {
            return (publish(try stored.decoded(storage), at: place), StoredLists.allSlots)
        }
        let lists = try cache.largeTurn.withLock { _ throws(GraphError) in
            // Who had the turn before may have decoded the same.
            if let known = retained(place) { return known }
            return publish(try decodedAlone(stored), at: place)
        }
        return (lists, StoredLists.allSlots)
    }

    private func retained(_ place: ChunkPlace) -> AdjacencyChunk? {
        let step = cache.enter()
        defer { cache.leave(step) }
        return place.load().map {
            Unmanaged<AdjacencyChunk>.fromOpaque($0).takeUnretainedValue()
        }
    }

    /// Decodes lists once there is room for them. Outside of steps.
    private func decodedAlone(_ stored: StoredLists) throws(GraphError) -> AdjacencyChunk {
        let size = stored.sizeInBytes
        cache.lend(size)
        defer { cache.lend(-size) }
        cache.settle()
        return try stored.decoded(storage)
    }
}
