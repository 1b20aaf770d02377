import KithValues

/// Orders rows by keys; rows with equal keys keep their order.
///
/// With a bound (ORDER BY with LIMIT) it keeps no more than the best rows seen so far.
final class Sort: Operator {
    /// A key and its direction.
    struct Key {
        let expression: VectorExpression
        let isDescending: Bool
    }

    private let input: Operator
    private let keys: [Key]
    private let bound: (skip: VectorExpression?, limit: VectorExpression)?
    private let width: Int
    private var sorted: Batch?
    private var position = 0

    /// `bound`: the operands of SKIP and LIMIT above, so that rows beyond them need not
    ///   be kept.
    init(
        input: Operator, keys: [Key], bound: (skip: VectorExpression?, limit: VectorExpression)?,
        width: Int
    ) {
        self.input = input
        self.keys = keys
        self.bound = bound
        self.width = width
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if sorted == nil { sorted = try sortAll(context) }
        guard let sorted, position < sorted.count else { return nil }
        let length = min(context.batchSize, sorted.count - position)
        defer { position += length }
        return sorted.slice(from: position, count: length)
    }

    private func sortAll(_ context: ExecutionContext) throws(QueryError) -> Batch {
        var most = Int.max
        if let bound {
            let skip = try RowCount.evaluate(bound.skip, "SKIP", context) ?? 0
            let limit = try RowCount.evaluate(bound.limit, "LIMIT", context) ?? .max
            let (sum, overflow) = skip.addingReportingOverflow(limit)
            most = overflow ? .max : sum
        }
        var rows = BufferedRows()
        var keyVectors: [[Vector]] = []
        var bar: SortBar?
        while var batch = try input.next(context) {
            guard batch.count > 0 else { continue }
            var vectors: [Vector] = []
            for key in keys { vectors.append(try key.expression.evaluate(batch, context)) }
            if let kept = bar?.rows(within: vectors[0]), kept.count < batch.count {
                if kept.isEmpty { continue }
                batch = batch.gathered(kept)
                vectors = vectors.map { $0.gathered(kept, count: kept.count) }
            }
            try rows.append(batch, context)
            keyVectors.append(vectors)
            if most < .max, rows.count > 4 * max(most, context.batchSize) {
                let (best, bestKeys) = ordered(rows, keyVectors, most)
                rows.removeAll(context)
                try rows.append(best, context)
                keyVectors = [bestKeys]
                bar = SortBar(bestKeys[0], at: most - 1, isDescending: keys[0].isDescending)
            }
        }
        if rows.count == 0 { return Batch(count: 0, width: width) }
        let result = ordered(rows, keyVectors, most).rows
        return result
    }

    /// The first `most` rows in order, with their keys.
    private func ordered(
        _ rows: BufferedRows, _ keyVectors: [[Vector]], _ most: Int
    ) -> (rows: Batch, keys: [Vector]) {
        let all = rows.combined(width: width)
        let vectors = keys.indices.map { index in
            Vector.concatenated(keyVectors.map { $0[index] })
        }
        let order = SortOrder(vectors: vectors, descending: keys.map { $0.isDescending })
        let indices = order.sortedRows(count: all.count, first: most)
        return (
            all.gathered(indices),
            indices.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return vectors }
                return vectors.map { $0.gathered(base, count: buffer.count) }
            }
        )
    }

    override func restart() {
        sorted = nil
        position = 0
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The first key of the last row worth keeping: rows beyond it need not be looked at.
private struct SortBar {
    private let number: Int64
    private let isDescending: Bool

    /// nil where the key at `row` is no integer.
    init?(_ key: Vector, at row: Int, isDescending: Bool) {
        guard key.layout == .integer, row >= 0, row < key.count, !key.isNull(row) else {
            return nil
        }
        number = key.integers[key.position(row)]
        self.isDescending = isDescending
    }

    /// The rows that are not beyond the bar; nil where all must be kept, because the keys are of
    /// another kind.
    func rows(within key: Vector) -> [Int32]? {
        guard key.layout == .integer, key.validity == nil, !key.isConstant else { return nil }
        let numbers = key.integers
        let (number, isDescending) = (number, isDescending)
        return [Int32](unsafeUninitializedCapacity: key.count) { rows, initialized in
            var kept = 0
            var row = 0
            while row < key.count {
                rows[kept] = Int32(truncatingIfNeeded: row)
                let isWithin = isDescending ? numbers[row] >= number : numbers[row] <= number
                kept &+= Int(unsafeBitCast(isWithin, to: UInt8.self))
                row &+= 1
            }
            initialized = kept
        }
    }
}

/// The order of rows by several key vectors.
struct SortOrder {
    let vectors: [Vector]
    let descending: [Bool]

    /// The numbers of the first `most` rows in ascending order of the keys; stable.
    func sortedRows(count: Int, first most: Int) -> [Int32] {
        var rows = (0..<Int32(count)).map { $0 }
        if vectors.count == 1, vectors[0].hasNoNulls, vectors[0].layout == .integer,
            !vectors[0].isConstant
        {
            let numbers = vectors[0].integers
            if descending[0] {
                rows.sort { (a, b) in
                    let (x, y) = (numbers[Int(a)], numbers[Int(b)])
                    return x != y ? x > y : a < b
                }
            } else {
                rows.sort { (a, b) in
                    let (x, y) = (numbers[Int(a)], numbers[Int(b)])
                    return x != y ? x < y : a < b
                }
            }
        } else {
            rows.sort { (a, b) in
                let order = compare(Int(a), Int(b))
                return order != 0 ? order < 0 : a < b
            }
        }
        return most < count ? Array(rows[..<most]) : rows
    }

    /// Negative, zero or positive as row `a` sorts before, with or after row `b`.
    func compare(_ a: Int, _ b: Int) -> Int {
        for (index, vector) in vectors.enumerated() {
            let order = Self.compare(vector, a, b)
            if order != 0 { return descending[index] ? -order : order }
        }
        return 0
    }

    private static func compare(_ vector: Vector, _ a: Int, _ b: Int) -> Int {
        if vector.isConstant { return 0 }
        switch vector.layout {
        case .null: return 0
        case .tagged: return Value.orderCompare(vector.values[a], vector.values[b])
        default: break
        }
        let (aIsNull, bIsNull) = (vector.isNull(a), vector.isNull(b))
        if aIsNull || bIsNull { return (aIsNull ? 1 : 0) - (bIsNull ? 1 : 0) }
        switch vector.layout {
        case .integer, .date:
            let (x, y) = (vector.integers[a], vector.integers[b])
            return x < y ? -1 : (x > y ? 1 : 0)
        case .string: return StringView.compare(vector.strings[a], vector.strings[b])
        default: return Value.orderCompare(vector.value(at: a), vector.value(at: b))
        }
    }
}

/// The step of ``Sort``.
struct SortStep: PlanStep {
    let keys: [BoundProjection.SortKey]
    let skip: BoundExpression?
    let limit: BoundExpression?

    var name: String { limit == nil ? "Sort" : "TopRows" }
    func details(_ names: VariableNames) -> String {
        keys.map { $0.expression.text(names) + ($0.isDescending ? " DESC" : "") }
            .joined(separator: ", ")
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        var compiled: [Sort.Key] = []
        for key in keys {
            compiled.append(
                Sort.Key(
                    expression: try builder.compile(key.expression),
                    isDescending: key.isDescending))
        }
        var bound: (skip: VectorExpression?, limit: VectorExpression)?
        if let limit { bound = (try builder.compile(skip), try builder.compile(limit)) }
        return Sort(input: inputs[0], keys: compiled, bound: bound, width: builder.width)
    }
}
