import KithValues
import Testing

@testable import KithGraph

@Suite("Constraints and indexes")
struct SchemaTests {
    /// Runs one statement in a transaction of its own.
    private func write(
        _ store: GraphStore, _ body: (GraphWriter) throws -> Void
    ) throws {
        let writer = try store.beginWrite()
        try writer.beginStatement()
        try body(writer)
        try writer.endStatement()
        try writer.commit(durability: .deferred)
    }

    private func person(
        _ writer: GraphWriter, _ properties: [String: Value]
    ) throws -> NodeID {
        try writer.createNode(
            labels: [writer.label("Person")],
            properties: properties.map { (try writer.propertyKey($0.key), $0.value) })
    }

    @Test("uniqueness is checked at the end of the statement, not before")
    func uniqueAtTheEnd() throws {
        let store = try GraphStore.inMemory()
        var first = NodeID(rawValue: 0)
        var second = NodeID(rawValue: 0)
        try write(store) { writer in
            try writer.createConstraint(
                name: "mail", kind: .unique, entity: .node,
                token: writer.label("Person").rawValue, properties: [writer.propertyKey("mail")])
            first = try person(writer, ["mail": .string("a")])
            second = try person(writer, ["mail": .string("b")])
        }
        // Swapping two values passes through a state in which they are equal.
        try write(store) { writer in
            let key = try writer.propertyKey("mail")
            try writer.set(key, of: first, to: .string("b"))
            try writer.set(key, of: second, to: .string("a"))
        }
        let writer = try store.beginWrite()
        try writer.beginStatement()
        try writer.set(try writer.propertyKey("mail"), of: first, to: .string("a"))
        #expect(throws: GraphError.self) { try writer.endStatement() }
        try writer.rollbackStatement()
        try writer.beginStatement()
        let longs = String(repeating: "long ", count: 400)
        _ = try person(writer, ["mail": .string(longs + "1")])
        _ = try person(writer, ["mail": .string(longs + "2")])
        try writer.endStatement()
        try writer.beginStatement()
        _ = try person(writer, ["mail": .string(longs + "2")])
        #expect(throws: GraphError.self) { try writer.endStatement() }
        try writer.rollbackStatement()
        try writer.commit(durability: .deferred)
        #expect(try store.check() == [])
    }

    @Test("existence, key and type constraints hold for what is there and what comes")
    func otherConstraints() throws {
        let store = try GraphStore.inMemory()
        try write(store) { writer in _ = try person(writer, ["age": .string("old")]) }
        for kind in [ConstraintKind.type([PropertyType(.integer)]), .exists, .key] {
            let key = kind == .type([PropertyType(.integer)]) ? "age" : "name"
            #expect(throws: GraphError.self) {
                try write(store) { writer in
                    try writer.createConstraint(
                        name: nil, kind: kind, entity: .node,
                        token: writer.label("Person").rawValue,
                        properties: [writer.propertyKey(key)])
                }
            }
        }
        try write(store) { writer in
            try writer.createConstraint(
                name: nil, kind: .key, entity: .node, token: writer.label("City").rawValue,
                properties: [writer.propertyKey("zip")])
            try writer.createConstraint(
                name: nil,
                kind: .type([PropertyType(.integer), PropertyType(.list, elementKind: .integer)]),
                entity: .node, token: writer.label("City").rawValue,
                properties: [writer.propertyKey("size")])
        }
        func city(_ properties: [String: Value]) throws {
            try write(store) { writer in
                _ = try writer.createNode(
                    labels: [writer.label("City")],
                    properties: properties.map { (try writer.propertyKey($0.key), $0.value) })
            }
        }
        try city(["zip": .integer(1), "size": .list([.integer(1)])])
        #expect(throws: GraphError.self) { try city([:]) }
        #expect(throws: GraphError.self) { try city(["zip": .integer(1)]) }
        #expect(throws: GraphError.self) { try city(["zip": .integer(2), "size": .float(1)]) }
        #expect(throws: GraphError.self) {
            try city(["zip": .integer(2), "size": .list([.string("x")])])
        }
        try city(["zip": .integer(2), "size": .integer(5)])
        #expect(try store.beginRead().nodeCount == 3)
        #expect(try store.check() == [])
    }

    @Test("bounds find what comparing finds, both ways")
    func bounds() throws {
        let store = try GraphStore.inMemory()
        let long = String(repeating: "x", count: 900)
        let values: [Value] = [
            .integer(-5), .integer(1), .float(1.0), .float(1.5), .integer(2), .float(.nan),
            .float(.infinity), .string(""), .string("a"), .string("ab"), .string("b"),
            .string(long + "a"), .string(long + "b"), .string(long), .boolean(true),
            .date(CalendarDate(daysSinceEpoch: 7)),
        ]
        try write(store) { writer in
            try writer.createIndex(
                name: "any", entity: .node, token: writer.label("Person").rawValue,
                properties: [writer.propertyKey("any")])
            for value in values { _ = try person(writer, ["any": value]) }
        }
        let reader = try store.beginRead()
        let index = try #require(reader.catalog.index(named: "any"))
        let key = index.properties[0]
        func found(_ bounds: IndexBounds) throws -> [Value] {
            let cursor = try reader.indexCursor(index.id, bounds: bounds)
            var all: [Value] = []
            var ids: [UInt64] = []
            repeat {
                try cursor.next(into: &ids, limit: 2)
                for id in ids { all.append(try reader.property(key, of: NodeID(rawValue: id))) }
            } while !ids.isEmpty
            return all
        }
        let ends: [Value] = values + [.integer(0), .string("aa"), .string(long + "aa")]
        for end in ends {
            if case .float(let number) = end, number.isNaN {
                #expect(try found(IndexBounds(equal: [end])).isEmpty)
                continue
            }
            for isDescending in [false, true] {
                func check(_ bounds: IndexBounds, _ belongs: (Int) -> Bool) throws {
                    let expected = values.filter { value in
                        switch Value.cypherCompare(value, end) {
                        case .less: belongs(-1)
                        case .equal: belongs(0)
                        case .greater: belongs(1)
                        case .unordered, .incomparable: false
                        }
                    }
                    let got = try found(bounds)
                    #expect(
                        Set(got.map(stored)) == Set(expected.map(stored)), "\(end) \(bounds)")
                    #expect(got.count == expected.count)
                }
                try check(IndexBounds(lower: .inclusive(end), isDescending: isDescending)) {
                    $0 >= 0
                }
                try check(IndexBounds(lower: .exclusive(end), isDescending: isDescending)) {
                    $0 > 0
                }
                try check(IndexBounds(upper: .inclusive(end), isDescending: isDescending)) {
                    $0 <= 0
                }
                try check(IndexBounds(upper: .exclusive(end), isDescending: isDescending)) {
                    $0 < 0
                }
                try check(IndexBounds(equal: [end], isDescending: isDescending)) { $0 == 0 }
            }
        }
        #expect(try found(IndexBounds(prefix: "a")).count == 2)
        #expect(try found(IndexBounds(prefix: long)).count == 3)
        #expect(try found(IndexBounds(prefix: long + "b")).count == 1)
        #expect(try found(IndexBounds(prefix: "")).count == 7)
        #expect(reader.hasCutValues(index.id))
        #expect(try reader.distinctEstimate(of: index.id) > 5)
    }

    @Test("label sets get chunks of their own from the 65th node on")
    func homeChunks() throws {
        let store = try GraphStore.inMemory()
        try write(store) { writer in
            for number in 0..<100 {
                _ = try writer.createNode(
                    labels: [writer.label(number % 2 == 0 ? "Even" : "Odd")], properties: [])
            }
            for _ in 0..<100 {
                _ = try writer.createNode(labels: [writer.label("Even")], properties: [])
            }
        }
        let reader = try store.beginRead()
        let even = try #require(reader.catalog.label("Even"))
        let odd = try #require(reader.catalog.label("Odd"))
        #expect(try reader.nodeChunks(label: odd).count == 1)
        #expect(try reader.nodeChunks(label: even).count == 2)
        #expect(reader.nodeCount(label: even) == 150)
    }

    @Test("a statement that is undone after it was moved to storage leaves nothing")
    func undoAfterFlush() throws {
        var options = GraphOptions()
        options.pendingChangesBudgetInBytes = 2_000
        let store = try GraphStore.inMemory(options: options)
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let kept = try person(writer, ["name": .string("kept")])
        try writer.endStatement()
        try writer.beginStatement()
        for number in 0..<500 {
            let node = try person(writer, ["name": .integer(Int64(number))])
            _ = try writer.createRelationship(
                type: writer.relationshipType("KNOWS"), from: kept, to: node, properties: [])
        }
        try writer.delete(kept)
        try writer.rollbackStatement()
        #expect(writer.reader.nodeCount == 1)
        #expect(writer.reader.relationshipCount == 0)
        #expect(try writer.reader.isAlive(kept))
        try writer.commit(durability: .deferred)
        let reader = try store.beginRead()
        let name = try #require(reader.catalog.propertyKey("name"))
        #expect(stored(try reader.property(name, of: kept)) == stored(.string("kept")))
        #expect(try store.check() == [])
    }
}
