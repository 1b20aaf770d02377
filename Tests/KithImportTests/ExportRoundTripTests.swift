import Glibc
import KithValues
import Testing

@testable import KithGraph

/// What an import makes of what an export wrote.
struct ExportRoundTripTests: ImportTesting {
    let directory = TemporaryDirectory()

    @Test("a graph exported and imported again is equal")
    func roundTrip() throws {
        let store = try GraphStore.inMemory()
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let a = try writer.label("A")
        let b = try writer.label("B c;")
        let keys = try ["_id", "x", "text", "mixed"].map { try writer.propertyKey($0) }
        let euro = try #require(Currency("EUR"))
        let values: [Value] = [
            .integer(1), .float(.nan), .string(""), .string("a,\"b\"\nc"), .boolean(true),
            .date(CalendarDate(daysSinceEpoch: 9)), .list([.integer(1), .string("é")]),
            .money(Money(units: 3, currency: euro)),
        ]
        var ids: [NodeID] = []
        for (index, value) in values.enumerated() {
            ids.append(
                try writer.createNode(
                    labels: index % 3 == 0 ? [a, b] : index % 3 == 1 ? [a] : [],
                    properties: [
                        (keys[0], .integer(Int64(index))), (keys[3], value),
                        (keys[2], index % 2 == 0 ? .string("t\(index)") : .null),
                    ]))
        }
        let type = try writer.relationshipType("R x")
        for index in 1..<ids.count {
            _ = try writer.createRelationship(
                type: type, from: ids[index], to: ids[index - 1],
                properties: [(keys[1], values[index])])
        }
        try writer.endStatement()
        try writer.commit()
        let folder = TemporaryDirectory()
        let summary = try GraphExporter(reader: try store.beginRead(), directory: folder.path).run()
        #expect(summary.nodes == 8)
        let plan = try ImportPlan.fromManifest(atPath: folder.path + "/manifest.json")
        let copy = try GraphStore.inMemory()
        try GraphImporter(plan: plan, options: plan.options).run(into: copy)
        #expect(try dump(copy) == dump(store))
    }

    @Test("an export that fails leaves no files of its own, and those of others alone")
    func failedExport() throws {
        writePeople()
        let store = try GraphStore.inMemory()
        try importing(Self.people, into: store)
        let folder = TemporaryDirectory()
        let theirs = folder.write("relationships-KNOWS.csv", "mine\n")
        let reader = try store.beginRead()
        #expect(throws: ImportError.self) {
            try GraphExporter(reader: reader, directory: folder.path).run()
        }
        #expect(readBytes(theirs) == Array("mine\n".utf8))
        #expect(access(folder.path + "/nodes-Person.csv", F_OK) != 0)
        unlink(theirs)
        #expect(try GraphExporter(reader: reader, directory: folder.path).run().nodes == 3)
    }

    @Test("what has no plain form in a column is exported and imported again, too")
    func roundTripOfRareForms() throws {
        let store = try GraphStore.inMemory()
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let names = ["", "*", "_unnamed", "_star", "date", "time", "local", "moment", "deep"]
        let keys = try names.map { try writer.propertyKey($0) }
        var nested = Value.integer(1)
        for _ in 0..<300 { nested = .list([nested]) }
        let early = try LocalDateTime(parsing: "-0001-01-01T00:00")
        let late = try LocalDateTime(parsing: "+12345-06-07T08:09")
        let offset = ZonedTime(local: LocalTime(nanosecondOfDay: 0), offsetInSeconds: 3_630)
        var properties: [(key: PropertyKeyID, value: Value)] = [
            (keys[0], .integer(1)), (keys[1], .string("star")), (keys[2], .integer(2)),
            (keys[3], .integer(3)), (keys[4], .date(try CalendarDate(parsing: "-0001-01-01"))),
            (keys[5], .time(offset)), (keys[6], .localDateTime(early)),
            (keys[7], .dateTime(try ZonedDateTime(parsing: "+10000-01-01T00:00Z"))),
            (keys[8], nested),
        ]
        let label = try writer.label("A")
        let first = try writer.createNode(labels: [label], properties: properties)
        properties[4].value = .date(try CalendarDate(parsing: "+10000-01-01"))
        properties[6].value = .localDateTime(late)
        let second = try writer.createNode(labels: [label], properties: properties)
        let type = try writer.relationshipType("R")
        _ = try writer.createRelationship(
            type: type, from: first, to: second, properties: properties)
        try writer.endStatement()
        try writer.commit()
        let folder = TemporaryDirectory()
        _ = try GraphExporter(reader: try store.beginRead(), directory: folder.path).run()
        let plan = try ImportPlan.fromManifest(atPath: folder.path + "/manifest.json")
        let copy = try GraphStore.inMemory()
        try GraphImporter(plan: plan, options: plan.options).run(into: copy)
        #expect(try dump(copy) == dump(store))
    }
}
