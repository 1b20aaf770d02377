/// Expansion of sources of one chunk that have one edge each: no list has a length to look at.
extension GraphReader {
    /// Fewer sources are not worth a look at what they have in common.
    private static let singlesMin = 64
    /// So many are looked at before all are.
    private static let singlesTried = 8

    /// Delivers the edges of the next sources, as many as there is room for; 0, and nothing, where they
    /// are not all of one chunk, or some of them has no edge or several.
    static func copySingles(
        _ offsets: UnsafePointer<UInt32>, _ narrow: UnsafePointer<UInt32>,
        _ sources: UnsafeBufferPointer<UInt64>, _ position: Int, into expansion: Expansion
    ) -> Int {
        let count = min(sources.count &- position, expansion.capacity &- expansion.count)
        guard count >= singlesMin, let base = sources.baseAddress else { return 0 }
        let next = base + position
        let slotMask = UInt64(GraphLimits.slotsPerChunk - 1)
        // Sources in random order must not be looked at again for each two of them that are neighbours.
        for index in 0..<singlesTried {
            let slot = Int(truncatingIfNeeded: next[index] & slotMask)
            let isElsewhere = (next[index] ^ next[0]) &>> UInt64(GraphLimits.slotBits) != 0
            if isElsewhere || offsets[slot &+ 1] &- offsets[slot] != 1 { return 0 }
        }
        // There are edges, so this is one of them: a list without any may begin past the last.
        let last = offsets[GraphLimits.slotsPerChunk] &- 1
        let neighbours = expansion.neighbours + expansion.count
        let indexes = expansion.sourceIndexes + expansion.count
        let tag = UInt32(truncatingIfNeeded: position)
        let first = next[0]
        var differs: UInt64 = 0
        var others: UInt32 = 0
        var index = 0
        while index < count {
            let source = next[index]
            let slot = Int(truncatingIfNeeded: source & slotMask)
            let start = offsets[slot]
            differs |= source ^ first
            others |= (offsets[slot &+ 1] &- start) ^ 1
            neighbours[index] = UInt64(narrow[Int(min(start, last))])
            indexes[index] = tag &+ UInt32(truncatingIfNeeded: index)
            index &+= 1
        }
        guard differs &>> UInt64(GraphLimits.slotBits) == 0, others == 0 else { return 0 }
        expansion.count &+= count
        return count
    }
}
