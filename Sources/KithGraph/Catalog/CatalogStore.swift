import KithStorage
import KithValues

/// Reads the catalog from its tree and writes what changed.
enum CatalogStore {
    /// What an entry is. On disk: never renumber.
    private enum Kind: UInt8, CaseIterable {
        case label = 0
        case relationshipType = 1
        case propertyKey = 2
        case labelSet = 3
        case index = 4
        case constraint = 5
    }

    static func load(_ storage: StorageReader) throws(GraphError) -> Catalog {
        var catalog = Catalog()
        catalog.version = storage.counter(KeySpaces.Counter.catalogVersion)
        let cursor = storage.cursor(in: KeySpaces.catalog)
        var isOnEntry = try storageCall { () throws(StorageError) in try cursor.seekFirst() }
        while isOnEntry {
            try read(key: cursor.key, value: cursor.value, into: &catalog)
            isOnEntry = try storageCall { () throws(StorageError) in try cursor.next() }
        }
        return catalog
    }

    private static func read(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, into catalog: inout Catalog
    ) throws(GraphError) {
        guard key.count == 5, let kind = Kind(rawValue: key[0]) else {
            throw GraphError.corrupt("the catalog has an entry of an unknown kind")
        }
        let number = key.bigEndianUInt32(at: 1)
        let name = String(decoding: value, as: UTF8.self)
        switch kind {
        case .label: try append(name, number, to: &catalog.labelTokens)
        case .relationshipType: try append(name, number, to: &catalog.typeTokens)
        case .propertyKey: try append(name, number, to: &catalog.propertyKeyTokens)
        case .labelSet:
            var reader = ByteReader(value)
            var labels: [UInt32] = []
            while !reader.isAtEnd {
                labels.append(UInt32(try reader.count(max: GraphLimits.tokensMax)))
            }
            guard catalog.labelSets.append(labels) == number else { throw outOfOrder }
        case .index:
            catalog.indexes.append(try SchemaCoding.index(value, IndexID(rawValue: number)))
        case .constraint:
            catalog.constraints.append(try SchemaCoding.constraint(value))
            catalog.constraintNumbers.append(number)
        }
    }

    private static let outOfOrder = GraphError.corrupt("the catalog's numbers have gaps")

    private static func append(
        _ name: String, _ number: UInt32, to table: inout TokenTable
    ) throws(GraphError) {
        guard table.append(name) == number else { throw outOfOrder }
    }

    /// Stores what `catalog` has and `old` has not, and the reverse.
    static func store(
        _ catalog: Catalog, since old: Catalog, in transaction: WriteTransaction
    ) throws(GraphError) {
        guard catalog.version != old.version else { return }
        try storeNames(.label, catalog.labelTokens, since: old.labelTokens, in: transaction)
        try storeNames(
            .relationshipType, catalog.typeTokens, since: old.typeTokens, in: transaction)
        try storeNames(
            .propertyKey, catalog.propertyKeyTokens, since: old.propertyKeyTokens, in: transaction)
        for number in old.labelSets.count..<catalog.labelSets.count {
            var value: [UInt8] = []
            for label in catalog.labelSets[UInt32(number)] { value.appendVarint(UInt64(label)) }
            try put(.labelSet, UInt32(number), value, in: transaction)
        }
        for index in old.indexes where !catalog.indexes.contains(index) {
            try remove(.index, index.id.rawValue, in: transaction)
        }
        for index in catalog.indexes where !old.indexes.contains(index) {
            try put(.index, index.id.rawValue, SchemaCoding.encoded(index), in: transaction)
        }
        for number in old.constraintNumbers where !catalog.constraintNumbers.contains(number) {
            try remove(.constraint, number, in: transaction)
        }
        for (position, number) in catalog.constraintNumbers.enumerated()
        where !old.constraintNumbers.contains(number) {
            let value = SchemaCoding.encoded(catalog.constraints[position])
            try put(.constraint, number, value, in: transaction)
        }
        transaction.setCounter(KeySpaces.Counter.catalogVersion, to: catalog.version)
    }

    private static func storeNames(
        _ kind: Kind, _ table: TokenTable, since old: TokenTable, in transaction: WriteTransaction
    ) throws(GraphError) {
        for number in old.names.count..<table.names.count {
            try put(kind, UInt32(number), Array(table.names[number].utf8), in: transaction)
        }
    }

    private static func key(_ kind: Kind, _ number: UInt32) -> [UInt8] {
        var key = [kind.rawValue]
        key.appendBigEndian(number)
        return key
    }

    private static func put(
        _ kind: Kind, _ number: UInt32, _ value: [UInt8], in transaction: WriteTransaction
    ) throws(GraphError) {
        try storageCall { () throws(StorageError) in
            try transaction.put(key(kind, number), value, in: KeySpaces.catalog)
        }
    }

    private static func remove(
        _ kind: Kind, _ number: UInt32, in transaction: WriteTransaction
    ) throws(GraphError) {
        try storageCall { () throws(StorageError) in
            _ = try transaction.remove(key(kind, number), in: KeySpaces.catalog)
        }
    }
}

/// Calls storage and wraps its error.
@inline(__always)
func storageCall<Result>(
    _ body: () throws(StorageError) -> Result
) throws(GraphError) -> Result {
    do throws(StorageError) {
        return try body()
    } catch {
        throw GraphError.storage(error)
    }
}
