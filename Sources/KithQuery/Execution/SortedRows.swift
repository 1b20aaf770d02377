import KithValues

/// A key to order rows by, compiled for one thread.
struct SortKey {
    let expression: VectorExpression
    let isDescending: Bool
}

/// Rows to be put in order: what one thread collects. Where only the first so many are wanted, it keeps
/// no more than a few times as many.
final class SortedRows {
    private let keys: [SortKey]
    private let most: Int
    private let width: Int
    private var rows = BufferedRows()
    private var keyVectors: [[Vector]] = []
    /// What tells rows that will not be among the first.
    private(set) var bar: SortBar?

    /// `most`: how many of the first rows are wanted. `bar` comes from rows seen before that have as
    /// many on this side of it.
    init(_ keys: [SortKey], most: Int, width: Int, bar: SortBar? = nil) {
        self.keys = keys
        self.most = most
        self.width = width
        self.bar = bar
    }

    /// Adds all rows of an operator.
    func addAll(_ input: Operator, _ context: ExecutionContext) throws(QueryError) {
        while var batch = try input.next(context) {
            guard batch.count > 0 else { continue }
            var vectors: [Vector] = []
            for key in keys { vectors.append(try key.expression.evaluate(batch, context)) }
            if let kept = bar?.rows(within: vectors[0]), kept.count < batch.count {
                if kept.isEmpty { continue }
                batch = batch.gathered(kept)
                vectors = vectors.map { $0.gathered(kept, count: kept.count) }
            }
            try add(batch, vectors, context)
        }
    }

    private func add(
        _ batch: Batch, _ vectors: [Vector], _ context: ExecutionContext
    ) throws(QueryError) {
        try rows.append(batch, context)
        keyVectors.append(vectors)
        guard most < .max, rows.count > 4 * max(most, context.batchSize) else { return }
        try reduce(context)
    }

    /// Keeps the first rows only, in order.
    func reduce(_ context: ExecutionContext) throws(QueryError) {
        guard rows.count > most else { return }
        let (best, bestKeys) = ordered()
        rows.removeAll(context)
        try rows.append(best, context)
        keyVectors = [bestKeys]
        bar = SortBar(bestKeys[0], at: most - 1, isDescending: keys[0].isDescending) ?? bar
    }

    /// Adds the rows of another thread, which come after those here.
    func merge(_ other: SortedRows, _ context: ExecutionContext) throws(QueryError) {
        for (batch, vectors) in zip(other.rows.all, other.keyVectors) {
            try add(batch, vectors, context)
        }
        other.rows.removeAll(context)
    }

    /// The first rows in order.
    func result() -> Batch {
        rows.count == 0 ? Batch(count: 0, width: width) : ordered().rows
    }

    private func ordered() -> (rows: Batch, keys: [Vector]) {
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
}

/// The first key of the last row worth keeping: rows beyond it need not be looked at.
struct SortBar {
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
