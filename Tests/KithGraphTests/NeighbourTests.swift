import KithStorage
import KithValues
import Testing

@testable import KithGraph

/// Counting, intersecting and spreading over adjacency, against the plainest loops over a list of
/// edges.
@Suite("Neighbours")
struct NeighbourTests {
    private struct Edge {
        let type: RelationshipTypeID
        let source: UInt64
        let target: UInt64
    }

    private let store: GraphStore
    private var nodes: [UInt64] = []
    private var edges: [Edge] = []

    init() throws { store = try GraphStore.inMemory() }

    /// Writes some random edges, loops and parallel ones among them.
    private mutating func write(_ random: inout Randomness, nodeCount: Int, edgeCount: Int) throws {
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let types = [try writer.relationshipType("R"), try writer.relationshipType("S")]
        let label = try writer.label("N")
        for _ in 0..<nodeCount {
            nodes.append(try writer.createNode(labels: [label], properties: []).rawValue)
        }
        for _ in 0..<edgeCount {
            // A hub makes lists of very different lengths.
            let source = random.chance(20) ? nodes[0] : nodes[random.below(nodes.count)]
            let target = random.chance(10) ? source : nodes[random.below(nodes.count)]
            let type = types[random.below(2)]
            _ = try writer.createRelationship(
                type: type, from: NodeID(rawValue: source), to: NodeID(rawValue: target),
                properties: [])
            edges.append(Edge(type: type, source: source, target: target))
        }
        try writer.endStatement()
        try writer.commit()
    }

    /// How many edges lead from each node to each other one.
    private func counts(
        _ types: [RelationshipTypeID], _ direction: Direction
    ) -> [UInt64: [UInt64: Int64]] {
        var counts: [UInt64: [UInt64: Int64]] = [:]
        for edge in edges where types.isEmpty || types.contains(edge.type) {
            if edge.source == edge.target || direction != .incoming {
                counts[edge.source, default: [:]][edge.target, default: 0] += 1
            }
            if edge.source != edge.target, direction != .outgoing {
                counts[edge.target, default: [:]][edge.source, default: 0] += 1
            }
        }
        return counts
    }

    private func check(_ random: inout Randomness) throws {
        let reader = try store.beginRead()
        let types = [[], [edges[0].type]][random.below(2)]
        let other = [[], [edges[edges.count - 1].type]][random.below(2)]
        let directions: [Direction] = [.outgoing, .incoming, .both]
        let (one, two) = (directions[random.below(3)], directions[random.below(3)])
        let pairs = (0..<200).map { index in
            (nodes[random.chance(50) ? 0 : index % nodes.count], nodes[random.below(nodes.count)])
        }
        let firsts = pairs.map { $0.0 }
        let seconds = pairs.map { $0.1 }
        var counts = [Int64](repeating: 0, count: pairs.count)
        try reader.withBuffers(firsts, seconds, &counts) { firsts, seconds, counts in
            try reader.edgeCounts(
                from: firsts, to: seconds, types: types, direction: one,
                marks: NeighbourMarks(reader), into: counts)
        }
        let followed = self.counts(types, one)
        let expectedCounts = pairs.map { followed[$0.0]?[$0.1] ?? 0 }
        #expect(counts == expectedCounts)
        try reader.withBuffers(firsts, seconds, &counts) { firsts, _, counts in
            var known = KnownLists()
            for _ in 0..<2 {
                try reader.degrees(of: firsts, types: types, direction: one, &known, into: counts)
            }
        }
        let expectedDegrees = firsts.map { followed[$0]?.values.reduce(0, +) ?? 0 }
        #expect(counts == expectedDegrees)
        let common = CommonNeighbours(reader)
        let request = IntersectionRequest(
            firstTypes: types, firstDirection: one, secondTypes: other, secondDirection: two,
            setsLoopsAside: false)
        try reader.withBuffers(firsts, seconds, &counts) { firsts, seconds, counts in
            try reader.countCommonNeighbours(
                of: firsts, seconds, request, using: common, into: counts)
        }
        let found = try find(reader, firsts, seconds, request, common)
        let probed = self.counts(other, two)
        let expected = pairs.map { pair in
            (followed[pair.0] ?? [:]).compactMap { end, ways -> (UInt64, Int64)? in
                probed[pair.1]?[end].map { (end, $0 * ways) }
            }
        }
        #expect(counts == expected.map { $0.reduce(0) { $0 + $1.1 } })
        for index in pairs.indices {
            let ways = Dictionary(uniqueKeysWithValues: expected[index])
            if found[Int32(index)] ?? [:] != ways { Issue.record("common of \(pairs[index])") }
        }
        let marks = NeighbourMarks(reader)
        let expectedAdjacent = pairs.map { pair in
            (followed[pair.0] ?? [:]).reduce(0) {
                $0 + (probed[pair.1]?[$1.key] == nil ? 0 : $1.value)
            }
        }
        // What the first time has found out of the nodes' lists is used the second time.
        for _ in 0..<2 {
            try reader.withBuffers(firsts, seconds, &counts) { firsts, seconds, counts in
                try reader.countAdjacentNeighbours(
                    of: firsts, seconds, request, marks: marks, into: counts)
            }
            #expect(counts == expectedAdjacent)
            try reader.withBuffers(firsts, seconds, &counts) { firsts, _, counts in
                try reader.findLoops(
                    of: firsts, types: types, direction: one, marks: marks, into: counts)
            }
            #expect(counts == firsts.map { followed[$0]?[$0] == nil ? 0 : 1 })
        }
        try checkSpreading(reader, types, one)
    }

    /// The common neighbours of each pair, found a few at a time.
    private func find(
        _ reader: GraphReader, _ firsts: [UInt64], _ seconds: [UInt64],
        _ request: IntersectionRequest, _ common: CommonNeighbours
    ) throws -> [Int32: [UInt64: Int64]] {
        var found: [Int32: [UInt64: Int64]] = [:]
        var start = 0
        while start < firsts.count {
            common.removeAll()
            start = try firsts.withUnsafeBufferPointer { firsts in
                try seconds.withUnsafeBufferPointer { seconds in
                    try reader.findCommonNeighbours(
                        of: firsts, seconds, from: start, enough: 50, request, into: common)
                }
            }
            for index in 0..<common.count {
                found[common.pairs[index], default: [:]][common.nodes[index], default: 0] +=
                    common.ways[index]
            }
        }
        return found
    }

    private func checkSpreading(
        _ reader: GraphReader, _ types: [RelationshipTypeID], _ direction: Direction
    ) throws {
        let sums = NodeSums()
        let weights = nodes.indices.map { Int64($0 + 1) }
        try nodes.withUnsafeBufferPointer { sources in
            try weights.withUnsafeBufferPointer { weights in
                try reader.spread(
                    sources, weights.baseAddress, weightMask: ~0, types: types,
                    direction: direction, into: sums)
            }
        }
        var expected: [UInt64: Int64] = [:]
        let followed = counts(types, direction)
        for (index, node) in nodes.enumerated() {
            for (end, count) in followed[node] ?? [:] {
                expected[end, default: 0] += weights[index] * count
            }
        }
        var found: [UInt64: Int64] = [:]
        for chunk in 0..<sums.chunkEnd {
            var ids = [UInt64](repeating: 0, count: GraphLimits.slotsPerChunk)
            var totals = [Int64](repeating: 0, count: GraphLimits.slotsPerChunk)
            let count = ids.withUnsafeMutableBufferPointer { ids in
                totals.withUnsafeMutableBufferPointer { totals in
                    guard let ids = ids.baseAddress, let totals = totals.baseAddress else {
                        return 0
                    }
                    return sums.take(chunk: chunk, nodes: ids, sums: totals)
                }
            }
            for index in 0..<count { found[ids[index]] = totals[index] }
        }
        #expect(found == expected)
    }

    @Test("are counted, intersected and spread as plain loops would", arguments: 1...12)
    mutating func agreesWithLoops(seed: Int) throws {
        var random = Randomness(seed: UInt64(seed))
        try write(&random, nodeCount: 3 + random.below(40), edgeCount: 1 + random.below(300))
        for _ in 0..<3 { try check(&random) }
        // Recent edges over blocks.
        try write(&random, nodeCount: 2, edgeCount: 1 + random.below(20))
        try check(&random)
    }

    @Test("are counted past what a byte counts")
    mutating func manyParallelEdges() throws {
        var random = Randomness(seed: 7)
        try write(&random, nodeCount: 2, edgeCount: 1_500)
        for _ in 0..<3 { try check(&random) }
    }
}

extension GraphReader {
    fileprivate func withBuffers(
        _ firsts: [UInt64], _ seconds: [UInt64], _ counts: inout [Int64],
        _ body: (
            UnsafeBufferPointer<UInt64>, UnsafeBufferPointer<UInt64>, UnsafeMutablePointer<Int64>
        ) throws -> Void
    ) throws {
        try firsts.withUnsafeBufferPointer { firsts in
            try seconds.withUnsafeBufferPointer { seconds in
                try counts.withUnsafeMutableBufferPointer { counts in
                    guard let base = counts.baseAddress else { return }
                    try body(firsts, seconds, base)
                }
            }
        }
    }
}
