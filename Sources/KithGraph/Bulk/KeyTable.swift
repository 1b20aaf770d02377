import KithValues

/// Finds nodes by their key while relationships are loaded: runs of integers, compact hashes of
/// integers and strings, and where these take too much memory, hashes in a temporary file.
///
/// One thread adds; then several may look up.
public struct KeyTable: ~Copyable {
    private var integers: IntegerKeys
    private var strings: StringKeys

    /// Makes an empty table.
    public init(expectedCount: Int = 0) {
        self.init(expectedCount: expectedCount, memory: KeyMemory(budgetInBytes: .max))
    }

    /// Makes an empty table that shares a budget with others.
    init(expectedCount: Int = 0, memory: KeyMemory) {
        integers = IntegerKeys(expectedCount: expectedCount, memory)
        strings = StringKeys(memory)
    }

    /// What went wrong with a temporary file; what was found since is not to be relied on.
    var failure: GraphError? { integers.failure ?? strings.failure }

    /// The number of keys.
    public var count: Int { integers.count + strings.count }

    /// The memory it takes.
    public var sizeInBytes: Int { integers.sizeInBytes + strings.sizeInBytes }

    /// Adds a key, or returns the id that it already has.
    public mutating func insert(_ key: Int64, id: UInt64) -> UInt64? {
        integers.insert(key, id)
    }

    /// Adds a key, or returns the id that it already has.
    public mutating func insert(_ key: UnsafeBufferPointer<UInt8>, id: UInt64) -> UInt64? {
        strings.insert(UnsafeRawBufferPointer(key), id)
    }

    /// The id of a key, or nil.
    public func id(of key: Int64) -> UInt64? {
        let id = integers.id(of: key)
        return id == Self.missingID ? nil : id
    }

    /// The id of a key, or nil.
    public func id(of key: UnsafeBufferPointer<UInt8>) -> UInt64? {
        strings.id(of: UnsafeRawBufferPointer(key))
    }

    /// Writes the ids of many keys; ``missingID`` for those without one.
    public func ids(
        of keys: UnsafeBufferPointer<Int64>, into ids: UnsafeMutablePointer<UInt64>
    ) { integers.ids(of: keys, into: ids) }

    /// Adds every node with the label and the property that was there before this load.
    ///
    /// Keys that are neither integers nor strings are added under their ordered bytes.
    public mutating func load(
        label: LabelID, property: PropertyKeyID, from reader: GraphReader
    ) throws(GraphError) {
        for chunk in try reader.nodeChunks(label: label) {
            let slots = try reader.slots(inNodeChunk: chunk, labels: [label])
            let column = try reader.column(property, inNodeChunk: chunk)
            for slot in 0..<slots.endSlot where slots.contains(slot) && column.hasValue(slot) {
                let id = chunk.rawID(slot: slot)
                switch column.layout {
                case .integer: _ = insert(column.integers[slot], id: id)
                case .string: _ = insert(column.stringBuffer(slot), id: id)
                default:
                    var bytes: [UInt8] = []
                    switch column.value(at: slot) {
                    case .integer(let number):
                        _ = insert(number, id: id)
                        continue
                    case .string(let text): bytes = Array(text.utf8)
                    case let other: other.appendOrderedKey(to: &bytes)
                    }
                    bytes.withUnsafeBufferPointer { _ = insert($0, id: id) }
                }
            }
        }
    }

    /// Stands for a key that is not in the table.
    public static let missingID = UInt64.max
}
