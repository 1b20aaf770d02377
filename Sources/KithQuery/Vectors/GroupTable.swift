import KithValues

/// Numbers the distinct rows of key vectors in the order in which they first appear.
///
/// Rows are the same when their values are equivalent (null is null, 1 is 1.0). Open addressing with
/// linear probing over group numbers, at most half full.
struct GroupTable {
    private(set) var columns: [KeyColumn]
    private var hashes: [UInt64] = []
    private var slots: [Int32] = Array(repeating: -1, count: 64)

    /// The number of groups so far.
    var count: Int { hashes.count }

    init(keyCount: Int) {
        columns = Array(repeating: KeyColumn(), count: keyCount)
        if keyCount == 0 {
            hashes = []
        }
    }

    /// The group number of each of the `count` rows of `keys`; new groups are added.
    mutating func groups(of keys: [Vector], count: Int) -> [Int32] {
        let rowHashes = Self.hashes(of: keys, count: count)
        var result = [Int32](repeating: 0, count: count)
        for row in 0..<count {
            if hashes.count &* 2 >= slots.count { grow() }
            result[row] = group(of: keys, row, rowHashes[row], adding: true)
        }
        return result
    }

    /// The group number of each row, or -1 where the row equals no group.
    func lookup(_ keys: [Vector], count: Int) -> [Int32] {
        let rowHashes = Self.hashes(of: keys, count: count)
        var result = [Int32](repeating: -1, count: count)
        for row in 0..<count {
            var slot = Int(truncatingIfNeeded: rowHashes[row]) & (slots.count &- 1)
            while slots[slot] >= 0 {
                let candidate = Int(slots[slot])
                if hashes[candidate] == rowHashes[row], matches(candidate, keys, row) {
                    result[row] = Int32(candidate)
                    break
                }
                slot = (slot &+ 1) & (slots.count &- 1)
            }
        }
        return result
    }

    private static func hashes(of keys: [Vector], count: Int) -> [UInt64] {
        var hashes = [UInt64](repeating: 0x243f_6a88_85a3_08d3, count: count)
        for key in keys { RowHashing.mix(key, into: &hashes) }
        return hashes
    }

    private mutating func group(
        of keys: [Vector], _ row: Int, _ hash: UInt64, adding: Bool
    ) -> Int32 {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
        while slots[slot] >= 0 {
            let candidate = Int(slots[slot])
            if hashes[candidate] == hash, matches(candidate, keys, row) { return slots[slot] }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        let number = Int32(hashes.count)
        slots[slot] = number
        hashes.append(hash)
        for index in keys.indices { columns[index].append(keys[index], row) }
        return number
    }

    private func matches(_ group: Int, _ keys: [Vector], _ row: Int) -> Bool {
        for index in keys.indices where !columns[index].matches(group, keys[index], row) {
            return false
        }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
            while slots[slot] >= 0 { slot = (slot &+ 1) & (slots.count &- 1) }
            slots[slot] = Int32(number)
        }
    }

    /// The bytes it holds, roughly.
    var sizeInBytes: Int {
        slots.count * 4 + hashes.count * (8 + columns.reduce(0) { $0 + $1.rowSizeInBytes })
    }
}
