import CShims

/// Expansion of lists that no transaction changed: no reference is counted and nothing allocated per
/// source or edge.
extension GraphReader {
    /// How many sources ahead the place of a list is asked for.
    private static let offsetsAhead = 12

    /// Delivers edges of lists of one type in one direction; see `expand`.
    ///
    /// Consecutive sources, which a scan gives, have their edges next to each other: these are copied
    /// in one go. Others are found block by block, so that the memory works on several at once.
    func expandPlain(
        _ sources: UnsafeBufferPointer<UInt64>, _ all: [ListsOfType], _ wantsRelationships: Bool,
        _ step: inout DecodedCache.LongStep, into expansion: Expansion
    ) throws(GraphError) -> Bool {
        let lists = all[0]
        let table = lists.table
        var position = expansion.position.source
        var isOneToOne = position == 0 && expansion.position.edge == 0
        let slotMask = UInt64(GraphLimits.slotsPerChunk - 1)
        while position < sources.count {
            let source = sources[position]
            expansion.position.source = position
            let chunk = source &>> UInt64(GraphLimits.slotBits)
            guard let cached = table.load(chunk) else {
                if !wantsRelationships, expansion.position.edge == 0, expansion.held == nil,
                    !Self.areTogether(sources, position),
                    try expandBlock(sources, all, &isOneToOne, into: expansion)
                {
                    position = expansion.position.source
                    _ = cache.renew(&step)
                    continue
                }
                isOneToOne = false
                let base = try heldLists(sources, position, &step, expansion)
                if try !copy(base, lists, source, wantsRelationships, into: expansion) {
                    return false
                }
                position &+= 1
                expansion.position.edge = 0
                _ = cache.renew(&step)
                continue
            }
            let header = Unmanaged<AdjacencyChunk>.fromOpaque(cached)._withUnsafeGuaranteedRef {
                $0.header
            }
            if !wantsRelationships, expansion.position.edge == 0,
                let narrow = header.pointee.narrow
            {
                let length = Self.runLength(sources, from: position)
                if length >= Self.runLengthMin {
                    let copied = Self.copyRun(
                        header.pointee.offsets + Int(truncatingIfNeeded: source & slotMask),
                        narrow, length, position, &isOneToOne, into: expansion)
                    position &+= copied
                    if copied > 0 { continue }
                } else if position &+ 1 < sources.count {
                    if sources[position &+ 1] &>> UInt64(GraphLimits.slotBits) == chunk {
                        let singles = Self.copySingles(
                            header.pointee.offsets, narrow, sources, position, into: expansion)
                        position &+= singles
                        if singles > 0 { continue }
                        let copied = Self.copyWithinChunk(
                            header.pointee.offsets, narrow, sources, position, &isOneToOne,
                            into: expansion)
                        position &+= copied
                        if copied > 0 { continue }
                    } else if try expandBlock(sources, all, &isOneToOne, into: expansion) {
                        position = expansion.position.source
                        _ = cache.renew(&step)
                        continue
                    }
                }
            }
            let slot = Int(truncatingIfNeeded: source & slotMask)
            let start = Int(header.pointee.offsets[slot]) &+ expansion.position.edge
            let end = Int(header.pointee.offsets[slot &+ 1])
            isOneToOne = isOneToOne && end &- start == 1
            let room = expansion.capacity &- expansion.count
            let isSimple =
                end &- start <= room && !wantsRelationships && header.pointee.narrow != nil
            if isSimple, let narrow = header.pointee.narrow {
                Self.copy(narrow + start, end &- start, position, into: expansion)
            } else {
                let base = try baseLists(lists.key, chunk, in: table)
                if try !copy(base, lists, source, wantsRelationships, into: expansion) {
                    return false
                }
            }
            position &+= 1
            expansion.position.edge = 0
        }
        expansion.position.source = position
        expansion.isOneToOne = isOneToOne && expansion.count == sources.count
        expansion.lists = []
        expansion.held = nil
        return true
    }

    /// Lists of the source at a position that are not in the cache; large ones are held until others are
    /// asked for.
    private func heldLists(
        _ sources: UnsafeBufferPointer<UInt64>, _ position: Int,
        _ step: inout DecodedCache.LongStep, _ expansion: Expansion
    ) throws(GraphError) -> AdjacencyChunk {
        let lists = expansion.lists[0]
        let chunk = sources[position] &>> UInt64(GraphLimits.slotBits)
        let slot = slot(sources[position])
        if let held = expansion.held, held.has(slot, of: chunk, lists.key) { return held.lists }
        expansion.held = nil
        if !Self.areTogether(sources, position) {
            return try deliveredLists(lists, sources[position], into: expansion)
        }
        var last = position
        while last &+ 1 < sources.count, sources[last &+ 1] > sources[last],
            sources[last &+ 1] &- sources[last] <= Self.gapMax,
            sources[last &+ 1] &>> UInt64(GraphLimits.slotBits) == chunk
        { last &+= 1 }
        let (base, slots) = try baseLists(
            lists.key, chunk, in: lists.table, wanted: slot...self.slot(sources[last]), &step)
        if cache.isLarge(base.sizeInBytes) || slots != StoredLists.allSlots {
            expansion.held = HeldLists(base, lists.key, chunk, slots, cache)
        }
        return base
    }

    /// Whether so many sources from a position on are in one chunk that its lists are worth decoding for
    /// them alone.
    @inline(__always)
    private static func areTogether(
        _ sources: UnsafeBufferPointer<UInt64>, _ position: Int
    ) -> Bool {
        guard sources.count &- position >= togetherMin else { return false }
        let chunk = sources[position] &>> UInt64(GraphLimits.slotBits)
        for index in 1..<togetherMin
        where sources[position &+ index] &>> UInt64(GraphLimits.slotBits) != chunk {
            return false
        }
        return true
    }

    private static let togetherMin = 64

    /// Sources whose slots are no further apart want a part of the lists together.
    private static let gapMax: UInt64 = 4

    /// Where the lists of a node's chunk are, if they are decoded.
    @inline(__always)
    static func header(
        _ node: UInt64, _ table: ChunkPlaces
    ) -> UnsafeMutablePointer<AdjacencyHeader>? {
        guard let cached = table.load(node &>> UInt64(GraphLimits.slotBits)) else { return nil }
        return Unmanaged<AdjacencyChunk>.fromOpaque(cached)._withUnsafeGuaranteedRef { $0.header }
    }

    @inline(__always)
    private static func prefetchOffsets(_ node: UInt64, _ table: ChunkPlaces) {
        guard let header = header(node, table) else { return }
        let slot = Int(truncatingIfNeeded: node & UInt64(GraphLimits.slotsPerChunk - 1))
        kith_prefetch(header.pointee.offsets + slot)
    }

    @inline(__always)
    static func copy(
        _ from: UnsafePointer<UInt32>, _ count: Int, _ position: Int, into expansion: Expansion
    ) {
        let neighbours = expansion.neighbours + expansion.count
        let indexes = expansion.sourceIndexes + expansion.count
        let tag = UInt32(truncatingIfNeeded: position)
        var index = 0
        while index < count {
            neighbours[index] = UInt64(from[index])
            indexes[index] = tag
            index &+= 1
        }
        expansion.count &+= count
    }

    /// Delivers what is left of one list that was not changed; false when the buffer is full first.
    func copy(
        _ base: AdjacencyChunk, _ lists: ListsOfType, _ source: UInt64,
        _ wantsRelationships: Bool, into expansion: Expansion
    ) throws(GraphError) -> Bool {
        let range = base.range(slot(source))
        var edge = range.lowerBound &+ expansion.position.edge
        guard edge < range.upperBound else { return true }
        var loops = range.upperBound..<range.upperBound
        if lists.skipsLoops { loops = Self.loops(base, slot(source), source) }
        while edge < range.upperBound {
            if loops.contains(edge) {
                edge = loops.upperBound
                continue
            }
            let end = edge < loops.lowerBound ? loops.lowerBound : range.upperBound
            let count = min(end &- edge, expansion.capacity &- expansion.count)
            if count == 0 { break }
            Self.copy(base, from: edge, count: count, into: expansion)
            if wantsRelationships {
                try copyRelationships(base, from: edge, count: count, of: source, into: expansion)
            }
            expansion.count &+= count
            edge &+= count
        }
        expansion.position.edge = edge &- range.lowerBound
        return edge >= range.upperBound
    }

    /// The edges of a node to itself; an empty range at the end of its list if there are none.
    @inline(__always)
    private static func loops(
        _ base: AdjacencyChunk, _ slot: Int, _ node: UInt64
    ) -> Range<Int> {
        let end = Int(base.offsets[slot &+ 1])
        let first = base.header.pointee.edge(slot: slot, neighbour: node, ordinal: 0)
        guard first >= 0 else { return end..<end }
        var last = first &+ 1
        while last < end, base.neighbour(last) == node { last &+= 1 }
        return first..<last
    }

    @inline(__always)
    private static func copy(
        _ base: AdjacencyChunk, from start: Int, count: Int, into expansion: Expansion
    ) {
        let neighbours = expansion.neighbours + expansion.count
        if let narrow = base.narrow {
            let from = narrow + start
            var index = 0
            while index < count {
                neighbours[index] = UInt64(from[index])
                index &+= 1
            }
        } else if let wide = base.wide {
            neighbours.update(from: wide + start, count: count)
        }
        let position = UInt32(truncatingIfNeeded: expansion.position.source)
        (expansion.sourceIndexes + expansion.count).update(repeating: position, count: count)
    }

    private func copyRelationships(
        _ base: AdjacencyChunk, from start: Int, count: Int, of source: UInt64,
        into expansion: Expansion
    ) throws(GraphError) {
        let ids = expansion.relationships + expansion.count
        if base.hasIDs {
            let header = base.header.pointee
            if let known = header.relationships {
                ids.update(from: known + start, count: count)
            } else {
                let first = header.firstRelationship &+ UInt64(truncatingIfNeeded: start)
                var index = 0
                while index < count {
                    ids[index] = first &+ UInt64(truncatingIfNeeded: index)
                    index &+= 1
                }
            }
            return
        }
        let outgoing = outgoingLists(of: expansion)
        if !outgoing.isChanged {
            try findRelationships(base, start, count, source, outgoing.table, outgoing.key, ids)
            return
        }
        for index in 0..<count {
            let edge = start &+ index
            ids[index] = try relationship(
                ordinal(base, edge, of: source), from: base.neighbour(edge), to: source, outgoing,
                &expansion.found)
        }
    }

    /// How many edges to the same neighbour an edge has before it.
    @inline(__always)
    private func ordinal(_ base: AdjacencyChunk, _ edge: Int, of source: UInt64) -> Int {
        let first = Int(base.offsets[slot(source)])
        let neighbour = base.neighbour(edge)
        var ordinal = 0
        while edge &- ordinal > first, base.neighbour(edge &- ordinal &- 1) == neighbour {
            ordinal &+= 1
        }
        return ordinal
    }

    /// Finds the relationships of incoming edges among the outgoing edges of their other ends.
    private func findRelationships(
        _ base: AdjacencyChunk, _ start: Int, _ count: Int, _ target: UInt64, _ table: ChunkPlaces,
        _ key: AdjacencyKey, _ ids: UnsafeMutablePointer<UInt64>
    ) throws(GraphError) {
        let ahead = 8
        var index = 0
        while index < count {
            if index &+ ahead < count {
                Self.prefetchOffsets(base.neighbour(start &+ index &+ ahead), table)
                if index & 3 == 0, index &+ 4 < count {
                    for near in index &+ 1...index &+ 4 {
                        Self.prefetchMiddle(base.neighbour(start &+ near), table)
                    }
                }
            }
            let edge = start &+ index
            let neighbour = base.neighbour(edge)
            let slot = slot(neighbour)
            let place = ordinal(base, edge, of: target)
            var found = -1
            if let header = Self.header(neighbour, table) {
                found = header.pointee.edge(slot: slot, neighbour: target, ordinal: place)
                if found >= 0 { ids[index] = header.pointee.relationship(found) }
            } else {
                let far = try baseLists(of: neighbour, key, in: table)
                found = far.header.pointee.edge(slot: slot, neighbour: target, ordinal: place)
                if found >= 0 { ids[index] = far.header.pointee.relationship(found) }
            }
            guard found >= 0 else {
                throw GraphError.corrupt(
                    "an incoming edge of node \(target) has no outgoing counterpart")
            }
            index &+= 1
        }
    }

    @inline(__always)
    private static func prefetchMiddle(_ node: UInt64, _ table: ChunkPlaces) {
        guard let header = header(node, table), let narrow = header.pointee.narrow else { return }
        let slot = Int(truncatingIfNeeded: node & UInt64(GraphLimits.slotsPerChunk - 1))
        let start = Int(header.pointee.offsets[slot])
        let end = Int(header.pointee.offsets[slot &+ 1])
        kith_prefetch(narrow + (start &+ end) / 2)
    }

    /// The outgoing lists that belong to the incoming ones being delivered.
    func outgoingLists(of expansion: Expansion) -> ListsOfType {
        let key = AdjacencyKey(
            type: expansion.lists[expansion.position.list].key.type, isIncoming: false)
        return listsOfType(key, pending?.lists[key], skipsLoops: false)
    }
}
