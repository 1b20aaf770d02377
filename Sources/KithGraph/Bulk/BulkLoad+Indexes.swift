import KithStorage
import KithValues

extension BulkLoad {
    /// Puts sorted entries into an index: packed where it is empty, one by one where it is not.
    func fill(_ index: IndexDefinition, from sorter: IndexSorter) throws(GraphError) {
        let writer = writer
        writer.noteStorageChange()
        guard try reader.entryCount(of: index.id) == 0 else {
            try sorter.drain(
                runs: { run throws(GraphError) in try writer.putRun(run, in: index.id) },
                keys: { key, isCut throws(GraphError) in
                    try writer.putEntry(Array(key), isCut: isCut, in: index.id)
                })
            try checkUnique(index)
            return
        }
        guard sorter.count > 0 else { return }
        var loader = try IndexLoader(index, writer)
        var previous: [UInt8] = []
        var lastNumber: Int64?
        var hasCut = false
        try sorter.drain(
            runs: { run throws(GraphError) in
                if index.isUnique, run.first == lastNumber {
                    try reportDuplicate(index, run.firstID)
                }
                lastNumber = run.last
                try loader.append(run)
            },
            keys: { key, isCut throws(GraphError) in
                hasCut = hasCut || isCut
                if index.isUnique, !isCut {
                    let values = key.dropLast(8)
                    if values.count == previous.count, values.elementsEqual(previous) {
                        try reportDuplicate(index, key.bigEndianUInt64(at: key.count - 8))
                    }
                    previous.removeAll(keepingCapacity: true)
                    previous.append(contentsOf: values)
                }
                try loader.append(key, isCut: isCut)
            })
        try loader.finish()
        if hasCut { try checkUnique(index) }
    }

    private func checkUnique(_ index: IndexDefinition) throws(GraphError) {
        guard index.isUnique, let constraint = constraint(of: index) else { return }
        try writer.checkUnique(index, constraint)
    }

    private func constraint(of index: IndexDefinition) -> ConstraintDefinition? {
        writer.owned.catalog.constraints.first { $0.index == index.id }
    }

    private func reportDuplicate(_ index: IndexDefinition, _ id: UInt64) throws(GraphError) {
        guard let constraint = constraint(of: index) else { return }
        throw GraphError.constraintViolated(writer.violation(constraint, id))
    }

    /// Takes the entries of new entities for an index: rows of a batch with ids from `first` on.
    func addEntries(
        _ index: IndexDefinition, _ keys: [UInt32], _ batch: [BulkColumn], rows: Range<Int>,
        first: UInt64
    ) throws(GraphError) {
        var columns: [BulkColumn] = []
        for property in index.properties {
            guard let position = keys.firstIndex(of: property.rawValue) else { return }
            columns.append(batch[position])
        }
        let sorter = indexSorter(index)
        if columns.count == 1, case .integers(let numbers) = columns[0].values {
            let isDone = try sorter.append(
                numbers[rows], validity: columns[0].validity.map { $0[rows] }, first: first)
            if isDone { return }
        }
        var ordered: [UInt8] = []
        next: for row in rows {
            ordered.removeAll(keepingCapacity: true)
            for column in columns {
                let value = column.value(at: row)
                guard !value.isNull, value.appendOrderedKey(to: &ordered) else { continue next }
            }
            try addEntry(index, sorter, ordered, first + UInt64(row - rows.lowerBound))
        }
    }

    func indexSorter(_ index: IndexDefinition) -> IndexSorter {
        if let sorter = indexSorters[index.id] { return sorter }
        let sorter = IndexSorter(
            index, budgetInBytes: max(budgetInBytes / 8, 1 << 20),
            temporaryDirectory: temporaryDirectory)
        indexSorters[index.id] = sorter
        return sorter
    }

    func addEntry(
        _ index: IndexDefinition, _ sorter: IndexSorter, _ ordered: [UInt8], _ id: UInt64
    ) throws(GraphError) {
        let (key, isCut) = writer.reader.indexKeys.entry(ordered, id: id)
        if isCut { writer.owned.count(.longKeys(index: index.id.rawValue), by: 1) }
        try sorter.append(key, isCut: isCut)
    }

    /// Checks existence and type constraints of everything there is.
    func checkConstraints() throws(GraphError) {
        for constraint in writer.owned.catalog.constraints where constraint.kind != .unique {
            try writer.forEachEntity(constraint.entity, constraint.token) { id throws(GraphError) in
                try writer.check(constraint, id)
            }
        }
    }
}
