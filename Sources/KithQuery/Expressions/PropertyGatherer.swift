import KithGraph
import KithValues

/// Reads one property of many entities out of the columns of their chunks.
///
/// Where the columns lie in memory is kept in a table by chunk, so that rows in random order cost one
/// look into the table and one into the column, and nothing is retained or released on the way.
final class PropertyGatherer {
    /// Where one chunk's column lies.
    private struct Source {
        var isKnown = false
        var layout = Column.Layout.null
        var count = 0
        var values = UnsafeRawPointer(bitPattern: 16)
        var validity: UnsafePointer<UInt64>?
        var lengths: UnsafePointer<UInt32>?
        var bytes: UnsafePointer<UInt8>?
        /// The position in `held`.
        var column = 0
    }

    private var sources: UnsafeMutablePointer<Source>
    private var capacity = initialCapacity
    private var held: [Column] = []
    private var version: UInt64 = .max
    private var key: PropertyKeyID?
    private var layout = Vector.Layout.node

    private static let initialCapacity = 64
    /// Up to this many rows are read one by one, which decodes nothing.
    private static let singlesMax = 4

    init() {
        sources = .allocate(capacity: Self.initialCapacity)
        sources.initialize(repeating: Source(), count: Self.initialCapacity)
    }

    deinit { sources.deallocate() }

    /// The property of each row of a vector of nodes or relationships.
    func gather(
        _ key: PropertyKeyID, of entities: Vector, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        if entities.isConstant {
            let value = try single(key, entities, 0, context)
            return .constant(value, count: entities.count)
        }
        if entities.count <= Self.singlesMax {
            var values: [Value] = []
            for row in 0..<entities.count {
                values.append(try single(key, entities, row, context))
            }
            return .of(values)
        }
        if version != context.graphVersion || self.key != key || layout != entities.layout {
            version = context.graphVersion
            layout = entities.layout
            self.key = key
            held = []
            for chunk in 0..<capacity { sources[chunk].isKnown = false }
        }
        let layout = try locate(entities, context)
        guard let layout else { return mixed(entities) }
        switch layout {
        case .null, .tagged: return .nulls(count: entities.count)
        case .integer: return filled(entities, .integer, Int64.self, 0)
        case .date: return filled(entities, .date, Int64.self, 0)
        case .float: return filled(entities, .float, Double.self, 0)
        case .boolean: return filled(entities, .boolean, UInt8.self, 0)
        case .string: return strings(entities)
        }
    }

    /// Makes the columns of all rows' chunks known; returns the one layout of those that have any
    /// value, or nil when they have several or tagged values.
    private func locate(
        _ entities: Vector, _ context: ExecutionContext
    ) throws(QueryError) -> Column.Layout? {
        var layout = Column.Layout.null
        var isMixed = false
        var last = UInt64.max
        for row in 0..<entities.count {
            let chunk = entities.ids[row] &>> 11
            if chunk == last || entities.isNull(row) { continue }
            last = chunk
            let position = Int(truncatingIfNeeded: chunk)
            if position >= capacity { grow(to: position + 1) }
            if !sources[position].isKnown { try learn(chunk, entities.layout, context) }
            let found = sources[position].layout
            if found == .null { continue }
            if layout == .null { layout = found }
            isMixed = isMixed || layout != found || found == .tagged
        }
        return isMixed ? nil : layout
    }

    private func grow(to count: Int) {
        let newCapacity = max(count, capacity * 2)
        let grown = UnsafeMutablePointer<Source>.allocate(capacity: newCapacity)
        grown.moveInitialize(from: sources, count: capacity)
        (grown + capacity).initialize(repeating: Source(), count: newCapacity - capacity)
        sources.deallocate()
        sources = grown
        capacity = newCapacity
    }

    private func learn(
        _ chunk: UInt64, _ layout: Vector.Layout, _ context: ExecutionContext
    ) throws(QueryError) {
        guard let key else { preconditionFailure("a gather without a key") }
        let column = try context.onGraph { () throws(GraphError) in
            layout == .node
                ? try context.graph.column(key, inNodeChunk: ChunkID(rawValue: chunk))
                : try context.graph.column(key, inRelationshipChunk: ChunkID(rawValue: chunk))
        }
        var source = Source()
        source.isKnown = true
        source.layout = column.layout
        source.count = column.count
        source.validity = column.validity
        source.column = held.count
        switch column.layout {
        case .null, .tagged: break
        case .integer, .date: source.values = UnsafeRawPointer(column.integers)
        case .float: source.values = UnsafeRawPointer(column.floats)
        case .boolean: source.values = UnsafeRawPointer(column.booleans)
        case .string:
            source.values = UnsafeRawPointer(column.stringStarts)
            source.lengths = column.stringLengths
            source.bytes = column.stringBytes
        }
        held.append(column)
        sources[Int(chunk)] = source
    }

    /// The source and the slot of a row that has a value; nil for null.
    @inline(__always)
    private func place(
        _ entities: Vector, _ row: Int
    ) -> (source: UnsafeMutablePointer<Source>, slot: Int)? {
        if let validity = entities.validity, validity[row] == 0 { return nil }
        let id = entities.ids[row]
        let slot = Int(truncatingIfNeeded: id & 2_047)
        let source = sources + Int(truncatingIfNeeded: id &>> 11)
        guard source.pointee.layout != .null, slot < source.pointee.count else { return nil }
        if let validity = source.pointee.validity,
            validity[slot &>> 6] &>> UInt64(truncatingIfNeeded: slot & 63) & 1 == 0
        {
            return nil
        }
        return (source, slot)
    }

    @inline(__always)
    private func filled<Element>(
        _ entities: Vector, _ layout: Vector.Layout, _ type: Element.Type, _ zero: Element
    ) -> Vector {
        let count = entities.count
        let storage = UnsafeMutableRawPointer.allocate(
            byteCount: max(count * MemoryLayout<Element>.stride, 1), alignment: 16)
        let target = storage.assumingMemoryBound(to: Element.self)
        var missing: [Int] = []
        for row in 0..<count {
            if let (source, slot) = place(entities, row), let values = source.pointee.values {
                target[row] = values.assumingMemoryBound(to: Element.self)[slot]
            } else {
                target[row] = zero
                missing.append(row)
            }
        }
        return Vector(
            adopting: storage, layout, count: count, missing: missing, owners: [])
    }

    private func strings(_ entities: Vector) -> Vector {
        let count = entities.count
        let storage = UnsafeMutableRawPointer.allocate(
            byteCount: max(count * 16, 1), alignment: 16)
        let target = storage.assumingMemoryBound(to: StringView.self)
        var missing: [Int] = []
        var owners: [AnyObject] = []
        var isOwned = [Bool](repeating: false, count: held.count)
        for row in 0..<count {
            if let (source, slot) = place(entities, row), let values = source.pointee.values,
                let lengths = source.pointee.lengths, let bytes = source.pointee.bytes
            {
                let start = values.assumingMemoryBound(to: UInt32.self)[slot]
                target[row] = StringView(start: bytes + Int(start), count: Int(lengths[slot]))
                if !isOwned[source.pointee.column] {
                    isOwned[source.pointee.column] = true
                    owners.append(held[source.pointee.column])
                }
            } else {
                target[row] = StringView.empty
                missing.append(row)
            }
        }
        return Vector(
            adopting: storage, .string, count: count, missing: missing, owners: owners)
    }

    /// The form for columns of different layouts.
    private func mixed(_ entities: Vector) -> Vector {
        var values: [Value] = []
        values.reserveCapacity(entities.count)
        for row in 0..<entities.count {
            if entities.isNull(row) {
                values.append(.null)
                continue
            }
            let id = entities.ids[row]
            let column = held[sources[Int(id &>> 11)].column]
            values.append(column.value(at: Int(id & 2_047)))
        }
        return .of(values)
    }

    private func single(
        _ key: PropertyKeyID, _ entities: Vector, _ row: Int, _ context: ExecutionContext
    ) throws(QueryError) -> Value {
        if entities.isNull(row) { return .null }
        let id = entities.ids[entities.position(row)]
        return try context.onGraph { () throws(GraphError) in
            entities.layout == .node
                ? try context.graph.property(key, of: NodeID(rawValue: id))
                : try context.graph.property(key, of: RelationshipID(rawValue: id))
        }
    }
}
