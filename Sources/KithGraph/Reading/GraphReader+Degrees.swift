import CShims
import KithValues

/// How many edges nodes have.
extension GraphReader {
    /// The number of edges of a node; an empty list of types stands for all.
    public func degree(
        of node: UInt64, types: [RelationshipTypeID], direction: Direction
    ) throws(GraphError) -> Int {
        let step = cache.enter()
        defer { cache.leave(step) }
        var total = 0
        for lists in lists(types: types, direction: direction) { total += try degree(lists, node) }
        return total
    }

    /// Writes the number of edges of each source; `known` remembers the lists for the next call.
    public func degrees(
        of sources: UnsafeBufferPointer<UInt64>, types: [RelationshipTypeID], direction: Direction,
        _ known: inout KnownLists, into degrees: UnsafeMutablePointer<Int64>
    ) throws(GraphError) {
        var step = cache.enterLong()
        defer { cache.leave(step) }
        degrees.update(repeating: 0, count: sources.count)
        for lists in known.lists(in: self, types: types, direction: direction) {
            if !lists.isChanged {
                try addDegrees(of: sources, lists, &step, to: degrees)
                continue
            }
            for index in 0..<sources.count {
                degrees[index] &+= Int64(try degree(lists, sources[index]))
                _ = cache.renew(&step)
            }
        }
    }

    /// How many sources ahead the place of a list is asked for, and how many such places are kept.
    private static let placesAhead = 12
    private static let placesKept = 16

    /// Adds the number of edges of each source in lists that no transaction changed.
    private func addDegrees(
        of sources: UnsafeBufferPointer<UInt64>, _ lists: ListsOfType,
        _ step: inout DecodedCache.LongStep, to degrees: UnsafeMutablePointer<Int64>
    ) throws(GraphError) {
        let table = lists.table
        // Where the lists of the next sources begin: found once, when they are asked for from memory.
        let places = UnsafeMutablePointer<UnsafePointer<UInt32>?>.allocate(
            capacity: Self.placesKept)
        defer { places.deallocate() }
        var asked = 0
        var index = 0
        while index < sources.count {
            let end = min(index &+ Self.placesAhead, sources.count &- 1)
            while asked <= end {
                places[asked & (Self.placesKept &- 1)] = Self.askedPlace(sources[asked], table)
                asked &+= 1
            }
            let source = sources[index]
            if let offsets = places[index & (Self.placesKept &- 1)] {
                degrees[index] &+= Int64(offsets[1] &- offsets[0])
                if lists.skipsLoops, let header = Self.header(source, table) {
                    degrees[index] &-= Int64(
                        header.pointee.edgeCount(slot: slot(source), neighbour: source))
                }
            } else {
                degrees[index] &+= Int64(try degree(lists, source))
                // Then places that were found before are none any more.
                if cache.renew(&step) { asked = index &+ 1 }
            }
            index &+= 1
        }
    }

    /// Where the list of a node begins and ends, which is asked for from memory; nil where its chunk is
    /// not decoded.
    @inline(__always)
    private static func askedPlace(
        _ node: UInt64, _ table: ChunkPlaces
    ) -> UnsafePointer<UInt32>? {
        guard let header = header(node, table) else { return nil }
        let place =
            header.pointee.offsets
            + Int(truncatingIfNeeded: node & UInt64(GraphLimits.slotsPerChunk - 1))
        kith_prefetch(place)
        return place
    }
}
