import CShims

/// All edges of one type and direction under the nodes of one chunk, decoded.
///
/// Slot *s* has the edges `offsets[s] ..< offsets[s + 1]`, sorted by neighbour and relationship.
/// Never changes once it is made.
final class AdjacencyChunk: @unchecked Sendable {
    // Sendable: written only by its initializer.

    let edgeCount: Int
    /// 2,049 of them.
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
    /// How many of the edges come from changes not yet folded into blocks.
    let recentCount: Int

    /// Takes the edges over; the arrays are released.
    init(consuming arrays: EdgeArrays, hasIDs: Bool, recentCount: Int) {
        edgeCount = arrays.count
        self.hasIDs = hasIDs
        self.recentCount = recentCount
        offsets = .allocate(capacity: GraphLimits.slotsPerChunk + 1)
        var offset: UInt32 = 0
        for slot in 0..<GraphLimits.slotsPerChunk {
            offsets[slot] = offset
            offset &+= arrays.degrees[slot]
        }
        offsets[GraphLimits.slotsPerChunk] = offset
        var union: UInt64 = 0
        for edge in 0..<arrays.count { union |= arrays.neighbours[edge] }
        if union <= UInt64(UInt32.max) {
            let narrow = UnsafeMutablePointer<UInt32>.allocate(capacity: max(arrays.count, 1))
            for edge in 0..<arrays.count {
                narrow[edge] = UInt32(truncatingIfNeeded: arrays.neighbours[edge])
            }
            self.narrow = narrow
            wide = nil
            arrays.neighbours.deallocate()
        } else {
            narrow = nil
            wide = arrays.neighbours
        }
        arrays.degrees.deallocate()
        if hasIDs, !arrays.isContiguous {
            relationships = arrays.relationships
            firstRelationship = 0
        } else {
            relationships = nil
            firstRelationship = hasIDs && arrays.count > 0 ? arrays.relationships[0] : 0
            arrays.relationships.deallocate()
        }
        header = .allocate(capacity: 1)
        header.initialize(
            to: AdjacencyHeader(
                offsets: UnsafePointer(offsets), narrow: UnsafePointer(narrow),
                wide: UnsafePointer(wide), relationships: UnsafePointer(relationships),
                firstRelationship: firstRelationship))
    }

    /// Takes over arrays of neighbours that fit in 32 bits, and of relationships where they are known.
    init(
        offsets: UnsafeMutablePointer<UInt32>, narrow: UnsafeMutablePointer<UInt32>,
        relationships: UnsafeMutablePointer<UInt64>?, edgeCount: Int, recentCount: Int
    ) {
        self.offsets = offsets
        self.narrow = narrow
        wide = nil
        self.relationships = relationships
        self.edgeCount = edgeCount
        self.recentCount = recentCount
        hasIDs = relationships != nil
        firstRelationship = 0
        header = .allocate(capacity: 1)
        header.initialize(
            to: AdjacencyHeader(
                offsets: UnsafePointer(offsets), narrow: UnsafePointer(narrow), wide: nil,
                relationships: UnsafePointer(relationships), firstRelationship: 0))
    }

    deinit {
        header.deallocate()
        offsets.deallocate()
        narrow?.deallocate()
        wide?.deallocate()
        relationships?.deallocate()
    }

    /// The memory it takes, for the budget.
    var sizeInBytes: Int {
        (GraphLimits.slotsPerChunk + 1) * 4 + edgeCount * (narrow == nil ? 8 : 4)
            + (relationships == nil ? 0 : edgeCount * 8) + 96
    }

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

    @inline(__always)
    func relationship(_ edge: Int) -> UInt64 {
        if let relationships { return relationships[edge] }
        return firstRelationship &+ UInt64(truncatingIfNeeded: edge)
    }
}
