import KithLanguage
import KithValues

/// `+ - * / % ^` and `||`: kernels for integers and floats, row by row for everything else.
final class ArithmeticExpression: VectorExpression {
    private let arithmetic: BinaryOperator
    private let left: VectorExpression
    private let right: VectorExpression

    init(
        _ arithmetic: BinaryOperator, _ left: VectorExpression, _ right: VectorExpression,
        span: SourceSpan?
    ) {
        self.arithmetic = arithmetic
        self.left = left
        self.right = right
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let leftVector = try left.evaluate(batch, context)
        let rightVector = try right.evaluate(batch, context)
        do {
            guard ArithmeticKernels.joins(arithmetic, leftVector, rightVector) else {
                return try ArithmeticKernels.apply(arithmetic, leftVector, rightVector)
            }
        } catch {
            throw QueryError(error, span: span)
        }
        return try joined(leftVector, rightVector, context)
    }

    /// Strings or lists, which may be long in each row.
    private func joined(
        _ left: Vector, _ right: Vector, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        var made = MadeValues()
        defer { made.giveBack(context) }
        var results: [Value] = []
        results.reserveCapacity(left.count)
        for row in 0..<left.count {
            let value: Value
            do {
                value = try ArithmeticKernels.applyValues(
                    arithmetic, left.value(at: row), right.value(at: row))
            } catch {
                throw QueryError(error, span: span)
            }
            try made.add(value, context)
            results.append(value)
        }
        return .of(results)
    }
}

/// Arithmetic on whole vectors.
enum ArithmeticKernels {
    /// Whether strings or lists are joined, row by row.
    static func joins(_ arithmetic: BinaryOperator, _ left: Vector, _ right: Vector) -> Bool {
        guard arithmetic == .add || arithmetic == .concatenate else { return false }
        if left.isConstant && right.isConstant { return false }
        func isNumeric(_ vector: Vector) -> Bool {
            vector.layout == .integer || vector.layout == .float
        }
        return !isNumeric(left) || !isNumeric(right)
    }

    /// Computes row by row, with a kernel where there is one for the operands' layouts.
    static func apply(
        _ arithmetic: BinaryOperator, _ left: Vector, _ right: Vector
    ) throws(ValueError) -> Vector {
        if left.layout == .null || right.layout == .null,
            arithmetic != .add, arithmetic != .concatenate
        {
            return .nulls(count: left.count)
        }
        if left.isConstant && right.isConstant {
            let value = try applyValues(arithmetic, left.value(at: 0), right.value(at: 0))
            return .constant(value, count: left.count)
        }
        let result: Vector?
        switch (left.layout, right.layout) {
        case (.integer, .integer): result = try integers(arithmetic, left, right)
        case (.float, .float):
            result = floats(arithmetic, left, right) {
                left.floats[$0]
            } _: {
                right.floats[$0]
            }
        case (.integer, .float):
            result = floats(arithmetic, left, right) {
                Double(left.integers[$0])
            } _: {
                right.floats[$0]
            }
        case (.float, .integer):
            result = floats(arithmetic, left, right) {
                left.floats[$0]
            } _: {
                Double(right.integers[$0])
            }
        default: result = nil
        }
        if let result { return result }
        return try values(arithmetic, left, right)
    }

    /// The plain form, for any values.
    static func values(
        _ arithmetic: BinaryOperator, _ left: Vector, _ right: Vector
    ) throws(ValueError) -> Vector {
        var results: [Value] = []
        results.reserveCapacity(left.count)
        for row in 0..<left.count {
            results.append(
                try applyValues(arithmetic, left.value(at: row), right.value(at: row)))
        }
        return .of(results)
    }

    /// Computes one value.
    static func applyValues(
        _ arithmetic: BinaryOperator, _ left: Value, _ right: Value
    ) throws(ValueError) -> Value {
        switch arithmetic {
        case .add:
            try ScalarOperators.checkLength(joining: left, right)
            return try Value.add(left, right)
        case .subtract: return try Value.subtract(left, right)
        case .multiply: return try Value.multiply(left, right)
        case .divide: return try Value.divide(left, right)
        case .modulo: return try Value.modulo(left, right)
        case .power: return try Value.power(left, right)
        case .concatenate: return try ScalarOperators.concatenate(left, right)
        case .isIn, .startsWith, .endsWith, .contains, .matches:
            preconditionFailure("\(arithmetic.rawValue) is not arithmetic")
        }
    }

    private static func integers(
        _ arithmetic: BinaryOperator, _ left: Vector, _ right: Vector
    ) throws(ValueError) -> Vector? {
        let (a, b) = (left.integers, right.integers)
        switch arithmetic {
        case .add:
            return try checked(left, right) { a[$0].addingReportingOverflow(b[$1]) }
        case .subtract:
            return try checked(left, right) { a[$0].subtractingReportingOverflow(b[$1]) }
        case .multiply:
            return try checked(left, right) { a[$0].multipliedReportingOverflow(by: b[$1]) }
        default: return nil
        }
    }

    @inline(__always)
    private static func checked(
        _ left: Vector, _ right: Vector, _ compute: (Int, Int) -> (Int64, Bool)
    ) throws(ValueError) -> Vector {
        let result = emptyResult(.integer, left, right)
        let (leftMask, rightMask) = (left.positionMask, right.positionMask)
        let target = result.integers
        var overflowed = false
        var row = 0
        if let validity = result.validity {
            while row < result.count {
                let (value, overflow) = compute(row & leftMask, row & rightMask)
                target[row] = value
                overflowed = overflowed || (overflow && validity[row] == 1)
                row &+= 1
            }
        } else {
            while row < result.count {
                let (value, overflow) = compute(row & leftMask, row & rightMask)
                target[row] = value
                overflowed = overflowed || overflow
                row &+= 1
            }
        }
        if overflowed { throw .integerOverflow }
        return result
    }

    @inline(__always)
    private static func floats(
        _ arithmetic: BinaryOperator, _ left: Vector, _ right: Vector,
        _ a: (Int) -> Double, _ b: (Int) -> Double
    ) -> Vector? {
        switch arithmetic {
        case .add: fill(left, right) { a($0) + b($1) }
        case .subtract: fill(left, right) { a($0) - b($1) }
        case .multiply: fill(left, right) { a($0) * b($1) }
        case .divide: fill(left, right) { a($0) / b($1) }
        default: nil
        }
    }

    @inline(__always)
    private static func fill(
        _ left: Vector, _ right: Vector, _ compute: (Int, Int) -> Double
    ) -> Vector {
        let result = emptyResult(.float, left, right)
        let (leftMask, rightMask) = (left.positionMask, right.positionMask)
        let target = result.floats
        var row = 0
        while row < result.count {
            target[row] = compute(row & leftMask, row & rightMask)
            row &+= 1
        }
        return result
    }

    /// A vector that is null where either operand is.
    private static func emptyResult(
        _ layout: Vector.Layout, _ left: Vector, _ right: Vector
    ) -> Vector {
        let hasNulls = left.validity != nil || right.validity != nil
        let result = Vector(layout, count: left.count, hasNulls: hasNulls)
        if let validity = result.validity {
            let (leftMask, rightMask) = (left.positionMask, right.positionMask)
            for row in 0..<result.count {
                validity[row] =
                    (left.validity?[row & leftMask] ?? 1) & (right.validity?[row & rightMask] ?? 1)
            }
        }
        return result
    }
}
