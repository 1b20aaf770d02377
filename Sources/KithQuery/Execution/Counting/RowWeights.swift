import KithValues

/// How many rows the rows of a batch stand for, as a vector of integers under a variable.
enum RowWeights {
    /// The weights that a batch carries; ones where it carries none yet.
    static func vector(_ batch: Batch, _ weight: VariableID, isWeighted: Bool) -> Vector {
        isWeighted ? batch[weight] : .constant(.integer(1), count: batch.count)
    }

    /// The error for more rows than 64 bits count.
    static var overflow: QueryError {
        QueryError(
            type: "ArithmeticError", detail: "IntegerOverflow", phase: .runtime,
            message: "a pattern has more matches than a 64-bit integer counts")
    }

    /// The rows of `batch` whose factor is not zero, their weights multiplied by it.
    ///
    /// `kept`: the variables that stay besides the weight.
    static func multiplied(
        _ batch: Batch, by factors: [Int64], _ weight: VariableID, isWeighted: Bool,
        kept: [VariableID]
    ) throws(QueryError) -> Batch {
        let old = vector(batch, weight, isWeighted: isWeighted)
        let mask = old.positionMask
        let result = Vector(.integer, count: batch.count)
        var count = 0
        var overflows = false
        let rows = [Int32](unsafeUninitializedCapacity: batch.count) { rows, initialized in
            factors.withUnsafeBufferPointer { factors in
                var row = 0
                while row < batch.count {
                    let (product, overflow) = old.integers[row & mask]
                        .multipliedReportingOverflow(by: factors[row])
                    overflows = overflows || overflow
                    result.integers[count] = product
                    rows[count] = Int32(truncatingIfNeeded: row)
                    count &+= factors[row] != 0 ? 1 : 0
                    row &+= 1
                }
            }
            initialized = count
        }
        guard !overflows else { throw Self.overflow }
        let left = batch.keeping(kept)
        if count == batch.count { return left.with(weight, result) }
        return left.gathered(rows).with(
            weight, Vector(lent: result.storage, .integer, count: count, by: result))
    }
}
