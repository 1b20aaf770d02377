import KithGraph
import KithLanguage
import KithValues

/// EXISTS and COUNT over one relationship, answered by the adjacency.
final class AdjacencyExpression: VectorExpression {
    private let test: AdjacencyTest
    private let isCount: Bool
    private let marks = KeptForGraph<NeighbourMarks>()
    private var knownTypes = KnownTypes()

    init(_ test: AdjacencyTest, isCount: Bool, span: SourceSpan?) {
        self.test = test
        self.isCount = isCount
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let types = knownTypes.types(test.types, context)
        var counts = [Int64](repeating: 0, count: batch.count)
        if types?.isEmpty != true {
            let near = EdgeCounting.ids(batch[test.near])
            if let far = test.far {
                counts = try EdgeCounting.counts(
                    near, EdgeCounting.ids(batch[far]), types ?? [], test.direction.graphDirection,
                    try marks.made(context), context)
            } else {
                counts = try EdgeCounting.degrees(
                    near, types ?? [], test.direction.graphDirection, context)
            }
        }
        guard isCount else { return TruthVector.vector(counts.map { $0 > 0 ? 1 : 0 }) }
        let result = Vector(.integer, count: batch.count)
        for row in counts.indices { result.integers[row] = counts[row] }
        return result
    }
}
