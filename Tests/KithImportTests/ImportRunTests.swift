import Testing

@testable import KithGraph

/// What an import makes of files that are well.
struct ImportRunTests: ImportTesting {
    let directory = TemporaryDirectory()

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

    @Test("nodes without a label are counted, and a label that is named twice is one")
    func labels() throws {
        _ = directory.write("n.csv", "id\n1\n2\n")
        let store = try GraphStore.inMemory()
        let summary = try importing(
            #"{"nodes": [{"file": "n.csv", "labels": []}, {"file": "n.csv", "labels": ["N", "N"]}]}"#,
            into: store)
        #expect(try dump(store) == ["( id=1)", "( id=2)", "(:N id=1)", "(:N id=2)"])
        #expect(summary.nodesWithoutLabel == 2)
        #expect(summary.nodesByLabel == [ImportSummary.Count(name: "N", count: 2)])
    }

    @Test("labels and types in columns are told apart by their bytes")
    func namesThatLookAlike() throws {
        let (composed, decomposed) = ("\u{e9}", "e\u{301}")
        let folder = TemporaryDirectory()
        _ = folder.write("a.csv", "id:ID,:LABEL\n1,\(composed)\n2,\(decomposed)\n")
        _ = folder.write(
            "b.csv", ":START_ID,:END_ID,:TYPE\n1,2,\(composed)\n2,1,\(decomposed)\n")
        let store = try GraphStore.inMemory()
        let plan = try ImportPlan.fromDirectory(folder.path)
        try GraphImporter(plan: plan, options: plan.options).run(into: store)
        let catalog = try store.beginRead().catalog
        #expect(catalog.labelNames.count == 2)
        #expect(catalog.relationshipTypeNames.count == 2)
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
