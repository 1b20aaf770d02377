import KithStorage
import KithValues
import Testing

@testable import KithGraph

/// Damage that no checksum shows: entries that are not true, or not there.
@Suite("Checking a graph")
struct GraphCheckTests {
    /// A change of what is stored, and what the check is to say of it.
    private struct Damage: Sendable {
        let finding: String
        let make: @Sendable (WriteTransaction) throws -> Void
    }

    /// People who know each other, in blocks of a few edges, with an index; with changes some edges are
    /// not folded into blocks.
    private static func store(hasChanges: Bool) throws -> GraphStore {
        var options = GraphOptions()
        options.edgesPerBlockMax = 7
        options.recentEdgesMax = 8
        let store = try GraphStore.inMemory(options: options)
        var people: [NodeID] = []
        for commit in 0..<(hasChanges ? 2 : 1) {
            let writer = try store.beginWrite()
            try writer.beginStatement()
            let person = try writer.label("Person")
            let knows = try writer.relationshipType("KNOWS")
            let number = try writer.propertyKey("number")
            if commit == 0 {
                for index in 0..<100 {
                    people.append(
                        try writer.createNode(
                            labels: [person],
                            properties: [(number, .integer(Int64(index * 7 % 100)))]))
                }
                _ = try writer.createIndex(
                    name: "numbers", entity: .node, token: person.rawValue,
                    properties: [number])
            }
            for index in 0..<(commit == 0 ? 400 : 4) {
                let target = people[(index * 31 + commit * 3 + 1) % 100]
                _ = try writer.createRelationship(
                    type: knows, from: people[index * 13 % 100], to: target, properties: [])
            }
            try writer.endStatement()
            try writer.commit()
        }
        return store
    }

    private static func entries(
        _ tree: TreeID, _ transaction: WriteTransaction
    ) throws -> [(key: [UInt8], value: [UInt8])] {
        var found: [(key: [UInt8], value: [UInt8])] = []
        let cursor = transaction.reader.cursor(in: tree)
        var isOnEntry = try cursor.seekFirst()
        while isOnEntry {
            found.append((Array(cursor.key), Array(cursor.value)))
            isOnEntry = try cursor.next()
        }
        return found
    }

    /// Puts other edges in place of those of the block in the middle.
    private static func changeBlock(
        isIncoming: Bool, _ transaction: WriteTransaction, _ change: (inout [ChunkEdge]) -> Void
    ) throws {
        let tree = KeySpaces.blocks(isIncoming: isIncoming)
        let all = try entries(tree, transaction)
        let (key, value) = all[all.count / 2]
        var edges: [ChunkEdge] = []
        try value.withUnsafeBytes { bytes in
            let entry = try AdjacencyChunk.Entry(bytes)
            guard case .inline(let block) = entry.location else { return }
            let padded = PaddedBytes(block)
            var arrays = EdgeArrays(capacity: entry.edgeCount)
            defer { arrays.deallocate() }
            try AdjacencyBlock.decode(padded.bytes, into: &arrays)
            try arrays.forEachEdge(hasIDs: !isIncoming) { edges.append($0) }
        }
        change(&edges)
        var changed: [UInt8] = []
        changed.appendVarint(UInt64(edges.count))
        changed.append(0)
        AdjacencyBlock.append(edges[...], hasIDs: !isIncoming, to: &changed)
        try transaction.put(key, changed, in: tree)
    }

    private static func remove(_ tree: TreeID, _ transaction: WriteTransaction) throws {
        let all = try entries(tree, transaction)
        _ = try transaction.remove(all[all.count / 2].key, in: tree)
    }

    private static let damages: [Damage] = [
        Damage(finding: "outgoing and incoming lists of type 0") {
            try remove(KeySpaces.incoming, $0)
        },
        Damage(finding: "do not hold the same edges as its relationships") {
            try remove(KeySpaces.outgoing, $0)
        },
        Damage(finding: "outgoing and incoming lists of type 0") {
            try changeBlock(isIncoming: true, $0) { $0[0].neighbour ^= 1 }
        },
        Damage(finding: "which is another one or none") {
            try changeBlock(isIncoming: false, $0) { $0[0].relationship += 1 }
        },
        Damage(finding: "outgoing and incoming lists of type 0") {
            try changeBlock(isIncoming: false, $0) { $0.removeLast() }
        },
        Damage(finding: "of chunk 0 are out of order") { transaction in
            let all = try entries(KeySpaces.outgoing, transaction)
            try transaction.put(all[3].key, all[5].value, in: KeySpaces.outgoing)
            try transaction.put(all[5].key, all[3].value, in: KeySpaces.outgoing)
        },
        Damage(finding: "a wrong number of edges") { transaction in
            let all = try entries(KeySpaces.incoming, transaction)
            var value = all[4].value
            value[0] += 1
            try transaction.put(all[4].key, value, in: KeySpaces.incoming)
        },
        Damage(finding: "which is another one or none") { transaction in
            let key = KeySpaces.recentEdge(
                type: 0, isIncoming: false, node: 17, neighbour: 18, relationship: 90_000)
            try transaction.put(key, [1], in: KeySpaces.recentEdges)
        },
        Damage(finding: "past the last chunk of nodes") { transaction in
            let all = try entries(KeySpaces.incoming, transaction)
            let key = KeySpaces.block(
                type: 0, chunk: 1 << 30,
                first: ChunkEdge(slot: 0, neighbour: 0, relationship: 0), ordinal: 0)
            try transaction.put(key, all[0].value, in: KeySpaces.incoming)
        },
        Damage(finding: "has an end that is not there") {
            try remove(KeySpaces.nodes, $0)
        },
        Damage(finding: "something else than what is there") {
            try remove(KeySpaces.statistics, $0)
        },
        Damage(finding: "is missing from the members of number 0") {
            _ = try $0.remove(KeySpaces.member(.node, 0, 0), in: KeySpaces.members)
        },
        Damage(finding: "index `numbers` has") {
            for id in 0..<3 {
                let tree = KeySpaces.index(IndexID(rawValue: UInt32(id)))
                if try !entries(tree, $0).isEmpty { try remove(tree, $0) }
            }
        },
        Damage(finding: "there is a node chunk past the last one") { transaction in
            let all = try entries(KeySpaces.nodes, transaction)
            try transaction.put(KeySpaces.chunk(1 << 30), all[0].value, in: KeySpaces.nodes)
        },
    ]

    @Test("finds what is not true", arguments: damages.indices, [false, true])
    func finds(damage: Int, hasChanges: Bool) throws {
        let store = try Self.store(hasChanges: hasChanges)
        #expect(try store.check() == [])
        let transaction = try store.storage.beginWrite()
        try Self.damages[damage].make(transaction)
        _ = try transaction.commit()
        let found = try store.check().map(\.message)
        #expect(
            found.contains { $0.contains(Self.damages[damage].finding) },
            "\(Self.damages[damage].finding): \(found)")
    }
}
