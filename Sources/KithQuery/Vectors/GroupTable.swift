import KithValues

/// Numbers the distinct rows of key vectors in the order in which they first appear.
///
/// Rows are the same when their values are equivalent (null is null, 1 is 1.0). Open addressing with
/// linear probing over group numbers, at most half full.
final class GroupTable {
    let columns: [KeyColumn]
    /// The number of groups so far.
    private(set) var count = 0
    private var hashes: UnsafeMutablePointer<UInt64>
    private var slots: UnsafeMutablePointer<Int32>
    private var slotCount = initialSlotCount

    private static let initialSlotCount = 128

    init(keyCount: Int) {
        columns = (0..<keyCount).map { _ in KeyColumn() }
        slots = .allocate(capacity: Self.initialSlotCount)
        slots.initialize(repeating: -1, count: Self.initialSlotCount)
        hashes = .allocate(capacity: Self.initialSlotCount / 2)
    }

    deinit {
        hashes.deallocate()
        slots.deallocate()
    }

    /// The group number of each of the `count` rows of `keys`; new groups are added.
    func groups(of keys: [Vector], count rowCount: Int) -> [Int32] {
        [Int32](unsafeUninitializedCapacity: rowCount) { result, initialized in
            if let base = result.baseAddress { groups(of: keys, count: rowCount, into: base) }
            initialized = rowCount
        }
    }

    /// Writes the group number of each of the `count` rows of `keys`; new groups are added.
    func groups(of keys: [Vector], count rowCount: Int, into result: UnsafeMutablePointer<Int32>) {
        let rowHashes = Self.hashes(of: keys, count: rowCount)
        rowHashes.withUnsafeBufferPointer { rowHashes in
            for row in 0..<rowCount {
                if count &* 2 >= slotCount { grow() }
                if keys.count == 1, let words = columns[0].comparableWords(with: keys[0]) {
                    result[row] = group(of: keys, row, rowHashes[row], words)
                } else {
                    result[row] = group(of: keys, row, rowHashes[row])
                }
            }
        }
    }

    /// Adds rows that are all different, and different from those there are.
    func add(_ keys: [Vector], count rowCount: Int) {
        let added = groups(of: keys, count: rowCount)
        precondition(added.last.map { Int($0) == count - 1 } ?? true, "groups were not different")
    }

    private static func hashes(of keys: [Vector], count: Int) -> [UInt64] {
        var hashes = [UInt64](repeating: 0x243f_6a88_85a3_08d3, count: count)
        for key in keys { RowHashing.mix(key, into: &hashes) }
        return hashes
    }

    /// The group of a row whose only key is a word.
    @inline(__always)
    private func group(
        of keys: [Vector], _ row: Int, _ hash: UInt64, _ words: UnsafeMutablePointer<UInt64>
    ) -> Int32 {
        let word = keys[0].ids[row & keys[0].positionMask]
        var slot = Int(truncatingIfNeeded: hash) & (slotCount &- 1)
        while slots[slot] >= 0 {
            if words[Int(slots[slot])] == word { return slots[slot] }
            slot = (slot &+ 1) & (slotCount &- 1)
        }
        return add(keys, row, hash, at: slot)
    }

    private func group(of keys: [Vector], _ row: Int, _ hash: UInt64) -> Int32 {
        var slot = Int(truncatingIfNeeded: hash) & (slotCount &- 1)
        while slots[slot] >= 0 {
            let candidate = Int(slots[slot])
            if hashes[candidate] == hash, matches(candidate, keys, row) { return slots[slot] }
            slot = (slot &+ 1) & (slotCount &- 1)
        }
        return add(keys, row, hash, at: slot)
    }

    private func add(_ keys: [Vector], _ row: Int, _ hash: UInt64, at slot: Int) -> Int32 {
        let number = Int32(count)
        slots[slot] = number
        hashes[count] = hash
        count += 1
        for index in keys.indices { columns[index].append(keys[index], row) }
        return number
    }

    @inline(__always)
    private func matches(_ group: Int, _ keys: [Vector], _ row: Int) -> Bool {
        for index in keys.indices where !columns[index].matches(group, keys[index], row) {
            return false
        }
        return true
    }

    private func grow() {
        slots.deallocate()
        slotCount *= 2
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: -1, count: slotCount)
        let grown = UnsafeMutablePointer<UInt64>.allocate(capacity: slotCount / 2)
        grown.moveInitialize(from: hashes, count: count)
        hashes.deallocate()
        hashes = grown
        for number in 0..<count {
            var slot = Int(truncatingIfNeeded: hashes[number]) & (slotCount &- 1)
            while slots[slot] >= 0 { slot = (slot &+ 1) & (slotCount &- 1) }
            slots[slot] = Int32(number)
        }
    }

    /// The bytes it holds, roughly.
    var sizeInBytes: Int {
        slotCount * 8 + count * columns.reduce(0) { $0 + $1.rowSizeInBytes }
    }
}
