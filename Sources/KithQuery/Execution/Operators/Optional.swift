import KithValues

/// OPTIONAL MATCH: for each outer row the rows of a nested plan, or one with nulls.
///
/// The nested plan runs below a whole batch; its rows carry the number of their outer row.
final class OptionalMatch: Operator {
    private let input: Operator
    private let inner: Operator
    private let cell: OuterCell
    private let rowNumber: VariableID
    private let added: [VariableID]
    private let kept: [VariableID]
    private let weight: VariableID?
    private var outer: Batch?
    private var isMatched: [Bool] = []

    init(
        input: Operator, inner: Operator, cell: OuterCell, rowNumber: VariableID,
        added: [VariableID], kept: [VariableID], weight: VariableID?
    ) {
        self.input = input
        self.inner = inner
        self.cell = cell
        self.rowNumber = rowNumber
        self.added = added
        self.kept = kept
        self.weight = weight
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if outer == nil {
            guard let batch = try input.nextNonEmpty(context) else { return nil }
            let numbers = Vector(.integer, count: batch.count)
            for row in 0..<batch.count { numbers.integers[row] = Int64(row) }
            outer = batch
            isMatched = Array(repeating: false, count: batch.count)
            cell.set(batch.with(rowNumber, numbers))
            inner.restart()
        }
        guard let outer else { return nil }
        if let rows = try inner.nextNonEmpty(context) {
            let numbers = rows[rowNumber]
            for row in 0..<rows.count {
                isMatched[Int(numbers.integers[numbers.position(row)])] = true
            }
            return rows.keeping(kept + added + [weight].compactMap { $0 })
        }
        self.outer = nil
        let unmatched = isMatched.indices.filter { !isMatched[$0] }.map { Int32($0) }
        var result = outer.keeping(kept).gathered(unmatched)
        for variable in added { result[variable] = .nulls(count: unmatched.count) }
        if let weight { result[weight] = .constant(.integer(1), count: unmatched.count) }
        return result
    }

    override func restart() {
        outer = nil
        input.restart()
    }
}

/// The step of ``OptionalMatch``.
struct OptionalStep: PlanStep {
    let inner: PlanNode
    let outer: Int
    let rowNumber: VariableID
    let added: [VariableID]
    let kept: [VariableID]
    /// The rows' weight, where only the nested plan gives rows one.
    let weight: VariableID?

    var name: String { "Optional" }
    var nested: [PlanNode] { [inner] }
    func details(_ names: VariableNames) -> String { names.list(added) }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        OptionalMatch(
            input: inputs[0], inner: try builder.build(inner), cell: builder.cell(outer),
            rowNumber: rowNumber, added: added, kept: kept, weight: weight)
    }
}
