/// The exact counts of a graph.
struct GraphStatistics: Sendable, Equatable {
    /// Relationships of one type from nodes of one label set to nodes of another.
    struct Degree: Hashable, Sendable {
        var type: UInt32
        var source: UInt32
        var target: UInt32
    }

    /// Nodes by label set.
    var nodes: [UInt32: Int] = [:]
    /// Relationships by type.
    var relationships: [UInt32: Int] = [:]
    /// Relationships by type and the label sets of their ends.
    var degrees: [Degree: Int] = [:]
    /// Entries of an index whose values were cut off, by index.
    var longKeys: [UInt32: Int] = [:]
    /// Entries of an index that are stored as runs, less one for each run, by index.
    var runs: [UInt32: Int] = [:]

    /// All nodes and relationships.
    var entityCount: Int {
        nodes.values.reduce(0, +) + relationships.values.reduce(0, +)
    }

    /// A number that changes when any count of nodes or relationships does fourfold; it does not
    /// depend on the order of the counts.
    var magnitudes: Int {
        var sum = 0
        for (set, count) in nodes { sum &+= Self.mixed(set, 1, 0) &* Self.magnitude(count) }
        for (key, count) in degrees {
            sum &+= Self.mixed(key.type, key.source, key.target) &* Self.magnitude(count)
        }
        return sum
    }

    /// The power of four that a count comes up to.
    static func magnitude(_ count: Int) -> Int { (Int.bitWidth - count.leadingZeroBitCount) / 2 }

    /// An odd number that three numbers give.
    private static func mixed(_ first: UInt32, _ second: UInt32, _ third: UInt32) -> Int {
        var mixed = UInt64(first) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ UInt64(second)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 29) ^ UInt64(third)) &* 0x94d0_49bb_1331_11eb
        return Int(truncatingIfNeeded: mixed ^ (mixed >> 31)) | 1
    }

    mutating func count(nodes change: Int, set: UInt32) {
        Self.add(change, to: &nodes, set)
    }

    mutating func count(
        relationships change: Int, type: UInt32, source: UInt32, target: UInt32
    ) {
        Self.add(change, to: &relationships, type)
        count(degrees: change, type: type, source: source, target: target)
    }

    mutating func count(degrees change: Int, type: UInt32, source: UInt32, target: UInt32) {
        Self.add(change, to: &degrees, Degree(type: type, source: source, target: target))
    }

    mutating func count(longKeys change: Int, index: UInt32) {
        Self.add(change, to: &longKeys, index)
    }

    mutating func count(run change: Int, index: UInt32) {
        Self.add(change, to: &runs, index)
    }

    /// Drops entries that reach zero, so that equal counts are equal values.
    private static func add<Key>(_ change: Int, to counts: inout [Key: Int], _ key: Key) {
        guard change != 0 else { return }
        let now = (counts[key] ?? 0) + change
        counts[key] = now == 0 ? nil : now
    }
}

extension GraphStatistics {
    /// What an entry counts. On disk: never renumber.
    private enum Kind: UInt8 {
        case nodes = 0
        case relationships = 1
        case degree = 2
        case longKeys = 3
        case runs = 4
    }

    /// The entries to store, and those to remove (nil), to get from `old` to this.
    func changes(since old: GraphStatistics) -> [(key: [UInt8], count: Int?)] {
        var changes: [(key: [UInt8], count: Int?)] = []
        func compare<Key>(
            _ kind: Kind, _ now: [Key: Int], _ before: [Key: Int], _ numbers: (Key) -> [UInt32]
        ) {
            func note(_ key: Key, _ count: Int?) {
                var bytes = [kind.rawValue]
                for number in numbers(key) { bytes.appendBigEndian(number) }
                changes.append((bytes, count))
            }
            for (key, count) in now where before[key] != count { note(key, count) }
            for key in before.keys where now[key] == nil { note(key, nil) }
        }
        compare(.nodes, nodes, old.nodes) { [$0] }
        compare(.relationships, relationships, old.relationships) { [$0] }
        compare(.degree, degrees, old.degrees) { [$0.type, $0.source, $0.target] }
        compare(.longKeys, longKeys, old.longKeys) { [$0] }
        compare(.runs, runs, old.runs) { [$0] }
        return changes.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// Takes in one stored entry.
    mutating func read(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
    ) throws(GraphError) {
        var reader = ByteReader(value)
        let count = try reader.count(max: Int.max)
        guard let first = key.first, let kind = Kind(rawValue: first),
            key.count == 1 + (kind == .degree ? 12 : 4)
        else { throw GraphError.corrupt("a statistic has an unknown key") }
        let number = key.bigEndianUInt32(at: 1)
        switch kind {
        case .nodes: nodes[number] = count
        case .relationships: relationships[number] = count
        case .degree:
            let degree = Degree(
                type: number, source: key.bigEndianUInt32(at: 5),
                target: key.bigEndianUInt32(at: 9))
            degrees[degree] = count
        case .longKeys: longKeys[number] = count
        case .runs: runs[number] = count
        }
    }
}
