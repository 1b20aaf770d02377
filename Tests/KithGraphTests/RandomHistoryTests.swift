import KithStorage
import KithTestSupport
import KithValues
import Testing

@testable import KithGraph

/// Random histories against a plain model: every change, undone statements, rolled-back
/// transactions, reopening, with thresholds so low that everything is folded all the time.
@Suite("Random histories")
struct RandomHistoryTests {
    @Test("say the same as a plain model", arguments: 1...6 as ClosedRange<UInt64>)
    func history(seed: UInt64) throws {
        var history = try RandomHistory(seed: seed)
        try history.run(transactions: 14)
    }
}

struct RandomHistory {
    let seed: UInt64
    var random: Randomness
    var store: GraphStore
    var model = GraphModel()
    var schema: Set<String> = []
    /// The disk below, where a crash is to be tried at every step.
    var file: SimulatedFile?
    /// For each note on the disk: the graphs that may be there, by commit.
    var allowed: [[UInt64: GraphModel]] = []

    static let labels = ["Person", "Company", "Supplier", "Order"]
    static let types = ["FRIEND", "BUYS", "OWNS"]
    static let keys = ["name", "age", "score", "flag", "since", "any"]

    init(seed: UInt64, file: SimulatedFile? = nil) throws {
        self.seed = seed
        self.file = file
        random = Randomness(seed: seed)
        var options = GraphOptions()
        options.storage.pageSizeInBytes = [512, 1024, 4096][random.below(3)]
        options.recentRowsMax = random.below(8)
        options.recentEdgesMax = random.below(8)
        options.homeChunkThreshold = 3 + random.below(10)
        options.edgesPerBlockMax = 2 + random.below(10)
        options.threads = 1 + Int(seed % 3)
        options.sharedChangesMin = 1
        options.locatedChangesMin = 1
        options.pendingChangesBudgetInBytes = random.chance(50) ? 4_000 : 1 << 20
        options.allowsSmallBudgets = true
        options.decodedCacheBudgetInBytes = random.chance(50) ? 20_000 : 1 << 20
        guard let file else {
            store = try GraphStore.inMemory(options: options)
            return
        }
        options.storage.transactionBudgetInBytes = random.chance(50) ? 1 : 1 << 20
        try StorageEngine.writeNewDatabase(to: file, options: options.storage)
        store = GraphStore(
            storage: try StorageEngine.open(file: file, options: options.storage),
            options: options)
    }

    private mutating func note(_ graphs: [UInt64: GraphModel]) {
        allowed.append(graphs)
        file?.events.append(.note(allowed.count - 1))
    }

    /// Runs transactions of which each commit is noted on the disk, comparing nothing.
    mutating func runNoted(transactions: Int) throws {
        var known = try store.beginRead().commitNumber
        note([known: model])
        for _ in 0..<transactions {
            let before = model
            let schemaBefore = schema
            let writer = try store.beginWrite()
            for _ in 0...random.below(3) { try statement(writer) }
            if random.chance(15) {
                writer.rollback()
                model = before
                schema = schemaBefore
                continue
            }
            note([known: before, known + 1: model])
            known = try writer.commit()
            note([known: model])
        }
    }

    var note: Comment { "seed \(seed)" }

    mutating func run(transactions: Int) throws {
        for number in 0..<transactions {
            let before = model
            let schemaBefore = schema
            let writer = try store.beginWrite()
            let snapshot = try store.beginRead()
            for _ in 0...random.below(6) { try statement(writer) }
            try GraphComparison(reader: writer.reader, model: model, note: note).check()
            if random.chance(15) {
                writer.rollback()
                model = before
                schema = schemaBefore
            } else {
                try writer.commit(durability: .deferred)
            }
            try GraphComparison(reader: snapshot, model: before, note: note).check()
            snapshot.close()
            let reader = try store.beginRead()
            try GraphComparison(reader: reader, model: model, note: note).check()
            reader.close()
            #expect(try store.check() == [], note)
            if number % 4 == 3 {
                // A second store over the same storage shares nothing that was decoded.
                store = GraphStore(storage: store.storage, options: store.options)
                let anew = try store.beginRead()
                try GraphComparison(reader: anew, model: model, note: note).check()
                anew.close()
            }
        }
    }

    private mutating func statement(_ writer: GraphWriter) throws {
        let before = model
        let schemaBefore = schema
        try writer.beginStatement()
        if random.chance(12) { try changeSchema(writer) }
        for _ in 0..<random.below(random.chance(20) ? 120 : 25) { try change(writer) }
        if random.chance(25) {
            try writer.rollbackStatement()
            model = before
            schema = schemaBefore
            return
        }
        do {
            try writer.endStatement()
        } catch GraphError.stillConnected {
            try writer.rollbackStatement()
            model = before
            schema = schemaBefore
        }
    }

    private mutating func changeSchema(_ writer: GraphWriter) throws {
        let name = "index\(random.below(4))"
        if schema.contains(name) {
            try writer.dropIndex(named: name)
            schema.remove(name)
            return
        }
        let isNode = random.chance(70)
        let token =
            isNode
            ? try writer.label(Self.labels[random.below(4)]).rawValue
            : try writer.relationshipType(Self.types[random.below(3)]).rawValue
        var keys = [try writer.propertyKey(Self.keys[random.below(6)])]
        if random.chance(30) {
            let other = try writer.propertyKey(Self.keys[random.below(6)])
            if other != keys[0] { keys.append(other) }
        }
        do {
            try writer.createIndex(
                name: name, entity: isNode ? .node : .relationship, token: token, properties: keys)
            schema.insert(name)
        } catch GraphError.schemaExists {}
    }

    private mutating func value() -> Value {
        switch random.below(9) {
        case 0: .integer(Int64(random.below(20)))
        case 1: .integer(Int64(bitPattern: random.next()))
        case 2: .float(Double(random.below(10_000)) / 100)
        case 3: .float(Double(bitPattern: random.next()))
        case 4: .boolean(random.chance(50))
        case 5: .string(String(repeating: "ab\u{0}c", count: random.below(4)))
        case 6: .string(String(repeating: "long ", count: random.below(60)))
        case 7: .date(CalendarDate(daysSinceEpoch: Int64(random.below(20_000))))
        default: .list([.integer(1), .string("x")])
        }
    }

    /// A key and a value of the kind that the key mostly has.
    private mutating func property() -> (String, Value) {
        let key = Self.keys[random.below(6)]
        return (key, value(for: key))
    }

    /// A value, mostly of the kind that the key mostly has.
    mutating func value(for key: String) -> Value {
        if random.chance(15) { return value() }
        return switch key {
        case "name": .string("name \(random.below(30))")
        case "age": .integer(Int64(random.below(100)))
        case "score": .float(Double(random.below(1000)) / 10)
        case "flag": .boolean(random.chance(50))
        case "since": .date(CalendarDate(daysSinceEpoch: Int64(random.below(20_000))))
        default: value()
        }
    }

    private mutating func change(_ writer: GraphWriter) throws {
        let nodes = model.nodes.keys.sorted()
        let relationships = model.relationships.keys.sorted()
        switch random.below(100) {
        case 0..<30: try createNode(writer)
        case 30..<55 where !nodes.isEmpty: try createRelationship(writer, nodes)
        case 55..<70 where !nodes.isEmpty:
            let id = nodes[random.below(nodes.count)]
            let (key, value) = property()
            let isRemoval = random.chance(30)
            try writer.set(
                writer.propertyKey(key), of: NodeID(rawValue: id), to: isRemoval ? .null : value)
            model.nodes[id]?.properties[key] = isRemoval ? nil : value
        case 70..<76 where !relationships.isEmpty:
            let id = relationships[random.below(relationships.count)]
            let (key, value) = property()
            let isRemoval = random.chance(30)
            try writer.set(
                writer.propertyKey(key), of: RelationshipID(rawValue: id),
                to: isRemoval ? .null : value)
            model.relationships[id]?.properties[key] = isRemoval ? nil : value
        case 76..<82 where !nodes.isEmpty:
            let id = nodes[random.below(nodes.count)]
            let name = Self.labels[random.below(4)]
            let label = try writer.label(name)
            if random.chance(50) {
                try writer.add(label, to: NodeID(rawValue: id))
                model.nodes[id]?.labels.insert(name)
            } else {
                try writer.remove(label, from: NodeID(rawValue: id))
                model.nodes[id]?.labels.remove(name)
            }
        case 82..<90 where !relationships.isEmpty:
            let id = relationships[random.below(relationships.count)]
            #expect(try writer.delete(RelationshipID(rawValue: id)), note)
            model.relationships[id] = nil
        case 90..<94 where !nodes.isEmpty:
            let id = nodes[random.below(nodes.count)]
            let expected = model.relationships(at: id)
            #expect(try writer.detachDelete(NodeID(rawValue: id)) == expected.count, note)
            for relationship in expected { model.relationships[relationship] = nil }
            model.nodes[id] = nil
        case 94..<96 where !nodes.isEmpty:
            try deleteNodeFirst(writer, nodes[random.below(nodes.count)])
        case 96: try createNodes(writer)
        case 97 where !nodes.isEmpty: try createRelationships(writer, nodes)
        case 98 where !nodes.isEmpty: try setMany(writer, nodes)
        default: return
        }
    }

    private mutating func createNode(_ writer: GraphWriter) throws {
        let names = Self.labels.filter { _ in random.chance(35) }
        var properties: [String: Value] = [:]
        for _ in 0..<random.below(5) {
            let (key, value) = property()
            properties[key] = value
        }
        let id = try writer.createNode(
            labels: names.map { try writer.label($0) },
            properties: properties.map { (try writer.propertyKey($0.key), $0.value) })
        #expect(model.nodes[id.rawValue] == nil, note)
        model.nodes[id.rawValue] = GraphModel.Node(labels: Set(names), properties: properties)
    }

    private mutating func createRelationship(_ writer: GraphWriter, _ nodes: [UInt64]) throws {
        // A few nodes get most of the relationships, some of them twice.
        let source = nodes[random.below(random.chance(50) ? min(3, nodes.count) : nodes.count)]
        let target = nodes[random.below(random.chance(50) ? min(3, nodes.count) : nodes.count)]
        let type = Self.types[random.below(3)]
        var properties: [String: Value] = [:]
        for _ in 0..<random.below(3) {
            let (key, value) = property()
            properties[key] = value
        }
        let id = try writer.createRelationship(
            type: writer.relationshipType(type), from: NodeID(rawValue: source),
            to: NodeID(rawValue: target),
            properties: properties.map { (try writer.propertyKey($0.key), $0.value) })
        #expect(model.relationships[id.rawValue] == nil, note)
        model.relationships[id.rawValue] = GraphModel.Relationship(
            type: type, source: source, target: target, properties: properties)
    }

    /// Deletes a node before its relationships, or forgets some, which the statement's end notices.
    private mutating func deleteNodeFirst(_ writer: GraphWriter, _ id: UInt64) throws {
        try writer.delete(NodeID(rawValue: id))
        model.nodes[id] = nil
        for relationship in model.relationships(at: id) where !random.chance(3) {
            try writer.delete(RelationshipID(rawValue: relationship))
            model.relationships[relationship] = nil
        }
    }
}
