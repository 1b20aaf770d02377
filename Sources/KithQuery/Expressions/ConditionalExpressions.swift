import KithLanguage
import KithValues

/// Results of parts of a batch, put together row by row.
struct ScatteredResult {
    private var parts: [(rows: [Int32], vector: Vector)] = []

    /// Records that `vector` gives the values of `rows`.
    mutating func put(_ vector: Vector, at rows: [Int32]) {
        if !rows.isEmpty { parts.append((rows, vector)) }
    }

    /// The whole vector; rows that no part gave are null.
    func vector(count: Int) -> Vector {
        if parts.count == 1, parts[0].rows.count == count { return parts[0].vector }
        var order = [Int32](repeating: -1, count: count)
        var offset: Int32 = 0
        var vectors: [Vector] = []
        for part in parts {
            for (position, row) in part.rows.enumerated() {
                order[Int(row)] = offset + Int32(position)
            }
            offset += Int32(part.vector.count)
            vectors.append(part.vector)
        }
        if order.contains(-1) {
            vectors.append(.nulls(count: 1))
            for row in order.indices where order[row] < 0 { order[row] = offset }
        }
        if vectors.isEmpty { return .nulls(count: count) }
        return Vector.concatenated(vectors).gathered(order, count: count)
    }
}

/// CASE: each branch is evaluated only on the rows that the branches before it left.
final class CaseEvaluation: VectorExpression {
    /// A branch, with the variables its parts read.
    struct Branch {
        let condition: VectorExpression
        let result: VectorExpression
        let reads: [VariableID]
    }

    private let subject: VectorExpression?
    private let branches: [Branch]
    private let otherwise: (expression: VectorExpression, reads: [VariableID])?
    /// For `CASE WHEN condition THEN integer ELSE integer END`: the integers.
    private let literals: (then: Int64, otherwise: Int64)?

    init(
        subject: VectorExpression?, branches: [Branch],
        otherwise: (expression: VectorExpression, reads: [VariableID])?, span: SourceSpan?
    ) {
        self.subject = subject
        self.branches = branches
        self.otherwise = otherwise
        if subject == nil, branches.count == 1,
            let then = branches[0].result as? LiteralExpression,
            let other = otherwise?.expression as? LiteralExpression,
            case .integer(let first) = then.value, case .integer(let second) = other.value
        {
            literals = (first, second)
        } else {
            literals = nil
        }
        super.init(span: span)
    }

    /// One of two integers a row, as the code of its condition says.
    private static func select(_ codes: [UInt8], _ then: Int64, _ otherwise: Int64) -> Vector {
        let result = Vector(.integer, count: codes.count)
        let target = result.integers
        let difference = then &- otherwise
        codes.withUnsafeBufferPointer { codes in
            var row = 0
            while row < codes.count {
                target[row] =
                    otherwise
                    &+ difference &* Int64(truncatingIfNeeded: TruthVector.isTrue(codes[row]))
                row &+= 1
            }
        }
        return result
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        if let literals {
            return Self.select(
                try branches[0].condition.truthCodes(batch, context), literals.then,
                literals.otherwise)
        }
        var result = ScatteredResult()
        let subjects = try subject?.evaluate(batch, context)
        var rest = (0..<Int32(batch.count)).map { $0 }
        for branch in branches where !rest.isEmpty {
            let part =
                rest.count == batch.count ? batch : batch.keeping(branch.reads).gathered(rest)
            let codes: [UInt8]
            if let subjects {
                let condition = try branch.condition.evaluate(part, context)
                let compared = subjects.gathered(rest, count: rest.count)
                codes = ComparisonKernels.compare(compared, .equal, condition)
            } else {
                codes = try branch.condition.truthCodes(part, context)
            }
            let taken = codes.indices.filter { codes[$0] == 1 }.map { Int32($0) }
            if taken.isEmpty { continue }
            let value = try branch.result.evaluate(part.gathered(taken), context)
            result.put(value, at: taken.map { rest[Int($0)] })
            rest = codes.indices.filter { codes[$0] != 1 }.map { rest[$0] }
        }
        if let otherwise, !rest.isEmpty {
            let part = batch.keeping(otherwise.reads).gathered(rest)
            result.put(try otherwise.expression.evaluate(part, context), at: rest)
        }
        return result.vector(count: batch.count)
    }
}

/// `coalesce(a, b, …)`: each argument is evaluated only on the rows where those before are null.
final class CoalesceExpression: VectorExpression {
    private let operands: [(expression: VectorExpression, reads: [VariableID])]

    init(_ operands: [(expression: VectorExpression, reads: [VariableID])], span: SourceSpan?) {
        self.operands = operands
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        var result = ScatteredResult()
        var rest = (0..<Int32(batch.count)).map { $0 }
        for operand in operands where !rest.isEmpty {
            let part =
                rest.count == batch.count
                ? batch : batch.keeping(operand.reads).gathered(rest)
            let vector = try operand.expression.evaluate(part, context)
            if vector.hasNoNulls {
                result.put(vector, at: rest)
                rest = []
                break
            }
            let present = (0..<rest.count).filter { !vector.isNull($0) }.map { Int32($0) }
            result.put(
                vector.gathered(present, count: present.count), at: present.map { rest[Int($0)] })
            rest = (0..<rest.count).filter { vector.isNull($0) }.map { rest[$0] }
        }
        return result.vector(count: batch.count)
    }
}
