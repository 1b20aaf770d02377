/// Rows that an operator has collected and gives out batch by batch.
struct BufferedRows {
    private var batches: [Batch] = []
    private var position = 0
    private(set) var count = 0
    private var chargedInBytes = 0

    /// Takes all rows of `input`.
    mutating func fill(from input: Operator, _ context: ExecutionContext) throws(QueryError) {
        while let batch = try input.next(context) { try append(batch, context) }
    }

    /// Adds rows at the end.
    mutating func append(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        guard batch.count > 0 else { return }
        let size = batch.sizeInBytes
        chargedInBytes += size
        try context.memory.take(size)
        batches.append(batch)
        count += batch.count
    }

    /// All rows as one batch.
    func combined(width: Int) -> Batch { Batch.concatenated(batches, width: width) }

    /// Every batch, in order.
    var all: [Batch] { batches }

    /// The next batch, or nil after the last; frees it.
    mutating func next(_ context: ExecutionContext) -> Batch? {
        guard position < batches.count else {
            removeAll(context)
            return nil
        }
        defer { position += 1 }
        return batches[position]
    }

    /// Forgets all rows.
    mutating func removeAll(_ context: ExecutionContext) {
        context.memory.give(back: chargedInBytes)
        chargedInBytes = 0
        batches = []
        position = 0
        count = 0
    }
}

/// Collects all rows of its input before giving the first: the barrier between reading and writing.
final class Eager: Operator {
    private let input: Operator
    private var rows = BufferedRows()
    private var isFilled = false

    init(input: Operator) { self.input = input }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if !isFilled {
            try rows.fill(from: input, context)
            isFilled = true
        }
        return rows.next(context)
    }

    override func restart() {
        rows = BufferedRows()
        isFilled = false
        input.restart()
    }
}

/// The step of ``Eager``.
struct EagerStep: PlanStep {
    var name: String { "Eager" }
    func details(_ names: VariableNames) -> String { "" }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Eager(input: inputs[0])
    }
}
