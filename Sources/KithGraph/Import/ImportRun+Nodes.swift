import KithValues

extension ImportRun {
    /// Reads a file of nodes into the load, or only checks it in a dry run.
    func readNodes(
        _ node: ResolvedNodeFile, counting counts: inout NameCounts
    ) throws(ImportError) {
        var extras: [(field: Int, type: ColumnType)] = []
        if let field = node.keyField {
            extras.append((field, node.file.fields[field].type ?? .string))
        }
        if let field = node.labelField { extras.append((field, .string)) }
        let layout = BatchLayout(node.file, extras: extras)
        let width = node.file.fields.count
        let keyColumn = node.keyField == nil ? nil : layout.propertyNames.count
        let labelColumn = node.labelField == nil ? nil : layout.parsers.count - 1
        let tables = NodeTables(node, layout.propertyNames, load)
        var found = NameCounts()
        try readBatches(
            node.file, layout: layout,
            check: { (batch: inout ParsedBatch) -> Void in
                guard let keyColumn, let field = node.keyField else { return }
                Self.rejectRowsWithoutKey(&batch, column: keyColumn, field: field, width: width)
            },
            take: { (batch: inout ParsedBatch, _: Void) throws(ImportError) in
                if let keyColumn, options.mode == .upsert {
                    try upsert(
                        batch, node, tables, keyColumn: keyColumn, labelColumn: labelColumn,
                        counting: &found)
                    return
                }
                if let keyColumn {
                    rejectTakenKeys(&batch, node, keyColumn: keyColumn, width: width)
                }
                let ids = try append(
                    batch, to: tables, labelColumn: labelColumn, counting: &found)
                if let keyColumn {
                    for space in node.spaces {
                        spaces[space].insert(batch.columns[keyColumn], ids: ids)
                        try reading { () throws(GraphError) in try spaces[space].check() }
                    }
                }
            })
        for count in found.counts { counts.add(count.count, to: count.name) }
    }

    private static func rejectRowsWithoutKey(
        _ batch: inout ParsedBatch, column: Int, field: Int, width: Int
    ) {
        guard let validity = batch.columns[column].validity else { return }
        var flaws: [FieldFlaw] = []
        for row in 0..<batch.count where validity[row] == 0 {
            flaws.append(
                FieldFlaw(row: batch.tableRow(row), field: field, reason: "the key is empty"))
        }
        if !flaws.isEmpty { batch.reject(flaws, width: width) }
    }

    /// Leaves out the rows whose key is taken.
    private func rejectTakenKeys(
        _ batch: inout ParsedBatch, _ node: ResolvedNodeFile, keyColumn: Int, width: Int
    ) {
        let keys = batch.columns[keyColumn]
        if case .integers(let numbers) = keys.values,
            node.spaces.allSatisfy({ spaces[$0].areNewByOrder(numbers) })
        {
            return
        }
        let repeated = KeySpace.repeatedRows(in: keys, count: batch.count)
        var flaws: [FieldFlaw] = []
        for row in 0..<batch.count {
            var isTaken = repeated[row] != nil
            var owner = node.spaces.first
            for space in node.spaces where !isTaken {
                owner = space
                isTaken = spaces[space].id(ofKeyAt: row, in: keys) != nil
            }
            guard isTaken, let field = node.keyField else { continue }
            let name = owner.map { spaces[$0].description } ?? "node with the key"
            flaws.append(
                FieldFlaw(
                    row: batch.tableRow(row), field: field,
                    reason: "there is already a \(name) \(shownKey(keys, row))"))
        }
        if !flaws.isEmpty { batch.reject(flaws, width: width) }
    }

    /// Appends the rows of a batch and returns the ids of their nodes.
    private func append(
        _ batch: ParsedBatch, to tables: NodeTables, labelColumn: Int?,
        counting counts: inout NameCounts
    ) throws(ImportError) -> [UInt64] {
        let count = batch.count
        let columns = Array(batch.columns.prefix(tables.propertyNames.count))
        for column in columns { summary.properties += column.validCount(of: count) }
        summary.nodes += count
        guard let labelColumn else {
            if tables.labels.isEmpty { summary.nodesWithoutLabel += count }
            for label in tables.labels { counts.add(count, to: label) }
            return try append(count, columns, labels: tables.labels, to: tables)
        }
        // Rows of one set of labels go together; their ids return to the rows' own order.
        var rowsByLabels: [(labels: [String], rows: [Int])] = []
        var numbers: [[UTF8Key]: Int] = [:]
        for row in 0..<count {
            let labels = tables.labels(named: batch.columns[labelColumn].value(at: row))
            let key = labels.map { UTF8Key($0) }
            if let number = numbers[key] {
                rowsByLabels[number].rows.append(row)
            } else {
                numbers[key] = rowsByLabels.count
                rowsByLabels.append((labels, [row]))
            }
        }
        var ids = [UInt64](repeating: 0, count: count)
        for (labels, rows) in rowsByLabels {
            if labels.isEmpty { summary.nodesWithoutLabel += rows.count }
            for label in labels { counts.add(rows.count, to: label) }
            let made = try append(
                rows.count, columns.map { $0.gathering(rows) }, labels: labels, to: tables)
            for (index, row) in rows.enumerated() { ids[row] = made[index] }
        }
        return ids
    }

    private func append(
        _ count: Int, _ columns: [BulkColumn], labels: [String], to tables: NodeTables
    ) throws(ImportError) -> [UInt64] {
        var ids: [UInt64] = []
        guard count > 0 else { return ids }
        guard load != nil else {
            for _ in 0..<count {
                ids.append(dryRunID)
                dryRunID += 1
            }
            return ids
        }
        ids.reserveCapacity(count)
        try reading { () throws(GraphError) in
            try tables.table(labels)?.append(count: count, columns: columns, ids: &ids)
        }
        return ids
    }
}

/// The tables of the load that one file's nodes go to: one for each set of labels.
final class NodeTables {
    let labels: [String]
    let propertyNames: [String]
    private let separator: UInt8
    private let load: BulkLoad?
    private var tables: [[UTF8Key]: BulkNodeTable] = [:]

    init(_ node: ResolvedNodeFile, _ propertyNames: [String], _ load: BulkLoad?) {
        labels = node.labels
        self.propertyNames = propertyNames
        self.load = load
        var separator = UInt8(ascii: ";")
        if let field = node.labelField, case .labels(let byte) = node.file.fields[field].role {
            separator = byte
        }
        self.separator = separator
    }

    /// The table of nodes with exactly these labels; nil in a dry run.
    func table(_ labels: [String]) throws(GraphError) -> BulkNodeTable? {
        let key = labels.map { UTF8Key($0) }
        if let table = tables[key] { return table }
        guard let load else { return nil }
        let table = try load.nodeTable(labels: labels, properties: propertyNames)
        tables[key] = table
        return table
    }

    /// The labels of all nodes of the file and those that a field names, each once.
    func labels(named value: Value) -> [String] {
        guard case .string(let text) = value else { return labels }
        var all = labels
        for part in text.utf8.split(separator: separator) {
            let label = String(part) ?? ""
            if !label.isEmpty, !all.contains(where: { UTF8Order.areEqual($0, label) }) {
                all.append(label)
            }
        }
        return all
    }
}
