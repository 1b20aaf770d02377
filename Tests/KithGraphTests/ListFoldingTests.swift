import KithStorage
import KithValues
import Testing

@testable import KithGraph

@Suite("Changed lists folded into blocks")
struct ListFoldingTests {
    /// Between few nodes, so that edges of the same two nodes fill many blocks one after another.
    @Test("are what was made and not deleted", arguments: [2, 3, 5], 1...10)
    func parallelEdges(edgesPerBlockMax: Int, seed: Int) throws {
        var random = Randomness(seed: UInt64(seed * 10 + edgesPerBlockMax))
        var options = GraphOptions()
        options.edgesPerBlockMax = edgesPerBlockMax
        options.recentEdgesMax = [0, 2, 10, 25][seed % 4]
        options.threads = 1 + seed % 2
        options.sharedChangesMin = 1
        options.locatedChangesMin = 1
        // Lists stay unread by turns: changed, copied, or forgotten but for their sizes.
        options.patchChangesMax = seed % 2 == 0 ? 2 : 256
        options.copiedEdgesMax = seed % 5 < 3 ? 0 : 256
        let store = try GraphStore.inMemory(options: options)
        var nodes: [NodeID] = []
        var type = RelationshipTypeID(rawValue: 0)
        var edges: [RelationshipID: (source: Int, target: Int)] = [:]
        for commit in 0..<60 {
            let writer = try store.beginWrite()
            try writer.beginStatement()
            type = try writer.relationshipType("R")
            if commit == 0 {
                let label = try writer.label("N")
                for _ in 0..<3 {
                    nodes.append(try writer.createNode(labels: [label], properties: []))
                }
            }
            let isShrinking = commit % 20 > 13
            for _ in 0..<random.below(isShrinking ? 2 : 7) {
                let (source, target) = (random.below(3), random.below(100) < 80 ? 1 : 2)
                let made = try writer.createRelationship(
                    type: type, from: nodes[source], to: nodes[target], properties: [])
                edges[made] = (source, target)
            }
            for _ in 0..<random.below(isShrinking ? 9 : 3) where !edges.isEmpty {
                let known = edges.keys.sorted { $0.rawValue < $1.rawValue }
                let gone = known[random.below(known.count)]
                #expect(try writer.delete(gone))
                edges[gone] = nil
            }
            try writer.endStatement()
            try writer.commit()
            #expect(try store.check().map(\.message) == [], "commit \(commit)")
            try compare(store, type, nodes, edges, readsKept: commit % 5 == 4)
        }
    }

    /// What the blocks and the changes that wait say, and the lists that were kept decoded.
    private func compare(
        _ store: GraphStore, _ type: RelationshipTypeID, _ nodes: [NodeID],
        _ edges: [RelationshipID: (source: Int, target: Int)], readsKept: Bool
    ) throws {
        let reader = try store.beginRead()
        for isIncoming in [false, true] {
            let key = AdjacencyKey(type: type.rawValue, isIncoming: isIncoming)
            let expected = edges.map { id, ends in
                let (own, other) = isIncoming ? (ends.target, ends.source) : ends
                return ChunkEdge(
                    slot: UInt16(nodes[own].rawValue & 2_047), neighbour: nodes[other].rawValue,
                    relationship: isIncoming ? 0 : id.rawValue)
            }.sorted(by: ChunkEdge.isBefore)
            let stored = try StoredLists(key, 0, reader.storage).decoded(reader.storage)
            #expect(stored.allEdges() == expected)
            guard readsKept else { continue }
            let step = reader.cache.enter()
            defer { reader.cache.leave(step) }
            let kept = try reader.baseLists(key, 0, in: reader.tables.table(key))
            #expect(kept.allEdges() == expected)
        }
    }
}
