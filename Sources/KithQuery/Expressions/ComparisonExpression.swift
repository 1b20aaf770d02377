import KithLanguage
import KithValues

/// A chain of comparisons, each operand evaluated once.
final class ComparisonExpression: VectorExpression {
    private let first: VectorExpression
    private let steps: [(comparison: ComparisonOperator, operand: VectorExpression)]

    init(
        _ first: VectorExpression,
        _ steps: [(comparison: ComparisonOperator, operand: VectorExpression)], span: SourceSpan?
    ) {
        self.first = first
        self.steps = steps
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        var left = try first.evaluate(batch, context)
        var codes: [UInt8] = []
        for step in steps {
            let right = try step.operand.evaluate(batch, context)
            let next = ComparisonKernels.compare(left, step.comparison, right)
            if codes.isEmpty {
                codes = next
            } else {
                for row in codes.indices {
                    let (a, b) = (codes[row], next[row])
                    codes[row] = a == 0 || b == 0 ? 0 : (a == 2 || b == 2 ? 2 : 1)
                }
            }
            left = right
        }
        return TruthVector.vector(codes)
    }
}

/// Comparisons of whole vectors, giving truth codes.
enum ComparisonKernels {
    /// Compares row by row: with a kernel where both vectors have a typed layout in common, else
    /// by ``compareValues(_:_:_:)``.
    static func compare(
        _ left: Vector, _ comparison: ComparisonOperator, _ right: Vector
    ) -> [UInt8] {
        switch (left.layout, right.layout) {
        case (.null, _), (_, .null): return [UInt8](repeating: 2, count: left.count)
        case (.integer, .integer), (.date, .date):
            return numbers(left, left.integers, comparison, right, right.integers)
        case (.float, .float): return numbers(left, left.floats, comparison, right, right.floats)
        case (.string, .string): return strings(left, comparison, right)
        case (.node, .node), (.relationship, .relationship):
            if comparison == .equal || comparison == .notEqual {
                return numbers(left, left.ids, comparison, right, right.ids)
            }
            return values(left, comparison, right)
        default: return values(left, comparison, right)
        }
    }

    /// The plain form, for any values.
    static func values(
        _ left: Vector, _ comparison: ComparisonOperator, _ right: Vector
    ) -> [UInt8] {
        (0..<left.count).map { row in
            compareValues(left.value(at: row), comparison, right.value(at: row)).rawValue
        }
    }

    /// Compares two values.
    static func compareValues(
        _ left: Value, _ comparison: ComparisonOperator, _ right: Value
    ) -> Ternary {
        switch comparison {
        case .equal: Value.cypherEquals(left, right)
        case .notEqual: !Value.cypherEquals(left, right)
        case .less: Value.isLess(left, right)
        case .lessOrEqual: Value.isLessOrEqual(left, right)
        case .greater: Value.isLess(right, left)
        case .greaterOrEqual: Value.isLessOrEqual(right, left)
        }
    }

    private static func numbers<Number: Comparable>(
        _ left: Vector, _ a: UnsafeMutablePointer<Number>, _ comparison: ComparisonOperator,
        _ right: Vector, _ b: UnsafeMutablePointer<Number>
    ) -> [UInt8] {
        switch comparison {
        case .equal: run(left, right) { a[$0] == b[$1] }
        case .notEqual: run(left, right) { a[$0] != b[$1] }
        case .less: run(left, right) { a[$0] < b[$1] }
        case .lessOrEqual: run(left, right) { a[$0] <= b[$1] }
        case .greater: run(left, right) { a[$0] > b[$1] }
        case .greaterOrEqual: run(left, right) { a[$0] >= b[$1] }
        }
    }

    private static func strings(
        _ left: Vector, _ comparison: ComparisonOperator, _ right: Vector
    ) -> [UInt8] {
        let (a, b) = (left.strings, right.strings)
        return switch comparison {
        case .equal: run(left, right) { StringView.equal(a[$0], b[$1]) }
        case .notEqual: run(left, right) { !StringView.equal(a[$0], b[$1]) }
        case .less: run(left, right) { StringView.compare(a[$0], b[$1]) < 0 }
        case .lessOrEqual: run(left, right) { StringView.compare(a[$0], b[$1]) <= 0 }
        case .greater: run(left, right) { StringView.compare(a[$0], b[$1]) > 0 }
        case .greaterOrEqual: run(left, right) { StringView.compare(a[$0], b[$1]) >= 0 }
        }
    }

    /// Fills codes by a test of stored positions; null rows are unknown without a test, since the
    /// storage of a null string is no string.
    @inline(__always)
    private static func run(
        _ left: Vector, _ right: Vector, _ test: (Int, Int) -> Bool
    ) -> [UInt8] {
        let count = left.count
        let (leftMask, rightMask) = (left.positionMask, right.positionMask)
        let (leftValid, rightValid) = (left.validity, right.validity)
        return [UInt8](unsafeUninitializedCapacity: count) { codes, initialized in
            var row = 0
            if leftValid == nil && rightValid == nil {
                while row < count {
                    codes[row] = UInt8(
                        truncatingIfNeeded: unsafeBitCast(
                            test(row & leftMask, row & rightMask), to: UInt8.self))
                    row &+= 1
                }
            } else {
                while row < count {
                    let valid =
                        (leftValid?[row & leftMask] ?? 1) & (rightValid?[row & rightMask] ?? 1)
                    codes[row] = valid == 0 ? 2 : (test(row & leftMask, row & rightMask) ? 1 : 0)
                    row &+= 1
                }
            }
            initialized = count
        }
    }
}
