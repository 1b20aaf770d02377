import KithValues

extension ImportRun {
    /// The ends of the relationships of a batch.
    private struct Ends {
        var sources: [UInt64]
        var targets: [UInt64]
    }

    /// Reads a file of relationships into the load, or only checks it in a dry run; what no other file
    /// brings more of is stored at once.
    func readRelationships(
        _ file: ResolvedRelationshipFile, isLastOfType: Bool, counting counts: inout NameCounts
    ) throws(ImportError) {
        let from = spaces[file.fromSpace]
        let to = spaces[file.toSpace]
        var extras: [(field: Int, type: ColumnType)] = [
            (file.fromField, from.keyType), (file.toField, to.keyType),
        ]
        if let field = file.typeField { extras.append((field, .string)) }
        let layout = BatchLayout(file.file, extras: extras)
        let propertyCount = layout.propertyNames.count
        let tables = RelationshipTables(layout.propertyNames, load)
        let width = file.file.fields.count
        var found = NameCounts()
        try readBatches(
            file.file, layout: layout,
            check: { (batch: inout ParsedBatch) -> Ends in
                findEnds(&batch, file, from: from, to: to, column: propertyCount, width: width)
            },
            take: { (batch: inout ParsedBatch, ends: Ends) throws(ImportError) in
                try reading { () throws(GraphError) in
                    try from.check()
                    try to.check()
                }
                let columns = Array(batch.columns.prefix(propertyCount))
                for column in columns { summary.properties += column.validCount(of: batch.count) }
                summary.relationships += batch.count
                guard file.typeField != nil else {
                    found.add(batch.count, to: file.type)
                    try append(ends, columns, type: file.type, to: tables)
                    return
                }
                let types = batch.columns[propertyCount + 2]
                for (type, rows) in rowsByType(types, count: batch.count, default: file.type) {
                    found.add(rows.count, to: type)
                    let some = Ends(
                        sources: rows.map { ends.sources[$0] },
                        targets: rows.map { ends.targets[$0] })
                    try append(some, columns.map { $0.gathering(rows) }, type: type, to: tables)
                }
            })
        for count in found.counts { counts.add(count.count, to: count.name) }
        if isLastOfType {
            try reading { () throws(GraphError) in try tables.table(file.type)?.complete() }
        }
    }

    /// Looks up both ends of each row, and rejects the rows that lack one.
    private func findEnds(
        _ batch: inout ParsedBatch, _ file: ResolvedRelationshipFile, from: KeySpace, to: KeySpace,
        column: Int, width: Int
    ) -> Ends {
        var ends = Ends(
            sources: from.ids(of: batch.columns[column], count: batch.count),
            targets: to.ids(of: batch.columns[column + 1], count: batch.count))
        var flaws: [FieldFlaw] = []
        var passedOver: Set<Int> = []
        let sides = [
            (batch.columns[column], ends.sources, from, file.fromField, file.isFromOptional),
            (batch.columns[column + 1], ends.targets, to, file.toField, file.isToOptional),
        ]
        for (keys, ids, space, field, isOptional) in sides {
            let hasMissing = keys.validity != nil || ids.contains(KeyTable.missingID)
            guard hasMissing else { continue }
            for row in 0..<batch.count {
                var reason: String?
                if !keys.isValid(row) {
                    if isOptional {
                        passedOver.insert(batch.tableRow(row))
                    } else {
                        reason = "the key is empty"
                    }
                } else if ids[row] == KeyTable.missingID {
                    reason = "there is no \(space.description) \(shownKey(keys, row))"
                }
                if let reason {
                    flaws.append(
                        FieldFlaw(row: batch.tableRow(row), field: field, reason: reason))
                }
            }
        }
        if let field = file.typeField, file.type.isEmpty,
            let validity = batch.columns[column + 2].validity
        {
            for row in 0..<batch.count where validity[row] == 0 {
                flaws.append(
                    FieldFlaw(row: batch.tableRow(row), field: field, reason: "the type is empty"))
            }
        }
        guard !flaws.isEmpty || !passedOver.isEmpty else { return ends }
        flaws.removeAll { passedOver.contains($0.row) }
        let gone = passedOver.union(flaws.map(\.row))
        let left = (0..<batch.count).filter { !gone.contains(batch.tableRow($0)) }
        batch.reject(flaws, passingOver: passedOver, width: width)
        ends.sources = left.map { ends.sources[$0] }
        ends.targets = left.map { ends.targets[$0] }
        return ends
    }

    private func rowsByType(
        _ column: BulkColumn, count: Int, default type: String
    ) -> [(type: String, rows: [Int])] {
        var groups: [(type: String, rows: [Int])] = []
        var numbers: [UTF8Key: Int] = [:]
        for row in 0..<count {
            var name = type
            if case .string(let text) = column.value(at: row), !text.isEmpty { name = text }
            if let number = numbers[UTF8Key(name)] {
                groups[number].rows.append(row)
            } else {
                numbers[UTF8Key(name)] = groups.count
                groups.append((name, [row]))
            }
        }
        return groups
    }

    private func append(
        _ ends: Ends, _ columns: [BulkColumn], type: String, to tables: RelationshipTables
    ) throws(ImportError) {
        guard !ends.sources.isEmpty else { return }
        try reading { () throws(GraphError) in
            try tables.table(type)?.append(
                sources: ends.sources, targets: ends.targets, columns: columns)
        }
    }
}

/// The tables of the load that one file's relationships go to: one for each type.
final class RelationshipTables {
    private let propertyNames: [String]
    private let load: BulkLoad?
    private var tables: [UTF8Key: BulkRelationshipTable] = [:]

    init(_ propertyNames: [String], _ load: BulkLoad?) {
        self.propertyNames = propertyNames
        self.load = load
    }

    /// The table of relationships of a type; nil in a dry run.
    func table(_ type: String) throws(GraphError) -> BulkRelationshipTable? {
        if let table = tables[UTF8Key(type)] { return table }
        guard let load else { return nil }
        let table = try load.relationshipTable(type: type, properties: propertyNames)
        tables[UTF8Key(type)] = table
        return table
    }
}
