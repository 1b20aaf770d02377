extension ImportRun {
    /// Finds the types of the columns of nodes that the plan leaves open.
    func inferNodeTypes() throws(ImportError) {
        for node in nodeFiles { try inferTypes(of: node.file, alsoOf: node.keyField) }
    }

    /// Finds the types of the columns of relationships that the plan leaves open; the ends have the
    /// types of their key spaces.
    func inferRelationshipTypes() throws(ImportError) {
        for relationship in relationshipFiles {
            try inferTypes(of: relationship.file, alsoOf: nil)
        }
    }

    /// Reads the whole file once where it has a column without a type.
    private func inferTypes(of file: ResolvedFile, alsoOf key: Int?) throws(ImportError) {
        let open = file.fields.indices.filter {
            file.fields[$0].type == nil && (file.fields[$0].propertyName != nil || $0 == key)
        }
        guard !open.isEmpty else { return }
        meter.file = file.path
        let reader = try BlockReader(
            path: file.path, format: file.format, skipsHeader: file.format.hasHeader)
        let context = ParsingContext(file.format)
        let width = file.fields.count
        var merged = [TypeInference](repeating: TypeInference(), count: open.count)
        try BlockPipeline(reader: reader, threadCount: threadCount).run(
            parse: { _, block throws(ImportError) in
                block.scan(file.format, fieldCount: width)
                var found = [TypeInference](repeating: TypeInference(), count: open.count)
                for (index, field) in open.enumerated() {
                    found[index].add(
                        block.table, width: width, field: field, base: block.base, context: context)
                }
                return (found, block.bytesConsumed)
            },
            handOn: { (found: ([TypeInference], Int)) throws(ImportError) in
                for index in merged.indices { merged[index].merge(found.0[index]) }
                try meter.read(rows: 0, bytesInFile: found.1)
            })
        meter.endFile(lengthInBytes: file.lengthInBytes)
        for (index, field) in open.enumerated() { file.fields[field].type = merged[index].type }
    }
}
