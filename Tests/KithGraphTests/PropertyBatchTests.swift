import KithStorage
import KithValues
import Testing

@testable import KithGraph

/// Several properties set at once, beside the same set one by one in another graph.
@Suite("Several properties at once")
struct PropertyBatchTests {
    private static func value(_ random: inout Randomness) -> Value {
        switch random.below(5) {
        case 0: .null
        case 1: .string("s\(random.below(4))")
        case 2: .list([.integer(Int64(random.below(3))), .null])
        default: .integer(Int64(random.below(40)))
        }
    }

    @Test("are what they would be one by one", arguments: 1...8 as ClosedRange<UInt64>)
    func history(seed: UInt64) throws {
        var random = Randomness(seed: seed)
        var options = GraphOptions()
        options.storage.pageSizeInBytes = [512, 4096][random.below(2)]
        let (single, batch) = (
            try GraphStore.inMemory(options: options), try GraphStore.inMemory(options: options)
        )
        for store in [single, batch] { try begin(store) }
        for _ in 0..<40 {
            let writers = [try single.beginWrite(), try batch.beginWrite()]
            for _ in 0...random.below(2) {
                try statement(writers, &random, isReverted: random.chance(30))
            }
            for writer in writers { try writer.commit(durability: .deferred) }
            #expect(try batch.check() == [], "seed \(seed)")
            try compare(single, batch, "seed \(seed)")
        }
    }

    private func begin(_ store: GraphStore) throws {
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let label = try writer.label("A")
        let keys = try (0..<30).map { try writer.propertyKey("p\($0)") }
        let type = try writer.relationshipType("R")
        for number in 0..<10 {
            let node = try writer.createNode(
                labels: [label], properties: [(keys[0], .integer(Int64(100 + number)))])
            _ = try writer.createRelationship(type: type, from: node, to: node, properties: [])
        }
        for index in 0..<3 {
            _ = try writer.createIndex(
                name: nil, entity: .node, token: label.rawValue,
                properties: [keys[index], keys[index + 5]])
        }
        try writer.createConstraint(
            name: nil, kind: .unique, entity: .node, token: label.rawValue, properties: [keys[9]])
        try writer.endStatement()
        try writer.commit(durability: .deferred)
    }

    /// Sets some properties of some nodes and relationships in both graphs.
    private func statement(
        _ writers: [GraphWriter], _ random: inout Randomness, isReverted: Bool
    ) throws {
        for writer in writers { try writer.beginStatement() }
        for _ in 0...random.below(3) {
            let entity = UInt64(random.below(10))
            let isNode = random.chance(70)
            let count = random.chance(50) ? 1 + random.below(4) : 17 + random.below(13)
            let keys = Array(0..<30).shuffled(using: &random).prefix(count)
            let changes = keys.map { (key: "p\($0)", value: Self.value(&random)) }
            var changed = 0
            for change in changes {
                let key = try writers[0].propertyKey(change.key)
                let isChanged =
                    isNode
                    ? try writers[0].set(key, of: NodeID(rawValue: entity), to: change.value)
                    : try writers[0].set(
                        key, of: RelationshipID(rawValue: entity), to: change.value)
                if isChanged { changed += 1 }
            }
            let properties = try changes.map { (try writers[1].propertyKey($0.key), $0.value) }
            let atOnce =
                isNode
                ? try writers[1].set(properties, of: NodeID(rawValue: entity))
                : try writers[1].set(properties, of: RelationshipID(rawValue: entity))
            #expect(atOnce == changed)
        }
        let ends = try writers.map { writer in
            do {
                if !isReverted { try writer.endStatement() }
                return !isReverted
            } catch GraphError.constraintViolated {
                return false
            }
        }
        #expect(ends[0] == ends[1])
        if !ends[0] { for writer in writers { try writer.rollbackStatement() } }
    }

    private func compare(_ left: GraphStore, _ right: GraphStore, _ note: Comment) throws {
        let readers = [try left.beginRead(), try right.beginRead()]
        defer { for reader in readers { reader.close() } }
        for id in 0..<10 as Range<UInt64> {
            let nodes = try readers.map { reader in
                try reader.properties(of: NodeID(rawValue: id)).map {
                    "\(reader.catalog.name(of: $0.key))=\($0.value.literalText)"
                }.sorted()
            }
            #expect(nodes[0] == nodes[1], note)
            let relationships = try readers.map { reader in
                try reader.properties(of: RelationshipID(rawValue: id)).map {
                    "\(reader.catalog.name(of: $0.key))=\($0.value.literalText)"
                }.sorted()
            }
            #expect(relationships[0] == relationships[1], note)
        }
    }

    @Test("are refused where a node would have more than a row can have")
    func limit() throws {
        let store = try GraphStore.inMemory()
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let keys = try (0...GraphLimits.propertiesPerEntityMax).map {
            try writer.propertyKey("p\($0)")
        }
        let all = keys.map { (key: $0, value: Value.boolean(true)) }
        let node = try writer.createNode(labels: [], properties: [])
        try writer.set(Array(all.dropLast()), of: node)
        try writer.endStatement()
        try writer.beginStatement()
        #expect(throws: GraphError.self) {
            try writer.set(keys[all.count - 1], of: node, to: .boolean(true))
        }
        try writer.rollbackStatement()
        try writer.commit()
        #expect(try store.check() == [])
        let reader = try store.beginRead()
        #expect(try reader.properties(of: node).count == GraphLimits.propertiesPerEntityMax)
    }

    @Test("are refused where they would be too many with those of an earlier transaction")
    func limitOverTransactions() throws {
        let store = try GraphStore.inMemory()
        var node: NodeID?
        for part in 0..<2 {
            let writer = try store.beginWrite()
            try writer.beginStatement()
            let target = try node ?? writer.createNode(labels: [], properties: [])
            node = target
            let keys = try (0..<40_000).map { try writer.propertyKey("p\($0 + part * 40_000)") }
            let properties = keys.map { (key: $0, value: Value.boolean(true)) }
            if part == 0 {
                try writer.set(properties, of: target)
                try writer.endStatement()
            } else {
                #expect(throws: GraphError.self) { try writer.set(properties, of: target) }
                try writer.rollbackStatement()
            }
            try writer.commit()
        }
        #expect(try store.check() == [])
        #expect(try store.beginRead().properties(of: try #require(node)).count == 40_000)
    }

    @Test("values nested deeper than can be read again are refused, also when loaded")
    func deepValues() throws {
        func nested(_ depth: Int) -> Value {
            (0..<depth).reduce(Value.integer(1)) { value, _ in .list([value]) }
        }
        let (most, more) = (
            nested(ValueLimits.nestingDepthMax), nested(ValueLimits.nestingDepthMax + 1)
        )
        let store = try GraphStore.inMemory()
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let key = try writer.propertyKey("x")
        let node = try writer.createNode(labels: [], properties: [(key, most)])
        #expect(throws: GraphError.self) { try writer.set(key, of: node, to: more) }
        #expect(throws: GraphError.self) { try writer.set([(key, more)], of: node) }
        try writer.endStatement()
        try writer.commit()
        let load = try BulkLoad(store: store)
        let table = try load.nodeTable(labels: ["A"], properties: ["x"])
        var ids: [UInt64] = []
        #expect(throws: GraphError.self) {
            try table.append(count: 1, columns: [BulkColumn(.values([more]))], ids: &ids)
        }
        try table.append(count: 1, columns: [BulkColumn(.values([most]))], ids: &ids)
        try load.finish()
        #expect(try store.check() == [])
        #expect(try store.beginRead().property(key, of: node).literalText == most.literalText)
    }

    @Test("values longer than the limit are refused, whole or in parts, also when loaded")
    func longValues() throws {
        let half = Value.string(
            String(repeating: "x", count: GraphLimits.valueLengthMaxInBytes / 2))
        let parts = Value.list([half, .list([half])])
        let store = try GraphStore.inMemory()
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let key = try writer.propertyKey("x")
        #expect(throws: GraphError.self) {
            _ = try writer.createNode(labels: [], properties: [(key, parts)])
        }
        try writer.rollbackStatement()
        writer.rollback()
        let load = try BulkLoad(store: store)
        let table = try load.nodeTable(labels: ["A"], properties: ["x"])
        var ids: [UInt64] = []
        #expect(throws: GraphError.self) {
            try table.append(count: 1, columns: [BulkColumn(.values([parts]))], ids: &ids)
        }
        let length = GraphLimits.valueLengthMaxInBytes + 1
        let long = BulkColumn(
            .strings(offsets: [0, UInt32(length)], bytes: [UInt8](repeating: 0x78, count: length)))
        #expect(throws: GraphError.self) {
            try table.append(count: 1, columns: [long], ids: &ids)
        }
        load.cancel()
    }
}
