/// Numbers different strings in the order in which they first appear, from 1; 0 stands for null.
///
/// Grouping by strings of few different values works on these numbers: the bytes of a string are
/// looked at once for each chunk it occurs in, not once for each row.
final class StringDictionary {
    /// More different strings than this are not worth numbering.
    static let countMax = 4_096

    private let arena = StringArena()
    private var views: [StringView] = [.empty]
    private var hashes: [UInt64] = [0]
    private var slots = [UInt32](repeating: 0, count: 128)

    /// One more than the largest number in use.
    var end: Int { views.count }

    /// Whether there are too many strings.
    var isFull: Bool { views.count > Self.countMax }

    /// The string with a number, which is not 0.
    subscript(number: Int) -> StringView { views[number] }

    /// What keeps the bytes of the strings alive.
    var owner: AnyObject { arena }

    /// The number of a string, a new one if it has none.
    func number(of text: StringView) -> UInt32 {
        let hash = RowHashing.hash(text.bytes)
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let known = Int(slots[slot])
            if hashes[known] == hash, StringView.equal(views[known], text) { return slots[slot] }
            slot = (slot &+ 1) & mask
        }
        let number = UInt32(views.count)
        views.append(arena.store(text.bytes))
        hashes.append(hash)
        slots[slot] = number
        if views.count * 2 > slots.count { grow() }
        return number
    }

    private func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        let mask = slots.count &- 1
        for number in 1..<views.count {
            var slot = Int(truncatingIfNeeded: hashes[number]) & mask
            while slots[slot] != 0 { slot = (slot &+ 1) & mask }
            slots[slot] = UInt32(number)
        }
    }

    /// The bytes it holds, roughly.
    var sizeInBytes: Int { views.count * 48 + slots.count * 4 }
}
