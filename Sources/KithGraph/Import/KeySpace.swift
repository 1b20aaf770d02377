import KithValues

/// Where relationships look for the nodes of one label by one key.
///
/// Filled while nodes are loaded, by one thread at a time; then read by several.
final class KeySpace: @unchecked Sendable {
    /// What tells the nodes of one space from those of others.
    enum Identity: Hashable {
        /// A label and the property that is its key.
        case label(String, key: String)
        /// A group named in a header.
        case group(String)
    }

    /// What tells its nodes from others.
    let identity: Identity
    /// The type of its keys; set before the first is added.
    var keyType = ColumnType.string
    /// Whether a file of this import has nodes of it.
    var hasFile = false
    private var table: KeyTable
    private var lastAscending: Int64?
    private var hasOnlyAscendingKeys = true

    init(_ identity: Identity, _ memory: KeyMemory) {
        self.identity = identity
        table = KeyTable(memory: memory)
    }

    /// Throws what went wrong with a temporary file, if anything did.
    func check() throws(GraphError) { if let failure = table.failure { throw failure } }

    /// The nodes in words: `Customer with id`.
    var description: String {
        switch identity {
        case .label(let label, let key): "`\(label)` with the `\(key)`"
        case .group(let group):
            group.isEmpty ? "node with the id" : "node of `\(group)` with the id"
        }
    }

    /// Adds the nodes that were in the database before.
    func loadExisting(
        label: LabelID, property: PropertyKeyID, from reader: GraphReader
    ) throws(GraphError) {
        guard reader.nodeCount(label: label) > 0 else { return }
        hasOnlyAscendingKeys = false
        try table.load(label: label, property: property, from: reader)
    }

    /// Whether all these keys are larger than every key added so far, and each than the one before:
    /// then none of them is there twice, without looking.
    func areNewByOrder(_ keys: [Int64]) -> Bool {
        guard hasOnlyAscendingKeys, var last = keys.first else { return false }
        if let lastAscending, last <= lastAscending { return false }
        for key in keys.dropFirst() {
            guard key > last else { return false }
            last = key
        }
        return true
    }

    /// The id of the node with the key at `row`.
    func id(ofKeyAt row: Int, in column: BulkColumn) -> UInt64? {
        switch column.values {
        case .integers(let keys): return table.id(of: keys[row])
        case .strings(let offsets, let bytes):
            return bytes.withUnsafeBufferPointer { buffer in
                table.id(
                    of: UnsafeBufferPointer(
                        rebasing: buffer[Int(offsets[row])..<Int(offsets[row + 1])]))
            }
        default:
            return Self.orderedKey(column.value(at: row)).withUnsafeBufferPointer {
                table.id(of: $0)
            }
        }
    }

    /// The ids of all keys of a column; ``KeyTable/missingID`` for those that are not there.
    func ids(of column: BulkColumn, count: Int) -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = count
            guard let target = buffer.baseAddress else { return }
            switch column.values {
            case .integers(let keys):
                keys.withUnsafeBufferPointer { table.ids(of: $0, into: target) }
            case .strings(let offsets, let bytes):
                bytes.withUnsafeBufferPointer { bytes in
                    for row in 0..<count {
                        let range = Int(offsets[row])..<Int(offsets[row + 1])
                        let key = UnsafeBufferPointer(rebasing: bytes[range])
                        target[row] = table.id(of: key) ?? KeyTable.missingID
                    }
                }
            default:
                for row in 0..<count {
                    target[row] = id(ofKeyAt: row, in: column) ?? KeyTable.missingID
                }
            }
        }
    }

    /// Adds the nodes of a batch, whose keys are known to be new.
    func insert(_ column: BulkColumn, ids: [UInt64]) {
        switch column.values {
        case .integers(let keys):
            if areNewByOrder(keys) {
                lastAscending = keys.last
            } else if !keys.isEmpty {
                hasOnlyAscendingKeys = false
            }
            for row in 0..<ids.count { _ = table.insert(keys[row], id: ids[row]) }
        case .strings(let offsets, let bytes):
            bytes.withUnsafeBufferPointer { buffer in
                for row in 0..<ids.count {
                    let range = Int(offsets[row])..<Int(offsets[row + 1])
                    _ = table.insert(UnsafeBufferPointer(rebasing: buffer[range]), id: ids[row])
                }
            }
        default:
            for row in 0..<ids.count {
                Self.orderedKey(column.value(at: row)).withUnsafeBufferPointer {
                    _ = table.insert($0, id: ids[row])
                }
            }
        }
    }

    /// The rows of a batch whose key an earlier row of the same batch has, with that row.
    static func repeatedRows(in column: BulkColumn, count: Int) -> [Int: Int] {
        var seen = KeyTable(expectedCount: count)
        var repeated: [Int: Int] = [:]
        for row in 0..<count {
            let id = UInt64(row)
            let earlier: UInt64?
            switch column.values {
            case .integers(let keys): earlier = seen.insert(keys[row], id: id)
            case .strings(let offsets, let bytes):
                earlier = bytes.withUnsafeBufferPointer { buffer in
                    seen.insert(
                        UnsafeBufferPointer(
                            rebasing: buffer[Int(offsets[row])..<Int(offsets[row + 1])]), id: id)
                }
            default:
                earlier = orderedKey(column.value(at: row)).withUnsafeBufferPointer {
                    seen.insert($0, id: id)
                }
            }
            if let earlier { repeated[row] = Int(earlier) }
        }
        return repeated
    }

    private static func orderedKey(_ value: Value) -> [UInt8] {
        var bytes: [UInt8] = []
        _ = value.appendOrderedKey(to: &bytes)
        return bytes
    }
}
