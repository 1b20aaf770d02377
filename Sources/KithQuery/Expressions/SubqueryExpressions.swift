import KithLanguage
import KithValues

/// EXISTS, COUNT and COLLECT over a nested plan.
///
/// Where the subquery's rows each belong to one outer row, it runs once for the whole batch and the
/// rows are told apart by the number they carry; otherwise once for each row.
final class SubqueryEvaluation: VectorExpression {
    /// What is made of the subquery's rows.
    enum Purpose {
        case exists, count, collect
    }

    private let purpose: Purpose
    private let plan: NestedPlan
    private let body: Operator
    private let cell: OuterCell
    private let imports: [VariableID]
    private let column: VariableID?

    init(
        _ purpose: Purpose, _ subquery: BoundSubquery, plan: NestedPlan, builder: OperatorBuilder,
        span: SourceSpan?
    ) throws(QueryError) {
        self.purpose = purpose
        self.plan = plan
        imports = subquery.imports
        column = subquery.query.columns.first?.variable
        cell = builder.cell(plan.outer)
        body = try builder.build(plan.root)
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        var tally = Tally(purpose: purpose, rows: batch.count)
        let outer = batch.keeping(imports)
        if plan.isBatched {
            let numbers = Vector(.integer, count: batch.count)
            for row in 0..<batch.count { numbers.integers[row] = Int64(row) }
            cell.set(outer.with(plan.rowNumber, numbers))
            body.restart()
            while let rows = try body.next(context) {
                guard rows.count > 0 else { continue }
                let numbers = rows[plan.rowNumber]
                let values = column.flatMap { rows.vector($0) }
                for row in 0..<rows.count {
                    tally.add(Int(numbers.integers[numbers.position(row)]), values, row)
                }
                if tally.isDecided { break }
            }
        } else {
            for row in 0..<batch.count {
                cell.set(outer.slice(from: row, count: 1))
                body.restart()
                while let rows = try body.next(context) {
                    let values = column.flatMap { rows.vector($0) }
                    for inner in 0..<rows.count { tally.add(row, values, inner) }
                    if purpose == .exists && rows.count > 0 { break }
                }
            }
        }
        do {
            return try tally.vector()
        } catch {
            throw QueryError(error, span: span)
        }
    }

    /// What has been found for each outer row.
    private struct Tally {
        let purpose: Purpose
        var counts: [Int64]
        var lists: [[Value]]
        var missing: Int

        init(purpose: Purpose, rows: Int) {
            self.purpose = purpose
            counts = Array(repeating: 0, count: rows)
            lists = purpose == .collect ? Array(repeating: [], count: rows) : []
            missing = rows
        }

        mutating func add(_ row: Int, _ values: Vector?, _ inner: Int) {
            if counts[row] == 0 { missing -= 1 }
            counts[row] += 1
            if purpose == .collect { lists[row].append(values?.value(at: inner) ?? .null) }
        }

        /// Whether more rows change nothing.
        var isDecided: Bool { purpose == .exists && missing == 0 }

        func vector() throws(ValueError) -> Vector {
            switch purpose {
            case .exists: return TruthVector.vector(counts.map { $0 > 0 ? 1 : 0 })
            case .count: return .of(counts.map { .integer($0) })
            case .collect:
                var values: [Value] = []
                for list in lists { values.append(try Value.nesting(list)) }
                return .of(values)
            }
        }
    }
}
