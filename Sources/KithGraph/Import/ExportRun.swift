import Glibc
import KithValues

/// The columns of one exported file.
struct ExportColumns {
    /// The properties, by number, with the kinds that their values have.
    private(set) var kinds: [PropertyKeyID: Set<ValueKind>] = [:]
    /// The properties in the order in which they were first met.
    private(set) var keys: [PropertyKeyID] = []

    /// Takes one property of one entity into account.
    mutating func add(_ key: PropertyKeyID, _ value: Value) {
        let kind = Self.hasPlainForm(value) ? value.kind : .map
        if kinds[key] == nil { keys.append(key) }
        kinds[key, default: []].insert(kind)
    }

    /// Whether a column of the value's type can hold its text: there, zones have no names, offsets no
    /// seconds, and years four digits.
    private static func hasPlainForm(_ value: Value) -> Bool {
        switch value {
        case .dateTime(let instant) where instant.zone != nil: false
        case .time(let time) where time.offsetInSeconds % 60 != 0: false
        case .date, .localDateTime, .dateTime:
            value.plainText.map { text in
                text.utf8.first != UInt8(ascii: "-") && text.utf8.first != UInt8(ascii: "+")
            } ?? false
        default: true
        }
    }

    /// The type of a column in the words of a manifest.
    func type(of key: PropertyKeyID) -> String {
        guard let kinds = kinds[key], kinds.count == 1, let kind = kinds.first else {
            return "value"
        }
        switch kind {
        case .integer: return "integer"
        case .float: return "float"
        case .boolean: return "boolean"
        case .string: return "string"
        case .date: return "date"
        case .localTime: return "localtime"
        case .time: return "time"
        case .localDateTime: return "localdatetime"
        case .dateTime: return "datetime"
        case .duration: return "duration"
        case .money: return "money"
        default: return "value"
        }
    }
}

/// One export on its way.
struct ExportRun {
    /// Nodes that share their labels.
    private struct LabelSet {
        let labels: [LabelID]
        var columns = ExportColumns()
        var fileName = ""
    }

    private let reader: GraphReader
    private let catalog: Catalog
    private let directory: String
    private var labelSets: [LabelSet] = []
    private var numbers: [[LabelID]: Int] = [:]
    private var manifest: [String] = []
    private var relationshipEntries: [String] = []
    private var usedNames: Set<String> = []
    /// The files made so far.
    private(set) var madePaths: [String] = []
    /// What was written so far.
    private(set) var summary = GraphExporter.Summary()

    init(reader: GraphReader, directory: String) {
        self.reader = reader
        self.directory = directory
        catalog = reader.catalog
    }

    /// Finds out which sets of labels there are and what their properties hold.
    mutating func surveyNodes() throws(ImportError) {
        try forEachNode { (this, id) throws(GraphError) in
            let number = try this.labelSet(of: id)
            for property in try this.reader.properties(of: id) {
                this.labelSets[number].columns.add(property.key, property.value)
            }
        }
    }

    /// Writes a file for each set of labels.
    mutating func writeNodes() throws(ImportError) {
        var files: [ExportFile] = []
        for number in labelSets.indices {
            let names = labelSets[number].labels.map { catalog.name(of: $0) }
            let name = fileName("nodes", names.isEmpty ? ["unlabelled"] : names)
            labelSets[number].fileName = name
            let columns = labelSets[number].columns
            let id = unusedHeader("_id", columns)
            files.append(
                try makeFile(
                    name, headers: [id] + columns.keys.map { header(of: $0, columns) }))
            manifest.append(nodeEntry(name, names, id, columns))
        }
        try forEachNode { (this, id) throws(GraphError) in
            let number = try this.labelSet(of: id)
            let properties = try this.reader.properties(of: id)
            files[number].row([id.rawValue], properties, this.labelSets[number].columns)
            this.summary.nodes += 1
        }
        for file in files { try file.close() }
    }

    private mutating func makeFile(
        _ name: String, headers: [String]?
    ) throws(ImportError) -> ExportFile {
        let path = directory + "/" + name
        let file = try ExportFile(path: path, headers: headers)
        madePaths.append(path)
        return file
    }

    private mutating func labelSet(of node: NodeID) throws(GraphError) -> Int {
        let labels = try reader.labels(of: node)
        if let number = numbers[labels] { return number }
        numbers[labels] = labelSets.count
        labelSets.append(LabelSet(labels: labels))
        return labelSets.count - 1
    }

    private mutating func forEachNode(
        _ body: (inout ExportRun, NodeID) throws(GraphError) -> Void
    ) throws(ImportError) {
        do throws(GraphError) {
            for chunk in try reader.nodeChunks(label: nil) {
                let slots = try reader.slots(inNodeChunk: chunk, labels: [])
                for slot in 0..<slots.endSlot where slots.contains(slot) {
                    try body(&self, NodeID(rawValue: chunk.rawID(slot: slot)))
                }
            }
        } catch {
            throw ImportError(error)
        }
    }

    /// Writes a file for each type.
    mutating func writeRelationships() throws(ImportError) {
        for name in catalog.relationshipTypeNames {
            guard let type = catalog.relationshipType(name),
                reader.relationshipCount(type: type) > 0
            else { continue }
            var columns = ExportColumns()
            try forEachRelationship(type) { id throws(GraphError) in
                for property in try reader.properties(of: id) {
                    columns.add(property.key, property.value)
                }
            }
            let fileName = fileName("relationships", [name])
            let from = unusedHeader("_from", columns)
            let to = unusedHeader("_to", columns)
            let file = try makeFile(
                fileName, headers: [from, to] + columns.keys.map { header(of: $0, columns) })
            var count = 0
            try forEachRelationship(type) { id throws(GraphError) in
                guard let record = try reader.record(of: id) else { return }
                file.row([record.source, record.target], try reader.properties(of: id), columns)
                count += 1
            }
            try file.close()
            summary.relationships += count
            relationshipEntries.append(relationshipEntry(fileName, name, from, to, columns))
        }
    }

    private func forEachRelationship(
        _ type: RelationshipTypeID, _ body: (RelationshipID) throws(GraphError) -> Void
    ) throws(ImportError) {
        do throws(GraphError) {
            for chunk in try reader.relationshipChunks(type: type) {
                let slots = try reader.slots(inRelationshipChunk: chunk)
                for slot in 0..<slots.endSlot where slots.contains(slot) {
                    try body(RelationshipID(rawValue: chunk.rawID(slot: slot)))
                }
            }
        } catch {
            throw ImportError(error)
        }
    }

    /// Writes the manifest that names all files.
    mutating func writeManifest() throws(ImportError) {
        let text =
            "{\n \"nodes\": [\n" + manifest.joined(separator: ",\n")
            + "\n ],\n \"relationships\": [\n" + relationshipEntries.joined(separator: ",\n")
            + "\n ]\n}\n"
        let file = try makeFile("manifest.json", headers: nil)
        file.write(Array(text.utf8))
        try file.close()
        summary.files.append("manifest.json")
    }

    private func nodeEntry(
        _ file: String, _ labels: [String], _ id: String, _ columns: ExportColumns
    ) -> String {
        "  {\"file\": \(json(file)), \"labels\": [\(labels.map(json).joined(separator: ", "))], "
            + "\"group\": \"nodes\", \"keyColumn\": \(json(id)), "
            + "\"columns\": {\(columnEntries([id], columns))}}"
    }

    private func relationshipEntry(
        _ file: String, _ type: String, _ from: String, _ to: String, _ columns: ExportColumns
    ) -> String {
        "  {\"file\": \(json(file)), \"type\": \(json(type)), "
            + "\"from\": {\"column\": \(json(from)), \"group\": \"nodes\"}, "
            + "\"to\": {\"column\": \(json(to)), \"group\": \"nodes\"}, "
            + "\"columns\": {\(columnEntries([from, to], columns))}}"
    }

    private func columnEntries(_ ids: [String], _ columns: ExportColumns) -> String {
        (ids.map { "\(json($0)): null" }
            + columns.keys.map { columnEntry($0, columns) })
            .joined(separator: ", ")
    }

    private func columnEntry(_ key: PropertyKeyID, _ columns: ExportColumns) -> String {
        let name = catalog.name(of: key)
        let header = header(of: key, columns)
        let type = columns.type(of: key)
        return header == name
            ? "\(json(header)): \"\(type)\""
            : "\(json(header)): {\"type\": \"\(type)\", \"as\": \(json(name))}"
    }

    private func json(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONText.append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The header of a property: its name, unless that means something else as a header or in a manifest.
    private func header(of key: PropertyKeyID, _ columns: ExportColumns) -> String {
        let name = catalog.name(of: key)
        if name.isEmpty { return unusedHeader("_unnamed", columns) }
        return name == ColumnRule.allOthers ? unusedHeader("_star", columns) : name
    }

    /// A header that no property has.
    private func unusedHeader(_ wanted: String, _ columns: ExportColumns) -> String {
        var header = wanted
        while columns.keys.contains(where: { catalog.name(of: $0) == header }) {
            header = "_" + header
        }
        return header
    }

    /// A file name made of plain characters, different from all before.
    private mutating func fileName(_ kind: String, _ parts: [String]) -> String {
        let plain = (parts.joined(separator: "_")).unicodeScalars.map { scalar -> Character in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                ? Character(scalar) : "_"
        }
        let stem = "\(kind)-\(String(plain.prefix(100)))"
        var name = stem
        var number = 2
        while !usedNames.insert(name.lowercased()).inserted {
            name = "\(stem)-\(number)"
            number += 1
        }
        summary.files.append(name + ".csv")
        return name + ".csv"
    }
}
