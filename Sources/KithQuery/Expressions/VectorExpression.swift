import KithLanguage
import KithValues

/// An expression made ready to run over batches.
///
/// Made once a statement run from a ``BoundExpression``; may keep scratch memory, so it belongs to
/// one thread.
class VectorExpression {
    /// Where the expression stands in the statement.
    let span: SourceSpan?

    init(span: SourceSpan?) { self.span = span }

    /// The expression's value for each row of `batch`, which has at least one row.
    func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector {
        preconditionFailure("an expression must say how it is evaluated")
    }
}
