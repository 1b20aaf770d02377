import KithValues

extension ImportPlan {
    /// The plan that the manifest at `path` describes; the files it names lie relative to it.
    ///
    /// - Throws: ``ImportError/Code/invalidPlan`` with the member at fault.
    public static func fromManifest(atPath path: String) throws(ImportError) -> ImportPlan {
        var bytes = try readWhole(path)
        // The mark that some editors put in front of UTF-8.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONReader.read(bytes, depthMax: ImportLimits.manifestDepthMax)
        } catch {
            throw ImportError(
                .invalidPlan, "the manifest is no JSON: \(error.message)", file: path,
                position: position(of: error.offset, in: bytes))
        }
        var directory = "."
        if let slash = path.lastIndex(of: "/") { directory = String(path[..<slash]) }
        if directory.isEmpty { directory = "/" }
        do throws(ImportError) {
            return try ManifestReader(directory: directory).plan(document)
        } catch {
            throw error.naming(file: path)
        }
    }

    private static func position(of offset: Int, in bytes: [UInt8]) -> TextPosition {
        var position = (line: 1, column: 1)
        for byte in bytes.prefix(offset) {
            if byte == 0x0A {
                position = (position.line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                position.column += 1
            }
        }
        return TextPosition(line: position.line, column: position.column)
    }

    private static func readWhole(_ path: String) throws(ImportError) -> [UInt8] {
        let source = try FileSource(path: path)
        var bytes: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try source.read(into: buffer)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}

/// Reads the JSON of a manifest.
private struct ManifestReader {
    let directory: String

    func plan(_ document: JSONValue) throws(ImportError) -> ImportPlan {
        guard let members = document.members else {
            throw wrong("the manifest", "an object", document)
        }
        var plan = ImportPlan()
        plan.options = try options(document)
        for member in members {
            switch member.name {
            case "nodes":
                for (index, file) in try list(member).enumerated() {
                    plan.nodes.append(
                        try nodeFile(file, "nodes[\(index)]", plan.options.format))
                }
            case "relationships":
                for (index, file) in try list(member).enumerated() {
                    plan.relationships.append(
                        try relationshipFile(file, "relationships[\(index)]", plan.options.format))
                }
            default:
                guard Self.optionNames.contains(member.name) else {
                    throw ImportError(
                        .invalidPlan,
                        "the manifest has an unknown member `\(member.name)`; it may have nodes, "
                            + "relationships, " + Self.optionNames.joined(separator: ", "))
                }
            }
        }
        guard !plan.nodes.isEmpty || !plan.relationships.isEmpty else {
            throw ImportError(
                .invalidPlan,
                "the manifest imports nothing; it names no file under `nodes` or `relationships`")
        }
        return plan
    }

    private static let formatNames = [
        "delimiter", "quote", "null", "encoding", "header", "noHeader",
    ]
    private static let optionNames =
        formatNames + ["mode", "reject", "maxRejects", "dryRun", "threads", "memory"]

    private func options(_ document: JSONValue) throws(ImportError) -> ImportOptions {
        var options = ImportOptions()
        options.format = try format(document, in: "the manifest", default: DelimitedFormat())
        if let mode = document["mode"] {
            guard let known = mode.text.flatMap(ImportOptions.Mode.init(rawValue:)) else {
                throw wrong("mode", "\"insert\" or \"upsert\"", mode)
            }
            options.mode = known
        }
        if let path = document["reject"] {
            options.rejectFilePath = resolved(try text(path, "reject"))
        }
        if let count = document["maxRejects"] {
            options.rejectedRowsMax = try wholeNumber(count, "maxRejects")
        }
        if let flag = document["dryRun"] {
            guard let isDryRun = flag.boolean else { throw wrong("dryRun", "true or false", flag) }
            options.isDryRun = isDryRun
        }
        if let count = document["threads"] {
            options.threadCount = try wholeNumber(count, "threads", minimum: 1)
        }
        if let size = document["memory"] {
            options.memoryLimitInBytes = try memory(size)
        }
        return options
    }

    private func memory(_ size: JSONValue) throws(ImportError) -> Int {
        if let number = size.integer, number > 0 { return Int(number) }
        guard let bytes = size.text.flatMap(ImportOptions.sizeInBytes(named:)) else {
            throw wrong("memory", "a number of bytes or text like \"512 MB\"", size)
        }
        return bytes
    }

    private func wholeNumber(
        _ value: JSONValue, _ name: String, minimum: Int = 0
    ) throws(ImportError) -> Int {
        guard let number = value.integer, number >= minimum else {
            throw wrong(name, "a whole number, \(minimum) or more", value)
        }
        return Int(number)
    }

    private func format(
        _ object: JSONValue, in place: String, default format: DelimitedFormat
    ) throws(ImportError) -> DelimitedFormat {
        var format = format
        if let delimiter = object["delimiter"] {
            guard let byte = delimiter.text.flatMap(DelimitedFormat.singleByte(named:)) else {
                throw wrong("the delimiter of \(place)", "one ASCII character", delimiter)
            }
            format.delimiter = byte
        }
        if let quote = object["quote"] {
            if case .null = quote {
                format.quote = nil
            } else if quote.text == "" {
                format.quote = nil
            } else if let byte = quote.text.flatMap(DelimitedFormat.singleByte(named:)) {
                format.quote = byte
            } else {
                throw wrong("the quote of \(place)", "one ASCII character or null", quote)
            }
        }
        if let null = object["null"] { format.nullText = try text(null, "null") }
        if let encoding = object["encoding"] {
            guard let known = encoding.text.flatMap(TextEncoding.init(named:)) else {
                throw wrong("the encoding of \(place)", "UTF-8, UTF-16 or Latin-1", encoding)
            }
            format.encoding = known
        }
        if let header = object["header"]?.boolean { format.hasHeader = header }
        if let noHeader = object["noHeader"]?.boolean { format.hasHeader = !noHeader }
        if format.delimiter == format.quote {
            throw ImportError(.invalidPlan, "\(place) has one character as delimiter and quote")
        }
        return format
    }

    private func nodeFile(
        _ object: JSONValue, _ place: String, _ format: DelimitedFormat
    ) throws(ImportError) -> NodeFile {
        try checkMembers(
            object, place, ["file", "labels", "label", "key", "keyColumn", "group", "columns"])
        var labels: [String] = []
        if let label = object["label"] { labels = [try text(label, "\(place).label")] }
        if let several = object["labels"] {
            guard let elements = several.elements else {
                throw wrong("\(place).labels", "an array of strings", several)
            }
            for element in elements {
                let label = try text(element, "\(place).labels")
                if !labels.contains(where: { UTF8Order.areEqual($0, label) }) {
                    labels.append(label)
                }
            }
        }
        guard !labels.isEmpty || object["labels"] != nil else { throw missing("labels", place) }
        var file = NodeFile(path: try file(object, place), labels: labels)
        if let key = object["key"] { file.key = try text(key, "\(place).key") }
        if let column = object["keyColumn"] {
            file.keyColumn = try text(column, "\(place).keyColumn")
        }
        if let group = object["group"] { file.keyGroup = try text(group, "\(place).group") }
        guard !labels.isEmpty || file.keyGroup != nil || (file.key ?? file.keyColumn) == nil else {
            throw ImportError(
                .invalidPlan,
                "\(place) has a key but no label; a key tells the nodes of a label, or of a `group`, "
                    + "apart")
        }
        file.columns = try columns(object, place)
        file.format = try self.format(object, in: place, default: format)
        return file
    }

    private func relationshipFile(
        _ object: JSONValue, _ place: String, _ format: DelimitedFormat
    ) throws(ImportError) -> RelationshipFile {
        try checkMembers(object, place, ["file", "type", "from", "to", "columns"])
        guard let type = object["type"] else { throw missing("type", place) }
        var file = RelationshipFile(
            path: try file(object, place), type: try text(type, "\(place).type"),
            from: try end(object, "from", place), to: try end(object, "to", place))
        file.columns = try columns(object, place)
        file.format = try self.format(object, in: place, default: format)
        return file
    }

    private func end(
        _ object: JSONValue, _ name: String, _ place: String
    ) throws(ImportError) -> RelationshipFile.End {
        guard let end = object[name] else { throw missing(name, place) }
        guard end.members != nil else { throw wrong("\(place).\(name)", "an object", end) }
        var made = RelationshipFile.End(label: "")
        if let group = end["group"] {
            made.group = try text(group, "\(place).\(name).group")
        } else {
            guard let label = end["label"] else { throw missing("label", "\(place).\(name)") }
            made.label = try text(label, "\(place).\(name).label")
        }
        if let column = end["column"] { made.column = try text(column, "\(place).\(name).column") }
        if let key = end["key"] { made.key = try text(key, "\(place).\(name).key") }
        if let isOptional = end["optional"]?.boolean { made.isOptional = isOptional }
        return made
    }

    private func columns(
        _ object: JSONValue, _ place: String
    ) throws(ImportError) -> [ColumnRule] {
        guard let columns = object["columns"] else { return [] }
        guard let members = columns.members else {
            throw wrong("\(place).columns", "an object", columns)
        }
        var rules: [ColumnRule] = []
        for member in members {
            rules.append(try rule(member, "\(place).columns.\(member.name)"))
        }
        return rules
    }

    private func rule(
        _ member: JSONValue.Member, _ place: String
    ) throws(ImportError) -> ColumnRule {
        switch member.value {
        case .null: return ColumnRule(header: member.name, content: .skipped)
        case _ where member.name == ColumnRule.allOthers:
            throw ImportError(.invalidPlan, "\(place) can only be null: it skips what is not named")
        case .string(let name):
            return ColumnRule(header: member.name, content: .typed(try type(name, place, ";")))
        case .object:
            var rule = ColumnRule(header: member.name, content: .inferred)
            if let name = member.value["as"] { rule.propertyName = try text(name, "\(place).as") }
            let separator = try member.value["separator"].map { value throws(ImportError) in
                try text(value, "\(place).separator")
            }
            guard let type = member.value["type"] else { return rule }
            let name = try text(type, "\(place).type")
            if let column = member.value["currencyColumn"] {
                guard name == "money" else {
                    throw ImportError(.invalidPlan, "\(place) has a currency but is no money")
                }
                rule.content = .typed(
                    .moneyWithCurrencyColumn(try text(column, "\(place).currencyColumn")))
            } else {
                rule.content = .typed(try self.type(name, place, separator ?? ";"))
            }
            return rule
        default: throw wrong(place, "a type, an object or null", member.value)
        }
    }

    private func type(
        _ name: String, _ place: String, _ separator: String
    ) throws(ImportError) -> ColumnType {
        guard let byte = DelimitedFormat.singleByte(named: separator) else {
            throw ImportError(.invalidPlan, "the separator of \(place) is not one ASCII character")
        }
        guard let type = ColumnType(named: name, separator: byte) else {
            throw ImportError(
                .invalidPlan,
                "\(place) has an unknown type `\(name)`; types are integer, float, boolean, string, "
                    + "date, time, localtime, datetime, localdatetime, duration, money:EUR, value (JSON), "
                    + "and each with [] for a list")
        }
        try type.checkCurrency(place)
        return type
    }

    private func file(_ object: JSONValue, _ place: String) throws(ImportError) -> String {
        guard let file = object["file"] else { throw missing("file", place) }
        return resolved(try text(file, "\(place).file"))
    }

    private func resolved(_ path: String) -> String {
        path.hasPrefix("/") || directory == "." ? path : directory + "/" + path
    }

    private func list(_ member: JSONValue.Member) throws(ImportError) -> [JSONValue] {
        guard let elements = member.value.elements else {
            throw wrong(member.name, "an array", member.value)
        }
        return elements
    }

    private func text(_ value: JSONValue, _ place: String) throws(ImportError) -> String {
        guard let text = value.text else { throw wrong(place, "a string", value) }
        return text
    }

    private func checkMembers(
        _ object: JSONValue, _ place: String, _ names: [String]
    ) throws(ImportError) {
        guard let members = object.members else { throw wrong(place, "an object", object) }
        for member in members {
            guard names.contains(member.name) || Self.formatNames.contains(member.name) else {
                throw ImportError(
                    .invalidPlan,
                    "\(place) has an unknown member `\(member.name)`; it may have "
                        + (names + Self.formatNames).joined(separator: ", "))
            }
        }
    }

    private func wrong(_ place: String, _ expected: String, _ found: JSONValue) -> ImportError {
        ImportError(.invalidPlan, "\(place) must be \(expected), not \(found.kindName)")
    }

    private func missing(_ name: String, _ place: String) -> ImportError {
        ImportError(.invalidPlan, "\(place) lacks `\(name)`")
    }
}
