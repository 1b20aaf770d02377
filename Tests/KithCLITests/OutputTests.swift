import Testing

@testable import KithCLI

struct OutputTests {
    static let ada = OutputNode(
        id: 7, labels: ["Customer", "Key Account"],
        properties: [OutputEntry(key: "name", value: .string("Ada \"A\""))])

    func written(
        _ format: OutputFormat, _ columns: [String], _ rows: [[OutputValue]],
        _ settings: OutputSettings = OutputSettings()
    ) -> String {
        let sink = TextSink()
        var writer = format.makeWriter(settings)
        writer.begin(columns: columns, to: sink)
        for row in rows { writer.row(row, to: sink) }
        writer.end(to: sink)
        return sink.text
    }

    @Test("aligns a table by the cells that text fills, and isolates what runs right to left")
    func table() {
        let found = written(
            .table, ["name", "n"],
            [
                [.string("Zoë"), .integer(3)], [.string("李雷"), .integer(-20)],
                [.string("سارا"), .null], [.string("a\nb"), .float(1)],
            ])
        #expect(
            found == """
                ┌──────┬──────┐
                │ name │ n    │
                ├──────┼──────┤
                │ Zoë  │    3 │
                │ 李雷 │  -20 │
                │ \u{2068}سارا\u{2069} │ NULL │
                │ a↵b  │  1.0 │
                └──────┴──────┘

                """)
    }

    @Test("narrows the widest columns to the terminal and shows long results by head and tail")
    func narrowTable() {
        let wide = String(repeating: "x", count: 50)
        let found = written(
            .table, ["a", "b"], [[.string(wide), .integer(1)]], OutputSettings(width: 20))
        for line in found.split(separator: "\n") {
            #expect(DisplayWidth.cells(of: String(line)) == 20, "\(line)")
        }
        #expect(found.contains("…"))
        let rows = (0..<100).map { [OutputValue.integer(Int64($0))] }
        let long = written(.table, ["n"], rows, OutputSettings(tableRowsMax: 5))
        let shown = long.split(separator: "\n").map {
            $0.filter { $0.isNumber || $0 == "·" }
        }
        #expect(shown == ["", "", "", "0", "1", "2", "·", "98", "99", ""])
    }

    @Test(
        "what would command a terminal is not written to it, and directions stay within their cells"
    )
    func cellsOfStrangeText() {
        #expect(DisplayWidth.onOneLine("a\u{1B}[31m\u{9B}31mb\u{7F}\n\t") == "a[31m31mb↵→")
        #expect(DisplayWidth.cells(of: "🇮🇷") == 2)
        #expect(DisplayWidth.isolated("a\u{202E}b") == "\u{2068}a\u{202E}b\u{2069}")
        #expect(DisplayWidth.isolated("سلام") == "\u{2068}سلام\u{2069}")
        #expect(DisplayWidth.isolated("plain é") == "plain é")
    }

    @Test("writes comma-separated values that tell null from an empty string")
    func csv() {
        let found = written(
            .csv, ["a,b", "c"],
            [[.string(""), .null], [.string("x\"y\nz"), .list([.integer(1), .string("it's")])]])
        #expect(found == "\"a,b\",c\n\"\",\n\"x\"\"y\nz\",\"[1, 'it\\'s']\"\n")
    }

    @Test("writes JSON with the pipe's encoding of values")
    func json() {
        let money = OutputValue.money(amount: "12.50", currency: "EUR")
        let found = written(
            .jsonLines, ["v"],
            [
                [.float(1)], [.float(.nan)], [.string("\u{1}\\é\"")], [.node(Self.ada)], [money],
                [.map([OutputEntry(key: "$type", value: .boolean(true))])],
                [.temporal(type: "Date", text: "1984-10-11")],
            ])
        #expect(
            found == #"""
                {"v":1.0}
                {"v":{"$type":"Float","value":"NaN"}}
                {"v":"\u0001\\é\""}
                {"v":{"$type":"Node","id":7,"labels":["Customer","Key Account"],"properties":{"name":"Ada \"A\""}}}
                {"v":{"$type":"Money","amount":"12.50","currency":"EUR"}}
                {"v":{"$type":"Map","entries":{"$type":true}}}
                {"v":{"$type":"Date","value":"1984-10-11"}}

                """#)
        #expect(written(.json, ["a"], []) == "[]\n")
        #expect(
            written(.json, ["a"], [[.null], [.integer(2)]])
                == "[\n  {\"a\":null},\n  {\"a\":2}\n]\n")
    }

    @Test("writes Markdown and lines")
    func others() {
        #expect(
            written(.markdown, ["a"], [[.string("x|y\nz")], [.null]])
                == "| a |\n| --- |\n| x\\|y<br>z |\n| NULL |\n")
        #expect(
            written(.line, ["a", "bcd"], [[.integer(1), .null], [.boolean(true), .string("t")]])
                == "  a = 1\nbcd = NULL\n\n  a = true\nbcd = t\n")
    }

    @Test("shows nodes, relationships and paths as patterns")
    func patterns() {
        let bob = OutputNode(id: 8, labels: [], properties: [])
        let friend = OutputRelationship(id: 1, type: "FRIEND", start: 8, end: 7, properties: [])
        let path = OutputValue.path(nodes: [Self.ada, bob], relationships: [friend])
        #expect(
            path.cellText == "(:Customer:`Key Account` {name: 'Ada \"A\"'})<-[:FRIEND]-()")
    }

    @Test("every format has a name of its own")
    func names() {
        #expect(Set(OutputFormat.all.map(\.name)).count == OutputFormat.all.count)
        #expect(OutputFormat.named("csv")?.name == "csv")
        #expect(OutputFormat.named("nonsense") == nil)
    }
}
