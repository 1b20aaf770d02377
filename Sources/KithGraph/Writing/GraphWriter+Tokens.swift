extension GraphWriter {
    /// The label with this name, made if there is none.
    public func label(_ name: String) throws(GraphError) -> LabelID {
        if let known = owned.catalog.labelTokens.number(of: name) {
            return LabelID(rawValue: known)
        }
        return LabelID(rawValue: try newToken(name, \.labelTokens))
    }

    /// The relationship type with this name, made if there is none.
    public func relationshipType(_ name: String) throws(GraphError) -> RelationshipTypeID {
        if let known = owned.catalog.typeTokens.number(of: name) {
            return RelationshipTypeID(rawValue: known)
        }
        return RelationshipTypeID(rawValue: try newToken(name, \.typeTokens))
    }

    /// The property key with this name, made if there is none.
    public func propertyKey(_ name: String) throws(GraphError) -> PropertyKeyID {
        if let known = owned.catalog.propertyKeyTokens.number(of: name) {
            return PropertyKeyID(rawValue: known)
        }
        return PropertyKeyID(rawValue: try newToken(name, \.propertyKeyTokens))
    }

    private func newToken(
        _ name: String, _ table: WritableKeyPath<Catalog, TokenTable>
    ) throws(GraphError) -> UInt32 {
        try checkName(name)
        guard owned.catalog[keyPath: table].names.count < GraphLimits.tokensMax else {
            throw GraphError.limitExceeded("different names")
        }
        changeCatalog()
        return owned.catalog[keyPath: table].append(name)
    }

    func checkName(_ name: String) throws(GraphError) {
        guard name.utf8.count <= GraphLimits.nameLengthMaxInBytes else {
            throw GraphError.limitExceeded(
                "a name of more than \(GraphLimits.nameLengthMaxInBytes) bytes")
        }
    }

    /// Notes that the catalog is about to differ from the stored one.
    func changeCatalog() {
        statement?.noteCatalog(owned.catalog)
        part?.noteCatalog(owned.catalog)
        owned.renewCatalogVersion()
    }

    /// The number of a set of labels, made if there is none.
    func labelSet(_ labels: [UInt32]) throws(GraphError) -> UInt32 {
        if let known = owned.catalog.labelSets.number(of: labels) { return known }
        guard labels.count <= GraphLimits.labelsPerNodeMax else {
            throw GraphError.limitExceeded("labels of one node")
        }
        guard owned.catalog.labelSets.count < GraphLimits.tokensMax else {
            throw GraphError.limitExceeded("different sets of labels")
        }
        changeCatalog()
        return owned.catalog.labelSets.append(labels)
    }
}
