import KithStorage
import KithValues
import Testing

@testable import KithGraph

/// Sources in every kind of order, of one chunk or of many, with one edge each or several, against the
/// neighbours of each by itself.
@Suite("Expansion of sources in some order")
struct ExpansionOrderTests {
    private let store: GraphStore
    private let nodes: [UInt64]
    private let types: [RelationshipTypeID]

    /// 6,000 nodes: each has one edge of the first type, but for every 500th, and some of the second.
    init() throws {
        store = try GraphStore.inMemory()
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let kinds = [try writer.relationshipType("ONE"), try writer.relationshipType("SOME")]
        let label = try writer.label("N")
        var made: [UInt64] = []
        for _ in 0..<6_000 {
            made.append(try writer.createNode(labels: [label], properties: []).rawValue)
        }
        var random = Randomness(seed: 5)
        func link(_ type: Int, _ source: UInt64, _ target: UInt64) throws {
            _ = try writer.createRelationship(
                type: kinds[type], from: NodeID(rawValue: source),
                to: NodeID(rawValue: target), properties: [])
        }
        for (index, node) in made.enumerated() {
            for _ in 0..<(index % 500 == 250 ? index % 1_000 / 250 - 1 : 1) {
                try link(0, node, made[random.below(made.count)])
            }
            for _ in 0..<random.below(4) {
                try link(1, node, random.chance(20) ? node : made[random.below(made.count)])
            }
        }
        try writer.endStatement()
        try writer.commit()
        nodes = made
        types = kinds
    }

    private func orders(_ random: inout Randomness) -> [[UInt64]] {
        let chunk = nodes[2_048..<4_096].filter { ($0 - nodes[0]) % 500 != 250 }
        func drawn(_ from: [UInt64], _ count: Int) -> [UInt64] {
            (0..<count).map { _ in from[random.below(from.count)] }
        }
        return [
            nodes, nodes.reversed(), drawn(nodes, 3_000), drawn(chunk, 1_500),
            drawn(Array(nodes[2_048..<4_096]), 1_500), chunk + drawn(nodes, 100) + chunk,
            drawn(chunk, 70), drawn(chunk, 12) + drawn(nodes, 500),
        ]
    }

    @Test("gives the edges of each source in turn", arguments: [1, 7, 100, 2_048])
    func agrees(capacity: Int) throws {
        var random = Randomness(seed: UInt64(capacity))
        let reader = try store.beginRead()
        let expansion = Expansion(capacity: capacity)
        for sources in orders(&random) {
            for asked in [[types[0]], [types[1]], types] {
                for direction in [Direction.outgoing, .incoming, .both] {
                    var expected: [UInt64] = []
                    var expectedSources: [UInt32] = []
                    for (index, source) in sources.enumerated() {
                        let found = try reader.neighbours(
                            of: source, types: asked, direction: direction)
                        expected += found
                        expectedSources += found.map { _ in UInt32(index) }
                    }
                    var found: [UInt64] = []
                    var foundSources: [UInt32] = []
                    expansion.begin()
                    var isDone = false
                    while !isDone {
                        isDone = try sources.withUnsafeBufferPointer { buffer throws(GraphError) in
                            try reader.expand(
                                buffer, types: asked, direction: direction,
                                wantsRelationships: false, into: expansion)
                        }
                        if isDone, found.isEmpty, expansion.isOneToOne {
                            #expect(expansion.count == sources.count)
                        }
                        found += UnsafeBufferPointer(
                            start: expansion.neighbours, count: expansion.count)
                        foundSources += UnsafeBufferPointer(
                            start: expansion.sourceIndexes, count: expansion.count)
                    }
                    #expect(found == expected)
                    #expect(foundSources == expectedSources)
                }
            }
        }
    }
}
