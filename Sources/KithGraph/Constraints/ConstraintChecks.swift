import KithValues

extension Set where Element == UInt64 {
    /// Adds an entity if a constraint other than uniqueness concerns it.
    mutating func insertIfChecked(
        _ id: UInt64, _ tokens: [UInt32], _ catalog: Catalog, _ kind: EntityKind
    ) {
        guard !catalog.constraints.isEmpty else { return }
        for constraint in catalog.constraints
        where constraint.entity == kind && constraint.kind != .unique
            && tokens.contains(constraint.token)
        {
            insert(id)
            return
        }
    }
}

extension GraphWriter {
    /// Fails if a constraint does not hold for what the statement touched.
    func checkConstraints(_ statement: StatementState) throws(GraphError) {
        if statement.isUnchecked { return }
        for value in statement.uniqueValues.sorted(by: {
            ($0.index, $0.ordered.count) < ($1.index, $1.ordered.count)
        }) {
            guard let index = owned.catalog.index(value.index) else { continue }
            let ids = try entities(value.ordered, in: index, limit: 2)
            if ids.count > 1, let constraint = constraint(of: index) {
                throw GraphError.constraintViolated(violation(constraint, ids[1]))
            }
        }
        for id in statement.touchedNodes.sorted() {
            guard let set = try reader.labelSet(of: id) else { continue }
            try checkEntity(.node, id, tokens: owned.catalog.labelSets[set])
        }
        for id in statement.touchedRelationships.sorted()
        where try reader.isAlive(.relationship, id) {
            let type = try reader.type(ofRelationshipChunk: ChunkID(containing: id))
            try checkEntity(.relationship, id, tokens: [type.rawValue])
        }
    }

    private func constraint(of index: IndexDefinition) -> ConstraintDefinition? {
        owned.catalog.constraints.first { $0.index == index.id }
    }

    private func checkEntity(
        _ kind: EntityKind, _ id: UInt64, tokens: [UInt32]
    ) throws(GraphError) {
        for constraint in owned.catalog.constraints
        where constraint.entity == kind && tokens.contains(constraint.token) {
            try check(constraint, id)
        }
    }

    /// Fails if one entity breaks an existence or type constraint.
    func check(_ constraint: ConstraintDefinition, _ id: UInt64) throws(GraphError) {
        if constraint.kind == .unique { return }
        for key in constraint.properties {
            let value = try reader.property(key.rawValue, constraint.entity, id)
            if case .type(let types) = constraint.kind {
                if !value.isNull, !types.contains(where: { $0.matches(value) }) {
                    throw GraphError.constraintViolated(violation(constraint, id))
                }
            } else if value.isNull {
                throw GraphError.constraintViolated(violation(constraint, id))
            }
        }
    }

    func violation(_ constraint: ConstraintDefinition, _ id: UInt64) -> ConstraintViolation {
        let catalog = owned.catalog
        let noun: String
        if constraint.entity == .node {
            noun = "`\(catalog.name(of: LabelID(rawValue: constraint.token)))` node"
        } else {
            let type = catalog.name(of: RelationshipTypeID(rawValue: constraint.token))
            noun = "`\(type)` relationship"
        }
        let names = constraint.properties.map { "`\(catalog.name(of: $0))`" }
            .joined(separator: ", ")
        let reason: String
        switch constraint.kind {
        case .unique: reason = "two \(noun)s have the same \(names)"
        case .exists: reason = "a \(noun) lacks \(names)"
        case .key: reason = "a \(noun) lacks \(names), or shares it with another"
        case .type(let types):
            let kinds = types.map(\.name).joined(separator: " | ")
            reason = "\(names) of a \(noun) is not of type \(kinds)"
        }
        return ConstraintViolation(
            constraint: constraint, entity: id,
            message: "constraint `\(constraint.name)` does not hold: \(reason)")
    }
}

extension PropertyType {
    /// Whether a value that is not null has this type.
    func matches(_ value: Value) -> Bool {
        guard value.kind == kind else { return false }
        guard let elementKind, case .list(let elements) = value else { return true }
        return elements.allSatisfy { $0.kind == elementKind }
    }

    /// Its name in messages.
    public var name: String {
        elementKind.map { "List<\($0.name)>" } ?? kind.name
    }
}
