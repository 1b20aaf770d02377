/// A set of the 2,048 slots of one chunk: 32 words of 64 bits, slot 0 the lowest bit of the first.
public struct SlotSet: Sendable, Equatable {
    /// The words of the set.
    public static let wordCount = GraphLimits.slotsPerChunk / 64

    /// The bits.
    @usableFromInline var words: InlineArray<32, UInt64>

    /// The empty set.
    @inlinable
    public init() { words = InlineArray(repeating: 0) }

    /// The slots `0 ..< count`.
    public init(firstSlots count: Int) {
        self.init()
        var remaining = count
        var word = 0
        while remaining > 0 {
            words[word] = remaining >= 64 ? .max : (1 << UInt64(remaining)) - 1
            remaining -= 64
            word += 1
        }
    }

    /// One of the 32 words.
    @inlinable
    public subscript(word index: Int) -> UInt64 {
        get { words[index] }
        set { words[index] = newValue }
    }

    /// Whether the slot is in the set.
    @inlinable
    public func contains(_ slot: Int) -> Bool {
        words[slot &>> 6] &>> UInt64(slot & 63) & 1 != 0
    }

    /// Puts a slot in.
    @inlinable
    public mutating func insert(_ slot: Int) { words[slot &>> 6] |= 1 &<< UInt64(slot & 63) }

    /// Takes a slot out.
    @inlinable
    public mutating func remove(_ slot: Int) { words[slot &>> 6] &= ~(1 &<< UInt64(slot & 63)) }

    /// The number of slots in the set.
    public var count: Int {
        var total = 0
        for index in 0..<Self.wordCount { total += words[index].nonzeroBitCount }
        return total
    }

    /// Whether no slot is in the set.
    public var isEmpty: Bool {
        for index in 0..<Self.wordCount where words[index] != 0 { return false }
        return true
    }

    /// One more than the highest slot in the set; 0 for the empty set.
    public var endSlot: Int {
        for index in stride(from: Self.wordCount - 1, through: 0, by: -1) where words[index] != 0 {
            return index * 64 + 64 - words[index].leadingZeroBitCount
        }
        return 0
    }

    /// The lowest slot that is not in the set, at or after `start`; 2,048 when there is none.
    public func firstMissing(from start: Int) -> Int {
        var slot = start
        while slot < GraphLimits.slotsPerChunk {
            let word = ~words[slot &>> 6] &>> UInt64(slot & 63)
            if word != 0 { return slot + word.trailingZeroBitCount }
            slot = (slot | 63) + 1
        }
        return GraphLimits.slotsPerChunk
    }

    /// Keeps only what is in the other set too.
    public mutating func formIntersection(_ other: SlotSet) {
        for index in 0..<Self.wordCount { words[index] &= other.words[index] }
    }

    /// Adds what is in the other set.
    public mutating func formUnion(_ other: SlotSet) {
        for index in 0..<Self.wordCount { words[index] |= other.words[index] }
    }

    /// Takes out what is in the other set.
    public mutating func subtract(_ other: SlotSet) {
        for index in 0..<Self.wordCount { words[index] &= ~other.words[index] }
    }

    /// Writes the slots in ascending order and returns how many; `slots` needs room for 2,048.
    @discardableResult
    public func copySlots(into slots: UnsafeMutablePointer<UInt16>) -> Int {
        var count = 0
        for index in 0..<Self.wordCount {
            var word = words[index]
            while word != 0 {
                slots[count] = UInt16(truncatingIfNeeded: index &* 64 &+ word.trailingZeroBitCount)
                count &+= 1
                word &= word &- 1
            }
        }
        return count
    }

    /// Writes the raw ids of the slots in ascending order; `ids` needs room for 2,048.
    @discardableResult
    public func copyIDs(
        of chunk: ChunkID, into ids: UnsafeMutablePointer<UInt64>
    ) -> Int {
        let base = chunk.rawID(slot: 0)
        var count = 0
        for index in 0..<Self.wordCount {
            var word = words[index]
            if word == .max {
                let first = base &+ UInt64(truncatingIfNeeded: index &* 64)
                for slot in 0..<64 { ids[count &+ slot] = first &+ UInt64(slot) }
                count &+= 64
                continue
            }
            while word != 0 {
                ids[count] =
                    base &+ UInt64(truncatingIfNeeded: index &* 64 &+ word.trailingZeroBitCount)
                count &+= 1
                word &= word &- 1
            }
        }
        return count
    }

    /// Whether both hold the same slots.
    public static func == (left: SlotSet, right: SlotSet) -> Bool {
        for index in 0..<wordCount where left.words[index] != right.words[index] { return false }
        return true
    }
}
