import KithStorage
import KithValues

extension GraphWriter {
    /// Makes an index and fills it. Without a name it gets one made of its parts.
    ///
    /// - Throws: ``GraphError/schemaExists(name:)`` when there is one of that name or of those parts.
    @discardableResult
    public func createIndex(
        name: String?, entity: EntityKind, token: UInt32, properties: [PropertyKeyID]
    ) throws(GraphError) -> IndexDefinition {
        let name = name ?? defaultName("index", entity, token, properties)
        try checkIsNew(name, properties)
        if let same = owned.catalog.indexes.first(where: {
            $0.entity == entity && $0.token == token && $0.properties == properties
        }) {
            throw GraphError.schemaExists(name: same.name)
        }
        return try makeIndex(
            name: name, entity: entity, token: token, properties: properties, constraint: nil)
    }

    /// Makes a constraint, with an index where it needs one, if all there is satisfies it.
    @discardableResult
    public func createConstraint(
        name: String?, kind: ConstraintKind, entity: EntityKind, token: UInt32,
        properties: [PropertyKeyID]
    ) throws(GraphError) -> ConstraintDefinition {
        let name = name ?? defaultName("constraint", entity, token, properties)
        try checkIsNew(name, properties)
        if let same = owned.catalog.constraints.first(where: {
            $0.entity == entity && $0.token == token && $0.properties == properties
                && $0.kind == kind
        }) {
            throw GraphError.schemaExists(name: same.name)
        }
        var index: IndexDefinition?
        if kind == .unique || kind == .key {
            if let same = owned.catalog.indexes.first(where: {
                $0.entity == entity && $0.token == token && $0.properties == properties
            }) {
                throw GraphError.schemaExists(name: same.name)
            }
            index = try makeIndex(
                name: name, entity: entity, token: token, properties: properties, constraint: name)
        }
        let constraint = ConstraintDefinition(
            name: name, kind: kind, entity: entity, token: token, properties: properties,
            index: index?.id)
        if let index { try checkUnique(index, constraint) }
        if kind != .unique {
            try forEachEntity(entity, token) { id throws(GraphError) in try check(constraint, id) }
        }
        changeCatalog()
        // The number of one that was dropped in this transaction would look like no change.
        let known = owned.catalog.constraintNumbers + storedCatalog.constraintNumbers
        let number = (known.max() ?? 0) + 1
        owned.catalog.constraints.append(constraint)
        owned.catalog.constraintNumbers.append(number)
        return constraint
    }

    /// Drops an index that serves no constraint.
    public func dropIndex(named name: String) throws(GraphError) {
        guard let index = owned.catalog.index(named: name) else {
            throw GraphError.schemaNotFound(name: name)
        }
        if let constraint = index.constraintName {
            throw GraphError.indexBelongsToConstraint(name: constraint)
        }
        try removeIndex(index)
    }

    /// Drops a constraint and the index that serves it.
    public func dropConstraint(named name: String) throws(GraphError) {
        guard let position = owned.catalog.constraints.firstIndex(where: { $0.name == name }) else {
            throw GraphError.schemaNotFound(name: name)
        }
        if let id = owned.catalog.constraints[position].index, let index = owned.catalog.index(id) {
            try removeIndex(index)
        }
        changeCatalog()
        owned.catalog.constraints.remove(at: position)
        owned.catalog.constraintNumbers.remove(at: position)
    }

    private func removeIndex(_ index: IndexDefinition) throws(GraphError) {
        noteStorageChange()
        try storageCall { () throws(StorageError) in
            try transaction.removeTree(KeySpaces.index(index.id))
        }
        changeCatalog()
        owned.catalog.indexes.removeAll { $0.id == index.id }
        let number = index.id.rawValue
        owned.count(.longKeys(index: number), by: -(owned.statistics.longKeys[number] ?? 0))
        owned.count(.runs(index: number), by: -(owned.statistics.runs[number] ?? 0))
    }

    private func defaultName(
        _ word: String, _ entity: EntityKind, _ token: UInt32, _ properties: [PropertyKeyID]
    ) -> String {
        let catalog = owned.catalog
        let owner =
            entity == .node
            ? catalog.name(of: LabelID(rawValue: token))
            : catalog.name(of: RelationshipTypeID(rawValue: token))
        let base = ([word, owner] + properties.map { catalog.name(of: $0) }).joined(separator: "_")
        var name = base
        var number = 2
        while catalog.index(named: name) != nil || catalog.constraint(named: name) != nil {
            name = "\(base)_\(number)"
            number += 1
        }
        return name
    }

    private func checkIsNew(_ name: String, _ properties: [PropertyKeyID]) throws(GraphError) {
        try checkName(name)
        guard !properties.isEmpty, properties.count <= GraphLimits.propertiesPerIndexMax else {
            throw GraphError.limitExceeded("properties of one index or constraint")
        }
        if owned.catalog.index(named: name) != nil || owned.catalog.constraint(named: name) != nil {
            throw GraphError.schemaExists(name: name)
        }
    }

    private func makeIndex(
        name: String, entity: EntityKind, token: UInt32, properties: [PropertyKeyID],
        constraint: String?
    ) throws(GraphError) -> IndexDefinition {
        changeCatalog()
        let number = max(
            reader.storage.counter(KeySpaces.Counter.indexes),
            UInt64((owned.catalog.indexes.map(\.id.rawValue).max() ?? 0)) + 1)
        guard number < UInt64(GraphLimits.tokensMax) else {
            throw GraphError.limitExceeded("indexes ever made")
        }
        transaction.setCounter(KeySpaces.Counter.indexes, to: number + 1)
        let index = IndexDefinition(
            id: IndexID(rawValue: UInt32(number)), name: name, entity: entity, token: token,
            properties: properties, isUnique: constraint != nil, constraintName: constraint)
        owned.catalog.indexes.append(index)
        noteStorageChange()
        try fill(index)
        return index
    }

    /// Calls `body` with every entity of a label or a type.
    func forEachEntity(
        _ kind: EntityKind, _ token: UInt32, _ body: (UInt64) throws(GraphError) -> Void
    ) throws(GraphError) {
        let chunks =
            kind == .node
            ? try reader.nodeChunks(label: LabelID(rawValue: token))
            : try reader.relationshipChunks(type: RelationshipTypeID(rawValue: token))
        for chunk in chunks {
            let slots =
                kind == .node
                ? try reader.slots(inNodeChunk: chunk, labels: [LabelID(rawValue: token)])
                : try reader.slots(inRelationshipChunk: chunk)
            for slot in 0..<slots.endSlot where slots.contains(slot) {
                try step()
                try body(chunk.rawID(slot: slot))
            }
        }
    }

    /// Fails if two entries of an index have the same values.
    func checkUnique(
        _ index: IndexDefinition, _ constraint: ConstraintDefinition
    ) throws(GraphError) {
        let cursor = IndexEntryCursor(reader.storage, index.id)
        var previous: [UInt8] = []
        var cut: [[UInt8]] = []
        var isOnEntry = try cursor.seekFirst()
        while isOnEntry {
            let values = Array(cursor.key.dropLast(8))
            let id = cursor.key.bigEndianUInt64(at: cursor.key.count - 8)
            let isSame = values == previous
            if cursor.isCut {
                guard let whole = try reader.orderedValues(of: id, index) else {
                    throw GraphError.corrupt("an index names an entity without its values")
                }
                if !isSame { cut = [] }
                if cut.contains(whole) {
                    throw GraphError.constraintViolated(violation(constraint, id))
                }
                cut.append(whole)
            } else if isSame {
                throw GraphError.constraintViolated(violation(constraint, id))
            }
            previous = values
            isOnEntry = try cursor.next()
        }
    }
}
