import Glibc

extension ImportPlan {
    /// The plan that the typed headers of a directory's files describe: `id:ID(Customer)`,
    /// `:START_ID(Customer)`, `:END_ID(Company)`, `:TYPE`, `:LABEL`, `age:int`, `tags:string[]`.
    ///
    /// Files end in `.csv` or `.tsv`, perhaps with `.gz` or `.zst`; they are read in the order of their
    /// names. A file without `:LABEL` (`:TYPE`) takes the name of its key group, or its own name.
    public static func fromDirectory(
        _ path: String, format: DelimitedFormat = DelimitedFormat()
    ) throws(ImportError) -> ImportPlan {
        var plan = ImportPlan()
        for name in try dataFiles(inDirectory: path) {
            let file = path + "/" + name
            var fileFormat = format
            if name.contains(".tsv") { fileFormat.delimiter = UInt8(ascii: "\t") }
            fileFormat.hasHeader = true
            let header = try DelimitedReader(location: file, format: fileFormat).header
            let typed = TypedHeader(header)
            if typed.isOfRelationships {
                plan.relationships.append(try typed.relationshipFile(file, name, fileFormat))
            } else if typed.isOfNodes {
                plan.nodes.append(try typed.nodeFile(file, name, fileFormat))
            } else {
                throw ImportError(
                    .invalidPlan,
                    "the header has neither an `:ID` column nor `:START_ID` and `:END_ID`; "
                        + "describe files without typed headers in a manifest", file: file)
            }
        }
        guard !plan.nodes.isEmpty || !plan.relationships.isEmpty else {
            throw ImportError(.invalidPlan, "the directory has no .csv file", file: path)
        }
        return plan
    }

    private static func dataFiles(inDirectory path: String) throws(ImportError) -> [String] {
        guard let directory = opendir(path) else {
            throw ImportError(
                .unreadableFile, "cannot be opened: \(systemErrorText(errno))", file: path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            var stem = name[...]
            for suffix in [".gz", ".zst"] where stem.hasSuffix(suffix) {
                stem = stem.dropLast(suffix.count)
            }
            if stem.hasSuffix(".csv") || stem.hasSuffix(".tsv") { names.append(name) }
        }
        return names.sorted()
    }
}

/// The columns of a file, as its typed header describes them.
private struct TypedHeader {
    /// One column: `name:TYPE(group)`.
    struct Column {
        let header: String
        let name: String
        let type: String
        let group: String
    }

    let columns: [Column]

    init(_ header: [String]) {
        columns = header.map { text in
            guard let colon = text.firstIndex(of: ":") else {
                return Column(header: text, name: text, type: "", group: "")
            }
            var type = String(text[text.index(after: colon)...])
            var group = ""
            if let open = type.firstIndex(of: "("), let close = type.lastIndex(of: ")"),
                open < close
            {
                group = String(type[type.index(after: open)..<close])
                type = String(type[..<open])
            }
            // Options in braces (`{id-type: int}`) say nothing that is not read from the values.
            if let brace = type.firstIndex(of: "{") { type = String(type[..<brace]) }
            return Column(header: text, name: String(text[..<colon]), type: type, group: group)
        }
    }

    private func column(_ type: String) -> Column? {
        columns.first { $0.type.uppercased() == type }
    }

    var isOfNodes: Bool { column("ID") != nil || column("LABEL") != nil }
    var isOfRelationships: Bool { column("START_ID") != nil && column("END_ID") != nil }

    func nodeFile(
        _ path: String, _ fileName: String, _ format: DelimitedFormat
    ) throws(ImportError) -> NodeFile {
        var labels: [String] = []
        let id = column("ID")
        if column("LABEL") == nil {
            let group = id?.group ?? ""
            labels = [group.isEmpty ? Self.stem(of: fileName) : group]
        }
        var file = NodeFile(
            path: path, labels: labels, columns: try rules(path), format: format)
        if let id {
            file.keyColumn = id.header
            file.keyGroup = id.group
            if !id.name.isEmpty { file.key = id.name }
        }
        return file
    }

    func relationshipFile(
        _ path: String, _ fileName: String, _ format: DelimitedFormat
    ) throws(ImportError) -> RelationshipFile {
        guard let start = column("START_ID"), let end = column("END_ID") else {
            throw ImportError(.invalidPlan, "the header lacks `:START_ID` or `:END_ID`", file: path)
        }
        let type = column("TYPE") == nil ? Self.stem(of: fileName).uppercased() : ""
        return RelationshipFile(
            path: path, type: type,
            from: RelationshipFile.End(column: start.header, label: "", group: start.group),
            to: RelationshipFile.End(column: end.header, label: "", group: end.group),
            columns: try rules(path), format: format)
    }

    private func rules(_ path: String) throws(ImportError) -> [ColumnRule] {
        var rules: [ColumnRule] = []
        for column in columns {
            let name = column.name.isEmpty ? nil : column.name
            switch column.type.uppercased() {
            case "ID":
                rules.append(
                    ColumnRule(
                        header: column.header, as: name, content: name == nil ? .skipped : .inferred
                    ))
            case "START_ID", "END_ID", "IGNORE":
                rules.append(ColumnRule(header: column.header, content: .skipped))
            case "LABEL":
                rules.append(
                    ColumnRule(
                        header: column.header, content: .labels(separator: UInt8(ascii: ";"))))
            case "TYPE":
                rules.append(ColumnRule(header: column.header, content: .relationshipType))
            case "":
                rules.append(ColumnRule(header: column.header, as: name, content: .inferred))
            default:
                guard let type = ColumnType(named: column.type) else {
                    throw ImportError(
                        .invalidPlan, "the header `\(column.header)` names an unknown type",
                        file: path)
                }
                try type.checkCurrency(column.header)
                rules.append(ColumnRule(header: column.header, as: name, content: .typed(type)))
            }
        }
        return rules
    }

    /// The file's name without what follows the first dot.
    private static func stem(of fileName: String) -> String {
        String(fileName.prefix { $0 != "." })
    }
}
