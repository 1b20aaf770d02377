import KithValues

/// Different values in the order in which they first came. Few are compared one by one, which is
/// cheaper than hashing them.
struct DistinctValues {
    private(set) var values: [Value] = []
    private var seen: Set<GroupingKey> = []

    /// Up to so many are compared one by one.
    private static let comparedMax = 12

    /// Adds a value unless one equivalent to it is there, and says whether it did.
    ///
    /// - Complexity: O(1) in the mean, as ``GroupingKey`` hashes.
    mutating func insert(_ value: Value) -> Bool {
        if values.count < Self.comparedMax {
            for known in values where Value.isEquivalent(known, value) { return false }
        } else {
            if seen.isEmpty { seen = Set(values.map { GroupingKey($0) }) }
            guard seen.insert(GroupingKey(value)).inserted else { return false }
        }
        values.append(value)
        return true
    }
}
