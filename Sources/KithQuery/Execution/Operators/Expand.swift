import KithGraph
import KithValues

/// Follows the relationships of a node: one row for each relationship that fits.
final class Expand: Operator {
    private let input: Operator
    private let step: ExpandStep
    private let expansion: Expansion
    private var batch: Batch?
    private var sources: [UInt64] = []
    private var rows: [Int32] = []
    private var types: [RelationshipTypeID] = []
    private var isDone = true

    init(input: Operator, step: ExpandStep, batchSize: Int) {
        self.input = input
        self.step = step
        expansion = Expansion(capacity: batchSize)
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        while isDone {
            guard let next = try input.nextNonEmpty(context) else { return nil }
            batch = next
            (sources, rows) = next[step.from].presentIDs(.node)
            let wanted = step.types.types(context)
            types = wanted ?? []
            if sources.isEmpty || wanted?.isEmpty == true {
                try context.checkpoint()
                continue
            }
            expansion.begin()
            isDone = false
        }
        guard let batch else { return nil }
        let wantsRelationships = step.needsRelationships
        isDone = try context.onGraph { () throws(GraphError) in
            try sources.withUnsafeBufferPointer { buffer throws(GraphError) in
                try context.graph.expand(
                    buffer, types: types, direction: step.direction.graphDirection,
                    wantsRelationships: wantsRelationships, into: expansion)
            }
        }
        return result(of: batch)
    }

    /// The rows of the edges just found.
    private func result(of batch: Batch) -> Batch {
        let count = expansion.count
        // The numbers of sources are those of rows, unless rows without a node were left out.
        if rows.count != batch.count {
            for edge in 0..<count {
                let row = rows[Int(expansion.sourceIndexes[edge])]
                expansion.sourceIndexes[edge] = UInt32(bitPattern: row)
            }
        }
        let indices = UnsafeBufferPointer(start: expansion.sourceIndexes, count: count)
        var result = indices.withMemoryRebound(to: Int32.self) { indices in
            batch.keeping(step.kept).gathered(indices)
        }
        result[step.to] = .ids(.node, expansion.neighbours, count: count)
        if let relationship = step.relationship {
            result[relationship] = .ids(.relationship, expansion.relationships, count: count)
        }
        guard !step.uniqueness.others.isEmpty else { return result }
        let ids = Array(UnsafeBufferPointer(start: expansion.relationships, count: count))
        guard let distinct = step.uniqueness.distinctRows(ids, result), distinct.count < count
        else { return result }
        return result.gathered(distinct)
    }

    override func restart() {
        isDone = true
        batch = nil
        input.restart()
    }
}

/// The step of ``Expand``.
struct ExpandStep: PlanStep {
    let from: VariableID
    let to: VariableID
    /// The variable of the relationship; nil where nobody reads it.
    let relationship: VariableID?
    let types: TypeCondition
    let direction: PatternDirection
    let uniqueness: RelationshipUniqueness
    /// The input's variables that stay.
    let kept: [VariableID]

    /// Whether the ids of relationships must be found.
    var needsRelationships: Bool { relationship != nil || !uniqueness.others.isEmpty }

    var name: String { "Expand" }
    func details(_ names: VariableNames) -> String {
        let inner = (relationship.map { names.name($0) } ?? "") + types.text
        return "(\(names.name(from)))\(direction.arrow(inner))(\(names.name(to)))"
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Expand(input: inputs[0], step: self, batchSize: builder.batchSize)
    }
}
