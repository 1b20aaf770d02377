import KithValues

/// One column of a batch: values of one layout, with nulls marked apart.
///
/// A vector is written only while it is made and never changed afterwards, so batches share
/// vectors freely. A constant vector stores one value that stands for every row.
///
/// Invariants:
///
/// 1. ``validity`` is nil when no row is null; otherwise it has a byte a stored row, 1 for a value
///    and 0 for null.
/// 2. A null row's storage is initialised (to zero), so that kernels may read it.
/// 3. A ``Layout/tagged`` vector has no storage and no validity: nulls are `Value.null` in
///    ``values``.
final class Vector {
    /// How the values lie in memory.
    enum Layout: UInt8 {
        /// Nothing but nulls; no storage.
        case null
        /// `Int64`.
        case integer
        /// `Double`.
        case float
        /// `UInt8`, 0 or 1.
        case boolean
        /// ``StringView``.
        case string
        /// `Int64`: days since 1970-01-01.
        case date
        /// `UInt64`: the raw value of a node's id.
        case node
        /// `UInt64`: the raw value of a relationship's id.
        case relationship
        /// Any values, as ``Value``.
        case tagged

        /// The bytes of one value in storage.
        var strideInBytes: Int {
            switch self {
            case .null, .tagged: 0
            case .boolean: 1
            case .integer, .float, .date, .node, .relationship: 8
            case .string: 16
            }
        }
    }

    let layout: Layout
    /// The number of rows.
    let count: Int
    /// Whether one stored value stands for every row.
    let isConstant: Bool
    /// The values, but for ``Layout/null`` and ``Layout/tagged``.
    let storage: UnsafeMutableRawPointer
    /// Which rows have a value; nil when all have.
    let validity: UnsafeMutablePointer<UInt8>?
    /// The values of a ``Layout/tagged`` vector.
    let values: [Value]
    /// What keeps the bytes of strings alive.
    let owners: [AnyObject]
    /// What has lent the storage, which is not to be written; nil where it is the vector's own.
    private let lender: AnyObject?
    /// The memory of ``storage`` and of ``validity``, where they are the vector's own.
    private let memory: (storage: BlockMemory?, validity: BlockMemory?)
    /// The chunk that all ids are of; nil where nobody knows.
    private(set) var chunk: Int?
    /// Whether the ids of ``chunk`` are known to follow each other without a gap.
    private(set) var isRun = false

    /// Makes a vector with zeroed validity left to the caller to fill.
    init(
        _ layout: Layout, count: Int, isConstant: Bool = false, hasNulls: Bool = false,
        owners: [AnyObject] = []
    ) {
        self.layout = layout
        self.count = count
        self.isConstant = isConstant
        self.owners = owners
        self.values = []
        lender = nil
        let stored = isConstant ? 1 : count
        let own = BlockMemory(byteCount: stored * layout.strideInBytes)
        storage = own.start
        if hasNulls {
            let marks = BlockMemory(UInt8.self, count: stored)
            validity = marks.start.initializeMemory(as: UInt8.self, repeating: 0, count: stored)
            storage.initializeMemory(
                as: UInt8.self, repeating: 0, count: stored * layout.strideInBytes)
            memory = (own, marks)
        } else {
            validity = nil
            memory = (own, nil)
        }
    }

    /// Makes a tagged vector.
    init(tagged values: [Value], count: Int, isConstant: Bool = false) {
        layout = .tagged
        self.count = count
        self.isConstant = isConstant
        self.values = values
        owners = []
        validity = nil
        lender = nil
        let own = BlockMemory(byteCount: 1)
        storage = own.start
        memory = (own, nil)
    }

    /// Makes a vector without nulls of `count` values that `lender` keeps in memory.
    init(
        lent storage: UnsafeRawPointer, _ layout: Layout, count: Int, by lender: AnyObject
    ) {
        self.layout = layout
        self.count = count
        // Nobody writes what is made, and this is.
        self.storage = UnsafeMutableRawPointer(mutating: storage)
        self.lender = lender
        isConstant = false
        values = []
        owners = []
        validity = nil
        memory = (nil, nil)
    }

    deinit {
        memory.storage?.free()
        memory.validity?.free()
    }

    /// Notes that all ids are of one chunk, and whether they follow each other without a gap.
    func note(chunk: Int, isRun: Bool) {
        self.chunk = chunk
        self.isRun = isRun
    }

    /// A vector of nulls.
    static func nulls(count: Int) -> Vector { Vector(.null, count: count, isConstant: true) }

    /// Turns a row number into the position of its stored value.
    @inline(__always)
    func position(_ row: Int) -> Int { isConstant ? 0 : row }

    /// The mask that turns a row number into the position of its stored value.
    var positionMask: Int { isConstant ? 0 : ~0 }

    /// The storage as 64-bit integers.
    var integers: UnsafeMutablePointer<Int64> { storage.assumingMemoryBound(to: Int64.self) }
    /// The storage as floats.
    var floats: UnsafeMutablePointer<Double> { storage.assumingMemoryBound(to: Double.self) }
    /// The storage as truth values.
    var booleans: UnsafeMutablePointer<UInt8> { storage.assumingMemoryBound(to: UInt8.self) }
    /// The storage as strings.
    var strings: UnsafeMutablePointer<StringView> {
        storage.assumingMemoryBound(to: StringView.self)
    }
    /// The storage as ids of nodes or relationships.
    var ids: UnsafeMutablePointer<UInt64> { storage.assumingMemoryBound(to: UInt64.self) }

    /// Whether no row can be null.
    var hasNoNulls: Bool { validity == nil && layout != .null && layout != .tagged }

    /// Whether the row is null.
    @inline(__always)
    func isNull(_ row: Int) -> Bool {
        switch layout {
        case .null: return true
        case .tagged:
            if case .null = values[position(row)] { return true }
            return false
        default:
            guard let validity else { return false }
            return validity[position(row)] == 0
        }
    }

    /// The value of a row.
    func value(at row: Int) -> Value {
        if layout == .tagged { return values[position(row)] }
        if isNull(row) { return .null }
        let position = position(row)
        switch layout {
        case .null, .tagged: return .null
        case .integer: return .integer(integers[position])
        case .float: return .float(floats[position])
        case .boolean: return .boolean(booleans[position] != 0)
        case .string: return .string(strings[position].string)
        case .date: return .date(CalendarDate(daysSinceEpoch: integers[position]))
        case .node: return .node(NodeID(rawValue: ids[position]))
        case .relationship: return .relationship(RelationshipID(rawValue: ids[position]))
        }
    }

    /// Writes the value of each row to `target`, which has room for it at every `stride`-th place.
    func copyValues(to target: UnsafeMutablePointer<Value>, stride: Int) {
        if layout == .integer, validity == nil, !isConstant {
            for row in 0..<count {
                (target + row &* stride).initialize(to: .integer(integers[row]))
            }
            return
        }
        for row in 0..<count { (target + row &* stride).initialize(to: value(at: row)) }
    }

    /// The values of all rows.
    var allValues: [Value] {
        if layout == .tagged, !isConstant { return values }
        // Writing the length of no values would be a write to the one empty array of all threads.
        if count == 0 { return [] }
        return [Value](unsafeUninitializedCapacity: count) { target, initialized in
            initialized = count
            if let base = target.baseAddress { copyValues(to: base, stride: 1) }
        }
    }

    /// The bytes it holds, for the memory account; shared string bytes are not counted.
    var sizeInBytes: Int {
        let stored = isConstant ? 1 : count
        if layout == .tagged { return stored * 64 }
        return stored * (layout.strideInBytes + (validity == nil ? 0 : 1))
    }
}
