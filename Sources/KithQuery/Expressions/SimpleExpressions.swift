import KithLanguage
import KithValues

/// The same value for every row.
final class LiteralExpression: VectorExpression {
    let value: Value

    init(_ value: Value, span: SourceSpan?) {
        self.value = value
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        .constant(value, count: batch.count)
    }
}

/// A parameter of the statement.
final class ParameterExpression: VectorExpression {
    private let position: Int

    /// `position`: among the statement's parameters.
    init(position: Int, span: SourceSpan?) {
        self.position = position
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        .constant(context.parameterValues[position], count: batch.count)
    }
}

/// A variable of the row.
final class VariableReference: VectorExpression {
    let variable: VariableID

    init(_ variable: VariableID, span: SourceSpan?) {
        self.variable = variable
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        batch[variable]
    }
}

/// `a IS NULL`, `a IS NOT NULL`.
final class NullCheckExpression: VectorExpression {
    private let operand: VectorExpression
    private let isNegated: Bool

    init(_ operand: VectorExpression, isNegated: Bool, span: SourceSpan?) {
        self.operand = operand
        self.isNegated = isNegated
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let vector = try operand.evaluate(batch, context)
        let result = Vector(.boolean, count: batch.count)
        for row in 0..<batch.count {
            result.booleans[row] = vector.isNull(row) != isNegated ? 1 : 0
        }
        return result
    }
}

/// Any operation on values, computed row by row: the plain form that kernels are checked against,
/// and the only form of operations that are rare or whose operands have no typed layout.
final class RowwiseExpression: VectorExpression {
    /// Computes the value of one row from those of its operands.
    typealias Body = (_ operands: [Value], _ context: ExecutionContext) throws(ValueError) -> Value

    private let operands: [VectorExpression]
    private let isDeterministic: Bool
    private let body: Body

    /// `isDeterministic`: whether equal operands give equal results, so that constant
    ///   operands need one evaluation for all rows.
    init(
        _ operands: [VectorExpression], isDeterministic: Bool = true, span: SourceSpan?,
        body: @escaping Body
    ) {
        self.operands = operands
        self.isDeterministic = isDeterministic
        self.body = body
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        var vectors: [Vector] = []
        vectors.reserveCapacity(operands.count)
        for operand in operands { vectors.append(try operand.evaluate(batch, context)) }
        if isDeterministic, vectors.allSatisfy({ $0.isConstant }) {
            let value = try result(vectors.map { $0.value(at: 0) }, context)
            return .constant(value, count: batch.count)
        }
        var results: [Value] = []
        results.reserveCapacity(batch.count)
        var arguments = [Value](repeating: .null, count: vectors.count)
        var made = MadeValues()
        defer { made.giveBack(context) }
        for row in 0..<batch.count {
            for (index, vector) in vectors.enumerated() {
                arguments[index] = vector.value(at: row)
            }
            let value = try result(arguments, context)
            try made.add(value, context)
            results.append(value)
        }
        return .of(results)
    }

    private func result(
        _ arguments: [Value], _ context: ExecutionContext
    ) throws(QueryError) -> Value {
        do {
            return try body(arguments, context)
        } catch {
            throw context.queryError(error, span: span)
        }
    }
}
