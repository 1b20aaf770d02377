import KithStorage
import KithValues

extension GraphReader {
    /// The number of nodes.
    public var nodeCount: Int { statistics.nodes.values.reduce(0, +) }

    /// The number of relationships.
    public var relationshipCount: Int { statistics.relationships.values.reduce(0, +) }

    /// The number of nodes with a label.
    public func nodeCount(label: LabelID) -> Int {
        let sets = catalog.labelSets
        return statistics.nodes.reduce(0) { total, entry in
            sets[entry.key].contains(label.rawValue) ? total + entry.value : total
        }
    }

    /// The number of nodes with all of some labels.
    public func nodeCount(labels: [LabelID]) -> Int {
        let sets = catalog.labelSets
        return statistics.nodes.reduce(0) { total, entry in
            let set = sets[entry.key]
            return labels.allSatisfy { set.contains($0.rawValue) } ? total + entry.value : total
        }
    }

    /// Whether this view shows changes of its own transaction that are not committed.
    public var hasPendingChanges: Bool { pending != nil }

    /// The number of relationships of a type.
    public func relationshipCount(type: RelationshipTypeID) -> Int {
        statistics.relationships[type.rawValue] ?? 0
    }

    /// The exact number of relationships of a type between nodes with labels; nil stands for any.
    public func relationshipCount(
        type: RelationshipTypeID?, from source: LabelID?, to target: LabelID?
    ) -> Int {
        let sets = catalog.labelSets
        var total = 0
        for (degree, count) in statistics.degrees {
            if let type, type.rawValue != degree.type { continue }
            if let source, !sets[degree.source].contains(source.rawValue) { continue }
            if let target, !sets[degree.target].contains(target.rawValue) { continue }
            total += count
        }
        return total
    }

    /// The number of entries of an index.
    public func entryCount(of index: IndexID) throws(GraphError) -> Int {
        let count = try storageCall { () throws(StorageError) in
            try storage.entryCount(in: KeySpaces.index(index))
        }
        return Int(count) + (statistics.runs[index.rawValue] ?? 0)
    }

    /// About how many different values the first `propertyCount` properties of an index have.
    ///
    /// Exact for few different values; otherwise what the first entries let expect.
    public func distinctEstimate(
        of index: IndexID, propertyCount: Int = 1
    ) throws(GraphError) -> Int {
        guard let definition = catalog.index(index) else { return 0 }
        let entries = try entryCount(of: index)
        if definition.isUnique, propertyCount >= definition.properties.count { return entries }
        if pending == nil,
            let known = tables.distinctEstimates.withLock({ $0[index]?[propertyCount] }),
            abs(known.entryCount - entries) * 4 <= known.entryCount
        {
            return min(known.distinctCount, max(entries, 1))
        }
        let estimate = try DistinctSample(index: definition, propertyCount: propertyCount)
            .estimate(storage, entryCount: entries)
        if pending == nil {
            tables.distinctEstimates.withLock {
                $0[index, default: [:]][propertyCount] = DistinctEstimate(
                    distinctCount: estimate, entryCount: entries)
            }
        }
        return estimate
    }
}

extension GraphReader {
    /// How many nodes have the labels of those from which relationships of some types lead, or to
    /// which: no fewer than there are such nodes.
    public func endCount(
        of types: [RelationshipTypeID], sources: Bool, targets: Bool
    ) -> Int {
        var sets: Set<UInt32> = []
        for degree in statistics.degrees.keys
        where types.contains(where: { $0.rawValue == degree.type }) {
            if sources { sets.insert(degree.source) }
            if targets { sets.insert(degree.target) }
        }
        return sets.reduce(0) { $0 + (statistics.nodes[$1] ?? 0) }
    }
}
