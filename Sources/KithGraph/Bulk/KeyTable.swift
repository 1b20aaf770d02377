import KithValues

/// Finds nodes by their key while relationships are loaded: a compact hash of integers or strings.
public struct KeyTable: ~Copyable {
    /// Makes an empty table.
    public init(expectedCount: Int = 0) { fatalError("filled in by the next commit") }

    /// The number of keys.
    public var count: Int { fatalError("filled in by the next commit") }

    /// The memory it takes.
    public var sizeInBytes: Int { fatalError("filled in by the next commit") }

    /// Adds a key, or returns the id that it already has.
    public mutating func insert(_ key: Int64, id: UInt64) -> UInt64? {
        fatalError("filled in by the next commit")
    }

    /// Adds a key, or returns the id that it already has.
    public mutating func insert(_ key: UnsafeBufferPointer<UInt8>, id: UInt64) -> UInt64? {
        fatalError("filled in by the next commit")
    }

    /// The id of a key, or nil.
    public func id(of key: Int64) -> UInt64? { fatalError("filled in by the next commit") }

    /// The id of a key, or nil.
    public func id(of key: UnsafeBufferPointer<UInt8>) -> UInt64? {
        fatalError("filled in by the next commit")
    }

    /// Writes the ids of many keys; ``missingID`` for those without one.
    public func ids(
        of keys: UnsafeBufferPointer<Int64>, into ids: UnsafeMutablePointer<UInt64>
    ) { fatalError("filled in by the next commit") }

    /// Adds every node with the label and the property that was there before this load.
    public mutating func load(
        label: LabelID, property: PropertyKeyID, from reader: GraphReader
    ) throws(GraphError) { fatalError("filled in by the next commit") }

    /// Stands for a key that is not in the table.
    public static let missingID = UInt64.max
}
