import KithLanguage
import KithValues

/// AND and OR over any number of operands.
///
/// A later operand is evaluated only on rows that the earlier ones leave undecided, so that
/// `x <> 0 AND 1 / x > 2` never divides by zero.
final class JunctionExpression: VectorExpression {
    private let operands: [(expression: VectorExpression, reads: [VariableID])]
    /// The truth code that decides: 0 (false) for AND, 1 (true) for OR.
    private let deciding: UInt8

    init(
        _ operands: [(expression: VectorExpression, reads: [VariableID])], isConjunction: Bool,
        span: SourceSpan?
    ) {
        self.operands = operands
        deciding = isConjunction ? 0 : 1
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        var codes = try self.codes(of: 0, batch, context)
        for index in operands.indices.dropFirst() {
            let undecided = codes.indices.filter { codes[$0] != deciding }.map { Int32($0) }
            if undecided.isEmpty { break }
            if undecided.count == batch.count {
                let next = try self.codes(of: index, batch, context)
                for row in 0..<codes.count { codes[row] = combined(codes[row], next[row]) }
            } else {
                let part = batch.keeping(operands[index].reads).gathered(undecided)
                let next = try self.codes(of: index, part, context)
                for (position, row) in undecided.enumerated() {
                    codes[Int(row)] = combined(codes[Int(row)], next[position])
                }
            }
        }
        return TruthVector.vector(codes)
    }

    private func codes(
        of index: Int, _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8] {
        let expression = operands[index].expression
        let vector = try expression.evaluate(batch, context)
        return try TruthVector.codes(vector, span: expression.span)
    }

    /// The earlier code is not the deciding one.
    private func combined(_ earlier: UInt8, _ later: UInt8) -> UInt8 {
        if later == deciding { return later }
        return earlier == 2 || later == 2 ? 2 : later
    }
}

/// `a XOR b`.
final class ExclusiveOrExpression: VectorExpression {
    private let left: VectorExpression
    private let right: VectorExpression

    init(_ left: VectorExpression, _ right: VectorExpression, span: SourceSpan?) {
        self.left = left
        self.right = right
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let leftCodes = try TruthVector.codes(left.evaluate(batch, context), span: left.span)
        let rightCodes = try TruthVector.codes(right.evaluate(batch, context), span: right.span)
        return TruthVector.vector(
            zip(leftCodes, rightCodes).map { $0 == 2 || $1 == 2 ? 2 : $0 ^ $1 })
    }
}

/// `NOT a`.
final class NotExpression: VectorExpression {
    private let operand: VectorExpression

    init(_ operand: VectorExpression, span: SourceSpan?) {
        self.operand = operand
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let codes = try TruthVector.codes(operand.evaluate(batch, context), span: operand.span)
        return TruthVector.vector(codes.map { $0 == 2 ? 2 : 1 &- $0 })
    }
}
