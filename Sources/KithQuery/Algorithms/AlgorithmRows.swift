import KithGraph
import KithValues

/// What an algorithm gives: columns of one length.
struct AlgorithmRows {
    /// One column.
    enum Column {
        /// The nodes of a projection, one a row, in their order.
        case nodes(ProjectedNodes)
        /// Nodes of a projection by their positions; ``ProjectedNodes/missing`` is null.
        case nodesAt(ProjectedNodes, [UInt32])
        case floats([Double])
        case integers([Int64])
        case counts([UInt32])
        /// One value for every row.
        case constant(Value)
        /// A value made for each row that somebody looks at.
        case made((Int) throws(QueryError) -> Value)
    }

    let count: Int
    /// A column for each output of the procedure.
    let columns: [Column]

    /// Stores one column in a property of the nodes of the first.
    func write(
        _ output: Int, to property: String, _ context: ExecutionContext
    ) throws(QueryError) {
        let pen = try context.pen()
        let key = try context.onGraph { () throws(GraphError) in try pen.propertyKey(property) }
        var start = 0
        while start < count {
            try context.checkpoint()
            let rows = start..<min(start + AlgorithmCursor.batchSize, count)
            let nodes = try vector(0, rows)
            let values = try vector(output, rows)
            let changed = try context.onGraph { () throws(GraphError) in
                var changed = 0
                for row in 0..<rows.count {
                    let node = NodeID(rawValue: nodes.ids[row])
                    if try pen.set(key, of: node, to: values.value(at: row)) { changed += 1 }
                }
                return changed
            }
            context.changes.propertiesSet += changed
            start = rows.upperBound
        }
        context.noteChange()
    }

    /// Some rows of a column.
    func vector(_ output: Int, _ rows: Range<Int>) throws(QueryError) -> Vector {
        switch columns[output] {
        case .nodes(let nodes):
            return Vector.ids(.node, nodes.ids + rows.lowerBound, count: rows.count)
        case .nodesAt(let nodes, let positions):
            return Self.nodes(nodes, positions[rows])
        case .floats(let values):
            let vector = Vector(.float, count: rows.count)
            Self.copy(values, rows, to: vector.floats) { $0 }
            return vector
        case .integers(let values):
            let vector = Vector(.integer, count: rows.count)
            Self.copy(values, rows, to: vector.integers) { $0 }
            return vector
        case .counts(let values):
            let vector = Vector(.integer, count: rows.count)
            Self.copy(values, rows, to: vector.integers) { Int64(truncatingIfNeeded: $0) }
            return vector
        case .constant(let value): return .constant(value, count: rows.count)
        case .made(let make):
            var values: [Value] = []
            for row in rows { values.append(try make(row)) }
            return .of(values)
        }
    }

    @inline(__always)
    private static func copy<Element, Copied>(
        _ values: [Element], _ rows: Range<Int>, to target: UnsafeMutablePointer<Copied>,
        _ copied: (Element) -> Copied
    ) {
        values.withUnsafeBufferPointer { values in
            let values = UnsafeBufferPointer(rebasing: values[rows])
            var row = 0
            while row < values.count {
                target[row] = copied(values[row])
                row &+= 1
            }
        }
    }

    private static func nodes(_ nodes: ProjectedNodes, _ positions: ArraySlice<UInt32>) -> Vector {
        let hasNulls = positions.contains(ProjectedNodes.missing)
        let vector = Vector(.node, count: positions.count, hasNulls: hasNulls)
        for (row, position) in positions.enumerated() where position != ProjectedNodes.missing {
            vector.ids[row] = nodes.ids[Int(position)]
            vector.validity?[row] = 1
        }
        return vector
    }
}

/// Gives the rows of an algorithm batch by batch.
final class AlgorithmCursor: VectorCursor {
    private let rows: AlgorithmRows
    private let call: AlgorithmCall
    private var position = 0

    static let batchSize = 2_048

    init(_ rows: AlgorithmRows, _ call: AlgorithmCall) {
        self.rows = rows
        self.call = call
    }

    func next(outputs: [Int]) throws(QueryError) -> VectorRows {
        let end = min(position + min(Self.batchSize, call.execution.batchSize), rows.count)
        var vectors: [Vector] = []
        for output in outputs { vectors.append(try rows.vector(output, position..<end)) }
        let result = VectorRows(count: end - position, vectors: vectors, hasMore: end < rows.count)
        position = end
        if !result.hasMore { call.release() }
        return result
    }

    func next(into result: inout [[Value]]) throws(QueryError) -> Bool {
        let found = try next(outputs: Array(rows.columns.indices))
        for row in 0..<found.count { result.append(found.vectors.map { $0.value(at: row) }) }
        return found.hasMore
    }
}
