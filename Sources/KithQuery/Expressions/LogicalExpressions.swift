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
        TruthVector.vector(try truthCodes(batch, context))
    }

    override func truthCodes(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8] {
        var codes: [UInt8] = []
        for index in operands.indices {
            if deciding == 0 {
                let isNeutral = try operands[index].expression.isSurelyTrue(batch, context)
                if isNeutral { continue }
            }
            if codes.isEmpty {
                codes = try self.codes(of: index, batch, context)
                continue
            }
            let undecided = undecidedRows(codes)
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
        // Only an AND of nothing but surely true operands leaves no codes.
        return codes.isEmpty ? [UInt8](repeating: 1, count: batch.count) : codes
    }

    override func isSurelyTrue(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> Bool {
        guard deciding == 0 else { return false }
        for operand in operands {
            guard try operand.expression.isSurelyTrue(batch, context) else { return false }
        }
        return true
    }

    private func undecidedRows(_ codes: [UInt8]) -> [Int32] {
        let deciding = deciding
        return [Int32](unsafeUninitializedCapacity: codes.count) { rows, initialized in
            var kept = 0
            var row = 0
            while row < codes.count {
                rows[kept] = Int32(truncatingIfNeeded: row)
                kept &+= codes[row] == deciding ? 0 : 1
                row &+= 1
            }
            initialized = kept
        }
    }

    private func codes(
        of index: Int, _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8] {
        try operands[index].expression.truthCodes(batch, context)
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
        let leftCodes = try left.truthCodes(batch, context)
        let rightCodes = try right.truthCodes(batch, context)
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
        TruthVector.vector(try truthCodes(batch, context))
    }

    override func truthCodes(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8] {
        var codes = try operand.truthCodes(batch, context)
        codes.withUnsafeMutableBufferPointer { codes in
            for row in codes.indices { codes[row] = codes[row] == 2 ? 2 : 1 &- codes[row] }
        }
        return codes
    }
}
