import KithValues

/// The properties of many nodes or relationships that have the same keys.
public struct PropertyTable: Sendable {
    /// The keys, ascending.
    public let keys: [PropertyKeyID]
    /// The values of the first row in the order of the keys, then those of the second, and so on; null
    /// where a row lacks a property.
    public let values: [Value]

    /// Makes a table.
    ///
    /// - Precondition: Each key is greater than the one before, and rows are whole.
    public init(keys: [PropertyKeyID], values: [Value]) {
        for index in keys.indices.dropFirst() {
            precondition(keys[index - 1] < keys[index], "the keys of a table ascend")
        }
        precondition(
            keys.isEmpty ? values.isEmpty : values.count % keys.count == 0,
            "every row of a table has a value for each key")
        self.keys = keys
        self.values = values
    }

    /// The values that are not null.
    public var valueCount: Int { values.reduce(0) { $0 + ($1.isNull ? 0 : 1) } }

    /// The row of a new node or relationship.
    func newRow(_ row: Int) -> RowChange {
        var change = RowChange(.created)
        let width = keys.count
        guard width > 0 else { return change }
        change.properties.reserveCapacity(width)
        for column in 0..<width {
            let value = values[row &* width &+ column]
            if value.isNull { continue }
            change.properties.append(RowChange.Property(key: keys[column].rawValue, value: value))
        }
        return change
    }
}
