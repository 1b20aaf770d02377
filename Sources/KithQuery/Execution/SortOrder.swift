import KithValues

/// The order of rows by several key vectors.
struct SortOrder {
    let vectors: [Vector]
    let descending: [Bool]

    /// The numbers of the first `most` rows in ascending order of the keys; stable.
    func sortedRows(count: Int, first most: Int) -> [Int32] {
        if most >= count / 2,
            let packed = PackedOrder(vectors, descending: descending, count: count)
        {
            let rows = packed.sortedRows()
            return most < count ? Array(rows[..<most]) : rows
        }
        let columns = zip(vectors, descending).map { KeyView($0, isDescending: $1) }
        // The views live as long as the vectors.
        defer { withExtendedLifetime(vectors) {} }
        if columns.count == 1, let only = columns.first, only.form == .words {
            let (words, mask, isDescending) = (only.words, only.mask, only.isDescending)
            return rows(count: count, most) { (a, b) in
                let (x, y) = (words[Int(a) & mask], words[Int(b) & mask])
                return x != y ? (x < y) != isDescending : a < b
            }
        }
        return columns.withUnsafeBufferPointer { columns in
            rows(count: count, most) { (a, b) in
                var index = 0
                while index < columns.count {
                    let order = columns[index].compare(Int(a), Int(b))
                    if order != 0 { return order < 0 }
                    index &+= 1
                }
                return a < b
            }
        }
    }

    @inline(__always)
    private func rows(
        count: Int, _ most: Int, _ comesBefore: (Int32, Int32) -> Bool
    ) -> [Int32] {
        // Few of many: most rows are compared once, with the last of the best so far.
        if most < count / 2 { return firstRows(count: count, most, comesBefore) }
        var rows = (0..<Int32(count)).map { $0 }
        rows.sort(by: comesBefore)
        return most < count ? Array(rows[..<most]) : rows
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

}

/// A key of rows to be ordered, as it is compared: without counting references to its vector, which
/// somebody else keeps.
private struct KeyView {
    enum Form {
        /// Integers or dates, none of them null.
        case words
        case strings
        case others
    }

    let form: Form
    let mask: Int
    let isDescending: Bool
    private let storage: UnsafeRawPointer
    private let validity: UnsafePointer<UInt8>?
    private let vector: Unmanaged<Vector>

    init(_ vector: Vector, isDescending: Bool) {
        switch vector.layout {
        case .integer, .date: form = vector.hasNoNulls ? .words : .others
        case .string: form = .strings
        default: form = .others
        }
        mask = vector.positionMask
        self.isDescending = isDescending
        storage = UnsafeRawPointer(vector.storage)
        validity = vector.validity.map { UnsafePointer($0) }
        self.vector = .passUnretained(vector)
    }

    var words: UnsafePointer<Int64> { storage.assumingMemoryBound(to: Int64.self) }

    /// Negative, zero or positive as row `a` comes before, with or after row `b`; null is greatest.
    @inline(__always)
    func compare(_ a: Int, _ b: Int) -> Int {
        let order: Int
        switch form {
        case .words:
            let (x, y) = (words[a & mask], words[b & mask])
            order = x < y ? -1 : (x > y ? 1 : 0)
        case .strings:
            let aIsNull = validity.map { $0[a & mask] == 0 } ?? false
            let bIsNull = validity.map { $0[b & mask] == 0 } ?? false
            if aIsNull || bIsNull {
                order = (aIsNull ? 1 : 0) - (bIsNull ? 1 : 0)
            } else {
                let texts = storage.assumingMemoryBound(to: StringView.self)
                order = StringView.compare(texts[a & mask], texts[b & mask])
            }
        case .others: order = vector._withUnsafeGuaranteedRef { Self.compare($0, a, b) }
        }
        return isDescending ? -order : order
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
