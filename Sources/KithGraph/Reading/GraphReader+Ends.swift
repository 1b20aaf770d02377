import KithValues

/// The ends of a chunk's relationships, found in the lists of their sources.
final class ChunkEnds: @unchecked Sendable {
    // Sendable: written only by its initializer.

    /// Stands for the ends of a slot that no list has.
    static let missing = UInt64.max
    /// The source of each slot.
    let sources: UnsafeMutablePointer<UInt64>
    /// The target of each slot.
    let targets: UnsafeMutablePointer<UInt64>
    static let sizeInBytes = GraphLimits.slotsPerChunk * 16 + 64

    /// All slots without ends.
    init() {
        sources = .allocate(capacity: GraphLimits.slotsPerChunk * 2)
        targets = sources + GraphLimits.slotsPerChunk
        sources.initialize(repeating: Self.missing, count: GraphLimits.slotsPerChunk * 2)
    }

    deinit { sources.deallocate() }

    /// Takes the ends of the slots that these lists of a chunk of nodes have.
    func take(_ lists: AdjacencyChunk, of nodes: ChunkID, in relationships: ChunkID) {
        let first = relationships.rawID(slot: 0)
        let slotMask = UInt64(GraphLimits.slotsPerChunk - 1)
        for slot in 0..<GraphLimits.slotsPerChunk {
            let source = nodes.rawID(slot: slot)
            for edge in lists.range(slot) {
                let id = lists.relationship(edge)
                guard id & ~slotMask == first else { continue }
                sources[Int(id & slotMask)] = source
                targets[Int(id & slotMask)] = lists.neighbour(edge)
            }
        }
    }
}

extension GraphReader {
    /// Source and target of a relationship that is alive in its chunk. Within a step of the cache.
    func ends(
        of slot: Int, in base: EntityChunk
    ) throws(GraphError) -> (source: UInt64, target: UInt64) {
        if base.hasStoredEnds {
            let source = try base.value(SegmentEntry.sourceKey, slot, storage, cache)
            let target = try base.value(SegmentEntry.targetKey, slot, storage, cache)
            if case .integer(let source) = source, case .integer(let target) = target {
                return (UInt64(bitPattern: source), UInt64(bitPattern: target))
            }
        }
        let id = ChunkID(rawValue: base.chunk).rawID(slot: slot)
        if let found = try contiguousEnds(of: id, in: base) { return found }
        let all = try chunkEnds(of: base)
        guard all.sources[slot] != ChunkEnds.missing else {
            throw GraphError.corrupt("relationship \(id) has no ends")
        }
        return (all.sources[slot], all.targets[slot])
    }

    /// The ends as lists with ids in one row have them, which need no search; nil if there are others.
    private func contiguousEnds(
        of id: UInt64, in base: EntityChunk
    ) throws(GraphError) -> (source: UInt64, target: UInt64)? {
        let key = AdjacencyKey(type: base.descriptor.type, isIncoming: false)
        let table = tables.table(key)
        for chunk in base.descriptor.sourceChunks {
            let lists = try baseLists(key, chunk, in: table)
            if lists.relationships != nil { return nil }
            guard id >= lists.firstRelationship else { continue }
            let edge = id - lists.firstRelationship
            guard edge < UInt64(lists.edgeCount) else { continue }
            let slot = lists.slot(of: Int(edge))
            return (ChunkID(rawValue: chunk).rawID(slot: slot), lists.neighbour(Int(edge)))
        }
        return nil
    }

    /// The ends that the lists of a relationship chunk's sources have. Within a step of the cache.
    private func chunkEnds(of base: EntityChunk) throws(GraphError) -> ChunkEnds {
        if let known = base.loadEnds() { return known }
        let found = ChunkEnds()
        let key = AdjacencyKey(type: base.descriptor.type, isIncoming: false)
        let table = tables.table(key)
        for chunk in base.descriptor.sourceChunks {
            found.take(
                try baseLists(key, chunk, in: table), of: ChunkID(rawValue: chunk),
                in: ChunkID(rawValue: base.chunk))
        }
        base.publishEnds(found, cache)
        return found
    }

    /// Writes source and target of every relationship of a chunk, slot by slot, into arrays with
    /// room for 2,048 each; slots not alive get 0.
    public func endpoints(
        inRelationshipChunk chunk: ChunkID, sources: UnsafeMutablePointer<UInt64>,
        targets: UnsafeMutablePointer<UInt64>
    ) throws(GraphError) {
        sources.update(repeating: 0, count: GraphLimits.slotsPerChunk)
        targets.update(repeating: 0, count: GraphLimits.slotsPerChunk)
        let alive = try slots(inRelationshipChunk: chunk)
        let step = cache.enter()
        defer { cache.leave(step) }
        let base = try baseChunk(.relationship, chunk.rawValue)
        for slot in 0..<alive.endSlot where alive.contains(slot) {
            let found: (source: UInt64, target: UInt64)
            if let ends = pendingEnds(chunk.rawID(slot: slot)) {
                found = ends
            } else {
                found = try ends(of: slot, in: base)
            }
            sources[slot] = found.source
            targets[slot] = found.target
        }
    }
}

extension AdjacencyChunk {
    /// The slot that an edge is listed under.
    func slot(of edge: Int) -> Int {
        var low = 0
        var high = GraphLimits.slotsPerChunk
        while high - low > 1 {
            let middle = (low &+ high) &>> 1
            if Int(offsets[middle]) <= edge { low = middle } else { high = middle }
        }
        return low
    }
}
