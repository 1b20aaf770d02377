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

    /// What ``evaluate(_:_:)`` gives, for who takes its values one by one: those that are at hand may stay
    /// as they are, whatever the layout that suits them.
    func evaluateValues(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector {
        try evaluate(batch, context)
    }

    /// The expression's truth for each row of `batch`, as the codes of ``TruthVector``.
    ///
    /// - Throws: `TypeError`/`InvalidArgumentType` where a value is neither truth nor null.
    func truthCodes(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8] {
        try TruthVector.codes(evaluate(batch, context), span: span)
    }

    /// Whether it is quickly seen that the expression is true on every row of `batch`; false says
    /// nothing.
    func isSurelyTrue(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> Bool {
        false
    }

    /// For each row of `batch` the number of its value in the dictionary returned, written to
    /// `target`; nil where the expression's values are no numbered strings, and ``evaluate(_:_:)`` is
    /// the way. All calls of one run return the same dictionary.
    func evaluateNumbers(
        _ batch: Batch, into target: UnsafeMutablePointer<UInt32>, _ context: ExecutionContext
    ) throws(QueryError) -> StringDictionary? {
        nil
    }
}
