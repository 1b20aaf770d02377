/// The memory of a chunk's lists, or of one of them: where each of them begins, then the neighbours.
struct ListMemory {
    private let memory: DecodedMemory
    /// The slot of the first list, and where its neighbours begin in the memory.
    private let firstSlot: Int
    private let neighboursOffset: Int
    /// Whether neighbours take 8 bytes and not 4.
    let isWide: Bool

    private static let offsetsByteCount = ((GraphLimits.slotsPerChunk + 1) * 4 + 7) & ~7

    init(edgeCount: Int, isWide: Bool) {
        self.isWide = isWide
        firstSlot = 0
        neighboursOffset = Self.offsetsByteCount
        memory = DecodedMemory(
            byteCount: Self.offsetsByteCount + edgeCount * (isWide ? 8 : 4))
    }

    /// For the list of a slot alone, of so many edges with 8 bytes for each neighbour.
    init(slot: Int, edgeCount: Int) {
        isWide = true
        firstSlot = slot
        neighboursOffset = 8
        memory = DecodedMemory(byteCount: 8 + edgeCount * 8)
        offsets[slot] = 0
        offsets[slot + 1] = UInt32(truncatingIfNeeded: edgeCount)
    }

    func free() { memory.free() }

    /// The memory that the lists of so many edges take at least.
    static func sizeInBytes(edgeCount: Int) -> Int { offsetsByteCount + edgeCount * 4 }

    /// The memory it takes, for the budget.
    var sizeInBytes: Int { memory.sizeInBytes }

    /// Whether one list alone is there.
    var isAlone: Bool { neighboursOffset != Self.offsetsByteCount }

    /// 2,049 of them; of a list alone only those of its slot and the next.
    var offsets: UnsafeMutablePointer<UInt32> {
        memory.start.assumingMemoryBound(to: UInt32.self) - firstSlot
    }
    /// The neighbours, if they take 4 bytes.
    var narrow: UnsafeMutablePointer<UInt32>? {
        isWide ? nil : neighbours.assumingMemoryBound(to: UInt32.self)
    }
    /// The neighbours, if they take 8 bytes.
    var wide: UnsafeMutablePointer<UInt64>? {
        isWide ? neighbours.assumingMemoryBound(to: UInt64.self) : nil
    }
    private var neighbours: UnsafeMutableRawPointer { memory.start + neighboursOffset }

    /// Fills the offsets from the number of edges of each slot.
    func setOffsets(_ degrees: UnsafePointer<UInt32>) {
        let offsets = offsets
        var offset: UInt32 = 0
        for slot in 0..<GraphLimits.slotsPerChunk {
            offsets[slot] = offset
            offset &+= degrees[slot]
        }
        offsets[GraphLimits.slotsPerChunk] = offset
    }

    /// Stores `count` neighbours from `start` on; false where they do not fit in 4 bytes and must.
    func store(_ neighbours: UnsafePointer<UInt64>, count: Int, at start: Int) -> Bool {
        if let wide {
            (wide + start).update(from: neighbours, count: count)
            return true
        }
        guard let narrow else { return false }
        let target = narrow + start
        var union: UInt64 = 0
        var edge = 0
        while edge < count {
            let neighbour = neighbours[edge]
            union |= neighbour
            target[edge] = UInt32(truncatingIfNeeded: neighbour)
            edge &+= 1
        }
        return union <= UInt64(UInt32.max)
    }

    /// The same lists with 8 bytes for each of `edgeCount` neighbours, of which `count` are there; frees
    /// this one.
    func widened(edgeCount: Int, count: Int) -> ListMemory {
        let result = ListMemory(edgeCount: edgeCount, isWide: true)
        if let narrow, let wide = result.wide {
            for edge in 0..<count { wide[edge] = UInt64(narrow[edge]) }
        }
        free()
        return result
    }
}
