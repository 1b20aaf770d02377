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

    /// All entries as keys and counts.
    private func entries() -> [[UInt8]: Int] {
        var entries: [[UInt8]: Int] = [:]
        func put(_ kind: Kind, _ numbers: [UInt32], _ count: Int) {
            var key = [kind.rawValue]
            for number in numbers { key.appendBigEndian(number) }
            entries[key] = count
        }
        for (set, count) in nodes { put(.nodes, [set], count) }
        for (type, count) in relationships { put(.relationships, [type], count) }
        for (key, count) in degrees { put(.degree, [key.type, key.source, key.target], count) }
        for (index, count) in longKeys { put(.longKeys, [index], count) }
        for (index, count) in runs { put(.runs, [index], count) }
        return entries
    }

    /// The entries to store, and those to remove (nil), to get from `old` to this.
    func changes(since old: GraphStatistics) -> [(key: [UInt8], count: Int?)] {
        guard self != old else { return [] }
        let before = old.entries()
        let now = entries()
        var changes: [(key: [UInt8], count: Int?)] = []
        for (key, count) in now where before[key] != count { changes.append((key, count)) }
        for key in before.keys where now[key] == nil { changes.append((key, nil)) }
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
