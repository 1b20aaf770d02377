import CShims
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
    /// - Precondition: nobody else has the factors, which are written over.
    static func multiplied(
        _ batch: Batch, by factors: Vector, _ weight: VariableID, isWeighted: Bool,
        kept: [VariableID]
    ) throws(QueryError) -> Batch {
        let products = factors.integers
        let total = batch.count
        if isWeighted {
            let old = batch[weight]
            guard multiply(products, by: old.integers, mask: old.positionMask, count: total) else {
                throw Self.overflow
            }
        }
        var zeros = 0
        var row = 0
        while row < total {
            zeros &+= kith_bool_to_int(products[row] == 0)
            row &+= 1
        }
        if zeros == 0 { return batch.keeping(kept).with(weight, factors) }
        let memory = BlockMemory(Int32.self, count: total)
        defer { memory.free() }
        let rows = memory.start.assumingMemoryBound(to: Int32.self)
        var count = 0
        row = 0
        while row < total {
            let product = products[row]
            products[count] = product
            rows[count] = Int32(truncatingIfNeeded: row)
            count &+= kith_bool_to_int(product != 0)
            row &+= 1
        }
        return batch.mapped(kept, count: count) { $0.gathered(rows, count: count) }
            .with(weight, Vector(lent: products, .integer, count: count, by: factors))
    }

    /// False where a product does not fit.
    private static func multiply(
        _ numbers: UnsafeMutablePointer<Int64>, by factors: UnsafePointer<Int64>, mask: Int,
        count: Int
    ) -> Bool {
        var overflows = false
        var row = 0
        while row < count {
            let (product, overflow) = numbers[row].multipliedReportingOverflow(
                by: factors[row & mask])
            overflows = overflows || overflow
            numbers[row] = product
            row &+= 1
        }
        return !overflows
    }
}
