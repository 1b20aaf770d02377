import KithGraph
import KithLanguage
import KithValues

/// `subject.key`.
///
/// Properties of nodes and relationships are gathered from the decoded columns of their chunks;
/// maps and temporal values are asked one by one.
final class PropertyExpression: VectorExpression {
    private let subject: VectorExpression
    private let key: String
    private var gatherer: PropertyGatherer?

    init(_ subject: VectorExpression, key: String, span: SourceSpan?) {
        self.subject = subject
        self.key = key
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let vector = try subject.evaluate(batch, context)
        switch vector.layout {
        case .null: return .nulls(count: batch.count)
        case .node, .relationship:
            if context.hasDeleted { try EntityReading.checkAlive(vector, context, span: span) }
            guard let keyID = context.graph.catalog.propertyKey(key) else {
                return .nulls(count: batch.count)
            }
            let gatherer = self.gatherer ?? PropertyGatherer()
            self.gatherer = gatherer
            return try gatherer.gather(keyID, of: vector, context)
        default:
            var values: [Value] = []
            values.reserveCapacity(batch.count)
            for row in 0..<batch.count {
                values.append(
                    try EntityReading.property(
                        key, of: vector.value(at: row), context, span: span))
            }
            return .of(values)
        }
    }
}
