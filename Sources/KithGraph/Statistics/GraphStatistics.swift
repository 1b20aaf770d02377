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

    /// Something that is counted.
    enum Counted: Hashable {
        case nodes(set: UInt32)
        case relationships(type: UInt32)
        case degree(Degree)
        case longKeys(index: UInt32)
        case runs(index: UInt32)
    }

    /// Counts more of something, or less.
    mutating func count(_ what: Counted, by change: Int) {
        switch what {
        case .nodes(let set): Self.add(change, to: &nodes, set)
        case .relationships(let type): Self.add(change, to: &relationships, type)
        case .degree(let degree): Self.add(change, to: &degrees, degree)
        case .longKeys(let index): Self.add(change, to: &longKeys, index)
        case .runs(let index): Self.add(change, to: &runs, index)
        }
    }

    /// Counts relationships by the label sets of their ends.
    mutating func count(
        relationships change: Int, type: UInt32, source: UInt32, target: UInt32
    ) {
        count(.relationships(type: type), by: change)
        count(.degree(Degree(type: type, source: source, target: target)), by: change)
    }

    /// Drops entries that reach zero, so that equal counts are equal values.
    private static func add<Key>(_ change: Int, to counts: inout [Key: Int], _ key: Key) {
        guard change != 0 else { return }
        guard let place = counts.index(forKey: key) else {
            counts[key] = change
            return
        }
        counts.values[place] += change
        if counts.values[place] == 0 { counts.remove(at: place) }
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

    /// Everything that is counted.
    private var counted: [Counted] {
        nodes.keys.map { .nodes(set: $0) } + relationships.keys.map { .relationships(type: $0) }
            + degrees.keys.map { .degree($0) } + longKeys.keys.map { .longKeys(index: $0) }
            + runs.keys.map { .runs(index: $0) }
    }

    /// How many there are of something; nil for none.
    private func count(of what: Counted) -> Int? {
        switch what {
        case .nodes(let set): nodes[set]
        case .relationships(let type): relationships[type]
        case .degree(let degree): degrees[degree]
        case .longKeys(let index): longKeys[index]
        case .runs(let index): runs[index]
        }
    }

    /// The key of an entry.
    private static func key(of what: Counted) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(13)
        func append(_ kind: Kind, _ number: UInt32) {
            bytes.append(kind.rawValue)
            bytes.appendBigEndian(number)
        }
        switch what {
        case .nodes(let set): append(.nodes, set)
        case .relationships(let type): append(.relationships, type)
        case .degree(let degree):
            append(.degree, degree.type)
            bytes.appendBigEndian(degree.source)
            bytes.appendBigEndian(degree.target)
        case .longKeys(let index): append(.longKeys, index)
        case .runs(let index): append(.runs, index)
        }
        return bytes
    }

    /// The entries to store, and those to remove (nil), to get from `old` to this: of what was counted, which
    /// names nothing twice, or of everything.
    func changes(
        since old: GraphStatistics, of counted: [Counted]? = nil
    ) -> [(key: [UInt8], count: Int?)] {
        // What the old one counts and this one does not is gone.
        let all = counted ?? self.counted + old.counted.filter { count(of: $0) == nil }
        var changes: [(key: [UInt8], count: Int?)] = []
        changes.reserveCapacity(counted == nil ? 0 : all.count)
        for what in all {
            let now = count(of: what)
            if now != old.count(of: what) { changes.append((Self.key(of: what), now)) }
        }
        changes.sort { $0.key.lexicographicallyPrecedes($1.key) }
        return changes
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
