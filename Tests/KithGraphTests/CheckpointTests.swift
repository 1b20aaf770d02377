import KithValues
import Testing

@testable import KithGraph

/// Long calls that are stopped half-way.
@Suite("A checkpoint")
struct CheckpointTests {
    enum Work: CaseIterable { case detachDelete, index, manyChanges }

    @Test("stops a long call, and the statement leaves no trace", arguments: Work.allCases)
    func stops(work: Work) throws {
        var options = GraphOptions()
        options.pendingChangesBudgetInBytes = 200_000
        let store = try GraphStore.inMemory(options: options)
        let hub = try Self.fill(store, friends: 3_000)
        for allowed in [0, 1, 4, 9] {
            let writer = try store.beginWrite()
            try writer.beginStatement()
            var calls = 0
            writer.checkpoint = { () throws(GraphError) in
                calls += 1
                if calls > allowed { throw .cancelled }
            }
            #expect(throws: GraphError.self) { try Self.perform(work, writer, hub) }
            #expect(calls == allowed + 1, "it was asked again after it threw")
            writer.checkpoint = nil
            try writer.rollbackStatement()
            #expect(writer.reader.nodeCount == 3_001)
            #expect(writer.reader.relationshipCount == 3_000)
            try writer.commit()
            #expect(try store.check() == [])
        }
        let writer = try store.beginWrite()
        try writer.beginStatement()
        var calls = 0
        writer.checkpoint = { () throws(GraphError) in calls += 1 }
        try Self.perform(work, writer, hub)
        try writer.endStatement()
        try writer.commit()
        #expect(calls >= 10)
        #expect(try store.check() == [])
    }

    private static func fill(_ store: GraphStore, friends: Int) throws -> NodeID {
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let label = try writer.label("Person")
        let key = try writer.propertyKey("number")
        let type = try writer.relationshipType("KNOWS")
        let hub = try writer.createNode(labels: [label], properties: [(key, .integer(-1))])
        for number in 0..<friends {
            let friend = try writer.createNode(
                labels: [label], properties: [(key, .integer(Int64(number)))])
            _ = try writer.createRelationship(type: type, from: hub, to: friend, properties: [])
        }
        try writer.endStatement()
        try writer.commit()
        return hub
    }

    private static func perform(_ work: Work, _ writer: GraphWriter, _ hub: NodeID) throws {
        let label = try writer.label("Person")
        let key = try writer.propertyKey("number")
        switch work {
        case .detachDelete: _ = try writer.detachDelete(hub)
        case .index:
            _ = try writer.createIndex(
                name: "people", entity: .node, token: label.rawValue, properties: [key])
        case .manyChanges:
            for number in 0..<4_000 {
                _ = try writer.createNode(
                    labels: [label], properties: [(key, .integer(Int64(number)))])
            }
        }
    }
}
