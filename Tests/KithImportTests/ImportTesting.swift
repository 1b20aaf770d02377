import KithValues
import Testing

@testable import KithGraph

/// What tests of whole imports do: write files, import them, look at the graph.
protocol ImportTesting {
    /// Where the files are.
    var directory: TemporaryDirectory { get }
}

extension ImportTesting {
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

    static var people: String {
        """
        {"nodes": [{"file": "people.csv", "labels": ["Person"], "key": "id",
                    "columns": {"since": {"type": "date", "as": "from"}, "note": null}}],
         "relationships": [{"file": "knows.csv", "type": "KNOWS",
                            "from": {"column": "a", "label": "Person", "key": "id"},
                            "to": {"column": "b", "label": "Person", "key": "id"}}]}
        """
    }

    func writePeople() {
        _ = directory.write(
            "people.csv",
            "id,name,since,score,note\n1,Ada,2020-01-02,1.5,x\n2,\"B, \"\"b\"\"\",,2,y\n3,\"\",1999-12-31,,z\n"
        )
        _ = directory.write("knows.csv", "a,b,w\n1,2,7\n2,1,\n3,3,9\n")
    }
}
