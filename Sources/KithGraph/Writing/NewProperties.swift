import KithValues

/// The properties of one node or relationship that is to be made.
public struct NewProperties {
    private(set) var row = RowChange(.created)

    /// Room for so many properties.
    public init(capacity: Int = 0) {
        if capacity > 0 { row.properties.reserveCapacity(capacity) }
    }

    /// These properties: null ones are left out; of two with one key the later one stays.
    init(_ properties: [(key: PropertyKeyID, value: Value)]) throws(GraphError) {
        self.init(capacity: properties.count)
        for (key, value) in properties { try set(key, to: value) }
    }

    /// Gives a property its value, in place of an earlier one; null takes it out.
    ///
    /// - Throws: ``GraphError/unstorable(_:)`` for what cannot be a property, and
    ///   ``GraphError/limitExceeded(_:)`` for values that are too long, and too many of them.
    public mutating func set(_ key: PropertyKeyID, to value: Value) throws(GraphError) {
        try value.checkStorable()
        row.set(key.rawValue, to: value)
        guard row.properties.count <= GraphLimits.propertiesPerEntityMax else {
            throw GraphError.limitExceeded("properties of one node or relationship")
        }
    }
}
