/// Expansion of sources that lie close to each other: their lists do too.
extension GraphReader {
    /// Runs of fewer sources are not worth a look at their offsets first.
    static let runLengthMin = 4

    /// How many sources from `start` on have consecutive slots of one chunk.
    @inline(__always)
    static func runLength(_ sources: UnsafeBufferPointer<UInt64>, from start: Int) -> Int {
        let first = sources[start]
        let slot = Int(truncatingIfNeeded: first & UInt64(GraphLimits.slotsPerChunk - 1))
        let most = min(sources.count &- start, GraphLimits.slotsPerChunk &- slot)
        var length = 1
        while length < most, sources[start &+ length] == first &+ UInt64(length) { length &+= 1 }
        return length
    }

    /// Delivers the edges of consecutive sources, as many sources as there is room for.
    ///
    /// - Returns: the number of sources that are done.
    @inline(__always)
    static func copyRun(
        _ offsets: UnsafePointer<UInt32>, _ narrow: UnsafePointer<UInt32>, _ most: Int,
        _ position: Int, _ isOneToOne: inout Bool, into expansion: Expansion
    ) -> Int {
        let room = expansion.capacity &- expansion.count
        let start = Int(offsets[0])
        var length = most
        while length > 0, Int(offsets[length]) &- start > room { length &-= 1 }
        let count = Int(offsets[length]) &- start
        let neighbours = expansion.neighbours + expansion.count
        let indexes = expansion.sourceIndexes + expansion.count
        let edges = narrow + start
        var edge = 0
        while edge < count {
            neighbours[edge] = UInt64(edges[edge])
            edge &+= 1
        }
        var differs: UInt32 = 0
        var source = 0
        while source <= length {
            differs |= offsets[source] ^ (offsets[0] &+ UInt32(truncatingIfNeeded: source))
            source &+= 1
        }
        if differs == 0 {
            let first = UInt32(truncatingIfNeeded: position)
            edge = 0
            while edge < count {
                indexes[edge] = first &+ UInt32(truncatingIfNeeded: edge)
                edge &+= 1
            }
        } else {
            isOneToOne = false
            edge = 0
            source = 0
            while source < length {
                let end = Int(offsets[source &+ 1]) &- start
                let tag = UInt32(truncatingIfNeeded: position &+ source)
                while edge < end {
                    indexes[edge] = tag
                    edge &+= 1
                }
                source &+= 1
            }
        }
        expansion.count &+= count
        return length
    }

    /// Delivers the edges of sources of one chunk, as many sources as come next and as there is room
    /// for.
    ///
    /// - Returns: the number of sources that are done.
    @inline(__always)
    static func copyWithinChunk(
        _ offsets: UnsafePointer<UInt32>, _ narrow: UnsafePointer<UInt32>,
        _ sources: UnsafeBufferPointer<UInt64>, _ position: Int, _ isOneToOne: inout Bool,
        into expansion: Expansion
    ) -> Int {
        let chunk = sources[position] &>> UInt64(GraphLimits.slotBits)
        let slotMask = UInt64(GraphLimits.slotsPerChunk - 1)
        let (neighbours, indexes) = (expansion.neighbours, expansion.sourceIndexes)
        let capacity = expansion.capacity
        var count = expansion.count
        var next = position
        var allHaveOne = true
        while next < sources.count {
            let source = sources[next]
            guard source &>> UInt64(GraphLimits.slotBits) == chunk else { break }
            let slot = Int(truncatingIfNeeded: source & slotMask)
            let start = Int(offsets[slot])
            let end = Int(offsets[slot &+ 1])
            guard count &+ (end &- start) <= capacity else { break }
            allHaveOne = allHaveOne && end &- start == 1
            var edge = start
            while edge < end {
                neighbours[count] = UInt64(narrow[edge])
                indexes[count] = UInt32(truncatingIfNeeded: next)
                count &+= 1
                edge &+= 1
            }
            next &+= 1
        }
        isOneToOne = isOneToOne && allHaveOne
        expansion.count = count
        return next &- position
    }

    /// Delivers all edges of some of the next sources, in lists that no transaction changed.
    ///
    /// `isOneToOne` becomes false where a source has none or several.
    ///
    /// - Returns: whether any source is done; where none is, the next one has more edges than there is
    ///   room for.
    func expandBlock(
        _ sources: UnsafeBufferPointer<UInt64>, _ lists: [ListsOfType],
        _ isOneToOne: inout Bool, into expansion: Expansion
    ) throws(GraphError) -> Bool {
        guard let base = sources.baseAddress else { return false }
        let first = expansion.position.source
        var size = min(NeighbourBlock.sizeMax, sources.count &- first)
        expansion.reserveBlocks()
        let blocks = expansion.blocks
        var list = 0
        while list < lists.count {
            let block = blocks[list]
            _ = try block.load(
                base + first, count: size, lists[list], self,
                packedMax: expansion.capacity &- expansion.count)
            size = block.count
            list &+= 1
        }
        var room = EdgeRoom(expansion)
        var done = 0
        while done < size {
            var total = blocks[0].runs[done].count
            list = 1
            while list < lists.count {
                total &+= blocks[list].runs[done].count
                list &+= 1
            }
            if total > expansion.capacity &- room.count { break }
            isOneToOne = isOneToOne && total == 1
            list = 0
            while list < lists.count {
                room.add(
                    blocks[list].runs[done], of: base[first &+ done],
                    skipsLoops: lists[list].skipsLoops, first &+ done)
                list &+= 1
            }
            done &+= 1
        }
        list = 0
        while list < lists.count {
            blocks[list].clear()
            list &+= 1
        }
        expansion.count = room.count
        expansion.position.source = first &+ done
        return done > 0
    }
}

/// Where the edges go that an expansion delivers.
private struct EdgeRoom {
    private let neighbours: UnsafeMutablePointer<UInt64>
    private let indexes: UnsafeMutablePointer<UInt32>
    private(set) var count: Int

    init(_ expansion: Expansion) {
        neighbours = expansion.neighbours
        indexes = expansion.sourceIndexes
        count = expansion.count
    }

    /// Adds a whole list, for which there is room; without edges from a node to itself where these were
    /// delivered before.
    @inline(__always)
    mutating func add(
        _ run: NeighbourRun, of source: UInt64, skipsLoops: Bool, _ position: Int
    ) {
        let tag = UInt32(truncatingIfNeeded: position)
        let (neighbours, indexes) = (neighbours + count, indexes + count)
        var edge = 0
        if let narrow = run.narrow, !skipsLoops {
            while edge < run.count {
                neighbours[edge] = UInt64(narrow[edge])
                indexes[edge] = tag
                edge &+= 1
            }
            count &+= edge
            return
        }
        var found = 0
        while edge < run.count {
            let neighbour = run[edge]
            neighbours[found] = neighbour
            indexes[found] = tag
            found &+= skipsLoops && neighbour == source ? 0 : 1
            edge &+= 1
        }
        count &+= found
    }
}
