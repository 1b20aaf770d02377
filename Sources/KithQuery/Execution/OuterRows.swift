/// The outer rows for which a nested plan runs, shared by every leaf of that plan that reads them.
final class OuterCell {
    fileprivate(set) var rows: Batch?

    /// Sets the rows; the leaves give them after their next restart.
    func set(_ batch: Batch) { rows = batch }
}

/// Gives the outer rows of the nested plan that it is a leaf of.
final class OuterRows: Operator {
    private let cell: OuterCell
    private var isDone = false

    init(cell: OuterCell) { self.cell = cell }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard !isDone else { return nil }
        isDone = true
        return cell.rows
    }

    override func restart() { isDone = false }
}

/// The step of ``OuterRows``.
struct OuterRowsStep: PlanStep {
    /// The number of the outer rows.
    let outer: Int

    var name: String { "OuterRows" }
    func details(_ names: VariableNames) -> String { "" }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        OuterRows(cell: builder.cell(outer))
    }
}
