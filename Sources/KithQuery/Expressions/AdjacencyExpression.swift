import KithGraph
import KithLanguage
import KithValues

/// EXISTS and COUNT over one relationship, answered by the adjacency.
final class AdjacencyExpression: VectorExpression {
    private let test: AdjacencyTest
    private let isCount: Bool
    private let marks = KeptForGraph<NeighbourMarks>()
    private var knownTypes = KnownTypes()
    private var knownLists = KnownLists()

    init(_ test: AdjacencyTest, isCount: Bool, span: SourceSpan?) {
        self.test = test
        self.isCount = isCount
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let types = knownTypes.types(test.types, context)
        let counts: Vector
        if types?.isEmpty == true {
            counts = EdgeCounting.equal(0, count: batch.count)
        } else {
            let near = EdgeCounting.ids(batch[test.near])
            if let far = test.far {
                counts = try EdgeCounting.counts(
                    near, EdgeCounting.ids(batch[far]), types ?? [], test.direction.graphDirection,
                    try marks.made(context), context)
            } else {
                counts = try EdgeCounting.degrees(
                    near, types ?? [], test.direction.graphDirection, &knownLists, context)
            }
        }
        if isCount { return counts }
        let found = Vector(.boolean, count: batch.count)
        for row in 0..<batch.count { found.booleans[row] = counts.integers[row] > 0 ? 1 : 0 }
        return found
    }
}
