import KithGraph
import KithLanguage
import KithValues

/// A step that changes the graph.
///
/// It takes all rows of its input, applies its change to all of them, and only then gives the first
/// row: what is read before sees nothing of the change, what is read after sees all of it.
class WritingOperator: Operator {
    private let input: Operator
    private var results = BufferedRows()
    private var hasWritten = false

    init(input: Operator) { self.input = input }

    /// Whether what the change reads of the graph must be read for all rows before the first is
    /// written, so that ``write(_:_:)`` must get them as one batch.
    var needsAllRowsAtOnce: Bool { false }

    /// Applies the change to the rows of `batch`, which has at least one; returns the rows to go on
    /// with.
    func write(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Batch {
        preconditionFailure("a writing operator must say what it writes")
    }

    final override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if !hasWritten {
            hasWritten = true
            var rows = BufferedRows()
            try rows.fill(from: input, context)
            if needsAllRowsAtOnce, rows.count > 0 {
                let all = rows.combined(width: context.variableCount)
                rows.removeAll(context)
                try rows.append(all, context)
            }
            while let batch = rows.next(context) {
                try context.checkpoint()
                let written = try write(batch, context)
                context.noteChange()
                try results.append(written, context)
            }
        }
        return results.next(context)
    }

    /// Whether nothing of a run stays in what the rows come from.
    final var inputMayRunAgain: Bool { input.mayRunAgain }

    override func restart() {
        hasWritten = false
        results = BufferedRows()
        input.restart()
    }
}

/// Properties as a pattern writes them, ready to be evaluated for a batch.
struct PropertyWriter {
    private let keys: [String]
    private let values: [VectorExpression]
    private let map: VectorExpression?
    private let span: SourceSpan?

    init(
        _ entries: [BoundMapEntry], map: BoundExpression?, span: SourceSpan?,
        _ builder: OperatorBuilder
    ) throws(QueryError) {
        keys = entries.map { $0.key }
        values = try ExpressionCompiler(builder: builder).compile(entries.map { $0.value })
        self.map = try builder.compile(map)
        self.span = span
    }

    /// The properties of each row.
    func evaluate(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> EvaluatedProperties {
        let pen = try context.pen()
        var columns: [(key: PropertyKeyID, vector: Vector)] = []
        for (key, value) in zip(keys, values) {
            let id = try context.onGraph { () throws(GraphError) in try pen.propertyKey(key) }
            columns.append((id, try value.evaluateValues(batch, context)))
        }
        return EvaluatedProperties(
            columns: columns, map: try map?.evaluate(batch, context), span: span)
    }
}

/// The properties of a pattern's entity for the rows of one batch.
struct EvaluatedProperties {
    let columns: [(key: PropertyKeyID, vector: Vector)]
    let map: Vector?
    let span: SourceSpan?

    /// The properties of one row, nulls left out.
    func row(
        _ row: Int, _ context: ExecutionContext
    ) throws(QueryError) -> [(key: PropertyKeyID, value: Value)] {
        var result: [(key: PropertyKeyID, value: Value)] = []
        for column in columns where !column.vector.isNull(row) {
            result.append((column.key, column.vector.value(at: row)))
        }
        guard let map else { return result }
        for entry in try PropertyMaps.entries(of: map.value(at: row), context, span: span) {
            if entry.value.isNull { continue }
            let pen = try context.pen()
            let key = try context.onGraph { () throws(GraphError) in
                try pen.propertyKey(entry.key)
            }
            result.append((key, entry.value))
        }
        return result
    }

    /// The properties of all `count` rows at once; nil where rows may have different keys, or a key
    /// more than once.
    func table(count: Int) -> PropertyTable? {
        guard map == nil else { return nil }
        let ordered = columns.sorted { $0.key < $1.key }
        for index in ordered.indices.dropFirst() where ordered[index].key == ordered[index - 1].key
        {
            return nil
        }
        let width = ordered.count
        // Writing the length of no values would be a write to the one empty array of all threads.
        if width * count == 0 { return PropertyTable(keys: ordered.map { $0.key }, values: []) }
        let values = [Value](unsafeUninitializedCapacity: width * count) { target, initialized in
            initialized = width * count
            guard let base = target.baseAddress else { return }
            for (place, column) in ordered.enumerated() {
                column.vector.copyValues(to: base + place, stride: width)
            }
        }
        return PropertyTable(keys: ordered.map { $0.key }, values: values)
    }

    /// The first property of the row that equals nothing, not even itself: null or NaN.
    func valueEqualToNothing(_ row: Int) -> Value? {
        for column in columns {
            let value = column.vector.value(at: row)
            if Merge.isUnfindable(value) { return value }
        }
        guard case .map(let map) = map?.value(at: row) else { return nil }
        return map.entries.first { Merge.isUnfindable($0.value) }?.value
    }
}

/// Maps of properties given as values: a map, or the properties of a node or relationship.
enum PropertyMaps {
    /// The entries; none for null.
    ///
    /// - Throws: `TypeError`/`InvalidArgumentType` for other kinds of value.
    static func entries(
        of value: Value, _ context: ExecutionContext, span: SourceSpan?
    ) throws(QueryError) -> [ValueMap.Entry] {
        if value.isNull { return [] }
        if let map = try EntityReading.properties(of: value, context, span: span) {
            return map.entries
        }
        throw QueryError(
            type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
            message: "expected a map of properties, found \(value.kind.name)", span: span)
    }
}
