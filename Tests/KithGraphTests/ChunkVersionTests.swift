import KithValues
import Testing

@testable import KithGraph

/// What a commit leaves decoded of the chunks that it changed must be what reading them would give.
@Suite("Chunks carried over a commit")
struct ChunkVersionTests {
    @Test("are the chunks in the file", arguments: UInt64(1)...12)
    func areWhatIsStored(seed: UInt64) throws {
        var random = Randomness(seed: seed)
        var options = GraphOptions()
        options.recentRowsMax = 2 + random.below(30)
        options.homeChunkThreshold = random.chance(50) ? 2 : 65
        let store = try GraphStore.inMemory(options: options)
        var nodes: [NodeID] = []
        var relationships: [RelationshipID] = []
        var carried = 0
        for _ in 0..<60 {
            let writer = try store.beginWrite()
            for _ in 0...random.below(3) {
                try writer.beginStatement()
                let (before, edges) = (nodes, relationships)
                try Self.change(writer, &nodes, &relationships, &random)
                if random.chance(10) {
                    try writer.rollbackStatement()
                    (nodes, relationships) = (before, edges)
                } else {
                    try writer.endStatement()
                }
            }
            try writer.commit(durability: .deferred)
            carried += try Self.compare(store)
        }
        #expect(carried > 20)
        #expect(try store.check() == [])
    }

    private static func change(
        _ writer: GraphWriter, _ nodes: inout [NodeID], _ relationships: inout [RelationshipID],
        _ random: inout Randomness
    ) throws {
        let keys = try ["a", "b", "c", "d"].map { try writer.propertyKey($0) }
        func value() -> Value {
            switch random.below(4) {
            case 0: .integer(Int64(random.below(50)))
            case 1: .string("text \(random.below(9))")
            case 2: .float(Double(random.below(7)) / 4)
            default: .null
            }
        }
        let labels = [try writer.label(random.chance(70) ? "A" : "B")]
        for _ in 0...random.below(3) {
            let (first, second) = (keys[random.below(4)], keys[random.below(4)])
            nodes.append(
                try writer.createNode(
                    labels: labels, properties: [(first, value()), (second, value())]))
        }
        for _ in 0...random.below(3) {
            let node = nodes[random.below(nodes.count)]
            try writer.set(keys[random.below(4)], of: node, to: value())
        }
        let type = try writer.relationshipType("R")
        for _ in 0..<random.below(3) {
            relationships.append(
                try writer.createRelationship(
                    type: type, from: nodes[random.below(nodes.count)],
                    to: nodes[random.below(nodes.count)], properties: [(keys[0], value())]))
        }
        if random.chance(30), let relationship = relationships.popLast() {
            try writer.delete(relationship)
        }
        if random.chance(20), relationships.isEmpty {
            try writer.delete(nodes.remove(at: random.below(nodes.count)))
        }
        if random.chance(20) { try writer.flush() }
        if random.chance(50), nodes.count > 4, relationships.isEmpty {
            try writer.delete(nodes.removeLast())
        }
    }

    /// Compares all chunks; returns how many of them the commit left decoded.
    private static func compare(_ store: GraphStore) throws -> Int {
        let reader = try store.beginRead()
        defer { reader.close() }
        let step = store.cache.enter()
        defer { store.cache.leave(step) }
        var carried = 0
        for kind in [EntityKind.node, .relationship] {
            let table = kind == .node ? reader.tables.nodes : reader.tables.relationships
            for number in 0..<table.chunkCount {
                if table.load(number) != nil { carried += 1 }
                let chunk = try reader.baseChunk(kind, number)
                let read = try EntityChunk.load(kind, number, from: reader.storage)
                #expect(chunk.alive == read.alive)
                #expect(chunk.slotCount == read.slotCount)
                #expect(chunk.hasStoredEnds == read.hasStoredEnds)
                #expect(Set(read.keys).isSubset(of: chunk.keys))
                #expect(bytes(of: chunk, kind) == bytes(of: read, kind))
                for key in chunk.keys {
                    let single = try read.alive.slots.map {
                        stored(try chunk.value(key, $0, reader.storage, store.cache))
                    }
                    let column = try chunk.column(key, reader.storage, store.cache)
                    let expected = try read.column(key, reader.storage, store.cache)
                    let slots = read.alive.slots
                    #expect(slots.map { stored(column.value(at: $0)) } == single)
                    #expect(slots.map { stored(expected.value(at: $0)) } == single)
                }
            }
        }
        return carried
    }

    private static func bytes(of chunk: EntityChunk, _ kind: EntityKind) -> [[UInt8]] {
        chunk.recent.map { slot, row in
            var bytes = [UInt8(slot & 255), UInt8(slot >> 8)]
            row.append(to: &bytes, isRelationship: kind == .relationship)
            return bytes
        }
    }
}

extension SlotSet {
    /// The slots in the set, ascending.
    fileprivate var slots: [Int] { (0..<GraphLimits.slotsPerChunk).filter { contains($0) } }
}
