import KithStorage
import KithValues
import Testing

@testable import KithGraph

/// Values of a unique property, put in and changed at random, singly and many at once: a statement
/// fails exactly where two nodes would have the same.
@Suite("Random unique values")
struct UniqueHistoryTests {
    @Test("are refused where there are two of one", arguments: 1...12 as ClosedRange<UInt64>)
    func history(seed: UInt64) throws {
        var random = Randomness(seed: seed)
        var options = GraphOptions()
        options.storage.pageSizeInBytes = [512, 1024, 4096][random.below(3)]
        let store = try GraphStore.inMemory(options: options)
        var known: [UInt64: Value] = [:]
        try begin(store, &known, isAscending: seed % 2 == 0)
        var refusals = 0
        for _ in 0..<60 {
            let writer = try store.beginWrite()
            let label = try writer.label("Item")
            let key = try writer.propertyKey("id")
            for _ in 0...random.below(2) {
                let before = known
                try writer.beginStatement()
                for _ in 0...random.below(3) {
                    try change(writer, label, key, &known, &random)
                }
                let different = Set(known.values.map { stored($0) }).count
                let isRight = try endsWell(writer)
                #expect(isRight == (different == known.count), "seed \(seed)")
                if isRight { continue }
                try writer.rollbackStatement()
                known = before
                refusals += 1
            }
            try writer.commit(durability: .deferred)
            #expect(try store.check() == [], "seed \(seed)")
        }
        #expect(refusals > 3)
        let reader = try store.beginRead()
        let index = try #require(reader.catalog.indexes.first)
        for (id, value) in known {
            #expect(try reader.indexLookupUnique(index.id, key: value) == id, "seed \(seed)")
        }
    }

    /// Ends the statement; false where a value is there twice.
    private func endsWell(_ writer: GraphWriter) throws -> Bool {
        do {
            try writer.endStatement()
            return true
        } catch GraphError.constraintViolated {
            return false
        }
    }

    /// Some nodes with numbers from 0, whose entries become runs where they ascend.
    private func begin(
        _ store: GraphStore, _ known: inout [UInt64: Value], isAscending: Bool
    ) throws {
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let label = try writer.label("Item")
        let key = try writer.propertyKey("id")
        for number in 0..<40 {
            let value = Value.integer(Int64(isAscending ? number * 2 : 39 - number))
            let id = try writer.createNode(labels: [label], properties: [(key, value)])
            known[id.rawValue] = value
        }
        try writer.createConstraint(
            name: nil, kind: .unique, entity: .node, token: label.rawValue, properties: [key])
        try writer.endStatement()
        try writer.commit(durability: .deferred)
        if isAscending {
            let reader = try store.beginRead()
            #expect(!reader.statistics.runs.isEmpty)
        }
    }

    private func value(_ random: inout Randomness) -> Value {
        switch random.below(6) {
        case 0: .integer(Int64(random.below(120)))
        case 1: .string("value \(random.below(200))")
        case 2: .string(String(repeating: "long ", count: 200) + "\(random.below(40))")
        default: .integer(Int64(random.below(100_000)))
        }
    }

    private func change(
        _ writer: GraphWriter, _ label: LabelID, _ key: PropertyKeyID,
        _ known: inout [UInt64: Value], _ random: inout Randomness
    ) throws {
        let nodes = known.keys.sorted()
        switch random.below(6) {
        case 0:
            let own = value(&random)
            let id = try writer.createNode(labels: [label], properties: [(key, own)])
            known[id.rawValue] = own
        case 1, 2:
            var values: [Value] = []
            let first = Int64(random.below(100_000))
            for place in 0..<random.below(30) {
                values.append(
                    random.chance(80) ? .integer(first + Int64(place)) : value(&random))
            }
            let ids = try writer.createNodes(
                labels: [label], count: values.count,
                properties: PropertyTable(keys: [key], values: values))
            for (id, own) in zip(ids, values) { known[id] = own }
        case 3:
            let id = nodes[random.below(nodes.count)]
            let own = value(&random)
            try writer.set(key, of: NodeID(rawValue: id), to: own)
            known[id] = own
        case 4:
            let ids = (0..<random.below(6)).map { _ in nodes[random.below(nodes.count)] }
            let values = ids.map { _ in value(&random) }
            _ = try writer.set(key, ofNodes: ids, to: values)
            for (id, own) in zip(ids, values) { known[id] = own }
        default:
            // A value goes to another node and comes back.
            let id = nodes[random.below(nodes.count)]
            guard let own = known[id] else { return }
            try writer.set(key, of: NodeID(rawValue: id), to: .null)
            if random.chance(50) {
                let other = try writer.createNode(labels: [label], properties: [(key, own)])
                known[other.rawValue] = own
            }
            try writer.set(key, of: NodeID(rawValue: id), to: own)
        }
    }
}
