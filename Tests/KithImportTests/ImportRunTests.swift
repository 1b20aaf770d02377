import KithValues
import Testing

@testable import KithGraph

struct ImportRunTests {
    let directory = TemporaryDirectory()

    /// Every node and relationship as a sorted list of lines.
    func dump(_ store: GraphStore) throws -> [String] {
        let reader = try store.beginRead()
        let catalog = reader.catalog
        var lines: [String] = []
        func shown(_ properties: [(key: PropertyKeyID, value: Value)]) -> String {
            properties.map { "\(catalog.name(of: $0.key))=\($0.value.literalText)" }.sorted()
                .joined(separator: " ")
        }
        var names: [UInt64: String] = [:]
        for chunk in try reader.nodeChunks(label: nil) {
            let slots = try reader.slots(inNodeChunk: chunk, labels: [])
            for slot in 0..<slots.endSlot where slots.contains(slot) {
                let id = NodeID(rawValue: chunk.rawID(slot: slot))
                let labels = try reader.labels(of: id).map { ":" + catalog.name(of: $0) }.sorted()
                let name = "(\(labels.joined()) \(shown(try reader.properties(of: id))))"
                names[id.rawValue] = name
                lines.append(name)
            }
        }
        for chunk in try reader.relationshipChunks(type: nil) {
            let slots = try reader.slots(inRelationshipChunk: chunk)
            for slot in 0..<slots.endSlot where slots.contains(slot) {
                let id = RelationshipID(rawValue: chunk.rawID(slot: slot))
                guard let record = try reader.record(of: id) else { continue }
                let type = catalog.name(of: record.type)
                lines.append(
                    "\(names[record.source] ?? "?")-[\(type) \(shown(try reader.properties(of: id)))]->"
                        + "\(names[record.target] ?? "?")")
            }
        }
        return lines.sorted()
    }

    @discardableResult
    func importing(
        _ manifest: String, into store: GraphStore, change: (inout ImportOptions) -> Void = { _ in }
    ) throws -> ImportSummary {
        let path = directory.write("manifest.json", manifest)
        let plan = try ImportPlan.fromManifest(atPath: path)
        var options = plan.options
        change(&options)
        return try GraphImporter(plan: plan, options: options).run(into: store)
    }

    /// The error of an import that must fail and leave the graph as it was.
    func failure(_ manifest: String, into store: GraphStore) throws -> String {
        let before = try dump(store)
        var text = "no error"
        do {
            try importing(manifest, into: store)
        } catch let error as ImportError {
            text = error.description
        }
        #expect(try dump(store) == before)
        let prefix = directory.path + "/"
        return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    }

    static let people = """
        {"nodes": [{"file": "people.csv", "labels": ["Person"], "key": "id",
                    "columns": {"since": {"type": "date", "as": "from"}, "note": null}}],
         "relationships": [{"file": "knows.csv", "type": "KNOWS",
                            "from": {"column": "a", "label": "Person", "key": "id"},
                            "to": {"column": "b", "label": "Person", "key": "id"}}]}
        """

    func writePeople() {
        _ = directory.write(
            "people.csv",
            "id,name,since,score,note\n1,Ada,2020-01-02,1.5,x\n2,\"B, \"\"b\"\"\",,2,y\n3,\"\",1999-12-31,,z\n"
        )
        _ = directory.write("knows.csv", "a,b,w\n1,2,7\n2,1,\n3,3,9\n")
    }

    @Test("imports what a manifest says, nulls left out and empty strings kept")
    func manifest() throws {
        writePeople()
        let store = try GraphStore.inMemory()
        let summary = try importing(Self.people, into: store)
        let ada = "(:Person from=2020-01-02 id=1 name='Ada' score=1.5)"
        let bee = "(:Person id=2 name='B, \"b\"' score=2.0)"
        let cee = "(:Person from=1999-12-31 id=3 name='')"
        #expect(
            try dump(store)
                == [
                    ada, bee, cee, "\(ada)-[KNOWS w=7]->\(bee)", "\(bee)-[KNOWS ]->\(ada)",
                    "\(cee)-[KNOWS w=9]->\(cee)",
                ].sorted())
        #expect(summary.nodes == 3)
        #expect(summary.relationships == 3)
        #expect(summary.properties == 12)
        #expect(summary.rows == 6)
        #expect(summary.nodesByLabel == [ImportSummary.Count(name: "Person", count: 3)])
        let index = try store.beginRead().catalog.constraints
        #expect(index.count == 1)
    }

    @Test("a later import finds nodes of an earlier one by key, and rejects keys that are taken")
    func laterImports() throws {
        writePeople()
        let store = try GraphStore.inMemory()
        try importing(Self.people, into: store)
        _ = directory.write("more.csv", "a,b\n3,1\n")
        try importing(
            """
            {"relationships": [{"file": "more.csv", "type": "LIKES", "from": {"label": "Person", "key": "id"},
                                "to": {"label": "Person"}}]}
            """, into: store)
        #expect(
            try dump(store).contains { $0.contains("-[LIKES ]->(:Person from=2020-01-02 id=1") })
        _ = directory.write("people.csv", "id,name,since,score,note\n9,x,,,\n2,y,,,\n")
        _ = directory.write("knows.csv", "a,b,w\n")
        #expect(
            try failure(Self.people, into: store)
                == "people.csv:3:1: column `id`: there is already a `Person` with the `id` 2")
    }

    @Test("an upsert sets the values of rows on the nodes that have their keys")
    func upserts() throws {
        writePeople()
        let store = try GraphStore.inMemory()
        try importing(Self.people, into: store)
        _ = directory.write(
            "people.csv", "id,name,since,score,note\n1,,,9,\n4,New,,,\n4,Newer,,1,\n")
        _ = directory.write("knows.csv", "a,b,w\n4,1,\n")
        let summary = try importing(Self.people, into: store) { $0.mode = .upsert }
        #expect(summary.nodes == 1)
        #expect(summary.nodesUpdated == 2)
        let lines = try dump(store)
        #expect(lines.contains("(:Person from=2020-01-02 id=1 name='Ada' score=9)"))
        #expect(lines.contains("(:Person id=4 name='Newer' score=1)"))
        #expect(lines.count == 4 + 4)
    }

    @Test("stops at the first bad row with its place, and changes nothing")
    func badRows() throws {
        let store = try GraphStore.inMemory()
        writePeople()
        _ = directory.write("knows.csv", "a,b,w\n1,2,7\n1,8,7\n")
        #expect(
            try failure(Self.people, into: store)
                == "knows.csv:3:3: column `b`: there is no `Person` with the `id` 8")
        _ = directory.write("knows.csv", "a,b,w\n1,2\n")
        #expect(
            try failure(Self.people, into: store)
                == "knows.csv:2:1: the row has 2 fields instead of 3")
        _ = directory.write("knows.csv", "a,b,w\n,2,1\n")
        #expect(
            try failure(Self.people, into: store) == "knows.csv:2:1: column `a`: the key is empty")
        writePeople()
        _ = directory.write("people.csv", "id,name,since,score,note\n1,a,2020-13-01,,\n")
        #expect(
            try failure(Self.people, into: store)
                == "people.csv:2:5: column `since`: `2020-13-01` is not a date like 2024-02-29")
        _ = directory.write("people.csv", "id,name,since,score,note\n1,\"a\nb\",,,\n1,\"x\"y,,,\n")
        #expect(
            try failure(Self.people, into: store)
                == "people.csv:4:6: text follows the closing quote of a field; write a quote inside it twice"
        )
        _ = directory.write("people.csv", "id,name,since,score,note\n1,a,,,\n1,b,,,\n")
        #expect(
            try failure(Self.people, into: store)
                == "people.csv:3:1: column `id`: there is already a `Person` with the `id` 1")
    }

    @Test("leaves out rejected rows up to the limit, and writes them down")
    func rejects() throws {
        writePeople()
        _ = directory.write("knows.csv", "a,b,w\n1,8,7\n1,2,x\n9,9,1\n2,3,\"q\"\"\"\nragged\n")
        let store = try GraphStore.inMemory()
        let path = directory.path + "/rejects.csv"
        let summary = try importing(Self.people, into: store) {
            $0.rejectedRowsMax = 3
            $0.rejectFilePath = path
        }
        #expect(summary.relationships == 2)
        #expect(summary.rejectedRows == 3)
        #expect(summary.rejections.map(\.position.line) == [2, 4, 6])
        #expect(summary.rejections.map(\.columnName) == ["b", "a", nil])
        let file = directory.path + "/knows.csv"
        #expect(
            String(decoding: readBytes(path), as: UTF8.self) == """
                file,line,column,name,reason,row
                \(file),2,3,b,there is no `Person` with the `id` 8,"1,8,7"
                \(file),4,1,a,there is no `Person` with the `id` 9,"9,9,1"
                \(file),6,1,,the row has 1 field instead of 3,ragged

                """)
        let other = try GraphStore.inMemory()
        #expect(throws: ImportError.self) {
            try importing(Self.people, into: other) { $0.rejectedRowsMax = 2 }
        }
        #expect(try dump(other).isEmpty)
    }

    @Test("a dry run checks everything, names the types and changes nothing")
    func dryRun() throws {
        writePeople()
        let store = try GraphStore.inMemory()
        let summary = try importing(Self.people, into: store) { $0.isDryRun = true }
        #expect(try dump(store).isEmpty)
        #expect(summary.nodes == 3)
        #expect(
            summary.columns.map { "\($0.header) \($0.type) \($0.isInferred)" } == [
                "id integer true", "name string true", "since date false", "score float true",
                "note  true", "a  true", "b  true", "w integer true",
            ])
        _ = directory.write("knows.csv", "a,b,w\n1,5,\n")
        #expect(throws: ImportError.self) {
            try importing(Self.people, into: store) { $0.isDryRun = true }
        }
    }

    @Test("reads typed headers with labels and types in columns")
    func typedHeaders() throws {
        let folder = TemporaryDirectory()
        _ = folder.write(
            "a.csv", "id:ID(P),name,tags:string[],:LABEL\nx,Ada,t;u,Person;Admin\ny,Bob,,Person\n")
        _ = folder.write("b.csv", ":START_ID(P),:END_ID(P),:TYPE,w:int\nx,y,LIKES,1\ny,x,HATES,\n")
        let store = try GraphStore.inMemory()
        let plan = try ImportPlan.fromDirectory(folder.path)
        let summary = try GraphImporter(plan: plan, options: plan.options).run(into: store)
        let ada = "(:Admin:Person id='x' name='Ada' tags=['t', 'u'])"
        let bob = "(:Person id='y' name='Bob')"
        #expect(
            try dump(store)
                == [ada, bob, "\(ada)-[LIKES w=1]->\(bob)", "\(bob)-[HATES ]->\(ada)"].sorted())
        #expect(summary.relationshipsByType.map(\.name) == ["LIKES", "HATES"])
    }

    @Test("keys of any type work, and files of one label share them")
    func keyTypes() throws {
        _ = directory.write("n.csv", "k,v\n2020-01-01,1\n2020-01-02,2\n")
        _ = directory.write("m.csv", "k,v\nabc,3\n")
        _ = directory.write("r.csv", "x,y\n2020-01-01,abc\n")
        let store = try GraphStore.inMemory()
        try importing(
            """
            {"nodes": [{"file": "n.csv", "labels": ["N"], "key": "k"},
                       {"file": "m.csv", "labels": ["N", "M"], "key": "k"}],
             "relationships": [{"file": "r.csv", "type": "R", "from": {"label": "N"}, "to": {"label": "M"}}]}
            """, into: store)
        #expect(
            try dump(store).contains("(:N k='2020-01-01' v=1)-[R ]->(:M:N k='abc' v=3)"))
    }

    @Test("skips what is not named, and passes over optional ends")
    func extras() throws {
        _ = directory.write("n.csv", "id,boss,x\n1,,a\n2,1,b\n")
        let store = try GraphStore.inMemory()
        let summary = try importing(
            """
            {"nodes": [{"file": "n.csv", "labels": ["N"], "key": "id", "columns": {"id": "integer", "*": null}}],
             "relationships": [{"file": "n.csv", "type": "UNDER", "from": {"column": "id", "label": "N"},
                                "to": {"column": "boss", "label": "N", "optional": true}, "columns": {"*": null}}]}
            """, into: store)
        #expect(try dump(store) == ["(:N id=1)", "(:N id=2)", "(:N id=2)-[UNDER ]->(:N id=1)"])
        #expect(summary.rejectedRows == 0)
    }

    @Test("gives the same graph on any number of threads, over many blocks and batches")
    func threads() throws {
        var nodes = "id,name,v\n"
        var edges = "a,b,w\n"
        var random = SplitMix(state: 5)
        for number in 0..<30_000 {
            nodes += "\(number),\"name \(number % 100)\",\(Double(number) / 8)\n"
            edges += "\(random.below(30_000)),\(random.below(30_000)),\(number)\n"
        }
        _ = directory.write("people.csv", nodes)
        _ = directory.write("knows.csv", edges)
        let manifest = Self.people.split(separator: "\n").joined()
            .replacing(", \"note\": null", with: "").replacing("\"since\"", with: "\"v\"")
            .replacing("\"date\", \"as\": \"from\"", with: "\"float\"")
        var dumps: [[String]] = []
        for count in [1, 3] {
            let store = try GraphStore.inMemory()
            let summary = try importing(manifest, into: store) { $0.threadCount = count }
            #expect(summary.relationships == 30_000)
            dumps.append(try dump(store))
        }
        #expect(dumps[0].count == 60_000)
        #expect(dumps[0] == dumps[1])
    }

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

    @Test("refuses JSON of what no property can have")
    func unstorableValues() throws {
        let store = try GraphStore.inMemory()
        let manifest = """
            {"nodes": [{"file": "v.csv", "labels": ["A"], "columns": {"v": "value"}}]}
            """
        let map = #"{""$type"": ""Map"", ""entries"": {}}"#
        for text in [#"{""a"": 1}"#, "[1, [{}]]", map] {
            _ = directory.write("v.csv", "v\n\"\(text)\"\n")
            #expect(try failure(manifest, into: store).contains("a property can have"), "\(text)")
        }
    }

    @Test("stops when the caller asks, and changes nothing")
    func cancelling() throws {
        var nodes = "id,name\n"
        for number in 0..<200_000 { nodes += "\(number),n\n" }
        let path = directory.write("n.csv", nodes)
        let plan = ImportPlan(nodes: [NodeFile(path: path, labels: ["N"], key: "id")])
        let store = try GraphStore.inMemory()
        var code: ImportError.Code?
        do {
            _ = try GraphImporter(plan: plan, options: ImportOptions()).run(into: store) { _ in
                false
            }
        } catch {
            code = error.code
        }
        #expect(code == .cancelled)
        #expect(try dump(store).isEmpty)
    }
}
