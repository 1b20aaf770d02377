import Testing

@testable import KithGraph

struct ImportPlanTests {
    let directory = TemporaryDirectory()

    @Test("reads a manifest whole")
    func manifest() throws {
        let path = directory.write(
            "manifest.json",
            """
            {"delimiter": "|", "maxRejects": 3, "memory": "64 MB", "mode": "upsert",
             "nodes": [{"file": "a.csv", "labels": ["A", "B"], "key": "id",
                        "columns": {"id": "integer", "since": {"type": "date", "as": "from"},
                                    "note": null, "cost": "money:EUR", "tags": "string[]",
                                    "price": {"type": "money", "currencyColumn": "cur"},
                                    "langs": {"type": "string[]", "separator": ","}}}],
             "relationships": [{"file": "/b.csv", "type": "T", "delimiter": ";",
                                "from": {"column": "x", "label": "A", "key": "id"},
                                "to": {"label": "B"}}]}
            """)
        let plan = try ImportPlan.fromManifest(atPath: path)
        #expect(plan.options.rejectedRowsMax == 3)
        #expect(plan.options.mode == .upsert)
        #expect(plan.options.memoryLimitInBytes == 64 << 20)
        let nodes = plan.nodes[0]
        #expect(nodes.path == directory.path + "/a.csv")
        #expect(nodes.labels == ["A", "B"])
        #expect(nodes.key == "id")
        #expect(nodes.format?.delimiter == UInt8(ascii: "|"))
        let semicolon = UInt8(ascii: ";")
        #expect(
            nodes.columns == [
                ColumnRule(header: "id", content: .typed(.integer)),
                ColumnRule(header: "since", as: "from", content: .typed(.date)),
                ColumnRule(header: "note", content: .skipped),
                ColumnRule(header: "cost", content: .typed(.money(currency: "EUR"))),
                ColumnRule(
                    header: "tags", content: .typed(.list(of: .string, separator: semicolon))),
                ColumnRule(header: "price", content: .typed(.moneyWithCurrencyColumn("cur"))),
                ColumnRule(
                    header: "langs",
                    content: .typed(.list(of: .string, separator: UInt8(ascii: ",")))),
            ])
        let relationships = plan.relationships[0]
        #expect(relationships.path == "/b.csv")
        #expect(relationships.from.column == "x")
        #expect(relationships.to.label == "B")
        #expect(relationships.format?.delimiter == semicolon)
    }

    @Test(
        "names what is wrong with a manifest",
        arguments: [
            ("{\"nodes\": [}", "no JSON"), ("[]", "must be an object"),
            ("{\"nodes\": 1}", "nodes must be an array"),
            ("{\"nodes\": [{\"labels\": [\"A\"]}]}", "nodes[0] lacks `file`"),
            ("{\"nodes\": [{\"file\": \"a\"}]}", "nodes[0] lacks `labels`"),
            (
                "{\"nodes\": [{\"file\": \"a\", \"labels\": [], \"key\": \"id\"}]}",
                "nodes[0] has a key but no label"
            ),
            ("{\"nodez\": []}", "unknown member `nodez`"),
            (
                "{\"nodes\": [{\"file\": \"a\", \"labels\": [\"A\"], \"columns\": {\"x\": \"strin\"}}]}",
                "unknown type `strin`"
            ),
            (
                "{\"nodes\": [{\"file\": \"a\", \"labels\": [\"A\"], \"columns\": {\"x\": \"money:EURO\"}}]}",
                "no ISO 4217"
            ), ("{\"delimiter\": \"ab\"}", "one ASCII character"),
            ("{\"mode\": \"merge\"}", "must be"),
        ])
    func wrongManifests(text: String, part: String) {
        let path = directory.write("wrong.json", text)
        let error = #expect(throws: ImportError.self) { try ImportPlan.fromManifest(atPath: path) }
        #expect(error?.code == .invalidPlan)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
        #expect(error?.file == path)
    }

    @Test("reads a manifest with a byte-order mark")
    func markedManifest() throws {
        let text = "{\"nodes\": [{\"file\": \"a.csv\", \"labels\": [\"A\"]}]}"
        let path = directory.write("marked.json", "\u{FEFF}" + text)
        #expect(try ImportPlan.fromManifest(atPath: path).nodes.count == 1)
    }

    @Test("reads command-line specifications")
    func specifications() throws {
        let plan = try ImportPlan.fromSpecifications(
            nodes: ["Customer=c.csv", "Company:Supplier=dir/s.csv:code"],
            relationships: ["FRIEND=f.csv:Customer:Customer"])
        #expect(plan.nodes[0].path == "c.csv")
        #expect(plan.nodes[1].labels == ["Company", "Supplier"])
        #expect(plan.nodes[1].path == "dir/s.csv")
        #expect(plan.nodes[1].key == "code")
        #expect(plan.relationships[0].path == "f.csv")
        #expect(plan.relationships[0].from.label == "Customer")
        for wrong in ["Customer", "=c.csv", "A="] {
            #expect(throws: ImportError.self) {
                try ImportPlan.fromSpecifications(nodes: [wrong], relationships: [])
            }
        }
        #expect(throws: ImportError.self) {
            try ImportPlan.fromSpecifications(nodes: [], relationships: ["F=f.csv:A"])
        }
    }

    @Test("reads typed headers")
    func typedHeaders() throws {
        _ = directory.write(
            "people.csv", "id:ID(Person),name,age:int,tags:string[],:LABEL\n1,a,2,x;y,P\n")
        _ = directory.write(
            "knows.csv", ":START_ID(Person),:END_ID(Person),since:date\n1,1,2020-01-01\n")
        let plan = try ImportPlan.fromDirectory(directory.path)
        #expect(plan.nodes.count == 1)
        #expect(plan.nodes[0].labels.isEmpty)
        #expect(plan.nodes[0].keyGroup == "Person")
        #expect(plan.nodes[0].columns[2].content == .typed(.integer))
        #expect(plan.relationships[0].type == "KNOWS")
        #expect(plan.relationships[0].from.group == "Person")
        _ = directory.write("other.csv", "a,b\n1,2\n")
        #expect(throws: ImportError.self) { try ImportPlan.fromDirectory(directory.path) }
    }

    @Test("infers the narrowest type that every value has")
    func inference() throws {
        func type(_ values: [String]) throws -> ColumnType {
            let path = directory.write("i.csv", values.map { $0 + ",x\n" }.joined())
            let reader = try BlockReader(
                path: path, format: DelimitedFormat(hasHeader: false), blockLength: 8)
            let block = TextBlock(capacity: 8)
            var inference = TypeInference()
            while try reader.next(into: block) {
                block.scan(DelimitedFormat(), fieldCount: 2)
                inference.add(
                    block.table, width: 2, field: 0, base: block.base,
                    context: ParsingContext(DelimitedFormat()))
            }
            return inference.type
        }
        #expect(try type(["1", "", "-20"]) == .integer)
        #expect(try type(["1", "2.5", "0.1"]) == .float)
        #expect(try type(["1", "1e-5"]) == .float)
        #expect(try type(["true", "FALSE"]) == .boolean)
        #expect(try type(["2020-01-01", "1999-12-31"]) == .date)
        #expect(try type(["2020-01-01", "1999-12-31 10:00"]) == .dateTime)
        #expect(try type(["01", "2"]) == .string)
        #expect(try type(["+491234", "2"]) == .string)
        #expect(try type(["1", "x"]) == .string)
        #expect(try type(["1", "\"\""]) == .string)
        #expect(try type(["1.5", "12345678901234567"]) == .string)
        #expect(try type(["85123E1", "7"]) == .string)
        #expect(try type(["", ""]) == .string)
        #expect(try type(["1", "true"]) == .string)
        #expect(try type(["9223372036854775808", "1"]) == .string)
    }
}
