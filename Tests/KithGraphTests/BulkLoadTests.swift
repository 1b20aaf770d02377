import KithStorage
import KithValues
import Testing

@testable import KithGraph

@Suite("Bulk loading")
struct BulkLoadTests {
    /// A load into a graph, mirrored in a model.
    struct Loading {
        var random: Randomness
        var model: GraphModel
        let load: BulkLoad
        var ids: [UInt64] = []

        mutating func nodes(_ labels: [String], count: Int) throws {
            let table = try load.nodeTable(labels: labels, properties: ["name", "age", "any"])
            var done = 0
            while done < count {
                let rows = min(1 + random.below(700), count - done)
                let names = (0..<rows).map { "name \(($0 + done) % 50)" }
                let ages = (0..<rows).map { Int64($0 + done) }
                let flags = (0..<rows).map { _ in random.chance(80) ? 1 : 0 as UInt8 }
                let values = (0..<rows).map { row -> Value in
                    random.chance(50) ? .float(Double(row) / 4) : .string("x\(row)")
                }
                var offsets: [UInt32] = [0]
                var bytes: [UInt8] = []
                for name in names {
                    bytes.append(contentsOf: name.utf8)
                    offsets.append(UInt32(bytes.count))
                }
                var made: [UInt64] = []
                try table.append(
                    count: rows,
                    columns: [
                        BulkColumn(.strings(offsets: offsets, bytes: bytes)),
                        BulkColumn(.integers(ages), validity: flags), BulkColumn(.values(values)),
                    ], ids: &made)
                #expect(made.count == rows)
                for (row, id) in made.enumerated() {
                    var properties: [String: Value] = [
                        "name": .string(names[row]), "any": values[row],
                    ]
                    if flags[row] != 0 { properties["age"] = .integer(ages[row]) }
                    #expect(model.nodes[id] == nil)
                    model.nodes[id] = GraphModel.Node(labels: Set(labels), properties: properties)
                }
                ids.append(contentsOf: made)
                done += rows
            }
        }

        mutating func relationships(_ type: String, count: Int) throws -> [(UInt64, UInt64, Int64)]
        {
            let table = try load.relationshipTable(type: type, properties: ["since", "note"])
            var made: [(UInt64, UInt64, Int64)] = []
            var done = 0
            while done < count {
                let rows = min(1 + random.below(900), count - done)
                let sources = (0..<rows).map { _ in ids[random.below(ids.count)] }
                let hub = ids[0]
                let targets = (0..<rows).map { _ in
                    random.chance(20) ? hub : ids[random.below(ids.count)]
                }
                let since = (0..<rows).map { Int64($0 + done) }
                let notes = (0..<rows).map { row -> Value in
                    row % 3 == 0 ? .null : .string("note \(row)")
                }
                try table.append(
                    sources: sources, targets: targets,
                    columns: [BulkColumn(.integers(since)), BulkColumn(.values(notes))])
                for row in 0..<rows { made.append((sources[row], targets[row], since[row])) }
                done += rows
            }
            return made
        }
    }

    @Test(
        "gives the graph that was loaded, spilled or not, empty or not before",
        arguments: [(1, 512 << 20), (2, 30_000), (3, 200_000), (4, 512 << 20)] as [(UInt64, Int)])
    func loads(seed: UInt64, budget: Int) throws {
        var options = GraphOptions()
        options.edgesPerBlockMax = 50
        let store = try GraphStore.inMemory(options: options)
        var model = GraphModel()
        for round in 0..<2 as Range<UInt64> {
            let load = try BulkLoad(
                store: store, memoryBudgetInBytes: budget, threads: Int(seed % 2) + 1)
            var loading = Loading(
                random: Randomness(seed: seed * 10 + round), model: model, load: load)
            if round == 0 {
                try load.writer.createIndex(
                    name: "ages", entity: .node, token: load.writer.label("Person").rawValue,
                    properties: [load.writer.propertyKey("age")])
                try load.writer.createIndex(
                    name: "sinces", entity: .relationship,
                    token: load.writer.relationshipType("KNOWS").rawValue,
                    properties: [load.writer.propertyKey("since")])
            }
            try loading.nodes(["Person"], count: 2500)
            try loading.nodes(["Person", "Customer"], count: 700)
            try loading.nodes([], count: 10)
            let knows = try loading.relationships("KNOWS", count: 5000)
            let likes = try loading.relationships("LIKES", count: 1000)
            try load.finish(durability: .deferred)
            model = loading.model
            let reader = try store.beginRead()
            try adopt(reader, &model, knows, "KNOWS")
            try adopt(reader, &model, likes, "LIKES")
            try GraphComparison(reader: reader, model: model, note: "seed \(seed)").check()
            reader.close()
            #expect(try store.check() == [])
        }
    }

    /// Takes the relationships that the load made into the model, after checking their ends.
    private func adopt(
        _ reader: GraphReader, _ model: inout GraphModel, _ made: [(UInt64, UInt64, Int64)],
        _ type: String
    ) throws {
        var expected = Set(made.map { [$0.0, $0.1, UInt64($0.2)] })
        let typeID = try #require(reader.catalog.relationshipType(type))
        let since = try #require(reader.catalog.propertyKey("since"))
        for chunk in try reader.relationshipChunks(type: typeID) {
            let slots = try reader.slots(inRelationshipChunk: chunk)
            for slot in 0..<slots.endSlot where slots.contains(slot) {
                let id = chunk.rawID(slot: slot)
                if model.relationships[id] != nil { continue }
                let record = try #require(
                    try reader.record(of: RelationshipID(rawValue: id)))
                guard
                    case .integer(let number) = try reader.property(
                        since, of: RelationshipID(rawValue: id))
                else {
                    Issue.record("a relationship lost its property")
                    continue
                }
                let found = [record.source, record.target, UInt64(number)]
                #expect(expected.remove(found) != nil)
                var properties: [String: Value] = [:]
                for (key, value) in try reader.properties(of: RelationshipID(rawValue: id)) {
                    properties[reader.catalog.name(of: key)] = value
                }
                model.relationships[id] = GraphModel.Relationship(
                    type: type, source: record.source, target: record.target,
                    properties: properties)
            }
        }
        #expect(expected.isEmpty)
    }

    @Test("refuses a key that is there twice, and leaves the graph as it was")
    func duplicateKey() throws {
        let store = try GraphStore.inMemory()
        let load = try BulkLoad(store: store)
        try load.writer.createConstraint(
            name: nil, kind: .unique, entity: .node,
            token: load.writer.label("Person").rawValue,
            properties: [load.writer.propertyKey("id")])
        let table = try load.nodeTable(labels: ["Person"], properties: ["id"])
        var ids: [UInt64] = []
        try table.append(count: 3, columns: [BulkColumn(.integers([1, 2, 1]))], ids: &ids)
        #expect(throws: GraphError.self) { try load.finish() }
        let reader = try store.beginRead()
        #expect(reader.nodeCount == 0)
        #expect(reader.catalog.label("Person") == nil)
    }

    @Test("finds keys by hash", arguments: [0, 1, 63, 5000])
    func keyTable(count: Int) {
        var table = KeyTable(expectedCount: 10)
        for number in 0..<count {
            #expect(table.insert(Int64(number) * 7, id: UInt64(number)) == nil)
            let text = Array("key \(number)".utf8)
            text.withUnsafeBufferPointer { #expect(table.insert($0, id: UInt64(number)) == nil) }
        }
        #expect(table.count == count * 2)
        for number in 0..<count {
            #expect(table.insert(Int64(number) * 7, id: 1 << 40) == UInt64(number))
            #expect(table.id(of: Int64(number) * 7 + 1) == nil)
            let text = Array("key \(number)".utf8)
            text.withUnsafeBufferPointer { #expect(table.id(of: $0) == UInt64(number)) }
        }
    }

    @Test(
        "sorts edges by both ends and keeps equal ones in order",
        arguments: [1, 20, 30, 40, 64] as [UInt64], 0..<4)
    func edgeSort(bits: UInt64, shape: Int) {
        var random = Randomness(seed: bits * 10 + UInt64(shape))
        let mask = bits == 64 ? UInt64.max : (1 << bits) - 1
        var first = (0..<700).map { _ in random.next() & mask & ~0xFF }
        if shape == 1 { first.sort() }
        if shape == 2 { first = first.map { _ in 77 } }
        let second = (0..<700).map { _ in random.next() & mask & (shape == 3 ? .max : 0xF) }
        let expected = (0..<700).sorted {
            (first[$0], second[$0], $0) < (first[$1], second[$1], $1)
        }
        first.withUnsafeBufferPointer { from in
            second.withUnsafeBufferPointer { to in
                guard let from = from.baseAddress, let to = to.baseAddress else { return }
                let order = EdgeSort.order(first: from, second: to, count: 700)
                #expect(order.map(Int.init) == expected)
                let edges = EdgeSort.sorted(first: from, second: to, count: 700, keepsRows: false)
                for (edge, row) in expected.enumerated() {
                    #expect(edges.first(edge) == first[row] && edges.second(edge) == second[row])
                }
                #expect(edges.secondLow == second.min() && edges.secondHigh == second.max())
                let limit = first[expected[350]]
                let found = edges.firstEdge(from: 3, notBelow: limit)
                #expect(found == max(3, expected.firstIndex { first[$0] >= limit } ?? 700))
            }
        }
    }

    @Test("work is handed on in order, by one at a time, up to the first error", arguments: [1, 3])
    func orderedWork(threadCount: Int) throws {
        final class Seen: @unchecked Sendable {
            // Sendable: filled by one thread at a time.
            var units: [Int] = []
        }
        let seen = Seen()
        try OrderedWork.run(
            count: 200, threadCount: threadCount,
            make: { _, unit throws(GraphError) in unit * 2 },
            handOn: { made throws(GraphError) in seen.units.append(made) })
        #expect(seen.units == (0..<200).map { $0 * 2 })
        let failed = Seen()
        #expect(throws: GraphError.self) {
            try OrderedWork.run(
                count: 200, threadCount: threadCount,
                make: { _, unit throws(GraphError) in
                    if unit == 90 { throw GraphError.corrupt("unit 90") }
                    return unit
                }, handOn: { made throws(GraphError) in failed.units.append(made) })
        }
        #expect(failed.units == Array(0..<90))
        let refused = Seen()
        #expect(throws: GraphError.self) {
            try OrderedWork.run(
                count: 200, threadCount: threadCount, make: { _, unit throws(GraphError) in unit },
                handOn: { made throws(GraphError) in
                    if made == 50 { throw GraphError.corrupt("unit 50") }
                    refused.units.append(made)
                })
        }
        #expect(refused.units == Array(0..<50))
    }
}
