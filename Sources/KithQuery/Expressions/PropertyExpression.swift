import KithGraph
import KithLanguage
import KithValues

/// `subject.key`.
///
/// Properties of nodes and relationships are gathered from the decoded columns of their chunks;
/// maps and temporal values are asked one by one.
final class PropertyExpression: VectorExpression {
    private let subject: VectorExpression
    private let key: String
    private var gatherer: PropertyGatherer?

    init(_ subject: VectorExpression, key: String, span: SourceSpan?) {
        self.subject = subject
        self.key = key
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let vector = try subject.evaluate(batch, context)
        switch vector.layout {
        case .null: return .nulls(count: batch.count)
        case .node, .relationship:
            if context.hasDeleted { try EntityReading.checkAlive(vector, context, span: span) }
            guard let keyID = context.graph.catalog.propertyKey(key) else {
                return .nulls(count: batch.count)
            }
            let gatherer = self.gatherer ?? PropertyGatherer()
            self.gatherer = gatherer
            return try gatherer.gather(keyID, of: vector, context)
        default:
            var values: [Value] = []
            values.reserveCapacity(batch.count)
            for row in 0..<batch.count {
                values.append(
                    try EntityReading.property(
                        key, of: vector.value(at: row), context, span: span))
            }
            return .of(values)
        }
    }
}

/// Reads one property of many entities out of the columns of their chunks.
final class PropertyGatherer {
    private var chunks = [UInt64](repeating: .max, count: cacheSize)
    private var columns = [Column?](repeating: nil, count: cacheSize)
    private var version: UInt64 = .max
    private var key: PropertyKeyID?

    /// Chunks remembered between batches, each at its number modulo this.
    private static let cacheSize = 256
    /// Up to this many rows are read one by one, which decodes nothing.
    private static let singlesMax = 4

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
        if version != context.graphVersion || self.key != key {
            version = context.graphVersion
            self.key = key
            for index in chunks.indices { chunks[index] = .max }
        }
        var builder = GatheredVector(count: entities.count)
        var row = 0
        let ids = entities.ids
        while row < entities.count {
            if let validity = entities.validity, validity[row] == 0 {
                builder.skip(row)
                row += 1
                continue
            }
            let chunk = ids[row] >> 11
            let column = try column(chunk, entities.layout, context)
            var end = row + 1
            while end < entities.count, ids[end] >> 11 == chunk,
                entities.validity.map({ $0[end] != 0 }) ?? true
            {
                end += 1
            }
            if !builder.copy(column, ids, row..<end) {
                builder.discard()
                return try mixed(key, entities, context)
            }
            row = end
        }
        return builder.finish()
    }

    private func column(
        _ chunk: UInt64, _ layout: Vector.Layout, _ context: ExecutionContext
    ) throws(QueryError) -> Column {
        let position = Int(truncatingIfNeeded: chunk) & (Self.cacheSize - 1)
        if chunks[position] == chunk, let column = columns[position] { return column }
        guard let key else { preconditionFailure("a gather without a key") }
        let column = try context.onGraph { () throws(GraphError) in
            layout == .node
                ? try context.graph.column(key, inNodeChunk: ChunkID(rawValue: chunk))
                : try context.graph.column(key, inRelationshipChunk: ChunkID(rawValue: chunk))
        }
        chunks[position] = chunk
        columns[position] = column
        return column
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

    /// The form for columns of different layouts.
    private func mixed(
        _ key: PropertyKeyID, _ entities: Vector, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        var values: [Value] = []
        values.reserveCapacity(entities.count)
        for row in 0..<entities.count {
            if entities.isNull(row) {
                values.append(.null)
                continue
            }
            let id = entities.ids[row]
            values.append(
                try column(id >> 11, entities.layout, context).value(at: Int(id & 2_047)))
        }
        return .of(values)
    }
}

/// A vector being filled from columns of one layout.
struct GatheredVector {
    private let count: Int
    private var layout = Vector.Layout.null
    private var isMissing: [Bool]
    private var hasMissing = false
    private var owners: [AnyObject] = []
    private var storage: UnsafeMutableRawPointer?

    init(count: Int) {
        self.count = count
        isMissing = []
    }

    /// Marks a row as null.
    mutating func skip(_ row: Int) {
        if isMissing.isEmpty { isMissing = Array(repeating: false, count: count) }
        isMissing[row] = true
        hasMissing = true
    }

    /// Copies the values of entities `ids[rows]`, all of the column's chunk; false when the column
    /// has another layout than those before.
    mutating func copy(
        _ column: Column, _ ids: UnsafeMutablePointer<UInt64>, _ rows: Range<Int>
    ) -> Bool {
        guard let native = Self.layout(of: column) else { return false }
        if native == .null {
            for row in rows { skip(row) }
            return true
        }
        if layout == .null {
            layout = native
            storage = .allocate(byteCount: max(count * native.strideInBytes, 1), alignment: 16)
            storage?.initializeMemory(
                as: UInt8.self, repeating: 0, count: count * native.strideInBytes)
        } else if layout != native {
            return false
        }
        for row in rows where !column.hasValue(Int(ids[row] & 2_047)) { skip(row) }
        guard let storage else { return false }
        switch layout {
        case .integer, .date:
            Self.move(column.integers, ids, rows, column.count, storage)
        case .float: Self.move(column.floats, ids, rows, column.count, storage)
        case .boolean: Self.move(column.booleans, ids, rows, column.count, storage)
        case .string:
            if owners.last !== column { owners.append(column) }
            let views = storage.assumingMemoryBound(to: StringView.self)
            for row in rows {
                let slot = Int(ids[row] & 2_047)
                guard slot < column.count else { continue }
                views[row] = StringView(
                    start: column.stringBytes + Int(column.stringStarts[slot]),
                    count: Int(column.stringLengths[slot]))
            }
        case .null, .node, .relationship, .tagged: return false
        }
        return true
    }

    private static func layout(of column: Column) -> Vector.Layout? {
        switch column.layout {
        case .null: .null
        case .integer: .integer
        case .float: .float
        case .boolean: .boolean
        case .string: .string
        case .date: .date
        case .tagged: nil
        }
    }

    @inline(__always)
    private static func move<Element>(
        _ source: UnsafePointer<Element>, _ ids: UnsafeMutablePointer<UInt64>, _ rows: Range<Int>,
        _ limit: Int, _ storage: UnsafeMutableRawPointer
    ) {
        let target = storage.assumingMemoryBound(to: Element.self)
        var row = rows.lowerBound
        while row < rows.upperBound {
            let slot = Int(truncatingIfNeeded: ids[row] & 2_047)
            if slot < limit { target[row] = source[slot] }
            row &+= 1
        }
    }

    /// Frees what was copied.
    mutating func discard() {
        storage?.deallocate()
        storage = nil
    }

    /// The finished vector.
    mutating func finish() -> Vector {
        guard let storage else { return .nulls(count: count) }
        let vector = Vector(
            adopting: storage, layout, count: count, hasNulls: hasMissing, owners: owners)
        if let validity = vector.validity {
            for row in 0..<count { validity[row] = isMissing[row] ? 0 : 1 }
        }
        self.storage = nil
        return vector
    }
}
