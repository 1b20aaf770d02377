import KithLanguage
import KithValues

/// A chain of comparisons, each operand evaluated once.
final class ComparisonExpression: VectorExpression {
    private let first: VectorExpression
    private let steps: [(comparison: ComparisonOperator, operand: VectorExpression)]
    /// Where a property is tested for equality with what is the same in every row.
    private let equality: (property: PropertyExpression, other: VectorExpression, isNegated: Bool)?

    init(
        _ first: VectorExpression,
        _ steps: [(comparison: ComparisonOperator, operand: VectorExpression)], span: SourceSpan?
    ) {
        self.first = first
        self.steps = steps
        equality = Self.equality(first, steps)
        super.init(span: span)
    }

    private static func equality(
        _ first: VectorExpression,
        _ steps: [(comparison: ComparisonOperator, operand: VectorExpression)]
    ) -> (property: PropertyExpression, other: VectorExpression, isNegated: Bool)? {
        guard steps.count == 1,
            steps[0].comparison == .equal || steps[0].comparison == .notEqual
        else { return nil }
        for (one, other) in [(first, steps[0].operand), (steps[0].operand, first)] {
            if let property = one as? PropertyExpression,
                other is LiteralExpression || other is ParameterExpression
            {
                return (property, other, steps[0].comparison == .notEqual)
            }
        }
        return nil
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        TruthVector.vector(try truthCodes(batch, context))
    }

    override func truthCodes(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8] {
        if let codes = try equalityCodes(batch, context) { return codes }
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
        return codes
    }
}

extension ComparisonExpression {
    /// The form for strings that the graph keeps numbered; nil where they are not, or are no strings.
    private func equalityCodes(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8]? {
        guard let (property, other, isNegated) = equality else { return nil }
        let text = try other.evaluate(batch, context)
        guard text.layout == .string, text.isConstant, text.validity == nil else { return nil }
        // The vector keeps the text.
        defer { withExtendedLifetime(text) {} }
        guard var codes = try property.equalityCodes(batch, with: text.strings[0], context) else {
            return nil
        }
        if isNegated {
            for row in codes.indices { codes[row] = codes[row] == 2 ? 2 : 1 &- codes[row] }
        }
        return codes
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
        case (.integer, .float):
            guard let floats = left.exactFloats() else { return values(left, comparison, right) }
            return numbers(floats, floats.floats, comparison, right, right.floats)
        case (.float, .integer):
            guard let floats = right.exactFloats() else { return values(left, comparison, right) }
            return numbers(left, left.floats, comparison, floats, floats.floats)
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
        case .equal: runNumbers(left, right, a, b) { $0 == $1 }
        case .notEqual: runNumbers(left, right, a, b) { $0 != $1 }
        case .less: runNumbers(left, right, a, b) { $0 < $1 }
        case .lessOrEqual: runNumbers(left, right, a, b) { $0 <= $1 }
        case .greater: runNumbers(left, right, a, b) { $0 > $1 }
        case .greaterOrEqual: runNumbers(left, right, a, b) { $0 >= $1 }
        }
    }

    /// Fills codes by a test of values, in a plain loop where the left side varies, the right one does
    /// not, and neither can be null.
    @inline(__always)
    private static func runNumbers<Number>(
        _ left: Vector, _ right: Vector, _ a: UnsafeMutablePointer<Number>,
        _ b: UnsafeMutablePointer<Number>, _ test: (Number, Number) -> Bool
    ) -> [UInt8] {
        guard right.isConstant, !left.isConstant, left.validity == nil, right.validity == nil else {
            return run(left, right) { test(a[$0], b[$1]) }
        }
        let count = left.count
        let other = b[0]
        return [UInt8](unsafeUninitializedCapacity: count) { codes, initialized in
            var row = 0
            while row < count {
                codes[row] = unsafeBitCast(test(a[row], other), to: UInt8.self)
                row &+= 1
            }
            initialized = count
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

extension Vector {
    /// The integers as floats, where every one of them is a float exactly; nil otherwise.
    func exactFloats() -> Vector? {
        let stored = isConstant ? 1 : count
        let most = Int64(1) << 53
        let result = Vector(.float, count: count, isConstant: isConstant, hasNulls: validity != nil)
        var isExact = true
        var position = 0
        while position < stored {
            let number = integers[position]
            isExact = isExact && number >= -most && number <= most
            result.floats[position] = Double(number)
            position &+= 1
        }
        if let validity { result.validity?.update(from: validity, count: stored) }
        return isExact ? result : nil
    }
}
