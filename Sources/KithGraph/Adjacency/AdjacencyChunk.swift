import CShims

/// All edges of one type and direction under the nodes of one chunk, decoded.
///
/// Slot *s* has the edges `offsets[s] ..< offsets[s + 1]`, sorted by neighbour and relationship.
/// Never changes once it is made.
final class AdjacencyChunk: @unchecked Sendable {
    // Sendable: written only by its initializer.

    let edgeCount: Int
    /// 2,049 of them; of a list alone (see ``PackedLists``) only those of its slot and the next.
    let offsets: UnsafeMutablePointer<UInt32>
    /// The neighbours, if all of them fit in 32 bits.
    let narrow: UnsafeMutablePointer<UInt32>?
    /// The neighbours otherwise.
    let wide: UnsafeMutablePointer<UInt64>?
    /// The relationships, unless they are contiguous or not stored.
    let relationships: UnsafeMutablePointer<UInt64>?
    /// Where relationships are contiguous: the id of the first.
    let firstRelationship: UInt64
    /// Whether relationships are known here: not in incoming lists.
    let hasIDs: Bool
    /// The pointers above, where they can be read without counting references.
    let header: UnsafeMutablePointer<AdjacencyHeader>
    /// How many changes are not yet folded into blocks.
    let recentCount: Int
    /// Whether some of these may have taken edges away.
    let hasRecentRemovals: Bool

    private let lists: ListMemory
    private let relationshipMemory: DecodedMemory?

    /// Takes the edges over; the arrays are released.
    convenience init(
        consuming arrays: EdgeArrays, hasIDs: Bool, recentCount: Int,
        hasRecentRemovals: Bool = false
    ) {
        let count = arrays.count
        var lists = ListMemory(edgeCount: count, isWide: false)
        if !lists.store(arrays.neighbours, count: count, at: 0) {
            lists = lists.widened(edgeCount: count, count: 0)
            _ = lists.store(arrays.neighbours, count: count, at: 0)
        }
        lists.setOffsets(arrays.degrees)
        var relationships: DecodedMemory?
        if hasIDs, !arrays.isContiguous {
            let memory = DecodedMemory(byteCount: count * 8)
            memory.start.assumingMemoryBound(to: UInt64.self).update(
                from: arrays.relationships, count: count)
            relationships = memory
        }
        let isKnown = hasIDs && arrays.isContiguous && count > 0
        let first = isKnown ? arrays.relationships[0] : 0
        arrays.deallocate()
        self.init(
            lists, relationships: relationships, firstRelationship: first, hasIDs: hasIDs,
            edgeCount: count, recentCount: recentCount, hasRecentRemovals: hasRecentRemovals)
    }

    /// Takes lists over whose offsets are filled, and the relationships of their edges, unless these
    /// follow each other from the first on or are not known.
    init(
        _ lists: ListMemory, relationships ids: DecodedMemory?, firstRelationship: UInt64,
        hasIDs: Bool, edgeCount: Int, recentCount: Int, hasRecentRemovals: Bool = false
    ) {
        self.lists = lists
        relationshipMemory = ids
        offsets = lists.offsets
        narrow = lists.narrow
        wide = lists.wide
        relationships = ids?.start.assumingMemoryBound(to: UInt64.self)
        self.firstRelationship = firstRelationship
        self.hasIDs = hasIDs
        self.edgeCount = edgeCount
        self.recentCount = recentCount
        self.hasRecentRemovals = hasRecentRemovals
        header = .allocate(capacity: 1)
        header.initialize(
            to: AdjacencyHeader(
                offsets: UnsafePointer(offsets), narrow: UnsafePointer(narrow),
                wide: UnsafePointer(wide), relationships: UnsafePointer(relationships),
                firstRelationship: firstRelationship))
    }

    deinit {
        header.deallocate()
        lists.free()
        relationshipMemory?.free()
    }

    /// Whether only the list of one slot is there, kept by nobody else.
    var isAlone: Bool { lists.isAlone }

    /// The memory it takes, for the budget.
    var sizeInBytes: Int { lists.sizeInBytes + (relationshipMemory?.sizeInBytes ?? 0) + 160 }

    /// A chunk without edges.
    static func empty(hasIDs: Bool) -> AdjacencyChunk {
        AdjacencyChunk(consuming: EdgeArrays(capacity: 0), hasIDs: hasIDs, recentCount: 0)
    }

    @inline(__always)
    func neighbour(_ edge: Int) -> UInt64 {
        if let narrow { return UInt64(narrow[edge]) }
        if let wide { return wide[edge] }
        return 0
    }

    /// The relationship of an edge; only where ``hasIDs``.
    @inline(__always)
    func relationship(_ edge: Int) -> UInt64 {
        if let relationships { return relationships[edge] }
        return firstRelationship &+ UInt64(truncatingIfNeeded: edge)
    }

    @inline(__always)
    func range(_ slot: Int) -> Range<Int> {
        Range(uncheckedBounds: (Int(offsets[slot]), Int(offsets[slot &+ 1])))
    }

    /// The edges under a slot that have this neighbour: they lie next to each other.
    func edges(slot: Int, neighbour wanted: UInt64) -> Range<Int> {
        let all = range(slot)
        let start = firstEdge(in: all) { $0 >= wanted }
        let end = firstEdge(in: start..<all.upperBound) { $0 > wanted }
        return start..<end
    }

    private func firstEdge(in range: Range<Int>, where holds: (UInt64) -> Bool) -> Int {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low &+ high) &>> 1
            if holds(neighbour(middle)) { high = middle } else { low = middle &+ 1 }
        }
        return low
    }

    /// All edges as values, in order.
    func allEdges() -> [ChunkEdge] {
        var edges: [ChunkEdge] = []
        edges.reserveCapacity(edgeCount)
        for slot in 0..<GraphLimits.slotsPerChunk {
            for edge in range(slot) {
                edges.append(
                    ChunkEdge(
                        slot: UInt16(slot), neighbour: neighbour(edge),
                        relationship: hasIDs ? relationship(edge) : 0))
            }
        }
        return edges
    }
}

/// Where the edges of a chunk lie; see ``AdjacencyChunk``, whose lifetime it shares.
struct AdjacencyHeader {
    let offsets: UnsafePointer<UInt32>
    let narrow: UnsafePointer<UInt32>?
    let wide: UnsafePointer<UInt64>?
    let relationships: UnsafePointer<UInt64>?
    let firstRelationship: UInt64

    /// The place of the edge to a neighbour that has `ordinal` edges to it before; -1 if there is none.
    func edge(slot: Int, neighbour: UInt64, ordinal: Int) -> Int {
        var low = Int(offsets[slot])
        let end = Int(offsets[slot &+ 1])
        var count = end &- low
        if let narrow {
            let wanted = UInt32(truncatingIfNeeded: neighbour)
            while count > 0 {
                let half = (count &+ 1) &>> 1
                let isSmaller = narrow[low &+ half &- 1] < wanted
                low = kith_select(isSmaller, low &+ half, low)
                count = kith_select(isSmaller, count &- half, half &- 1)
            }
            let found = low &+ ordinal
            return found < end && UInt64(narrow[found]) == neighbour ? found : -1
        }
        guard let wide else { return -1 }
        while count > 0 {
            let half = (count &+ 1) &>> 1
            let isSmaller = wide[low &+ half &- 1] < neighbour
            low = kith_select(isSmaller, low &+ half, low)
            count = kith_select(isSmaller, count &- half, half &- 1)
        }
        let found = low &+ ordinal
        return found < end && wide[found] == neighbour ? found : -1
    }

    /// The number of edges to a neighbour.
    func edgeCount(slot: Int, neighbour: UInt64) -> Int {
        let first = edge(slot: slot, neighbour: neighbour, ordinal: 0)
        guard first >= 0 else { return 0 }
        let end = Int(offsets[slot &+ 1])
        var last = first &+ 1
        if let narrow {
            while last < end, UInt64(narrow[last]) == neighbour { last &+= 1 }
        } else if let wide {
            while last < end, wide[last] == neighbour { last &+= 1 }
        }
        return last &- first
    }

    @inline(__always)
    func relationship(_ edge: Int) -> UInt64 {
        if let relationships { return relationships[edge] }
        return firstRelationship &+ UInt64(truncatingIfNeeded: edge)
    }
}
