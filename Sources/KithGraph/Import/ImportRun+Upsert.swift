import KithValues

extension ImportRun {
    /// Sets the values of each row on the node that has its key, or makes that node.
    ///
    /// An empty field leaves the property as it is. Nodes go through the writer one by one, because a
    /// later row may change what an earlier row of the same file made.
    func upsert(
        _ batch: ParsedBatch, _ node: ResolvedNodeFile, _ tables: NodeTables, keyColumn: Int,
        labelColumn: Int?, counting counts: inout NameCounts
    ) throws(ImportError) {
        let keys = batch.columns[keyColumn]
        try reading { () throws(GraphError) in try load?.writer.beginStatement() }
        for row in 0..<batch.count {
            var labels = tables.labels
            if let labelColumn {
                labels = tables.labels(named: batch.columns[labelColumn].value(at: row))
            }
            var properties: [(name: String, value: Value)] = []
            for (index, name) in tables.propertyNames.enumerated() {
                let value = batch.columns[index].value(at: row)
                if !value.isNull { properties.append((name, value)) }
            }
            summary.properties += properties.count
            var existing: UInt64?
            for space in node.spaces where existing == nil {
                existing = spaces[space].id(ofKeyAt: row, in: keys)
            }
            if let existing {
                summary.nodesUpdated += 1
                try reading { () throws(GraphError) in
                    try update(NodeID(rawValue: existing), labels, properties)
                }
            } else {
                let id = try reading { () throws(GraphError) in try create(labels, properties) }
                summary.nodes += 1
                if labels.isEmpty { summary.nodesWithoutLabel += 1 }
                for label in labels { counts.add(1, to: label) }
                for space in node.spaces { spaces[space].insert(keys.gathering([row]), ids: [id]) }
            }
        }
        try reading { () throws(GraphError) in try load?.writer.endStatement() }
    }

    private func create(
        _ labels: [String], _ properties: [(name: String, value: Value)]
    ) throws(GraphError) -> UInt64 {
        guard let writer = load?.writer else {
            dryRunID += 1
            return dryRunID
        }
        var labelIDs: [LabelID] = []
        for label in labels { labelIDs.append(try writer.label(label)) }
        var pairs: [(key: PropertyKeyID, value: Value)] = []
        for property in properties {
            pairs.append((try writer.propertyKey(property.name), property.value))
        }
        return try writer.createNode(labels: labelIDs, properties: pairs).rawValue
    }

    private func update(
        _ node: NodeID, _ labels: [String], _ properties: [(name: String, value: Value)]
    ) throws(GraphError) {
        guard let writer = load?.writer else { return }
        for label in labels { try writer.add(try writer.label(label), to: node) }
        var pairs: [(key: PropertyKeyID, value: Value)] = []
        for property in properties {
            pairs.append((try writer.propertyKey(property.name), property.value))
        }
        try writer.set(pairs, of: node)
    }
}
