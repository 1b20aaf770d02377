import KithLanguage

/// A step of a running plan: gives its rows in batches, pulled by the step above it.
///
/// An operator is made once a statement run and may be restarted, with other outer rows, by an
/// operator that runs a part of the plan repeatedly.
class Operator {
    /// The rows and time that PROFILE shows; nil when nobody asked.
    var profile: OperatorProfile?
    /// Where the clause stands that the step was made for: what is marked where the step fails for a
    /// reason that no smaller part of the text is at fault for.
    final var clauseSpan: SourceSpan?

    /// The next rows, or nil when there are no more. Batches may be empty.
    final func next(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        do throws(QueryError) {
            try context.checkpoint()
            guard let profile else { return try produce(context) }
            return try profiled(context, profile)
        } catch {
            guard error.span == nil, let clauseSpan else { throw error }
            var placed = error
            placed.span = clauseSpan
            throw placed
        }
    }

    private final func profiled(
        _ context: ExecutionContext, _ profile: OperatorProfile
    ) throws(QueryError) -> Batch? {
        let start = context.monotonicNanoseconds()
        let batch = try produce(context)
        profile.elapsedInNanoseconds += context.monotonicNanoseconds() - start
        profile.batches += 1
        profile.rows += batch?.count ?? 0
        return batch
    }

    /// Computes the next rows; see ``next(_:)``.
    func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        preconditionFailure("an operator must say what it produces")
    }

    /// Goes back to the beginning, below new outer rows.
    func restart() {
        preconditionFailure("an operator must say how it restarts")
    }

    /// Whether the operator, once restarted, may take part in another run of its plan: it and those
    /// below keep nothing of the run that is over.
    var mayRunAgain: Bool { false }

    /// The next batch that has rows.
    final func nextNonEmpty(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        while let batch = try next(context) {
            if batch.count > 0 { return batch }
        }
        return nil
    }
}

/// What one operator did, for PROFILE.
final class OperatorProfile {
    var rows = 0
    var batches = 0
    var elapsedInNanoseconds: UInt64 = 0
}

/// Gives one row without variables: what the first clause of a query starts from.
final class UnitRow: Operator {
    private let width: Int
    private var isDone = false

    init(width: Int) { self.width = width }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard !isDone else { return nil }
        isDone = true
        return Batch(count: 1, width: width)
    }

    override func restart() { isDone = false }

    override var mayRunAgain: Bool { true }
}

/// The step of ``UnitRow``.
struct UnitRowStep: PlanStep {
    var name: String { "Start" }
    func details(_ names: VariableNames) -> String { "" }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        UnitRow(width: builder.width)
    }
}
