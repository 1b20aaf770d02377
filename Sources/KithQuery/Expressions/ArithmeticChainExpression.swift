import KithLanguage
import KithValues

/// A chain of calculations of one level, applied from the left.
final class ArithmeticChainExpression: VectorExpression {
    private let first: VectorExpression
    private let steps: [ArithmeticStep]
    private let operands: [VectorExpression]

    /// Takes the compiled operands of the steps, one each.
    init(
        _ first: VectorExpression, _ steps: [ArithmeticStep], _ operands: [VectorExpression],
        span: SourceSpan?
    ) {
        self.first = first
        self.steps = steps
        self.operands = operands
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        var result = try first.evaluate(batch, context)
        for (step, operand) in zip(steps, operands) {
            let right = try operand.evaluate(batch, context)
            do {
                result = try ArithmeticKernels.apply(step.arithmetic, result, right)
            } catch {
                throw QueryError(error, span: step.span)
            }
        }
        return result
    }
}
