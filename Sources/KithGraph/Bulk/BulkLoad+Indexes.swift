import KithStorage
import KithValues

extension BulkLoad {
    /// Puts sorted entries into an index: packed where it is empty, one by one where it is not.
    func fill(_ index: IndexDefinition, from sorter: KeySorter) throws(GraphError) {
        let tree = KeySpaces.index(index.id)
        let transaction = writer.transaction
        let cut: [UInt8] = [1]
        writer.noteStorageChange()
        guard try reader.entryCount(of: index.id) == 0 else {
            try sorter.drain { key, isCut throws(GraphError) in
                try storageCall { () throws(StorageError) in
                    try transaction.put(Array(key), isCut ? cut : [], in: tree)
                }
            }
            try checkUnique(index)
            return
        }
        let loader = try storageCall { () throws(StorageError) in try transaction.bulkLoad(tree) }
        var previous: [UInt8] = []
        var hasCut = false
        try sorter.drain { key, isCut throws(GraphError) in
            hasCut = hasCut || isCut
            if index.isUnique, !isCut {
                let values = key.dropLast(8)
                if values.count == previous.count, values.elementsEqual(previous) {
                    try reportDuplicate(index, key.bigEndianUInt64(at: key.count - 8))
                }
                previous.removeAll(keepingCapacity: true)
                previous.append(contentsOf: values)
            }
            try cut.withUnsafeBufferPointer { flag throws(GraphError) in
                let value = UnsafeRawBufferPointer(
                    rebasing: UnsafeRawBufferPointer(flag)[..<(isCut ? 1 : 0)])
                try storageCall { () throws(StorageError) in try loader.append(key, value) }
            }
        }
        try storageCall { () throws(StorageError) in try loader.finish() }
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

    /// Checks existence and type constraints of everything there is.
    func checkConstraints() throws(GraphError) {
        for constraint in writer.owned.catalog.constraints where constraint.kind != .unique {
            try writer.forEachEntity(constraint.entity, constraint.token) { id throws(GraphError) in
                try writer.check(constraint, id)
            }
        }
    }
}
