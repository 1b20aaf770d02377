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
        bar = SortBar(keyVectors[0][0], at: most - 1, isDescending: keys[0].isDescending)
    }

    /// Keeps the first rows only, in order.
    func reduce(_ context: ExecutionContext) throws(QueryError) {
        guard rows.count > most else { return }
        let (best, bestKeys) = ordered()
        rows.removeAll(context)
        try rows.append(best, context)
        keyVectors = [bestKeys]
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

/// The order of rows by several key vectors.
struct SortOrder {
    let vectors: [Vector]
    let descending: [Bool]

    /// The numbers of the first `most` rows in ascending order of the keys; stable.
    func sortedRows(count: Int, first most: Int) -> [Int32] {
        // Few of many: most rows are compared once, with the last of the best so far.
        if most < count / 2 {
            if let numbers = firstNumbers { return firstRows(count: count, most, numbers) }
            return firstRows(count: count, most) { (a, b) in
                let order = compare(Int(a), Int(b))
                return order != 0 ? order < 0 : a < b
            }
        }
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

    /// The first keys where all are integers.
    private var firstNumbers: UnsafeMutablePointer<Int64>? {
        guard let first = vectors.first, first.layout == .integer, first.hasNoNulls,
            !first.isConstant
        else { return nil }
        return first.integers
    }

    /// The first `most` of so many rows, in order, where the first keys are integers: mostly these alone
    /// are compared.
    private func firstRows(
        count: Int, _ most: Int, _ numbers: UnsafeMutablePointer<Int64>
    ) -> [Int32] {
        let isDescending = descending[0]
        let isOnlyKey = vectors.count == 1
        return firstRows(count: count, most) { (a, b) in
            let (x, y) = (numbers[Int(a)], numbers[Int(b)])
            if x != y { return (x < y) != isDescending }
            let order = isOnlyKey ? 0 : compare(Int(a), Int(b))
            return order != 0 ? order < 0 : a < b
        }
    }

    /// The first `most` of so many rows, in order.
    @inline(__always)
    private func firstRows(
        count: Int, _ most: Int, _ comesBefore: (Int32, Int32) -> Bool
    ) -> [Int32] {
        guard most > 0 else { return [] }
        // A heap with the last row at its root.
        var heap: [Int32] = []
        heap.reserveCapacity(most)
        func sink(_ start: Int) {
            var parent = start
            while true {
                var child = 2 * parent + 1
                guard child < heap.count else { return }
                if child + 1 < heap.count, comesBefore(heap[child], heap[child + 1]) { child += 1 }
                guard comesBefore(heap[parent], heap[child]) else { return }
                heap.swapAt(parent, child)
                parent = child
            }
        }
        for row in 0..<Int32(count) {
            if heap.count < most {
                heap.append(row)
                if heap.count == most {
                    for parent in (0..<most / 2).reversed() { sink(parent) }
                }
            } else if comesBefore(row, heap[0]) {
                heap[0] = row
                sink(0)
            }
        }
        return heap.sorted(by: comesBefore)
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
