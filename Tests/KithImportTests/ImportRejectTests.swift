import Glibc
import Testing

@testable import KithGraph

/// What an import makes of rows that are not well.
struct ImportRejectTests: ImportTesting {
    let directory = TemporaryDirectory()

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

    @Test("a number beyond the range of floats is no float, and text where no type is given")
    func largeNumbers() throws {
        let store = try GraphStore.inMemory()
        _ = directory.write("n.csv", "x\n1.5\n1.0e400\n")
        #expect(
            try failure(
                #"{"nodes": [{"file": "n.csv", "labels": ["N"], "columns": {"x": "float"}}]}"#,
                into: store)
                == "n.csv:3:1: column `x`: `1.0e400` is beyond the range of floats")
        try importing(#"{"nodes": [{"file": "n.csv", "labels": ["N"]}]}"#, into: store)
        #expect(try dump(store) == ["(:N x='1.0e400')", "(:N x='1.5')"])
    }

    @Test("a field longer than a stored value may be is a rejected row")
    func longFields() throws {
        let store = try GraphStore.inMemory()
        let long = String(repeating: "x", count: GraphLimits.valueLengthMaxInBytes + 1)
        _ = directory.write("n.csv", "x,y\n1,a\n2,\(long)\n")
        for type in ["string", "string[]"] {
            let reason = try failure(
                #"{"nodes": [{"file": "n.csv", "labels": ["N"], "columns": {"y": "\#(type)"}}]}"#,
                into: store)
            #expect(reason == "n.csv:3:3: column `y`: the field has more than 67108864 bytes")
        }
    }

    @Test("JSON nested deeper than values may be is a rejected row")
    func deepValues() throws {
        let store = try GraphStore.inMemory()
        let manifest =
            #"{"nodes": [{"file": "v.csv", "labels": ["A"], "columns": {"v": "value"}}]}"#
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = directory.write("v.csv", "v\n\(nested(401))\n")
        #expect(try failure(manifest, into: store).contains("a value in JSON"))
        _ = directory.write("v.csv", "v\n\(nested(400))\n")
        try importing(manifest, into: store)
        #expect(try store.check() == [])
    }

    @Test("a pipe is refused, which could be read only once")
    func pipes() throws {
        let store = try GraphStore.inMemory()
        #expect(mkfifo(directory.path + "/pipe", 0o600) == 0)
        let reason = try failure(
            #"{"nodes": [{"file": "pipe", "labels": ["N"]}]}"#, into: store)
        #expect(
            reason == "pipe: is a pipe or a device; an import reads its files more than once")
    }

    @Test("of very many columns, an error names a few")
    func manyColumns() throws {
        let store = try GraphStore.inMemory()
        _ = directory.write("n.csv", (0..<1_000).map { "c\($0)" }.joined(separator: ",") + "\n")
        let reason = try failure(
            #"{"nodes": [{"file": "n.csv", "labels": ["N"], "key": "id"}]}"#, into: store)
        #expect(reason.hasPrefix("n.csv: there is no column `id`; the columns are `c0`, `c1`"))
        #expect(reason.hasSuffix("`c19` and 980 more"))
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
}
