import Kith

/// A column of the demo graph that grows row by row.
enum DemoColumn {
    case integers([Int64])
    case floats([Double])
    case booleans([UInt8])
    case dates([Int64])
    case strings(offsets: [UInt32], bytes: [UInt8])
    case values([Value])

    /// An empty column like this one.
    var emptied: DemoColumn {
        switch self {
        case .integers: .integers([])
        case .floats: .floats([])
        case .booleans: .booleans([])
        case .dates: .dates([])
        case .strings: .strings(offsets: [0], bytes: [])
        case .values: .values([])
        }
    }

    /// A column of strings without a row.
    static let noStrings = DemoColumn.strings(offsets: [0], bytes: [])

    mutating func append(_ value: Int) {
        guard case .integers(var numbers) = self else { return }
        self = .integers([])
        numbers.append(Int64(value))
        self = .integers(numbers)
    }

    mutating func append(_ value: Double) {
        guard case .floats(var numbers) = self else { return }
        self = .floats([])
        numbers.append(value)
        self = .floats(numbers)
    }

    mutating func append(_ value: Bool) {
        guard case .booleans(var flags) = self else { return }
        self = .booleans([])
        flags.append(value ? 1 : 0)
        self = .booleans(flags)
    }

    mutating func append(day: Int) {
        guard case .dates(var days) = self else { return }
        self = .dates([])
        days.append(Int64(day))
        self = .dates(days)
    }

    mutating func append(_ text: String) {
        guard case .strings(var offsets, var bytes) = self else { return }
        self = .strings(offsets: [], bytes: [])
        bytes.append(contentsOf: text.utf8)
        offsets.append(UInt32(bytes.count))
        self = .strings(offsets: offsets, bytes: bytes)
    }

    mutating func append(_ value: Value) {
        guard case .values(var values) = self else { return }
        self = .values([])
        values.append(value)
        self = .values(values)
    }

    /// The column as the bulk loader takes it.
    var loaded: BulkColumn {
        switch self {
        case .integers(let numbers): BulkColumn(.integers(numbers))
        case .floats(let numbers): BulkColumn(.floats(numbers))
        case .booleans(let flags): BulkColumn(.booleans(flags))
        case .dates(let days): BulkColumn(.dates(days))
        case .strings(let offsets, let bytes):
            BulkColumn(.strings(offsets: offsets, bytes: bytes))
        case .values(let values):
            BulkColumn(.values(values), validity: values.map { $0.isNull ? 0 : 1 })
        }
    }
}

/// Rows of nodes on their way to the loader, some thousands at a time.
final class DemoNodes {
    private static let rowsPerBatch = 8192

    private let table: BulkNodeTable
    /// The columns, to be appended to before `endRow`.
    var columns: [DemoColumn]
    /// The raw ids of all nodes so far, in their order.
    private(set) var ids: [UInt64] = []
    private var rowCount = 0

    init(
        _ load: BulkLoad, labels: [String], _ properties: [(name: String, column: DemoColumn)]
    ) throws(GraphError) {
        table = try load.nodeTable(labels: labels, properties: properties.map(\.name))
        columns = properties.map(\.column)
    }

    /// Ends a row; every column has one value more than before.
    func endRow() throws(GraphError) {
        rowCount += 1
        if rowCount == Self.rowsPerBatch { try flush() }
    }

    /// Hands over what is left.
    func flush() throws(GraphError) {
        guard rowCount > 0 else { return }
        try table.append(count: rowCount, columns: columns.map(\.loaded), ids: &ids)
        columns = columns.map(\.emptied)
        rowCount = 0
    }
}

/// Rows of relationships on their way to the loader, some thousands at a time.
final class DemoEdges {
    private static let rowsPerBatch = 16_384

    private let table: BulkRelationshipTable
    /// The columns, to be appended to before `append`.
    var columns: [DemoColumn]
    private var sources: [UInt64] = []
    private var targets: [UInt64] = []
    /// How many there were in all.
    private(set) var count = 0

    init(
        _ load: BulkLoad, type: String, _ properties: [(name: String, column: DemoColumn)] = []
    ) throws(GraphError) {
        table = try load.relationshipTable(type: type, properties: properties.map(\.name))
        columns = properties.map(\.column)
    }

    /// Ends a row.
    func append(from source: UInt64, to target: UInt64) throws(GraphError) {
        sources.append(source)
        targets.append(target)
        count += 1
        if sources.count == Self.rowsPerBatch { try flush() }
    }

    /// Hands over what is left.
    func flush() throws(GraphError) {
        guard !sources.isEmpty else { return }
        try table.append(sources: sources, targets: targets, columns: columns.map(\.loaded))
        columns = columns.map(\.emptied)
        sources.removeAll(keepingCapacity: true)
        targets.removeAll(keepingCapacity: true)
    }
}
