import KithValues

extension ImportRun {
    /// Reads all headers and applies the plan's rules to them.
    func resolveFiles() throws(ImportError) {
        for node in plan.nodes {
            let file = try ResolvedFile(
                path: node.path, format: node.format ?? options.format, rules: node.columns)
            var key = node.key
            if node.keyIsOptional {
                key = file.fields.first { $0.header == "id" }?.header ?? file.fields[0].header
            }
            let labelField = file.fields.firstIndex {
                if case .labels = $0.role { true } else { false }
            }
            nodeFiles.append(
                ResolvedNodeFile(
                    file: file, labels: node.labels, labelField: labelField,
                    keyField: try keyField(node, key, in: file), keyProperty: key))
        }
    }

    private func keyField(
        _ node: NodeFile, _ key: String?, in file: ResolvedFile
    ) throws(ImportError) -> Int? {
        if let header = node.keyColumn { return try file.index(of: header) }
        guard let key else { return nil }
        if let field = file.fields.firstIndex(where: { $0.propertyName == key }) { return field }
        // A key given by its header keeps the name that the header's column was given.
        return try file.index(of: key)
    }

    /// Finds out which nodes the ends of relationships mean.
    func resolveSpaces() throws(ImportError) {
        for index in nodeFiles.indices where nodeFiles[index].keyField != nil {
            if let group = plan.nodes[index].keyGroup {
                nodeFiles[index].spaces.append(space(.group(group)))
            }
            // Keys of a header's group are unique in the group; its property may have no name.
            let isGroupOnly = plan.nodes[index].keyGroup != nil
            if !isGroupOnly, let key = nodeFiles[index].keyProperty,
                let label = nodeFiles[index].labels.first
            {
                nodeFiles[index].spaces.append(space(.label(label, key: key)))
            }
            for number in nodeFiles[index].spaces { spaces[number].hasFile = true }
        }
        for relationship in plan.relationships {
            let file = try ResolvedFile(
                path: relationship.path, format: relationship.format ?? options.format,
                rules: relationship.columns)
            let (from, to) = try endFields(relationship, in: file)
            for field in [from, to]
            where !relationship.columns.contains(where: {
                $0.header == file.fields[field].header && $0.propertyName != nil
            }) {
                file.fields[field].propertyName = nil
            }
            relationshipFiles.append(
                ResolvedRelationshipFile(
                    file: file, type: relationship.type,
                    typeField: file.fields.firstIndex { $0.role == .relationshipType },
                    fromField: from, toField: to,
                    fromSpace: try space(of: relationship.from, file.path),
                    toSpace: try space(of: relationship.to, file.path),
                    isFromOptional: relationship.from.isOptional,
                    isToOptional: relationship.to.isOptional))
        }
    }

    /// The columns of the two ends: those named, or the first two.
    private func endFields(
        _ relationship: RelationshipFile, in file: ResolvedFile
    ) throws(ImportError) -> (Int, Int) {
        var from = 0
        var to = 1
        if let header = relationship.from.column { from = try file.index(of: header) }
        if let header = relationship.to.column { to = try file.index(of: header) }
        guard to < file.fields.count, from != to else {
            throw ImportError(
                .invalidPlan, "a file of relationships needs two columns for their ends",
                file: file.path)
        }
        return (from, to)
    }

    private func space(
        of end: RelationshipFile.End, _ path: String
    ) throws(ImportError) -> Int {
        if let group = end.group {
            guard let number = spaces.firstIndex(where: { $0.identity == .group(group) }) else {
                throw ImportError(
                    .invalidPlan, "no file has nodes of the key group `\(group)`", file: path)
            }
            return number
        }
        let fileKey = nodeFiles.first { $0.labels.contains(end.label) && $0.keyProperty != nil }?
            .keyProperty
        var found = end.key ?? fileKey
        if found == nil { found = try existingKey(of: end.label) }
        guard let key = found else {
            throw ImportError(
                .invalidPlan,
                "nothing says by which property `\(end.label)` nodes are found; name it as `key`",
                file: path)
        }
        let number = space(.label(end.label, key: key))
        for index in nodeFiles.indices
        where nodeFiles[index].keyProperty == key && nodeFiles[index].labels.contains(end.label)
            && !nodeFiles[index].spaces.contains(number) && nodeFiles[index].keyField != nil
        {
            nodeFiles[index].spaces.append(number)
            spaces[number].hasFile = true
        }
        return number
    }

    private func space(_ identity: KeySpace.Identity) -> Int {
        if let number = spaces.firstIndex(where: { $0.identity == identity }) { return number }
        spaces.append(KeySpace(identity, keyMemory))
        return spaces.count - 1
    }

    /// The property of a unique constraint that the label already has, where there is just one.
    private func existingKey(of label: String) throws(ImportError) -> String? {
        let reader = try reading { () throws(GraphError) in try store.beginRead() }
        guard let id = reader.catalog.label(label) else { return nil }
        let keys = reader.catalog.indexes(label: id).filter {
            $0.isUnique && $0.properties.count == 1
        }
        guard keys.count == 1, let key = keys.first?.properties.first else { return nil }
        return reader.catalog.name(of: key)
    }

    /// Gives every key space the one type of its keys, and every file that has such keys the same.
    func resolveKeyTypes() throws(ImportError) {
        // A file may lie in several spaces, so types spread until nothing changes.
        var isChanging = true
        while isChanging {
            isChanging = false
            for number in spaces.indices {
                var types: Set<ColumnType> = []
                for node in nodeFiles where node.spaces.contains(number) {
                    if let field = node.keyField, let type = node.file.fields[field].type {
                        types.insert(type)
                    }
                }
                let type = types.count == 1 ? types.first ?? .string : .string
                spaces[number].keyType = type
                for node in nodeFiles where node.spaces.contains(number) {
                    guard let field = node.keyField, node.file.fields[field].type != type else {
                        continue
                    }
                    node.file.fields[field].type = type
                    isChanging = true
                }
            }
        }
        for space in spaces where !space.hasFile {
            space.keyType = try existingKeyType(space)
        }
    }

    /// The type of the keys that the database has for a label of which no file has nodes.
    private func existingKeyType(_ space: KeySpace) throws(ImportError) -> ColumnType {
        guard case .label(let label, let key) = space.identity else { return .string }
        let kind = try reading { () throws(GraphError) -> ValueKind? in
            let reader = try store.beginRead()
            guard let labelID = reader.catalog.label(label),
                let keyID = reader.catalog.propertyKey(key)
            else { return nil }
            for chunk in try reader.nodeChunks(label: labelID) {
                let slots = try reader.slots(inNodeChunk: chunk, labels: [labelID])
                let column = try reader.column(keyID, inNodeChunk: chunk)
                for slot in 0..<GraphLimits.slotsPerChunk where slots.contains(slot) {
                    let value = column.value(at: slot)
                    if !value.isNull { return value.kind }
                }
            }
            return nil
        }
        guard let kind else {
            throw ImportError(
                .invalidPlan,
                "no file and nothing in the database has `\(label)` nodes with the property `\(key)`"
            )
        }
        switch kind {
        case .integer: return .integer
        case .string: return .string
        case .date: return .date
        case .float: return .float
        default: return .string
        }
    }
}
